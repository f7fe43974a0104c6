"""history for every path, keys, and who may see what.

Revision: 0002.
Revises: 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "admin_action",
        sa.Column("pk", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("action", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("subject", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_admin_action")),
    )
    with op.batch_alter_table("admin_action", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_admin_action_at"), ["at"], unique=False)

    op.create_table(
        "api_key",
        sa.Column("prefix", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("digest", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("label", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("scopes", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_api_key")),
    )
    op.create_table(
        "idempotent_answer",
        sa.Column("caller", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("key", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("digest", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("caller", "key", name=op.f("pk_idempotent_answer")),
    )
    with op.batch_alter_table("idempotent_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotent_answer_at"), ["at"], unique=False)

    op.create_table(
        "withheld_term",
        sa.Column("digest", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("words >= 1", name=op.f("ck_withheld_term_words")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_withheld_term")),
    )
    op.create_table(
        "amendment",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint("reason IN ('restricted', 'expunged')", name=op.f("ck_amendment_reason")),
        sa.CheckConstraint("first < last", name=op.f("ck_amendment_range")),
        sa.ForeignKeyConstraint(["version"], ["data_version.number"], name=op.f("fk_amendment_version")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_amendment")),
    )
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_amendment_version"), ["version"], unique=False)


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_amendment_version"))

    op.drop_table("amendment")
    op.drop_table("withheld_term")
    with op.batch_alter_table("idempotent_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotent_answer_at"))

    op.drop_table("idempotent_answer")
    op.drop_table("api_key")
    with op.batch_alter_table("admin_action", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_admin_action_at"))

    op.drop_table("admin_action")
