"""The paths of people and the stays that they join, kept beside the placements that give them."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.create_table(
        "paths",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("firm_on", sa.Date(), nullable=True),
        sa.Column("six_on", sa.Date(), nullable=True),
        sa.Column("twelve_on", sa.Date(), nullable=True),
        sa.Column("last_employer_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(to_on IS NULL) = (firm_on IS NULL) AND (to_on IS NULL) = (six_on IS NULL) AND (to_on IS NULL) = (twelve_on IS NULL)",
            name=op.f("ck_paths_dates_of_the_end"),
        ),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_paths_order")),
        sa.ForeignKeyConstraint(
            ["last_employer_id"], ["organisations.id"], name=op.f("fk_paths_last_employer_id_organisations")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_paths_person_id_persons")),
        sa.ForeignKeyConstraint(
            ["territory_id"], ["territories.id"], name=op.f("fk_paths_territory_id_territories")
        ),
        sa.PrimaryKeyConstraint("person_id", "from_on", name=op.f("pk_paths")),
    )
    with op.batch_alter_table("paths", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paths_last_employer_id"), ["last_employer_id"], unique=False)
        batch_op.create_index("ix_paths_six", ["territory_id", "six_on"], unique=False)
        batch_op.create_index("ix_paths_twelve", ["territory_id", "twelve_on"], unique=False)

    op.create_table(
        "stays",
        sa.Column("placement_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("path_from_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id", "path_from_on"],
            ["paths.person_id", "paths.from_on"],
            name=op.f("fk_stays_person_id_paths"),
        ),
        sa.ForeignKeyConstraint(
            ["placement_id"], ["placements.id"], name=op.f("fk_stays_placement_id_placements")
        ),
        sa.PrimaryKeyConstraint("placement_id", name=op.f("pk_stays")),
    )
    with op.batch_alter_table("stays", schema=None) as batch_op:
        batch_op.create_index("ix_stays_path", ["person_id", "path_from_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("stays", schema=None) as batch_op:
        batch_op.drop_index("ix_stays_path")

    op.drop_table("stays")
    with op.batch_alter_table("paths", schema=None) as batch_op:
        batch_op.drop_index("ix_paths_twelve")
        batch_op.drop_index("ix_paths_six")
        batch_op.drop_index(batch_op.f("ix_paths_last_employer_id"))

    op.drop_table("paths")
