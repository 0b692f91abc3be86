"""People, fiches d’éligibilité and windows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "persons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("last_name", sa.String(length=80), nullable=False),
        sa.Column("first_name", sa.String(length=80), nullable=False),
        sa.Column("search_name", sa.String(length=170), nullable=False),
        sa.Column("birth_on", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(length=1), nullable=True),
        sa.Column("commune", sa.String(length=5), nullable=True),
        sa.Column("qpv", sa.String(length=8), nullable=True),
        sa.Column("qpv_zoning", sa.Integer(), nullable=True),
        sa.Column("education", sa.String(length=12), nullable=True),
        sa.Column("referrer_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "education IN ('none', 'cap_bep', 'bac', 'bac_plus')", name=op.f("ck_persons_education")
        ),
        sa.CheckConstraint("sex IN ('f', 'h')", name=op.f("ck_persons_sex")),
        sa.ForeignKeyConstraint(
            ["referrer_id"], ["organisations.id"], name=op.f("fk_persons_referrer_id_organisations")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_persons_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_persons")),
    )
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_persons_referrer_id"), ["referrer_id"], unique=False)
        batch_op.create_index("ix_persons_search", ["territory_id", "search_name"], unique=False)
    op.create_table(
        "eligibilities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("requested_by_id", sa.Integer(), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("wished_start_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("backdating_reason", sa.String(length=300), nullable=True),
        sa.Column("refusal_reason", sa.String(length=300), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'validated' OR (decided_on IS NOT NULL AND effective_on IS NOT NULL)",
            name=op.f("ck_eligibilities_validated_dates"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'incomplete', 'validated', 'refused', 'dropped')",
            name=op.f("ck_eligibilities_state"),
        ),
        sa.CheckConstraint(
            "effective_on IS NULL OR decided_on IS NULL OR effective_on >= decided_on OR backdating_reason IS NOT NULL",
            name=op.f("ck_eligibilities_backdating"),
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_eligibilities_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_eligibilities_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by_id"],
            ["organisations.id"],
            name=op.f("fk_eligibilities_requested_by_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_eligibilities_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibilities")),
    )
    with op.batch_alter_table("eligibilities", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_eligibilities_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_eligibilities_territory_id"), ["territory_id"], unique=False)
    op.create_table(
        "eligibility_criteria",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("eligibility_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=24), nullable=False),
        sa.Column("determining", sa.Boolean(), nullable=False),
        sa.Column("proof", sa.String(length=120), nullable=True),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("seen_by_id", sa.Integer(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("filed_at", sa.String(length=120), nullable=True),
        sa.CheckConstraint(
            "criterion IN ('ei', 'aci', 'ai', 'etti', 'geiq', 'ea', 'eatt', 'esat', 'regie', 'epide', 'e2c', 'prison', 'pass_iae', 'deld', 'rsa', 'ass', 'aah', 'invalidite', 'rqth', 'jeune_sans_diplome', 'jeune_diplome', 'senior', 'qpv', 'cej', 'refugie', 'plie', 'avis_motive')",
            name=op.f("ck_eligibility_criteria_criterion"),
        ),
        sa.ForeignKeyConstraint(
            ["eligibility_id"],
            ["eligibilities.id"],
            name=op.f("fk_eligibility_criteria_eligibility_id_eligibilities"),
        ),
        sa.ForeignKeyConstraint(
            ["seen_by_id"], ["users.id"], name=op.f("fk_eligibility_criteria_seen_by_id_users")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility_criteria")),
        sa.UniqueConstraint(
            "eligibility_id", "criterion", name=op.f("uq_eligibility_criteria_eligibility_id_criterion")
        ),
    )
    with op.batch_alter_table("eligibility_criteria", schema=None) as batch_op:
        batch_op.create_index(
            "uq_eligibility_criteria_determining",
            ["eligibility_id"],
            unique=True,
            sqlite_where=sa.text("determining"),
            postgresql_where=sa.text("determining"),
        )
    op.create_table(
        "windows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("eligibility_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["users.id"], name=op.f("fk_windows_decided_by_id_users")),
        sa.ForeignKeyConstraint(
            ["eligibility_id"], ["eligibilities.id"], name=op.f("fk_windows_eligibility_id_eligibilities")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_windows_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_windows_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_windows")),
        sa.UniqueConstraint("eligibility_id", name=op.f("uq_windows_eligibility_id")),
        sa.UniqueConstraint("person_id", "from_on", name=op.f("uq_windows_person_id_from_on")),
    )
    with op.batch_alter_table("windows", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_windows_territory_id"), ["territory_id"], unique=False)
    op.create_table(
        "window_adjustments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("window_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('suspension', 'extension')", name=op.f("ck_window_adjustments_kind")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_window_adjustments_reason")),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_window_adjustments_order")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["users.id"], name=op.f("fk_window_adjustments_decided_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["window_id"], ["windows.id"], name=op.f("fk_window_adjustments_window_id_windows")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window_adjustments")),
    )
    with op.batch_alter_table("window_adjustments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_window_adjustments_window_id"), ["window_id"], unique=False)


def downgrade() -> None:
    op.drop_table("window_adjustments")
    op.drop_table("windows")
    op.drop_table("eligibility_criteria")
    op.drop_table("eligibilities")
    op.drop_table("persons")
