"""The words that a territory puts around its letters."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "letter_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("code IN ('reminder', 'new_contact')", name=op.f("ck_letter_texts_code")),
        sa.CheckConstraint("length(opening) > 0", name=op.f("ck_letter_texts_opening")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_letter_texts_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_texts")),
        sa.UniqueConstraint("territory_id", "code", name=op.f("uq_letter_texts_territory_id_code")),
    )


def downgrade() -> None:
    op.drop_table("letter_texts")
