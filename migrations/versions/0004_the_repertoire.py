"""Groups that answer as one, statements and answers, replies, agreements, material with an origin, kept templates"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString()


def upgrade() -> None:

    op.create_table(
        "saved_template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_template")),
        sa.UniqueConstraint("key", name=op.f("uq_saved_template_key")),
    )
    op.create_table(
        "groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("topic", TEXT, nullable=False),
        sa.Column("scribe_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("sort IN ('table', 'organisation', 'arena')", name=op.f("ck_groups_sort")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_groups_dialogue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_groups")),
        sa.UniqueConstraint("dialogue_id", "sort", "number", name=op.f("uq_groups_dialogue_id_sort_number")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("groups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_groups_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "share",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_share_activity_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_share_dialogue_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_share_group_id")),
        sa.PrimaryKeyConstraint("activity_id", "group_id", name=op.f("pk_share")),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "member",
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("seating", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_member_dialogue_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_member_group_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_member_participant_id")),
        sa.PrimaryKeyConstraint("participant_id", "sort", "seating", name=op.f("pk_member")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_dialogue_id"), ["dialogue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_group_id"), ["group_id"], unique=False)

    op.create_table(
        "agreement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("what", TEXT, nullable=False),
        sa.Column("who", TEXT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("note", TEXT, nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("nonce", TEXT, nullable=False),
        sa.Column("dropped", sa.Boolean(), nullable=False),
        sa.CheckConstraint("scope IN ('', 'internal', 'joint')", name=op.f("ck_agreement_scope")),
        sa.CheckConstraint("sort IN ('agreement', 'product')", name=op.f("ck_agreement_sort")),
        sa.CheckConstraint("status IN ('unknown', 'done', 'under_way', 'dropped')", name=op.f("ck_agreement_status")),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_agreement_card_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_agreement_dialogue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("dialogue_id", "card_id", name=op.f("uq_agreement_dialogue_id_card_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("agreement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreement_dialogue_id"), ["dialogue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agreement_card_id"), ["card_id"], unique=False)

    op.create_table(
        "lift",
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_lift_card_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_lift_dialogue_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_lift_participant_id")),
        sa.PrimaryKeyConstraint("card_id", "participant_id", name=op.f("pk_lift")),
    )
    with op.batch_alter_table("lift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lift_dialogue_id"), ["dialogue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lift_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("sort", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("second", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("origin_id", sa.Integer(), nullable=True),
        sa.Column("origin_title", TEXT, nullable=False),
        sa.Column("origin_date", sa.Date(), nullable=True),
        sa.Column("card_id", sa.Integer(), nullable=True),
        sa.Column("added", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_material_card_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_material_dialogue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("material", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_card_id"), ["card_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_material_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("part", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state IN ('shown', 'held', 'hidden', 'withdrawn')", name=op.f("ck_reply_state")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_reply_activity_id")),
        sa.ForeignKeyConstraint(["card_id"], ["card.id"], name=op.f("fk_reply_card_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_reply_dialogue_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_reply_group_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_reply_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_card_id"), ["card_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_dialogue_id"), ["dialogue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reply_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "statement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("text_da", TEXT, nullable=False),
        sa.Column("text_en", TEXT, nullable=False),
        sa.Column("left_da", TEXT, nullable=False),
        sa.Column("left_en", TEXT, nullable=False),
        sa.Column("right_da", TEXT, nullable=False),
        sa.Column("right_en", TEXT, nullable=False),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("agreement_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_statement_activity_id")),
        sa.ForeignKeyConstraint(["agreement_id"], ["agreement.id"], name=op.f("fk_statement_agreement_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_statement_dialogue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_statement_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_statement_dialogue_id"), ["dialogue_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.Integer(), nullable=False),
        sa.Column("dialogue_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("condition", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_answer_activity_id")),
        sa.ForeignKeyConstraint(["dialogue_id"], ["dialogue.id"], name=op.f("fk_answer_dialogue_id")),
        sa.ForeignKeyConstraint(["group_id"], ["groups.id"], name=op.f("fk_answer_group_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_answer_participant_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["statement.id"], name=op.f("fk_answer_statement_id")),
        sa.PrimaryKeyConstraint("activity_id", "participant_id", "statement_id", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_dialogue_id"), ["dialogue_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_statement_id"), ["statement_id"], unique=False)
    # Other tables refer to these, so they are not rebuilt; the defaults of the new columns stay.
    op.add_column("activity", sa.Column("unit", TEXT, nullable=False, server_default="person"))
    op.add_column("activity", sa.Column("cue", sa.JSON(), nullable=False, server_default="{}"))
    op.add_column("activity", sa.Column("carries", TEXT, nullable=False, server_default=""))
    op.add_column("activity", sa.Column("apart", TEXT, nullable=False, server_default=""))
    op.add_column("activity", sa.Column("open_until", sa.BigInteger(), nullable=True))
    op.add_column("activity", sa.Column("round_of", sa.Integer(), nullable=True))
    op.add_column("activity", sa.Column("skipped", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("card", sa.Column("group_id", sa.Integer(), nullable=True))
    op.add_column("card", sa.Column("tags", TEXT, nullable=False, server_default=""))
    op.add_column("card", sa.Column("onward", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("card", sa.Column("answered", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("dialogue", sa.Column("mandate_say", TEXT, nullable=False, server_default=""))
    op.add_column("dialogue", sa.Column("phase", TEXT, nullable=False, server_default="develop"))
    op.add_column("dialogue", sa.Column("delay", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("dialogue", sa.Column("seating", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("dialogue", sa.Column("follow_up_on", sa.Date(), nullable=True))
    op.add_column("dialogue", sa.Column("follow_up", TEXT, nullable=False, server_default=""))
    op.add_column("dialogue", sa.Column("looking_back", TEXT, nullable=False, server_default=""))
    op.add_column("dialogue", sa.Column("published_at", sa.BigInteger(), nullable=True))
    op.add_column("dialogue", sa.Column("own_kinds", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("link", sa.Column("expires_on", sa.Date(), nullable=True))
    op.add_column("link", sa.Column("closed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("participant", sa.Column("proxy", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("perspective", sa.Column("intended", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("perspective", sa.Column("practice", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index(op.f("ix_card_group_id"), "card", ["group_id"], unique=False)
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_link_face"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_link_face"), "face IN ('office', 'desk', 'board', 'summary')")


def downgrade() -> None:
    op.execute("DELETE FROM link WHERE face = 'summary'")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_link_face"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_link_face"), "face IN ('office', 'desk', 'board')")
    op.drop_index(op.f("ix_card_group_id"), table_name="card")
    op.drop_column("perspective", "practice")
    op.drop_column("perspective", "intended")
    op.drop_column("participant", "proxy")
    op.drop_column("link", "closed")
    op.drop_column("link", "expires_on")
    op.drop_column("dialogue", "own_kinds")
    op.drop_column("dialogue", "published_at")
    op.drop_column("dialogue", "looking_back")
    op.drop_column("dialogue", "follow_up")
    op.drop_column("dialogue", "follow_up_on")
    op.drop_column("dialogue", "seating")
    op.drop_column("dialogue", "delay")
    op.drop_column("dialogue", "phase")
    op.drop_column("dialogue", "mandate_say")
    op.drop_column("card", "answered")
    op.drop_column("card", "onward")
    op.drop_column("card", "tags")
    op.drop_column("card", "group_id")
    op.drop_column("activity", "skipped")
    op.drop_column("activity", "round_of")
    op.drop_column("activity", "open_until")
    op.drop_column("activity", "apart")
    op.drop_column("activity", "carries")
    op.drop_column("activity", "cue")
    op.drop_column("activity", "unit")
    op.drop_table("answer")
    op.drop_table("statement")
    op.drop_table("reply")
    op.drop_table("material")
    op.drop_table("lift")
    op.drop_table("agreement")
    op.drop_table("member")
    op.drop_table("share")
    op.drop_table("groups")
    op.drop_table("saved_template")
