"""Dialogues made again from a file"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "imported",
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("figures", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_imported_dialogue_id")),
        sa.PrimaryKeyConstraint("dialogue_id", name=op.f("pk_imported")),
    )


def downgrade() -> None:
    op.drop_table("imported")
