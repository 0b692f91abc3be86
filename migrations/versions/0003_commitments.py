"""Companies of a lot, the ledger of hours owed and what it was sized from."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "awards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=14), nullable=False),
        sa.Column("awarded_on", sa.Date(), nullable=True),
        sa.Column("correspondent", sa.String(length=120), nullable=True),
        sa.Column("correspondent_email", sa.String(length=254), nullable=True),
        sa.Column("correspondent_phone", sa.String(length=30), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("parent_id IS NULL OR role = 'sous_traitant'", name=op.f("ck_awards_parent")),
        sa.CheckConstraint(
            "role <> 'sous_traitant' OR parent_id IS NOT NULL", name=op.f("ck_awards_subcontractor")
        ),
        sa.CheckConstraint(
            "role IN ('titulaire', 'mandataire', 'cotraitant', 'sous_traitant')", name=op.f("ck_awards_role")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_awards_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_awards_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["parent_id"], ["awards.id"], name=op.f("fk_awards_parent_id_awards")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_awards_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awards")),
        sa.UniqueConstraint("lot_id", "organisation_id", name=op.f("uq_awards_lot_id_organisation_id")),
    )
    with op.batch_alter_table("awards", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_awards_organisation_id"), ["organisation_id"], unique=False)
    op.create_table(
        "calibrations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(length=14), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("exact", sa.Integer(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "basis IN ('labour_share', 'site_share', 'invoiced', 'per_order', 'typed')",
            name=op.f("ck_calibrations_basis"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_calibrations_author_id_users")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_calibrations_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_calibrations_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calibrations")),
    )
    with op.batch_alter_table("calibrations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calibrations_lot_id"), ["lot_id"], unique=False)
    op.create_table(
        "expected_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("expected_on", sa.Date(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_expected_documents_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_expected_documents_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expected_documents")),
    )
    with op.batch_alter_table("expected_documents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_expected_documents_lot_id"), ["lot_id"], unique=False)
    op.create_table(
        "invoicings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("cumulated", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_invoicings_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_invoicings_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoicings")),
        sa.UniqueConstraint("lot_id", "closed_on", name=op.f("uq_invoicings_lot_id_closed_on")),
    )
    op.create_table(
        "site_hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_site_hours_hours")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_site_hours_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_site_hours_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_hours")),
        sa.UniqueConstraint("lot_id", "month", name=op.f("uq_site_hours_lot_id_month")),
    )
    op.create_table(
        "ledger_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("award_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("delta", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("option_until", sa.Date(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("transfer_key", sa.String(length=36), nullable=True),
        sa.Column("calibration_id", sa.Integer(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "effective_on IS NOT NULL OR kind = 'tranche'", name=op.f("ck_ledger_lines_effective_on")
        ),
        sa.CheckConstraint("kind <> 'initial' OR delta >= 0", name=op.f("ck_ledger_lines_initial")),
        sa.CheckConstraint("kind <> 'remise' OR delta <= 0", name=op.f("ck_ledger_lines_remise")),
        sa.CheckConstraint(
            "kind <> 'transfert' OR transfer_key IS NOT NULL", name=op.f("ck_ledger_lines_transfer")
        ),
        sa.CheckConstraint(
            "kind IN ('initial', 'offre_superieure', 'tranche', 'avenant', 'bon_de_commande', 'facturation', 'heures_travaillees', 'reconduction', 'transfert', 'remise')",
            name=op.f("ck_ledger_lines_kind"),
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_ledger_lines_order")),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_ledger_lines_author_id_users")),
        sa.ForeignKeyConstraint(["award_id"], ["awards.id"], name=op.f("fk_ledger_lines_award_id_awards")),
        sa.ForeignKeyConstraint(
            ["calibration_id"], ["calibrations.id"], name=op.f("fk_ledger_lines_calibration_id_calibrations")
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_ledger_lines_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_ledger_lines_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_lines")),
    )
    with op.batch_alter_table("ledger_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_lines_award_id"), ["award_id"], unique=False)
        batch_op.create_index("ix_ledger_lines_lot", ["lot_id", "effective_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_ledger_lines_transfer_key"), ["transfer_key"], unique=False)


def downgrade() -> None:
    op.drop_table("ledger_lines")
    op.drop_table("site_hours")
    op.drop_table("invoicings")
    op.drop_table("expected_documents")
    op.drop_table("calibrations")
    op.drop_table("awards")
