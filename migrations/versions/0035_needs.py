"""Needs of the lots and the people proposed for them."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "needs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("job", sa.String(length=120), nullable=False),
        sa.Column("rome", sa.String(length=5), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("weekly_hours", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(length=300), nullable=True),
        sa.Column("created_on", sa.Date(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_reason", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(closed_on IS NULL) = (close_reason IS NULL)", name=op.f("ck_needs_closed")),
        sa.CheckConstraint("length(job) > 0", name=op.f("ck_needs_job")),
        sa.CheckConstraint("people BETWEEN 1 AND 500", name=op.f("ck_needs_people")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_needs_order")),
        sa.CheckConstraint("weekly_hours > 0", name=op.f("ck_needs_weekly_hours")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["organisations.id"], name=op.f("fk_needs_asked_by_id_organisations")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_needs_award_id_awards")),
        sa.ForeignKeyConstraint(["created_by_id"], ["users.id"], name=op.f("fk_needs_created_by_id_users")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_needs_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_needs_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_needs")),
    )
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_needs_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(
            "ix_needs_territory", ["territory_id", "closed_on", "published_on"], unique=False
        )

    op.create_table(
        "need_candidates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("search_name", sa.String(length=170), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=300), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("placement_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'declined' OR length(reason) > 0", name=op.f("ck_need_candidates_declined")
        ),
        sa.CheckConstraint(
            "state <> 'placed' OR placement_id IS NOT NULL", name=op.f("ck_need_candidates_placed")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'retained', 'declined', 'withdrawn', 'placed')",
            name=op.f("ck_need_candidates_state"),
        ),
        sa.CheckConstraint(
            "person_id IS NOT NULL OR birth_on IS NOT NULL", name=op.f("ck_need_candidates_identity")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["users.id"], name=op.f("fk_need_candidates_answered_by_id_users")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["needs.id"], name=op.f("fk_need_candidates_need_id_needs")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_need_candidates_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_need_candidates_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_need_candidates_placement_id_placements")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["users.id"], name=op.f("fk_need_candidates_proposed_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_need_candidates_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_candidates")),
        sa.UniqueConstraint("placement_id", name=op.f("uq_need_candidates_placement_id")),
    )
    with op.batch_alter_table("need_candidates", schema=None) as batch_op:
        batch_op.create_index("ix_need_candidates_organisation", ["organisation_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_candidates_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_need_candidates_territory", ["territory_id", "state"], unique=False)
        batch_op.create_index(
            "uq_need_candidates_live",
            ["need_id", "organisation_id", "search_name", "birth_on"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'retained', 'placed')"),
            postgresql_where=sa.text("state IN ('proposed', 'retained', 'placed')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("need_candidates", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_need_candidates_live",
            sqlite_where=sa.text("state IN ('proposed', 'retained', 'placed')"),
            postgresql_where=sa.text("state IN ('proposed', 'retained', 'placed')"),
        )
        batch_op.drop_index("ix_need_candidates_territory")
        batch_op.drop_index(batch_op.f("ix_need_candidates_person_id"))
        batch_op.drop_index("ix_need_candidates_organisation")

    op.drop_table("need_candidates")
    with op.batch_alter_table("needs", schema=None) as batch_op:
        batch_op.drop_index("ix_needs_territory")
        batch_op.drop_index(batch_op.f("ix_needs_lot_id"))

    op.drop_table("needs")
