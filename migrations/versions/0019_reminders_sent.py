"""Reminders that were written: one a recipient, month and reminder day."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "reminders_sent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("day BETWEEN 1 AND 28", name=op.f("ck_reminders_sent_day")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_reminders_sent_by_id_users")),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outbox_mails.id"], name=op.f("fk_reminders_sent_mail_id_outbox_mails")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminders_sent")),
        sa.UniqueConstraint("recipient", "month", "day", name=op.f("uq_reminders_sent_recipient_month_day")),
    )
    with op.batch_alter_table("reminders_sent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_sent_mail_id"), ["mail_id"], unique=False)
        batch_op.create_index("ix_reminders_sent_month", ["month"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("reminders_sent", schema=None) as batch_op:
        batch_op.drop_index("ix_reminders_sent_month")
        batch_op.drop_index(batch_op.f("ix_reminders_sent_mail_id"))
    op.drop_table("reminders_sent")
