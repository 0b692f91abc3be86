"""Placements, contracts, and which serves which."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=True),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("continues_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "type IN ('cdi', 'cdi_inclusion', 'cdi_interimaire', 'cdd', 'cddu', 'cddi', 'cdd_tremplin', 'ctt', 'apprentissage', 'professionnalisation', 'pec', 'cie', 'autre')",
            name=op.f("ck_contracts_type"),
        ),
        sa.CheckConstraint("ended_on >= from_on", name=op.f("ck_contracts_ended")),
        sa.CheckConstraint("renewals >= 0", name=op.f("ck_contracts_renewals")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_contracts_order")),
        sa.CheckConstraint(
            "weekly_hours > 0 AND weekly_hours <= 4800", name=op.f("ck_contracts_weekly_hours")
        ),
        sa.ForeignKeyConstraint(
            ["continues_id"], ["contracts.id"], name=op.f("fk_contracts_continues_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["organisations.id"], name=op.f("fk_contracts_employer_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_contracts_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_contracts_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("continues_id", name=op.f("uq_contracts_continues_id")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contracts_employer_id"), ["employer_id"], unique=False)
        batch_op.create_index("ix_contracts_person", ["person_id", "from_on"], unique=False)
        batch_op.create_index("ix_contracts_territory", ["territory_id", "from_on"], unique=False)
    op.create_table(
        "placements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=False),
        sa.Column("employer_id", sa.Integer(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("rome", sa.String(length=5), nullable=True),
        sa.Column("job", sa.String(length=200), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(length=200), nullable=True),
        sa.Column("weekly_hours", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("proposed_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answer_channel", sa.String(length=20), nullable=True),
        sa.Column("answered_by_name", sa.String(length=120), nullable=True),
        sa.Column("decline_reason", sa.String(length=300), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "answer_channel IN ('phone', 'email', 'sms', 'letter', 'meeting', 'visit', 'form', 'desk')",
            name=op.f("ck_placements_answer_channel"),
        ),
        sa.CheckConstraint(
            "mode IN ('embauche_directe', 'mise_a_disposition', 'sous_traitance', 'marche_reserve')",
            name=op.f("ck_placements_mode"),
        ),
        sa.CheckConstraint(
            "state <> 'declined' OR decline_reason IS NOT NULL", name=op.f("ck_placements_declined")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'confirmed', 'declined', 'withdrawn')", name=op.f("ck_placements_state")
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_placements_order")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["users.id"], name=op.f("fk_placements_answered_by_id_users")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_placements_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["organisations.id"], name=op.f("fk_placements_employer_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["organisations.id"], name=op.f("fk_placements_host_id_organisations")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_placements_lot_id_lots")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_placements_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["proposed_by_id"], ["users.id"], name=op.f("fk_placements_proposed_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_placements_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placements")),
    )
    with op.batch_alter_table("placements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placements_award_id"), ["award_id"], unique=False)
        batch_op.create_index("ix_placements_employer", ["employer_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_placements_host_id"), ["host_id"], unique=False)
        batch_op.create_index("ix_placements_lot", ["lot_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_placements_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_placements_territory", ["territory_id", "state"], unique=False)
        batch_op.create_index(
            "uq_placements_live",
            ["person_id", "lot_id", "employer_id", "from_on"],
            unique=True,
            sqlite_where=sa.text("state IN ('proposed', 'confirmed')"),
            postgresql_where=sa.text("state IN ('proposed', 'confirmed')"),
        )
    op.create_table(
        "placement_contracts",
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contracts.id"], name=op.f("fk_placement_contracts_contract_id_contracts")
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_placement_contracts_placement_id_placements")
        ),
        sa.PrimaryKeyConstraint("placement_id", "contract_id", name=op.f("pk_placement_contracts")),
    )
    with op.batch_alter_table("placement_contracts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_contracts_contract_id"), ["contract_id"], unique=False)


def downgrade() -> None:
    op.drop_table("placement_contracts")
    op.drop_table("placements")
    op.drop_table("contracts")
