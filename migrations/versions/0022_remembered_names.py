"""How an organisation writes a person or a site in its own spreadsheet."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "remembered_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=6), nullable=False),
        sa.Column("words", sa.String(length=120), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("lot_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'person' AND person_id IS NOT NULL AND lot_id IS NULL) OR (kind = 'site' AND lot_id IS NOT NULL AND person_id IS NULL)",
            name=op.f("ck_remembered_names_kind"),
        ),
        sa.CheckConstraint("length(words) > 0", name=op.f("ck_remembered_names_words")),
        sa.ForeignKeyConstraint(["lot_id"], ["lots.id"], name=op.f("fk_remembered_names_lot_id_lots")),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_remembered_names_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name=op.f("fk_remembered_names_person_id_persons")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_remembered_names_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remembered_names")),
        sa.UniqueConstraint(
            "organisation_id", "kind", "words", name=op.f("uq_remembered_names_organisation_id_kind_words")
        ),
    )
    with op.batch_alter_table("remembered_names", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remembered_names_person_id"), ["person_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("remembered_names", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remembered_names_person_id"))

    op.drop_table("remembered_names")
