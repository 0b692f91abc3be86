"""Penalty files, from the constat to the décompte, and what companies answer."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "penalty_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("guarantor", sa.String(length=300), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("figures_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("stated_on", sa.Date(), nullable=False),
        sa.Column("stated_by_id", sa.Integer(), nullable=True),
        sa.Column("clause_reference", sa.String(length=200), nullable=True),
        sa.Column("groupement_form", sa.String(length=32), nullable=False),
        sa.Column("tolerance_kind", sa.String(length=12), nullable=False),
        sa.Column("tolerance_percent", sa.Integer(), nullable=False),
        sa.Column("owed", sa.Integer(), nullable=False),
        sa.Column("retained", sa.Integer(), nullable=False),
        sa.Column("forgiven", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("rate", sa.BigInteger(), nullable=True),
        sa.Column("hours_amount", sa.BigInteger(), nullable=False),
        sa.Column("documents_amount", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("late_documents", sa.JSON(), nullable=False),
        sa.Column("notice_on", sa.Date(), nullable=True),
        sa.Column("notice_days", sa.Integer(), nullable=True),
        sa.Column("notice_by_id", sa.Integer(), nullable=True),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.Column("observed_on", sa.Date(), nullable=True),
        sa.Column("decision", sa.String(length=8), nullable=True),
        sa.Column("decided_amount", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("settlement_number", sa.String(length=60), nullable=True),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawal_reason", sa.Text(), nullable=True),
        sa.Column("withdrawn_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_on IS NOT NULL)", name=op.f("ck_penalty_files_withdrawn")
        ),
        sa.CheckConstraint(
            "decision IN ('apply', 'reduce', 'waive')", name=op.f("ck_penalty_files_decision")
        ),
        sa.CheckConstraint(
            "groupement_form IN ('solidaire', 'conjoint', 'conjoint_mandataire_solidaire')",
            name=op.f("ck_penalty_files_groupement_form"),
        ),
        sa.CheckConstraint(
            "reason IN ('vain_searches', 'proved_since', 'reported', 'other_actions', 'works_changed', 'outside_cause', 'excessive', 'other')",
            name=op.f("ck_penalty_files_reason"),
        ),
        sa.CheckConstraint(
            "state IN ('stated', 'notified', 'decided', 'settled', 'withdrawn')",
            name=op.f("ck_penalty_files_state"),
        ),
        sa.CheckConstraint(
            "tolerance_kind IN ('none', 'seuil', 'franchise')", name=op.f("ck_penalty_files_tolerance_kind")
        ),
        sa.CheckConstraint(
            "(decision IS NULL) = (decided_on IS NULL)", name=op.f("ck_penalty_files_decided")
        ),
        sa.CheckConstraint(
            "amount = hours_amount + documents_amount AND amount > 0", name=op.f("ck_penalty_files_amount")
        ),
        sa.CheckConstraint(
            "decided_amount BETWEEN 0 AND amount", name=op.f("ck_penalty_files_decided_amount")
        ),
        sa.CheckConstraint(
            "decided_on IS NULL OR notice_on IS NOT NULL", name=op.f("ck_penalty_files_notice_first")
        ),
        sa.CheckConstraint(
            "notice_on >= stated_on AND notice_days > 0", name=op.f("ck_penalty_files_notice")
        ),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_penalty_files_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["company_id"], ["organisations.id"], name=op.f("fk_penalty_files_company_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_penalty_files_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_penalty_files_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["notice_by_id"], ["users.id"], name=op.f("fk_penalty_files_notice_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["users.id"], name=op.f("fk_penalty_files_settled_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["stated_by_id"], ["users.id"], name=op.f("fk_penalty_files_stated_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_penalty_files_territory_id_territories")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_by_id"], ["users.id"], name=op.f("fk_penalty_files_withdrawn_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_files")),
    )
    with op.batch_alter_table("penalty_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_penalty_files_company_id"), ["company_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_files_lot_id"), ["lot_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_penalty_files_territory_id"), ["territory_id"], unique=False)
        batch_op.create_index(
            "uq_penalty_files_live",
            ["lot_id", "company_id"],
            unique=True,
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )

    op.create_table(
        "penalty_observations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_penalty_observations_said")),
        sa.ForeignKeyConstraint(
            ["file_id"], ["penalty_files.id"], name=op.f("fk_penalty_observations_file_id_penalty_files")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_penalty_observations_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["users.id"], name=op.f("fk_penalty_observations_recorded_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"],
            ["territories.id"],
            name=op.f("fk_penalty_observations_territory_id_territories"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_penalty_observations")),
    )
    with op.batch_alter_table("penalty_observations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_penalty_observations_file_id"), ["file_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("penalty_observations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_penalty_observations_file_id"))

    op.drop_table("penalty_observations")
    with op.batch_alter_table("penalty_files", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_penalty_files_live",
            sqlite_where=sa.text("state <> 'withdrawn'"),
            postgresql_where=sa.text("state <> 'withdrawn'"),
        )
        batch_op.drop_index(batch_op.f("ix_penalty_files_territory_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_files_lot_id"))
        batch_op.drop_index(batch_op.f("ix_penalty_files_company_id"))

    op.drop_table("penalty_files")
