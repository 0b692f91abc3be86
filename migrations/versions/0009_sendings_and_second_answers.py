"""Who sent a month’s hours, what the other side says, declaration links, whose file shows a letter."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "mail_topics",
        sa.Column("mail_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outbox_mails.id"], name=op.f("fk_mail_topics_mail_id_outbox_mails")
        ),
        sa.PrimaryKeyConstraint("mail_id", "kind", "topic_id", name=op.f("pk_mail_topics")),
    )
    with op.batch_alter_table("mail_topics", schema=None) as batch_op:
        batch_op.create_index("ix_mail_topics_topic", ["kind", "topic_id"], unique=False)

    op.create_table(
        "sendings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender_name", sa.String(length=120), nullable=False),
        sa.Column("sender_position", sa.String(length=120), nullable=True),
        sa.Column("certified", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.String(length=500), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("certified", name=op.f("ck_sendings_certified")),
        sa.CheckConstraint("length(sender_name) > 0", name=op.f("ck_sendings_named")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["action_links.id"], name=op.f("fk_sendings_link_id_action_links")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_sendings_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sendings_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sendings")),
    )
    with op.batch_alter_table("sendings", schema=None) as batch_op:
        batch_op.create_index("ix_sendings_organisation", ["organisation_id", "month"], unique=False)

    op.create_table(
        "second_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("share_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("contested", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("comment", sa.String(length=300), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sender_name", sa.String(length=120), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("hours >= 0", name=op.f("ck_second_answers_hours")),
        sa.CheckConstraint("length(sender_name) > 0", name=op.f("ck_second_answers_named")),
        sa.ForeignKeyConstraint(
            ["link_id"], ["action_links.id"], name=op.f("fk_second_answers_link_id_action_links")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_second_answers_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(["share_id"], ["shares.id"], name=op.f("fk_second_answers_share_id_shares")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_second_answers_territory_id_territories")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_second_answers_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_answers")),
        sa.UniqueConstraint("share_id", name=op.f("uq_second_answers_share_id")),
    )
    with op.batch_alter_table("second_answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_second_answers_organisation_id"), ["organisation_id"], unique=False
        )

    with op.batch_alter_table("action_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("period_on", sa.Date(), nullable=True))
        batch_op.drop_constraint(batch_op.f("ck_action_links_purpose"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_action_links_purpose"),
            "purpose IN ('answer_placement', 'set_password', 'declare_month')",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_action_links_period"),
            "(purpose = 'declare_month') = (period_on IS NOT NULL)",
        )

    with op.batch_alter_table("nil_declarations", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sending_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_nil_declarations_sending_id"), ["sending_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_nil_declarations_sending_id_sendings"), "sendings", ["sending_id"], ["id"]
        )

    with op.batch_alter_table("timesheets", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sending_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_timesheets_sending_id"), ["sending_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_timesheets_sending_id_sendings"), "sendings", ["sending_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("timesheets", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_timesheets_sending_id_sendings"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_timesheets_sending_id"))
        batch_op.drop_column("sending_id")

    with op.batch_alter_table("nil_declarations", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_nil_declarations_sending_id_sendings"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_nil_declarations_sending_id"))
        batch_op.drop_column("sending_id")

    op.execute("DELETE FROM action_links WHERE purpose = 'declare_month'")
    with op.batch_alter_table("action_links", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_action_links_period"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_action_links_purpose"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_action_links_purpose"), "purpose IN ('answer_placement', 'set_password')"
        )
        batch_op.drop_column("period_on")

    with op.batch_alter_table("second_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_second_answers_organisation_id"))

    op.drop_table("second_answers")
    with op.batch_alter_table("sendings", schema=None) as batch_op:
        batch_op.drop_index("ix_sendings_organisation")

    op.drop_table("sendings")
    with op.batch_alter_table("mail_topics", schema=None) as batch_op:
        batch_op.drop_index("ix_mail_topics_topic")

    op.drop_table("mail_topics")
