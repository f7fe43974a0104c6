"""history for every path, keys, and who may see what.

Revision: 0002.
Revises: 0001.
"""

import sqlalchemy as sa
from alembic import op

from app.migrations.sqlite import is_sqlite, rebuild, replaced

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

RECORDS = (
    "beneficiary_group citation collaboration collaboration_member document finding funding indicator "
    "legal_instrument organization organization_relation participation place project project_state state "
    "state_group tool topic unnamed_party"
).split()
PARTS = (
    "collaboration_state legal_instrument_project organization_identifier organization_name participation_state "
    "project_topic search_form state_name tool_project"
).split()

CONSTRAINTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("document", "uq_document_sha256", "uq_document_sha256", ("sha256",)),
    ("state", "uq_state_inegi", "uq_state_inegi", ("inegi",)),
    (
        "organization_identifier",
        "uq_organization_identifier_scheme_value",
        "uq_organization_identifier_scheme",
        ("scheme", "value"),
    ),
)
"""Table, constraint of all rows, index of public rows, columns."""

INDEXES: tuple[tuple[str, str, tuple[str, ...], str | None], ...] = (
    ("organization_relation", "uq_organization_relation", ("subject_pk", "kind", "object_pk"), None),
    ("citation", "uq_citation_place", ("record_pk", "document_pk", "paragraph", "cue"), None),
    (
        "participation",
        "uq_participation_organization",
        ("project_pk", "organization_pk", "role"),
        "organization_pk IS NOT NULL",
    ),
    ("participation", "uq_participation_party", ("project_pk", "party_pk", "role"), "party_pk IS NOT NULL"),
    (
        "project_state",
        "uq_project_state_alone",
        ("project_pk", "state_pk", "role"),
        "state_pk IS NOT NULL AND state_group_pk IS NULL",
    ),
    ("project_state", "uq_project_state_grouped", ("state_pk", "state_group_pk"), "state_group_pk IS NOT NULL"),
    ("project_state", "uq_project_state_place", ("project_pk", "place_pk", "role"), "place_pk IS NOT NULL"),
    (
        "collaboration_member",
        "uq_collaboration_member_organization",
        ("collaboration_pk", "organization_pk"),
        "organization_pk IS NOT NULL",
    ),
    ("collaboration_member", "uq_collaboration_member_party", ("collaboration_pk", "party_pk"), "party_pk IS NOT NULL"),
)
"""Table, unique index, columns, which rows."""

SORTED = {
    "place": ("level",),
    "organization": ("name", "kind", "country"),
    "organization_relation": ("kind",),
    "unnamed_party": ("kind",),
    "document": ("year",),
    "project": ("title", "kind", "start_date", "end_date", "project_status"),
    "funding": ("date", "amount_minor", "kind"),
    "participation": ("role",),
    "project_state": ("role",),
    "collaboration": ("name", "kind", "collaboration_status"),
    "collaboration_member": ("role",),
    "indicator": ("low_micro", "unit", "year"),
    "tool": ("name", "kind", "tool_status"),
    "legal_instrument": ("name", "kind"),
    "finding": ("kind", "theme"),
    "citation": ("paragraph",),
}
"""Columns that lists are sorted by and that have an index, which their history gets too."""

OLD_ACTIONS = "action IN ('create', 'update', 'delete')"
ACTIONS = "IN ('create', 'update', 'delete', 'restore', 'restrict', 'publish')"


