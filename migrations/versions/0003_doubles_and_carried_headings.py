"""Cards that say the same, headings from an earlier dialogue, pinned themes, and by which link an act was done"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table(
        "example",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("text", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_example_card_id_card")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_example_dialogue_id_dialogue")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_example_theme_id_theme")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_example")),
    )
    with op.batch_alter_table("example", schema=None) as batch_op:
        for column in ("card_id", "dialogue_id", "theme_id"):
            batch_op.create_index(batch_op.f(f"ix_example_{column}"), [column], unique=False)
    op.create_table(
        "apart",
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_apart_card_id_card")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_apart_dialogue_id_dialogue")),
        sa.ForeignKeyConstraint(["other_id"], ["card.id"], name=op.f("fk_apart_other_id_card")),
        sa.PrimaryKeyConstraint("card_id", "other_id", name=op.f("pk_apart")),
    )
    with op.batch_alter_table("apart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_apart_dialogue_id"), ["dialogue_id"], unique=False)
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("same_as", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("alike", TEXT, nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_placement_same_as"), ["same_as"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_placement_same_as_card"), "card", ["same_as"], ["id"])
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.alter_column("alike", existing_type=TEXT, server_default=None)
    # Placements refer to themes, so the table is not rebuilt; the defaults of the new columns stay.
    op.add_column("theme", sa.Column("pinned", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("theme", sa.Column("into_id", sa.Integer(), nullable=True))
    op.add_column("edit", sa.Column("by", TEXT, nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("edit", "by")
    op.drop_column("theme", "into_id")
    op.drop_column("theme", "pinned")
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_placement_same_as_card"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_placement_same_as"))
        batch_op.drop_column("alike")
        batch_op.drop_column("same_as")
    op.drop_table("apart")
    op.drop_table("example")
