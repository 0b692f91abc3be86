"""The number of a person in the software of its référent, and the day its names were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dossier_number", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("anonymised_on", sa.Date(), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_persons_dossier"), "dossier_number IS NULL OR referrer_id IS NOT NULL"
        )
        batch_op.create_index(
            "uq_persons_dossier", ["territory_id", "referrer_id", "dossier_number"], unique=True
        )


def downgrade() -> None:
    with op.batch_alter_table("persons", schema=None) as batch_op:
        batch_op.drop_index("uq_persons_dossier")
        batch_op.drop_constraint(batch_op.f("ck_persons_dossier"), type_="check")
        batch_op.drop_column("anonymised_on")
        batch_op.drop_column("dossier_number")
