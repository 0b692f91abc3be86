"""The register of documents: their kind, whose they are, who saw them, what they were worth, where they are."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

KINDS = "'urssaf', 'work_contract', 'hours_proof', 'eligibility_proof', 'minutes', 'action_plan', 'commitment', 'other'"
CHECKS = {
    "kind": f"kind IN ({KINDS})",
    "verdict": "verdict IN ('compliant', 'to_redo')",
    "seen": "seen_on IS NULL OR received_on IS NOT NULL",
    "decided": "(seen_on IS NULL) = (verdict IS NULL)",
    "reason": "verdict <> 'to_redo' OR verdict_reason IS NOT NULL",
    "contract": "contract_id IS NULL OR award_id IS NOT NULL",
}
REFERENCES = (
    ("award_id", "awards"),
    ("contract_id", "contracts"),
    ("seen_by_id", "users"),
    ("again_of_id", "expected_documents"),
)
INDEXED = ("award_id", "contract_id", "again_of_id")


def upgrade() -> None:
    with op.batch_alter_table("expected_documents") as batch_op:
        batch_op.add_column(sa.Column("award_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("contract_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("month", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(length=20), nullable=False, server_default="other"))
        batch_op.add_column(sa.Column("seen_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("seen_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("verdict", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("verdict_reason", sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column("filed", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("again_of_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("expected_documents") as batch_op:
        batch_op.alter_column("kind", server_default=None)
        batch_op.alter_column("version", server_default=None)
        for name, check in CHECKS.items():
            batch_op.create_check_constraint(op.f(f"ck_expected_documents_{name}"), check)
        for column, table in REFERENCES:
            batch_op.create_foreign_key(
                op.f(f"fk_expected_documents_{column}_{table}"), table, [column], ["id"]
            )
        for column in INDEXED:
            batch_op.create_index(op.f(f"ix_expected_documents_{column}"), [column])


def downgrade() -> None:
    with op.batch_alter_table("expected_documents") as batch_op:
        for column in INDEXED:
            batch_op.drop_index(op.f(f"ix_expected_documents_{column}"))
        for column, table in REFERENCES:
            batch_op.drop_constraint(op.f(f"fk_expected_documents_{column}_{table}"), type_="foreignkey")
        for name in CHECKS:
            batch_op.drop_constraint(op.f(f"ck_expected_documents_{name}"), type_="check")
    with op.batch_alter_table("expected_documents") as batch_op:
        for column in (
            "version", "again_of_id", "filed", "verdict_reason", "verdict", "seen_by_id", "seen_on",
            "kind", "month", "contract_id", "award_id",
        ):  # fmt: skip
            batch_op.drop_column(column)
