"""Taps of the room, headings a card may belong to, and what the sentence model read"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meaning",
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("row", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_meaning_card_id_card")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_meaning_dialogue_id_dialogue")),
        sa.PrimaryKeyConstraint("card_id", name=op.f("pk_meaning")),
    )
    with op.batch_alter_table("meaning", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meaning_dialogue_id"), ["dialogue_id"], unique=False)
    op.create_table(
        "tap",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("same_as", sa.Integer(), nullable=True),
        sa.Column("heading", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("skipped", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_tap_activity_id_activity")),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_tap_card_id_card")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_tap_dialogue_id_dialogue")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_tap_participant_id_participant")),
        sa.ForeignKeyConstraint(["same_as"], ["card.id"], name=op.f("fk_tap_same_as_card")),
        sa.ForeignKeyConstraint(["theme_id"], ["theme.id"], name=op.f("fk_tap_theme_id_theme")),
        sa.PrimaryKeyConstraint("activity_id", "participant_id", "card_id", name=op.f("pk_tap")),
    )
    with op.batch_alter_table("tap", schema=None) as batch_op:
        for column in ("card_id", "dialogue_id", "participant_id"):
            batch_op.create_index(batch_op.f(f"ix_tap_{column}"), [column], unique=False)
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_room", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("near", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.alter_column("by_room", existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column("near", existing_type=sqlmodel.sql.sqltypes.AutoString(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_column("near")
        batch_op.drop_column("by_room")
    op.drop_table("tap")
    op.drop_table("meaning")
