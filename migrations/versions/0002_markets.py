"""Markets, lots and their dated facts."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "operations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("npnru", sa.Boolean(), nullable=False),
        sa.Column("gup", sa.Boolean(), nullable=False),
        sa.Column("sector", sa.String(length=60), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_operations_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_operations")),
    )
    with op.batch_alter_table("operations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operations_territory_id"), ["territory_id"], unique=False)
    op.create_table(
        "markets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("buyer_id", sa.Integer(), nullable=False),
        sa.Column("operation_id", sa.Integer(), nullable=True),
        sa.Column("decp_id", sa.String(length=64), nullable=False),
        sa.Column("generated_id", sa.Boolean(), nullable=False),
        sa.Column("buyer_number", sa.String(length=40), nullable=True),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("nature", sa.String(length=60), nullable=True),
        sa.Column("procedure", sa.String(length=120), nullable=True),
        sa.Column("cpv", sa.String(length=10), nullable=True),
        sa.Column("place_code", sa.String(length=20), nullable=True),
        sa.Column("place_kind", sa.String(length=40), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("duration_months", sa.Integer(), nullable=True),
        sa.Column("consulted_on", sa.Date(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("framework_id", sa.String(length=64), nullable=True),
        sa.Column("considerations", sa.JSON(), nullable=True),
        sa.Column("pilot", sa.Boolean(), nullable=False),
        sa.Column("published", sa.Text(), nullable=True),
        sa.Column("published_rank", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(decp_id) > 0", name=op.f("ck_markets_decp_id")),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["organisations.id"], name=op.f("fk_markets_buyer_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["operation_id"], ["operations.id"], name=op.f("fk_markets_operation_id_operations")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_markets_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_markets")),
        sa.UniqueConstraint(
            "territory_id", "buyer_id", "decp_id", name=op.f("uq_markets_territory_id_buyer_id_decp_id")
        ),
    )
    with op.batch_alter_table("markets", schema=None) as batch_op:
        batch_op.create_index("ix_markets_buyer", ["buyer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_markets_operation_id"), ["operation_id"], unique=False)
    op.create_table(
        "lots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("market_id", sa.Integer(), nullable=False),
        sa.Column("facilitator_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("cpv", sa.String(length=10), nullable=True),
        sa.Column("clause", sa.String(length=24), nullable=True),
        sa.Column("publics_admitted", sa.JSON(), nullable=True),
        sa.Column("modes_admitted", sa.JSON(), nullable=True),
        sa.Column("women_percent", sa.Integer(), nullable=True),
        sa.Column("qpv_percent", sa.Integer(), nullable=True),
        sa.Column("alternance_percent", sa.Integer(), nullable=True),
        sa.Column("penalty_rate", sa.BigInteger(), nullable=True),
        sa.Column("late_document_rate", sa.BigInteger(), nullable=True),
        sa.Column("tolerance_kind", sa.String(length=12), nullable=False),
        sa.Column("tolerance_percent", sa.Integer(), nullable=False),
        sa.Column("groupement_form", sa.String(length=32), nullable=False),
        sa.Column("shares_binding", sa.Boolean(), nullable=False),
        sa.Column("periodicity", sa.String(length=12), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=True),
        sa.Column("end_with_renewals_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "clause IN ('execution', 'execution_obligatoire', 'reserve_handicap', 'reserve_iae', 'reserve_prison', 'reserve_ess', 'insertion', 'critere')",
            name=op.f("ck_lots_clause"),
        ),
        sa.CheckConstraint(
            "groupement_form IN ('solidaire', 'conjoint', 'conjoint_mandataire_solidaire')",
            name=op.f("ck_lots_groupement_form"),
        ),
        sa.CheckConstraint("periodicity IN ('monthly', 'quarterly')", name=op.f("ck_lots_periodicity")),
        sa.CheckConstraint(
            "tolerance_kind IN ('none', 'seuil', 'franchise')", name=op.f("ck_lots_tolerance_kind")
        ),
        sa.CheckConstraint("penalty_rate >= 0", name=op.f("ck_lots_penalty_rate")),
        sa.CheckConstraint("tolerance_percent BETWEEN 0 AND 100", name=op.f("ck_lots_tolerance_percent")),
        sa.ForeignKeyConstraint(["facilitator_id"], ["users.id"], name=op.f("fk_lots_facilitator_id_users")),
        sa.ForeignKeyConstraint(["market_id"], ["markets.id"], name=op.f("fk_lots_market_id_markets")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_lots_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
        sa.UniqueConstraint("market_id", "number", name=op.f("uq_lots_market_id_number")),
    )
    with op.batch_alter_table("lots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lots_facilitator_id"), ["facilitator_id"], unique=False)
        batch_op.create_index("ix_lots_territory", ["territory_id", "id"], unique=False)
    op.create_table(
        "market_holders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("market_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.id"], name=op.f("fk_market_holders_market_id_markets")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_market_holders_organisation_id_organisations"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_holders")),
        sa.UniqueConstraint(
            "market_id", "organisation_id", name=op.f("uq_market_holders_market_id_organisation_id")
        ),
    )
    with op.batch_alter_table("market_holders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_market_holders_organisation_id"), ["organisation_id"], unique=False
        )
    op.create_table(
        "market_modifications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("market_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True),
        sa.Column("object", sa.Text(), nullable=True),
        sa.Column("duration_months", sa.Integer(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("notified_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("holders", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["market_id"], ["markets.id"], name=op.f("fk_market_modifications_market_id_markets")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_modifications")),
        sa.UniqueConstraint("market_id", "position", name=op.f("uq_market_modifications_market_id_position")),
    )
    op.create_table(
        "lot_dates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('start', 'end')", name=op.f("ck_lot_dates_kind")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_lot_dates_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["users.id"], name=op.f("fk_lot_dates_recorded_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_lot_dates_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_dates")),
    )
    with op.batch_alter_table("lot_dates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_dates_lot_id"), ["lot_id"], unique=False)
    op.create_table(
        "lot_stops",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_lot_stops_order")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_lot_stops_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_lot_stops_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_stops")),
    )
    with op.batch_alter_table("lot_stops", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lot_stops_lot_id"), ["lot_id"], unique=False)
    op.create_table(
        "planned_months",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("lot_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_planned_months_hours")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_planned_months_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_planned_months_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_months")),
        sa.UniqueConstraint("lot_id", "month", name=op.f("uq_planned_months_lot_id_month")),
    )


def downgrade() -> None:
    op.drop_table("planned_months")
    op.drop_table("lot_stops")
    op.drop_table("lot_dates")
    op.drop_table("market_modifications")
    op.drop_table("market_holders")
    op.drop_table("lots")
    op.drop_table("markets")
    op.drop_table("operations")
