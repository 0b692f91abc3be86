"""Requests to validate a public, and what was said about each."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    op.create_table(
        "eligibility_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("search_name", sa.String(length=170), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=True),
        sa.Column("commune", sa.String(length=5), nullable=True),
        sa.Column("wished_start_on", sa.Date(), nullable=True),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(length=120), nullable=True),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("proofs", sa.String(length=500), nullable=True),
        sa.Column("pass_iae", sa.String(length=12), nullable=True),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("turn_since", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("eligibility_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('received', 'incomplete')) = (decided_on IS NULL)",
            name=op.f("ck_eligibility_requests_decided"),
        ),
        sa.CheckConstraint("sex IN ('f', 'h')", name=op.f("ck_eligibility_requests_sex")),
        sa.CheckConstraint(
            "state <> 'refused' OR length(reason) > 0", name=op.f("ck_eligibility_requests_refused")
        ),
        sa.CheckConstraint(
            "state <> 'validated' OR (person_id IS NOT NULL AND eligibility_id IS NOT NULL)",
            name=op.f("ck_eligibility_requests_validated"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'incomplete', 'validated', 'refused', 'dropped')",
            name=op.f("ck_eligibility_requests_state"),
        ),
        sa.CheckConstraint(
            "pass_iae IS NULL OR length(pass_iae) = 12", name=op.f("ck_eligibility_requests_pass_iae")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_eligibility_requests_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["eligibility_id"],
            ["eligibilities.id"],
            name=op.f("fk_eligibility_requests_eligibility_id_eligibilities"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_eligibility_requests_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_eligibility_requests_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_eligibility_requests_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"], ["users.id"], name=op.f("fk_eligibility_requests_requested_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_eligibility_requests_territory_id_territories"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_requests")),
    )
    with op.batch_alter_table("eligibility_requests", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_eligibility_requests_eligibility_id"), ["eligibility_id"], unique=False
        )
        batch_op.create_index("ix_eligibility_requests_names", ["territory_id", "search_name"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_eligibility_requests_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_eligibility_requests_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_eligibility_requests_queue", ["territory_id", "state", "turn_since"], unique=False
        )
        batch_op.create_index(
            "uq_eligibility_requests_open",
            ["territory_id", "organisation_id", "search_name", "birth_on"],
            unique=True,
            sqlite_where=sa.text("state IN ('received', 'incomplete')"),
            postgresql_where=sa.text("state IN ('received', 'incomplete')"),
        )

    op.create_table(
        "request_exchanges",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_request_exchanges_text")),
        sa.ForeignKeyConstraint(
            ["request_id"],
            ["eligibility_requests.id"],
            name=op.f("fk_request_exchanges_request_id_eligibility_requests"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_request_exchanges_territory_id_territories")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_request_exchanges_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_exchanges")),
    )
    with op.batch_alter_table("request_exchanges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_request_exchanges_request_id"), ["request_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("request_exchanges", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_request_exchanges_request_id"))

    op.drop_table("request_exchanges")
    with op.batch_alter_table("eligibility_requests", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_eligibility_requests_open",
            sqlite_where=sa.text("state IN ('received', 'incomplete')"),
            postgresql_where=sa.text("state IN ('received', 'incomplete')"),
        )
        batch_op.drop_index("ix_eligibility_requests_queue")
        batch_op.drop_index(batch_op.f("ix_eligibility_requests_person_id"))
        batch_op.drop_index(batch_op.f("ix_eligibility_requests_organisation_id"))
        batch_op.drop_index("ix_eligibility_requests_names")
        batch_op.drop_index(batch_op.f("ix_eligibility_requests_eligibility_id"))

    op.drop_table("eligibility_requests")
