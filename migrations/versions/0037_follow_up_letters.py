"""Follow-ups asked by letter: what was asked of whom, what came back, links that answer one."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


PURPOSES = "'answer_placement', 'set_password', 'declare_month'"
OUTCOMES = "'answered', 'unreachable', 'refused', 'out_of_scope', 'not_asked'"


def _allow(purposes: str, outcomes: str) -> None:
    """The codes that a link’s purpose and a follow-up’s outcome may take."""
    with op.batch_alter_table("action_links", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_action_links_purpose"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_action_links_purpose"), f"purpose IN ({purposes})")
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_follow_ups_outcome"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_follow_ups_outcome"), f"outcome IN ({outcomes})")


def upgrade() -> None:
    _allow(f"{PURPOSES}, 'answer_follow_up'", f"{OUTCOMES}, 'asked'")
    op.create_table(
        "follow_up_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("voice", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("reply", sa.String(length=10), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("reply_name", sa.String(length=120), nullable=True),
        sa.Column("situation", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "reply IN ('answered', 'unknown', 'told', 'contrary')", name=op.f("ck_follow_up_requests_reply")
        ),
        sa.CheckConstraint(
            "situation IN ('cdi', 'cdd_6_plus', 'cdd_6_moins', 'interim_6_plus', 'interim_6_moins', 'apprentissage', 'professionnalisation', 'contrat_aide', 'contrat_iae', 'creation', 'fonction_publique', 'formation_qualifiante', 'formation_autre', 'pmsmp', 'epide_e2c', 'service_civique', 'scolarite', 'recherche', 'conge', 'retraite', 'inactif', 'detention', 'autre')",
            name=op.f("ck_follow_up_requests_situation"),
        ),
        sa.CheckConstraint(
            "voice IN ('person', 'referrer', 'employer', 'siae', 'desk')",
            name=op.f("ck_follow_up_requests_voice"),
        ),
        sa.CheckConstraint(
            "(reply IS NULL) = (replied_on IS NULL)", name=op.f("ck_follow_up_requests_replied")
        ),
        sa.CheckConstraint("rank >= 0", name=op.f("ck_follow_up_requests_rank")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["users.id"], name=op.f("fk_follow_up_requests_asked_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name=op.f("fk_follow_up_requests_follow_up_id_follow_ups")
        ),
        sa.ForeignKeyConstraint(
            ["link_id"], ["action_links.id"], name=op.f("fk_follow_up_requests_link_id_action_links")
        ),
        sa.ForeignKeyConstraint(
            ["mail_id"], ["outbox_mails.id"], name=op.f("fk_follow_up_requests_mail_id_outbox_mails")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_follow_up_requests_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_follow_up_requests_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_requests")),
        sa.UniqueConstraint(
            "follow_up_id",
            "organisation_id",
            "rank",
            name=op.f("uq_follow_up_requests_follow_up_id_organisation_id_rank"),
        ),
    )
    with op.batch_alter_table("follow_up_requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_up_requests_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_follow_up_requests_mail_id"), ["mail_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_follow_up_requests_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_follow_up_requests_territory_id"), ["territory_id"], unique=False
        )

    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("told_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("answered_by_organisation_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answered_by_name", sa.String(length=120), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_follow_ups_answered_by_organisation_id_organisations"),
            "organisations",
            ["answered_by_organisation_id"],
            ["id"],
        )


def downgrade() -> None:
    # An older schema has no word for these: the links open nothing any more, nobody counts as asked.
    op.execute(
        "UPDATE action_links SET purpose = 'answer_placement', revoked_at = COALESCE(revoked_at, created_at)"
        " WHERE purpose = 'answer_follow_up'"
    )
    op.execute("UPDATE follow_ups SET outcome = 'not_asked' WHERE outcome = 'asked'")
    _allow(PURPOSES, OUTCOMES)
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_follow_ups_answered_by_organisation_id_organisations"), type_="foreignkey"
        )
        batch_op.drop_column("answered_by_name")
        batch_op.drop_column("answered_by_organisation_id")
        batch_op.drop_column("told_on")
        batch_op.drop_column("asked_on")

    with op.batch_alter_table("follow_up_requests", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_requests_territory_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_requests_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_requests_mail_id"))
        batch_op.drop_index(batch_op.f("ix_follow_up_requests_link_id"))

    op.drop_table("follow_up_requests")