def _add(table: str, name: str, type_: str, default: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {type_} DEFAULT {default} NOT NULL")


def _unique(table: str, name: str, columns: tuple[str, ...], where: str | None) -> None:
    listed = ", ".join(columns)
    op.execute(f"CREATE UNIQUE INDEX {name} ON {table} ({listed})" + (f" WHERE {where}" if where else ""))


def upgrade() -> None:
    """Apply."""
    _make_service_tables()
    for table in RECORDS:
        for one in (table, f"{table}_history"):
            _add(one, "revision", "INTEGER", "1")
    for table in (*RECORDS, *PARTS):
        for one in (table, f"{table}_history"):
            _add(one, "hidden", "BOOLEAN", "0" if is_sqlite() else "false")
    for table in RECORDS:
        for column in ("id", *SORTED.get(table, ())):
            op.create_index(f"ix_{table}_history_{column}", f"{table}_history", [column, "valid_from"])
        op.execute(f"UPDATE {table} SET revision = (SELECT r.revision FROM record r WHERE r.pk = {table}.pk)")
        op.execute(
            f"UPDATE {table}_history SET revision = (SELECT max(c.revision) FROM change c "
            f"WHERE c.record_pk = {table}_history.pk AND c.version <= {table}_history.valid_from)"
        )
    _add("data_counter", "amendments", "INTEGER", "0")
    _add("record", "hidden", "BOOLEAN", "0" if is_sqlite() else "false")
    op.execute(
        "ALTER TABLE record ADD COLUMN public_deleted_in INTEGER "
        "CONSTRAINT fk_record_public_deleted_in REFERENCES data_version (number)"
    )
    op.execute("UPDATE record SET public_deleted_in = deleted_in")
    op.create_index("ix_record_public_deleted_in", "record", ["public_deleted_in"])
    op.execute("CREATE INDEX ix_record_visibility ON record (visibility) WHERE visibility <> 'public'")
    op.execute("CREATE INDEX ix_record_hidden ON record (hidden) WHERE hidden")
    _change_actions()
    for table, constraint, index, columns in CONSTRAINTS:
        if is_sqlite():
            rebuild(table, replaced(f", \n\tCONSTRAINT {constraint} UNIQUE ({', '.join(columns)})", ""))
        else:
            op.drop_constraint(op.f(constraint), table, type_="unique")
        _unique(table, index, columns, "NOT hidden")
    for table, index, listed, where in INDEXES:
        op.drop_index(index, table)
        _unique(table, index, listed, f"{where} AND NOT hidden" if where else "NOT hidden")


def _change_actions() -> None:
    text = "VARCHAR" if is_sqlite() else 'VARCHAR COLLATE "C"'
    op.execute(f"ALTER TABLE change ADD COLUMN public_action {text}")
    op.execute("UPDATE change SET public_action = action")
    if is_sqlite():
        checks = f"(action {ACTIONS}), \n\tCONSTRAINT ck_change_public_action CHECK (public_action {ACTIONS})"
        rebuild("change", replaced(f"({OLD_ACTIONS})", checks))
    else:
        op.drop_constraint(op.f("ck_change_action"), "change", type_="check")
        op.execute(f"ALTER TABLE change ADD CONSTRAINT ck_change_action CHECK (action {ACTIONS})")
        op.execute(f"ALTER TABLE change ADD CONSTRAINT ck_change_public_action CHECK (public_action {ACTIONS})")


def downgrade() -> None:
    """Undo. Refused where something is hidden: it would come to light."""
    bind = op.get_bind()
    if bind.execute(sa.text("SELECT 1 FROM record WHERE hidden OR visibility <> 'public' LIMIT 1")).first():
        raise RuntimeError("there are restricted records, and the tables of revision 0001 cannot hide them")
    for table, index, columns, where in INDEXES:
        op.drop_index(index, table)
        _unique(table, index, columns, where)
    for table, constraint, index, columns in CONSTRAINTS:
        op.drop_index(index, table)
        listed = ", ".join(columns)
        if is_sqlite():
            primary = f"CONSTRAINT pk_{table} PRIMARY KEY"
            rebuild(table, replaced(primary, f"CONSTRAINT {constraint} UNIQUE ({listed}), \n\t{primary}"))
        else:
            op.create_unique_constraint(op.f(constraint), table, list(columns))
    _change_actions_back()
    for index in ("ix_record_hidden", "ix_record_visibility", "ix_record_public_deleted_in"):
        op.drop_index(index, "record")
    op.execute("ALTER TABLE record DROP COLUMN hidden")
    if is_sqlite():
        # SQLite does not drop a column that refers to another table.
        _rebuild_without_reference()
    else:
        op.execute("ALTER TABLE record DROP COLUMN public_deleted_in")
    op.execute("ALTER TABLE data_counter DROP COLUMN amendments")
    _drop_columns()
    _drop_service_tables()


def _drop_columns() -> None:
    for table in RECORDS:
        for column in ("id", *SORTED.get(table, ())):
            op.drop_index(f"ix_{table}_history_{column}", f"{table}_history")
        for one in (table, f"{table}_history"):
            op.execute(f"ALTER TABLE {one} DROP COLUMN revision")
    for table in (*RECORDS, *PARTS):
        for one in (table, f"{table}_history"):
            op.execute(f"ALTER TABLE {one} DROP COLUMN hidden")


def _change_actions_back() -> None:
    op.execute("UPDATE change SET action = 'create' WHERE action = 'restore'")
    op.execute("UPDATE change SET action = 'update' WHERE action NOT IN ('create', 'delete')")
    if is_sqlite():
        checks = f"(action {ACTIONS}), \n\tCONSTRAINT ck_change_public_action CHECK (public_action {ACTIONS})"
        rebuild("change", replaced(checks, f"({OLD_ACTIONS})"))
    else:
        op.drop_constraint(op.f("ck_change_public_action"), "change", type_="check")
        op.drop_constraint(op.f("ck_change_action"), "change", type_="check")
        op.execute(f"ALTER TABLE change ADD CONSTRAINT ck_change_action CHECK ({OLD_ACTIONS})")
    op.execute("ALTER TABLE change DROP COLUMN public_action")


def _rebuild_without_reference() -> None:
    reference = " CONSTRAINT fk_record_public_deleted_in REFERENCES data_version (number)"
    rebuild("record", replaced(reference, ""))
    op.execute("ALTER TABLE record DROP COLUMN public_deleted_in")


def _make_service_tables() -> None:
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


def _drop_service_tables() -> None:
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
