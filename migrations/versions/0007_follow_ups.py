"""Follow-ups at 6 and 12 months."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("exit_on", sa.Date(), nullable=False),
        sa.Column("milestone", sa.Integer(), nullable=False),
        sa.Column("reference_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(length=14), nullable=False),
        sa.Column("situation", sa.String(length=24), nullable=True),
        sa.Column("since_on", sa.Date(), nullable=True),
        sa.Column("weekly_hours", sa.Integer(), nullable=True),
        sa.Column("part_time_chosen", sa.Boolean(), nullable=True),
        sa.Column("same_employer", sa.Boolean(), nullable=True),
        sa.Column("training_validated", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.String(length=20), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("called_on", sa.Date(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("recorded_by_id", sa.Integer(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'answered') = (situation IS NOT NULL)", name=op.f("ck_follow_ups_situation_of_answer")
        ),
        sa.CheckConstraint(
            "answered_by IN ('person', 'referrer', 'employer', 'siae', 'desk')",
            name=op.f("ck_follow_ups_answered_by"),
        ),
        sa.CheckConstraint(
            "channel IN ('phone', 'email', 'sms', 'letter', 'meeting', 'visit', 'form', 'desk')",
            name=op.f("ck_follow_ups_channel"),
        ),
        sa.CheckConstraint(
            "outcome IN ('answered', 'unreachable', 'refused', 'out_of_scope', 'not_asked')",
            name=op.f("ck_follow_ups_outcome"),
        ),
        sa.CheckConstraint(
            "situation IN ('cdi', 'cdd_6_plus', 'cdd_6_moins', 'interim_6_plus', 'interim_6_moins', 'apprentissage', 'professionnalisation', 'contrat_aide', 'contrat_iae', 'creation', 'fonction_publique', 'formation_qualifiante', 'formation_autre', 'pmsmp', 'epide_e2c', 'service_civique', 'scolarite', 'recherche', 'conge', 'retraite', 'inactif', 'detention', 'autre')",
            name=op.f("ck_follow_ups_situation"),
        ),
        sa.CheckConstraint("milestone IN (6, 12)", name=op.f("ck_follow_ups_milestone")),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_follow_ups_tries")),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_follow_ups_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["recorded_by_id"], ["users.id"], name=op.f("fk_follow_ups_recorded_by_id_users")
        ),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_follow_ups_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint(
            "person_id", "exit_on", "milestone", name=op.f("uq_follow_ups_person_id_exit_on_milestone")
        ),
    )
    with op.batch_alter_table("follow_ups", schema=None) as batch_op:
        batch_op.create_index("ix_follow_ups_territory", ["territory_id", "reference_on"], unique=False)


def downgrade() -> None:
    op.drop_table("follow_ups")
