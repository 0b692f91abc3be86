"""Relevés, shares with their verdict, «néant», globalisations."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "globalisations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["company_id"], ["organisations.id"], name=op.f("fk_globalisations_company_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_globalisations_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_globalisations")),
    )
    with op.batch_alter_table("globalisations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_globalisations_territory_id"), ["territory_id"], unique=False)
    op.create_table(
        "timesheets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("worked", sa.Integer(), nullable=False),
        sa.Column("training", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("refusal_reason", sa.String(length=300), nullable=True),
        sa.Column("correction_reason", sa.String(length=300), nullable=True),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "channel IN ('phone', 'email', 'sms', 'letter', 'meeting', 'visit', 'form', 'desk')",
            name=op.f("ck_timesheets_channel"),
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR refusal_reason IS NOT NULL", name=op.f("ck_timesheets_refused")
        ),
        sa.CheckConstraint(
            "state IN ('declared', 'validated', 'refused', 'replaced')", name=op.f("ck_timesheets_state")
        ),
        sa.CheckConstraint("replaces_id IS NULL OR replaces_id <> id", name=op.f("ck_timesheets_replaces")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_timesheets_order")),
        sa.CheckConstraint("training >= 0 AND training <= worked", name=op.f("ck_timesheets_training")),
        sa.CheckConstraint("worked >= 0 AND worked <= 74400", name=op.f("ck_timesheets_worked")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_timesheets_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_timesheets_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["users.id"], name=op.f("fk_timesheets_declared_by_id_users")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_timesheets_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["replaces_id"], ["timesheets.id"], name=op.f("fk_timesheets_replaces_id_timesheets")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_timesheets_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timesheets")),
    )
    with op.batch_alter_table("timesheets", schema=None) as batch_op:
        batch_op.create_index("ix_timesheets_contract", ["contract_id", "month"], unique=False)
        batch_op.create_index(batch_op.f("ix_timesheets_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_timesheets_queue", ["territory_id", "state", "month"], unique=False)
        batch_op.create_index(batch_op.f("ix_timesheets_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_index(
            "uq_timesheets_period",
            ["contract_id", "from_on"],
            unique=True,
            sqlite_where=sa.text("state = 'validated'"),
            postgresql_where=sa.text("state = 'validated'"),
        )
    op.create_table(
        "globalisation_lots",
        sa.Column("globalisation_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["globalisation_id"],
            ["globalisations.id"],
            name=op.f("fk_globalisation_lots_globalisation_id_globalisations"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_globalisation_lots_lot_id_lots")),
        sa.PrimaryKeyConstraint("globalisation_id", "lot_id", name=op.f("pk_globalisation_lots")),
    )
    op.create_table(
        "nil_declarations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("declared_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["award_id"], ["awards.id"], name=op.f("fk_nil_declarations_award_id_awards")
        ),
        sa.ForeignKeyConstraint(
            ["declared_by_id"], ["users.id"], name=op.f("fk_nil_declarations_declared_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_nil_declarations_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nil_declarations")),
        sa.UniqueConstraint("award_id", "month", name=op.f("uq_nil_declarations_award_id_month")),
    )
    op.create_table(
        "shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("timesheet_id", sa.Integer(), nullable=False),
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("globalisation_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("training", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(length=8), nullable=False),
        sa.Column("retained", sa.Integer(), nullable=False),
        sa.Column("unretained", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=True),
        sa.Column("reasons", sa.String(length=200), nullable=False),
        sa.Column("split_on", sa.Date(), nullable=True),
        sa.CheckConstraint("standing = 'counted' OR retained = 0", name=op.f("ck_shares_only_counted")),
        sa.CheckConstraint(
            "standing IN ('counted', 'awaiting', 'refused', 'outside')", name=op.f("ck_shares_standing")
        ),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_shares_hours")),
        sa.CheckConstraint(
            "retained >= 0 AND unretained >= 0 AND retained + unretained = hours",
            name=op.f("ck_shares_verdict"),
        ),
        sa.CheckConstraint("training >= 0 AND training <= hours", name=op.f("ck_shares_training")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_shares_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["globalisation_id"],
            ["globalisations.id"],
            name=op.f("fk_shares_globalisation_id_globalisations"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_shares_lot_id_lots")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_shares_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_shares_placement_id_placements")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_shares_territory_id_territories")
        ),
        sa.ForeignKeyConstraint(
            ["timesheet_id"], ["timesheets.id"], name=op.f("fk_shares_timesheet_id_timesheets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shares")),
        sa.UniqueConstraint(
            "timesheet_id", "placement_id", "lot_id", name=op.f("uq_shares_timesheet_id_placement_id_lot_id")
        ),
    )
    with op.batch_alter_table("shares", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shares_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shares_placement_id"), ["placement_id"], unique=False)
        batch_op.create_index(
            "ix_shares_statement",
            ["lot_id", "to_on", "month", "standing", "reason", "award_id", "hours", "retained", "unretained"],
            unique=False,
        )
        batch_op.create_index("ix_shares_territory", ["territory_id", "month"], unique=False)


def downgrade() -> None:
    op.drop_table("shares")
    op.drop_table("nil_declarations")
    op.drop_table("globalisation_lots")
    op.drop_table("timesheets")
    op.drop_table("globalisations")
