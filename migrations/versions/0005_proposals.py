"""A new grouping that is offered"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("basis", TEXT, nullable=False),
        sa.Column("tidied_at", sa.Integer(), nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("headings", sa.JSON(), nullable=False),
        sa.Column("typical", sa.JSON(), nullable=False),
        sa.CheckConstraint("state IN ('offered', 'adopted', 'dismissed')", name=op.f("ck_proposal_state")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_proposal_dialogue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_dialogue_id"), ["dialogue_id"], unique=False)


def downgrade() -> None:
    op.drop_table("proposal")
