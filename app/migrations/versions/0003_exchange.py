"""data from elsewhere: identifiers, texts and shares of projects, imports, merges.

Revision: 0003.
Revises: 0002.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from app.migrations.sqlite import is_sqlite, rebuild, replaced

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT = sa.String().with_variant(sa.String(collation="C"), "postgresql")
SHARE = "CONSTRAINT ck_{table}_share CHECK (share_hundredths BETWEEN 0 AND 10000)"
SECTOR = "CONSTRAINT ck_topic_sector CHECK ((sector_vocabulary IS NULL) = (sector_code IS NULL))"
MERGED = " CONSTRAINT fk_record_merged_into_pk REFERENCES record (pk)"

COLUMNS: tuple[tuple[str, str, str, str], ...] = (
    ("project_topic", "share_hundredths", "BIGINT", SHARE),
    ("project_state", "share_hundredths", "BIGINT", SHARE),
    ("funding", "reference", "TEXT", ""),
    ("place", "region_code", "TEXT", ""),
    ("topic", "sector_vocabulary", "TEXT", ""),
    ("topic", "sector_code", "TEXT", SECTOR),
)
"""Table, new column, type, what the table itself checks."""

INDEXES = (("funding", "reference"), ("place", "region_code"), ("topic", "sector_code"), ("record", "merged_into_pk"))
PARTS = {
    "project_identifier": {"scheme": False, "value": False},
    "project_text": {"kind": False, "language": True, "text": False},
}
"""New table -> its texts, and whether they may be empty."""


def upgrade() -> None:
    """Apply."""
    text = "VARCHAR" if is_sqlite() else 'VARCHAR COLLATE "C"'
    for table, column, type_, check in COLUMNS:
        typed = text if type_ == "TEXT" else type_
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {typed} {check.format(table=table)}")
        op.execute(f"ALTER TABLE {table}_history ADD COLUMN {column} {typed}")
    op.execute(f"ALTER TABLE record ADD COLUMN merged_into_pk INTEGER{MERGED}")
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, [column])
    for table, texts in PARTS.items():
        _make_part(table, texts)
    _make_service_tables()


def _own_columns(texts: dict[str, bool]) -> list[sa.Column[Any]]:
    return [
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        *(sa.Column(name, TEXT, nullable=may_be_empty) for name, may_be_empty in texts.items()),
    ]


def _make_part(table: str, texts: dict[str, bool]) -> None:
    """The rows of a list inside a project, and their history."""
    checks = {
        "project_text": [
            sa.CheckConstraint(
                "kind IN ('title', 'description', 'objectives', 'target_groups')", name=op.f("ck_project_text_kind")
            )
        ]
    }
    op.create_table(
        table,
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        *_own_columns(texts),
        *checks.get(table, ()),
        sa.ForeignKeyConstraint(
            ["project_pk"], ["project.pk"], name=op.f(f"fk_{table}_project_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f(f"pk_{table}")),
    )
    op.create_table(
        f"{table}_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        *_own_columns(texts),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f(f"pk_{table}_history")),
    )
    op.create_index(f"ix_{table}_project_pk", table, ["project_pk"])
    op.create_index(f"ix_{table}_history_project_pk", f"{table}_history", ["project_pk", "valid_from"])
    if table == "project_identifier":
        op.create_index("ix_project_identifier_value", table, ["value"])
        shown = sa.text("NOT hidden")
        op.create_index(
            "uq_project_identifier_scheme",
            table,
            ["scheme", "value"],
            unique=True,
            sqlite_where=shown,
            postgresql_where=shown,
        )


def _make_service_tables() -> None:
    op.create_table(
        "import_job",
        sa.Column("id", TEXT, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", TEXT),
        sa.Column("reader", TEXT, nullable=False),
        sa.Column("format", TEXT, nullable=False),
        sa.Column("file_name", TEXT, nullable=False),
        sa.Column("sha256", TEXT, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("options", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("detail", TEXT),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("counts", TEXT, nullable=False),
        sa.Column("version", sa.Integer()),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_job")),
    )
    op.create_index("ix_import_job_at", "import_job", ["at"])
    op.create_index("ix_import_job_status", "import_job", ["status"])
    op.create_table(
        "import_problem",
        sa.Column("job", TEXT, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("severity", TEXT, nullable=False),
        sa.Column("code", TEXT, nullable=False),
        sa.Column("detail", TEXT, nullable=False),
        sa.Column("number", sa.BigInteger()),
        sa.Column("place", TEXT),
        sa.Column("field", TEXT),
        sa.ForeignKeyConstraint(["job"], ["import_job.id"], name=op.f("fk_import_problem_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job", "position", name=op.f("pk_import_problem")),
    )
    op.create_table(
        "source_record",
        sa.Column("source", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("record_pk", sa.Integer(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record_pk"], ["record.pk"], name=op.f("fk_source_record_record_pk")),
        sa.PrimaryKeyConstraint("source", "kind", "key", name=op.f("pk_source_record")),
    )
    op.create_index("ix_source_record_record_pk", "source_record", ["record_pk"])
    op.create_table(
        "distinct_pair",
        sa.Column("first_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("second_pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", TEXT),
        sa.CheckConstraint("first_pk < second_pk", name=op.f("ck_distinct_pair_ordered")),
        sa.ForeignKeyConstraint(["first_pk"], ["record.pk"], name=op.f("fk_distinct_pair_first_pk")),
        sa.ForeignKeyConstraint(["second_pk"], ["record.pk"], name=op.f("fk_distinct_pair_second_pk")),
        sa.PrimaryKeyConstraint("first_pk", "second_pk", name=op.f("pk_distinct_pair")),
    )
    op.create_index("ix_distinct_pair_second_pk", "distinct_pair", ["second_pk"])


def downgrade() -> None:
    """Undo. Identifiers, texts and shares of projects are lost, and what imports and merges noted."""
    for table in ("distinct_pair", "source_record", "import_problem", "import_job"):
        op.drop_table(table)
    for table in PARTS:
        op.drop_table(f"{table}_history")
        op.drop_table(table)
    for table, column in INDEXES:
        op.drop_index(f"ix_{table}_{column}", table)
    if is_sqlite():
        # SQLite does not drop a column that refers to another table.
        rebuild("record", replaced(MERGED, ""))
    op.execute("ALTER TABLE record DROP COLUMN merged_into_pk")
    for table, column, _, _ in reversed(COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        op.execute(f"ALTER TABLE {table}_history DROP COLUMN {column}")
