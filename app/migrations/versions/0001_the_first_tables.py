"""the first tables.

Revision: 0001.
Revises: .
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "beneficiary_group_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("description", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("count_low", sa.BigInteger(), nullable=True),
        sa.Column("count_high", sa.BigInteger(), nullable=True),
        sa.Column("count_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_beneficiary_group_history")),
    )
    with op.batch_alter_table("beneficiary_group_history", schema=None) as batch_op:
        batch_op.create_index("ix_beneficiary_group_history_project_pk", ["project_pk", "valid_from"], unique=False)

    op.create_table(
        "citation_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("document_pk", sa.Integer(), nullable=False),
        sa.Column("record_pk", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("paragraph", sa.BigInteger(), nullable=False),
        sa.Column("cue", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_citation_history")),
    )
    with op.batch_alter_table("citation_history", schema=None) as batch_op:
        batch_op.create_index("ix_citation_history_document_pk", ["document_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_citation_history_record_pk", ["record_pk", "valid_from"], unique=False)

    op.create_table(
        "collaboration_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column(
            "collaboration_status", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("status_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("goal", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("plural", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_collaboration_history")),
    )
    with op.batch_alter_table("collaboration_history", schema=None) as batch_op:
        batch_op.create_index("ix_collaboration_history_project_pk", ["project_pk", "valid_from"], unique=False)

    op.create_table(
        "collaboration_member_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("collaboration_pk", sa.Integer(), nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=True),
        sa.Column("party_pk", sa.Integer(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_collaboration_member_history")),
    )
    with op.batch_alter_table("collaboration_member_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_collaboration_member_history_collaboration_pk", ["collaboration_pk", "valid_from"], unique=False
        )
        batch_op.create_index(
            "ix_collaboration_member_history_organization_pk", ["organization_pk", "valid_from"], unique=False
        )
        batch_op.create_index("ix_collaboration_member_history_party_pk", ["party_pk", "valid_from"], unique=False)

    op.create_table(
        "collaboration_state_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("collaboration_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("place_pk", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_collaboration_state_history")),
    )
    with op.batch_alter_table("collaboration_state_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_collaboration_state_history_collaboration_pk", ["collaboration_pk", "valid_from"], unique=False
        )
        batch_op.create_index("ix_collaboration_state_history_place_pk", ["place_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_collaboration_state_history_state_pk", ["state_pk", "valid_from"], unique=False)

    op.create_table(
        "data_counter",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("public_number", sa.Integer(), nullable=False),
        sa.Column("next_pk", sa.Integer(), nullable=False),
        sa.CheckConstraint("pk = 1", name=op.f("ck_data_counter_one_row")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_data_counter")),
    )
    op.create_table(
        "document_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("title", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("publisher", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("publisher_organization_pk", sa.Integer(), nullable=True),
        sa.Column("publisher_basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("year_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("language", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("file_name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("paragraphs", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("url", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("licence", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_document_history")),
    )
    with op.batch_alter_table("document_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_document_history_publisher_organization_pk", ["publisher_organization_pk", "valid_from"], unique=False
        )

    op.create_table(
        "finding_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("summary", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("theme", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("viewpoint", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("causality", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("collaboration_pk", sa.Integer(), nullable=True),
        sa.Column("document_pk", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_finding_history")),
    )
    with op.batch_alter_table("finding_history", schema=None) as batch_op:
        batch_op.create_index("ix_finding_history_collaboration_pk", ["collaboration_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_finding_history_document_pk", ["document_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_finding_history_project_pk", ["project_pk", "valid_from"], unique=False)

    op.create_table(
        "funding_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("funder_pk", sa.Integer(), nullable=True),
        sa.Column("funder_party_pk", sa.Integer(), nullable=True),
        sa.Column("recipient_pk", sa.Integer(), nullable=True),
        sa.Column("recipient_party_pk", sa.Integer(), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("through_project_pk", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("stage", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("currency", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("currency_presumed", sa.Boolean(), nullable=False),
        sa.Column("share_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("share_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("date", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_funding_history")),
    )
    with op.batch_alter_table("funding_history", schema=None) as batch_op:
        batch_op.create_index("ix_funding_history_funder_party_pk", ["funder_party_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_funding_history_funder_pk", ["funder_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_funding_history_project_pk", ["project_pk", "valid_from"], unique=False)
        batch_op.create_index(
            "ix_funding_history_recipient_party_pk", ["recipient_party_pk", "valid_from"], unique=False
        )
        batch_op.create_index("ix_funding_history_recipient_pk", ["recipient_pk", "valid_from"], unique=False)
        batch_op.create_index(
            "ix_funding_history_through_project_pk", ["through_project_pk", "valid_from"], unique=False
        )

    op.create_table(
        "import_run",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("source", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_import_run")),
    )
    op.create_table(
        "indicator_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("organization_pk", sa.Integer(), nullable=True),
        sa.Column("label", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("low_micro", sa.BigInteger(), nullable=True),
        sa.Column("high_micro", sa.BigInteger(), nullable=True),
        sa.Column("qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("unit", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("level", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("as_shown", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("conflicts_with_pk", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_indicator_history")),
    )
    with op.batch_alter_table("indicator_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_indicator_history_conflicts_with_pk", ["conflicts_with_pk", "valid_from"], unique=False
        )
        batch_op.create_index("ix_indicator_history_organization_pk", ["organization_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_indicator_history_project_pk", ["project_pk", "valid_from"], unique=False)

    op.create_table(
        "legal_instrument_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("as_written", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_legal_instrument_history")),
    )
    op.create_table(
        "legal_instrument_project_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("legal_instrument_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_legal_instrument_project_history")),
    )
    with op.batch_alter_table("legal_instrument_project_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_legal_instrument_project_history_legal_instrument_pk",
            ["legal_instrument_pk", "valid_from"],
            unique=False,
        )
        batch_op.create_index(
            "ix_legal_instrument_project_history_project_pk", ["project_pk", "valid_from"], unique=False
        )

    op.create_table(
        "organization_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("acronym", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("subkind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("iati_type", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("country", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("country_basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("website", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("summary", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("context_only", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_organization_history")),
    )
    with op.batch_alter_table("organization_history", schema=None) as batch_op:
        batch_op.create_index("ix_organization_history_state_pk", ["state_pk", "valid_from"], unique=False)

    op.create_table(
        "organization_identifier_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("value", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_organization_identifier_history")),
    )
    with op.batch_alter_table("organization_identifier_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_organization_identifier_history_organization_pk", ["organization_pk", "valid_from"], unique=False
        )

    op.create_table(
        "organization_name_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("language", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_organization_name_history")),
    )
    with op.batch_alter_table("organization_name_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_organization_name_history_organization_pk", ["organization_pk", "valid_from"], unique=False
        )

    op.create_table(
        "organization_relation_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("subject_pk", sa.Integer(), nullable=True),
        sa.Column("subject_name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("object_pk", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_organization_relation_history")),
    )
    with op.batch_alter_table("organization_relation_history", schema=None) as batch_op:
        batch_op.create_index("ix_organization_relation_history_object_pk", ["object_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_organization_relation_history_subject_pk", ["subject_pk", "valid_from"], unique=False)

    op.create_table(
        "participation_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=True),
        sa.Column("party_pk", sa.Integer(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("role_as_written", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_participation_history")),
    )
    with op.batch_alter_table("participation_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_participation_history_organization_pk", ["organization_pk", "valid_from"], unique=False
        )
        batch_op.create_index("ix_participation_history_party_pk", ["party_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_participation_history_project_pk", ["project_pk", "valid_from"], unique=False)

    op.create_table(
        "participation_state_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("participation_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_participation_state_history")),
    )
    with op.batch_alter_table("participation_state_history", schema=None) as batch_op:
        batch_op.create_index(
            "ix_participation_state_history_participation_pk", ["participation_pk", "valid_from"], unique=False
        )
        batch_op.create_index("ix_participation_state_history_state_pk", ["state_pk", "valid_from"], unique=False)

    op.create_table(
        "place_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("level", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("within_state_pk", sa.Integer(), nullable=True),
        sa.Column("within_place_pk", sa.Integer(), nullable=True),
        sa.Column("inegi", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_place_history")),
    )
    with op.batch_alter_table("place_history", schema=None) as batch_op:
        batch_op.create_index("ix_place_history_within_place_pk", ["within_place_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_place_history_within_state_pk", ["within_state_pk", "valid_from"], unique=False)

    op.create_table(
        "project_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("title", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("acronym", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("project_status", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("status_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("start_date", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("end_date", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("date_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("scope", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("summary", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("parent_pk", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_project_history")),
    )
    with op.batch_alter_table("project_history", schema=None) as batch_op:
        batch_op.create_index("ix_project_history_parent_pk", ["parent_pk", "valid_from"], unique=False)

    op.create_table(
        "project_state_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("place_pk", sa.Integer(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("state_group_pk", sa.Integer(), nullable=True),
        sa.Column("membership", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("as_written", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_project_state_history")),
    )
    with op.batch_alter_table("project_state_history", schema=None) as batch_op:
        batch_op.create_index("ix_project_state_history_place_pk", ["place_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_project_state_history_project_pk", ["project_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_project_state_history_state_group_pk", ["state_group_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_project_state_history_state_pk", ["state_pk", "valid_from"], unique=False)

    op.create_table(
        "project_topic_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic_pk", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_project_topic_history")),
    )
    with op.batch_alter_table("project_topic_history", schema=None) as batch_op:
        batch_op.create_index("ix_project_topic_history_project_pk", ["project_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_project_topic_history_topic_pk", ["topic_pk", "valid_from"], unique=False)

    op.create_table(
        "search_form_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("record_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("field", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("text", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("form", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_search_form_history")),
    )
    with op.batch_alter_table("search_form_history", schema=None) as batch_op:
        batch_op.create_index("ix_search_form_history_record_pk", ["record_pk", "valid_from"], unique=False)

    op.create_table(
        "state_group_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("label", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_state_group_history")),
    )
    with op.batch_alter_table("state_group_history", schema=None) as batch_op:
        batch_op.create_index("ix_state_group_history_project_pk", ["project_pk", "valid_from"], unique=False)

    op.create_table(
        "state_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("inegi", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_state_history")),
    )
    op.create_table(
        "state_name_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("language", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_state_name_history")),
    )
    with op.batch_alter_table("state_name_history", schema=None) as batch_op:
        batch_op.create_index("ix_state_name_history_state_pk", ["state_pk", "valid_from"], unique=False)

    op.create_table(
        "tool_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("owner_pk", sa.Integer(), nullable=True),
        sa.Column("owner_party_pk", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("purpose", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("tool_status", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("status_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_tool_history")),
    )
    with op.batch_alter_table("tool_history", schema=None) as batch_op:
        batch_op.create_index("ix_tool_history_owner_party_pk", ["owner_party_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_tool_history_owner_pk", ["owner_pk", "valid_from"], unique=False)

    op.create_table(
        "tool_project_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("tool_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_tool_project_history")),
    )
    with op.batch_alter_table("tool_project_history", schema=None) as batch_op:
        batch_op.create_index("ix_tool_project_history_project_pk", ["project_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_tool_project_history_tool_pk", ["tool_pk", "valid_from"], unique=False)

    op.create_table(
        "topic_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("label_en", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("label_es", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("crs_code", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("parent_pk", sa.Integer(), nullable=True),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_topic_history")),
    )
    with op.batch_alter_table("topic_history", schema=None) as batch_op:
        batch_op.create_index("ix_topic_history_parent_pk", ["parent_pk", "valid_from"], unique=False)

    op.create_table(
        "unnamed_party_history",
        sa.Column("pk", sa.Integer(), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("description", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("count_low", sa.BigInteger(), nullable=True),
        sa.Column("count_high", sa.BigInteger(), nullable=True),
        sa.Column("count_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("place_pk", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("pk", "valid_from", name=op.f("pk_unnamed_party_history")),
    )
    with op.batch_alter_table("unnamed_party_history", schema=None) as batch_op:
        batch_op.create_index("ix_unnamed_party_history_place_pk", ["place_pk", "valid_from"], unique=False)
        batch_op.create_index("ix_unnamed_party_history_state_pk", ["state_pk", "valid_from"], unique=False)

    op.create_table(
        "data_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("actor", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("import_run_pk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_run_pk"], ["import_run.pk"], name=op.f("fk_data_version_import_run_pk")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_data_version")),
    )
    with op.batch_alter_table("data_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_version_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_version_import_run_pk"), ["import_run_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_data_version_public_number"), ["public_number"], unique=False)

    op.create_table(
        "record",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("visibility", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("import_run_pk", sa.Integer(), nullable=True),
        sa.Column("created_in", sa.Integer(), nullable=False),
        sa.Column("deleted_in", sa.Integer(), nullable=True),
        sa.CheckConstraint("visibility IN ('public', 'restricted')", name=op.f("ck_record_visibility")),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_record_revision")),
        sa.ForeignKeyConstraint(["created_in"], ["data_version.number"], name=op.f("fk_record_created_in")),
        sa.ForeignKeyConstraint(["deleted_in"], ["data_version.number"], name=op.f("fk_record_deleted_in")),
        sa.ForeignKeyConstraint(["import_run_pk"], ["import_run.pk"], name=op.f("fk_record_import_run_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_record")),
        sa.UniqueConstraint("kind", "id", name=op.f("uq_record_kind_id")),
    )
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_record_created_in"), ["created_in"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_deleted_in"), ["deleted_in"], unique=False)
        batch_op.create_index(batch_op.f("ix_record_import_run_pk"), ["import_run_pk"], unique=False)

    op.create_table(
        "change",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("record_pk", sa.Integer(), nullable=False),
        sa.Column("action", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("action IN ('create', 'update', 'delete')", name=op.f("ck_change_action")),
        sa.ForeignKeyConstraint(["record_pk"], ["record.pk"], name=op.f("fk_change_record_pk")),
        sa.ForeignKeyConstraint(["version"], ["data_version.number"], name=op.f("fk_change_version")),
        sa.PrimaryKeyConstraint("version", "position", name=op.f("pk_change")),
    )
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_change_record_pk"), ["record_pk"], unique=False)

    op.create_table(
        "legal_instrument",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("as_written", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_legal_instrument_basis")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_legal_instrument_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_legal_instrument")),
        sa.UniqueConstraint("id", name=op.f("uq_legal_instrument_id")),
    )
    with op.batch_alter_table("legal_instrument", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_legal_instrument_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_legal_instrument_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_legal_instrument_name"), ["name"], unique=False)

    op.create_table(
        "project",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("title", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("acronym", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("project_status", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("status_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("start_date", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("end_date", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("date_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("scope", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("summary", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("parent_pk", sa.Integer(), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_project_basis")),
        sa.CheckConstraint(
            "kind IN ('grant', 'program', 'activity', 'campaign', 'workshop', 'platform', 'call', 'tool')",
            name=op.f("ck_project_kind"),
        ),
        sa.CheckConstraint(
            "project_status IN ('planned', 'ongoing', 'completed', 'cancelled', 'unknown')",
            name=op.f("ck_project_project_status"),
        ),
        sa.CheckConstraint("scope IN ('regional', 'international')", name=op.f("ck_project_scope")),
        sa.CheckConstraint(
            "start_date <= end_date OR start_date LIKE end_date || '%'", name=op.f("ck_project_interval")
        ),
        sa.CheckConstraint("parent_pk <> pk", name=op.f("ck_project_not_itself")),
        sa.ForeignKeyConstraint(["parent_pk"], ["project.pk"], name=op.f("fk_project_parent_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_project")),
        sa.UniqueConstraint("id", name=op.f("uq_project_id")),
    )
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_acronym"), ["acronym"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_end_date"), ["end_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_parent_pk"), ["parent_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_project_status"), ["project_status"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_scope"), ["scope"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_start_date"), ["start_date"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_title"), ["title"], unique=False)

    op.create_table(
        "search_form",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("field", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("text", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("form", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_pk"], ["record.pk"], name=op.f("fk_search_form_record_pk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_search_form")),
    )
    with op.batch_alter_table("search_form", schema=None) as batch_op:
        batch_op.create_index("ix_search_form_form", ["form"], unique=False)
        batch_op.create_index(batch_op.f("ix_search_form_record_pk"), ["record_pk"], unique=False)

    op.create_table(
        "state",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("inegi", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint("length(id) = 6 AND id LIKE 'MX-%'", name=op.f("ck_state_iso_3166_2")),
        sa.CheckConstraint("length(inegi) = 2", name=op.f("ck_state_inegi")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_state_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_state")),
        sa.UniqueConstraint("id", name=op.f("uq_state_id")),
        sa.UniqueConstraint("inegi", name=op.f("uq_state_inegi")),
    )
    op.create_table(
        "topic",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("label_en", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("label_es", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("crs_code", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("parent_pk", sa.Integer(), nullable=True),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint("parent_pk <> pk", name=op.f("ck_topic_not_itself")),
        sa.ForeignKeyConstraint(["parent_pk"], ["topic.pk"], name=op.f("fk_topic_parent_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_topic_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_topic")),
        sa.UniqueConstraint("id", name=op.f("uq_topic_id")),
    )
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_crs_code"), ["crs_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_topic_parent_pk"), ["parent_pk"], unique=False)

    op.create_table(
        "beneficiary_group",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("description", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("count_low", sa.BigInteger(), nullable=True),
        sa.Column("count_high", sa.BigInteger(), nullable=True),
        sa.Column("count_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_beneficiary_group_basis")),
        sa.CheckConstraint(
            "count_qualifier IN ('exact', 'more_than', 'at_least', 'about', 'nearly', 'range')",
            name=op.f("ck_beneficiary_group_count_qualifier"),
        ),
        sa.CheckConstraint(
            "count_low >= 0 AND (count_high IS NULL OR (count_low IS NOT NULL AND count_low <= count_high))",
            name=op.f("ck_beneficiary_group_count_range"),
        ),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_beneficiary_group_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_beneficiary_group_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_beneficiary_group")),
        sa.UniqueConstraint("id", name=op.f("uq_beneficiary_group_id")),
    )
    with op.batch_alter_table("beneficiary_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_beneficiary_group_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_beneficiary_group_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_beneficiary_group_sensitive"), ["sensitive"], unique=False)

    op.create_table(
        "collaboration",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column(
            "collaboration_status", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False
        ),
        sa.Column("status_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("goal", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("plural", sa.Boolean(), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_collaboration_basis")),
        sa.CheckConstraint(
            "collaboration_status IN ('planned', 'forming', 'active', 'ended', 'unknown')",
            name=op.f("ck_collaboration_collaboration_status"),
        ),
        sa.CheckConstraint(
            "kind IN ('coalition', 'network', 'peer_network', 'association', 'committee', 'partnership', 'media_partnership', 'co_design', 'co_creation', 'mentoring', 'technical_assistance', 'method_transfer', 'exchange', 'coordination', 'engagement', 'community_engagement', 'convening', 'dialogue', 'interview')",
            name=op.f("ck_collaboration_kind"),
        ),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_collaboration_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_collaboration_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_collaboration")),
        sa.UniqueConstraint("id", name=op.f("uq_collaboration_id")),
    )
    with op.batch_alter_table("collaboration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collaboration_basis"), ["basis"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_collaboration_collaboration_status"), ["collaboration_status"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_collaboration_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_collaboration_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_collaboration_plural"), ["plural"], unique=False)
        batch_op.create_index(batch_op.f("ix_collaboration_project_pk"), ["project_pk"], unique=False)

    op.create_table(
        "legal_instrument_project",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("legal_instrument_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["legal_instrument_pk"],
            ["legal_instrument.pk"],
            name=op.f("fk_legal_instrument_project_legal_instrument_pk"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_legal_instrument_project_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_legal_instrument_project")),
        sa.UniqueConstraint(
            "legal_instrument_pk", "project_pk", name=op.f("uq_legal_instrument_project_legal_instrument_pk_project_pk")
        ),
    )
    with op.batch_alter_table("legal_instrument_project", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_legal_instrument_project_legal_instrument_pk"), ["legal_instrument_pk"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_legal_instrument_project_project_pk"), ["project_pk"], unique=False)

    op.create_table(
        "organization",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("acronym", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("subkind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("iati_type", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("country", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("country_basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("website", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("summary", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("context_only", sa.Boolean(), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_organization_basis")),
        sa.CheckConstraint(
            "country_basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_organization_country_basis")
        ),
        sa.CheckConstraint(
            "iati_type IN ('10', '11', '15', '21', '22', '23', '24', '30', '40', '60', '70', '71', '72', '73', '80', '90')",
            name=op.f("ck_organization_iati_type"),
        ),
        sa.CheckConstraint(
            "kind IN ('funder', 'ngo', 'foundation', 'international', 'government', 'academia', 'media', 'company', 'cooperative', 'network', 'political_party', 'community', 'mixed', 'unknown')",
            name=op.f("ck_organization_kind"),
        ),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_organization_pk")),
        sa.ForeignKeyConstraint(["state_pk"], ["state.pk"], name=op.f("fk_organization_state_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_organization")),
        sa.UniqueConstraint("id", name=op.f("uq_organization_id")),
    )
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_acronym"), ["acronym"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_context_only"), ["context_only"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_country"), ["country"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_iati_type"), ["iati_type"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_state_pk"), ["state_pk"], unique=False)

    op.create_table(
        "place",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("level", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("within_state_pk", sa.Integer(), nullable=True),
        sa.Column("within_place_pk", sa.Integer(), nullable=True),
        sa.Column("inegi", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint(
            "level IN ('community', 'borough', 'municipality', 'region', 'country')", name=op.f("ck_place_level")
        ),
        sa.CheckConstraint(
            "(CASE WHEN within_state_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN within_place_pk IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_place_at_most_one_within_state_pk_within_place_pk"),
        ),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_place_pk")),
        sa.ForeignKeyConstraint(["within_place_pk"], ["place.pk"], name=op.f("fk_place_within_place_pk")),
        sa.ForeignKeyConstraint(["within_state_pk"], ["state.pk"], name=op.f("fk_place_within_state_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_place")),
        sa.UniqueConstraint("id", name=op.f("uq_place_id")),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_inegi"), ["inegi"], unique=False)
        batch_op.create_index(batch_op.f("ix_place_level"), ["level"], unique=False)
        batch_op.create_index(batch_op.f("ix_place_within_place_pk"), ["within_place_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_place_within_state_pk"), ["within_state_pk"], unique=False)

    op.create_table(
        "project_topic",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic_pk", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_project_topic_basis")),
        sa.ForeignKeyConstraint(
            ["project_pk"], ["project.pk"], name=op.f("fk_project_topic_project_pk"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["topic_pk"], ["topic.pk"], name=op.f("fk_project_topic_topic_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_project_topic")),
        sa.UniqueConstraint("project_pk", "topic_pk", name=op.f("uq_project_topic_project_pk_topic_pk")),
    )
    with op.batch_alter_table("project_topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_topic_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_topic_topic_pk"), ["topic_pk"], unique=False)

    op.create_table(
        "state_group",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("label", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_state_group_basis")),
        sa.CheckConstraint(
            "role IN ('target', 'planned', 'dissemination', 'context')", name=op.f("ck_state_group_role")
        ),
        sa.CheckConstraint("count BETWEEN 1 AND 32", name=op.f("ck_state_group_count")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_state_group_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_state_group_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_state_group")),
        sa.UniqueConstraint("id", name=op.f("uq_state_group_id")),
    )
    with op.batch_alter_table("state_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_state_group_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_state_group_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_state_group_role"), ["role"], unique=False)

    op.create_table(
        "state_name",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("language", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint(
            "kind IN ('short', 'translation', 'former', 'abbreviation', 'as_written')", name=op.f("ck_state_name_kind")
        ),
        sa.ForeignKeyConstraint(["state_pk"], ["state.pk"], name=op.f("fk_state_name_state_pk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_state_name")),
        sa.UniqueConstraint("state_pk", "text", "kind", name=op.f("uq_state_name_state_pk_text_kind")),
    )
    with op.batch_alter_table("state_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_state_name_state_pk"), ["state_pk"], unique=False)

    op.create_table(
        "collaboration_state",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("collaboration_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("place_pk", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_collaboration_state_basis")),
        sa.CheckConstraint(
            "(CASE WHEN state_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN place_pk IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_collaboration_state_exactly_one_state_pk_place_pk"),
        ),
        sa.ForeignKeyConstraint(
            ["collaboration_pk"],
            ["collaboration.pk"],
            name=op.f("fk_collaboration_state_collaboration_pk"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["place_pk"], ["place.pk"], name=op.f("fk_collaboration_state_place_pk")),
        sa.ForeignKeyConstraint(["state_pk"], ["state.pk"], name=op.f("fk_collaboration_state_state_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_collaboration_state")),
        sa.UniqueConstraint(
            "collaboration_pk", "place_pk", name=op.f("uq_collaboration_state_collaboration_pk_place_pk")
        ),
        sa.UniqueConstraint(
            "collaboration_pk", "state_pk", name=op.f("uq_collaboration_state_collaboration_pk_state_pk")
        ),
    )
    with op.batch_alter_table("collaboration_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collaboration_state_collaboration_pk"), ["collaboration_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_collaboration_state_place_pk"), ["place_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_collaboration_state_state_pk"), ["state_pk"], unique=False)

    op.create_table(
        "document",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("title", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("publisher", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("publisher_organization_pk", sa.Integer(), nullable=True),
        sa.Column("publisher_basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("year_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("language", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("file_name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("paragraphs", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("url", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("licence", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_document_basis")),
        sa.CheckConstraint(
            "publisher_basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_document_publisher_basis")
        ),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_document_pk")),
        sa.ForeignKeyConstraint(
            ["publisher_organization_pk"], ["organization.pk"], name=op.f("fk_document_publisher_organization_pk")
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_document")),
        sa.UniqueConstraint("id", name=op.f("uq_document_id")),
        sa.UniqueConstraint("sha256", name=op.f("uq_document_sha256")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_file_name"), ["file_name"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_language"), ["language"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_document_publisher_organization_pk"), ["publisher_organization_pk"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_document_year"), ["year"], unique=False)

    op.create_table(
        "indicator",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("organization_pk", sa.Integer(), nullable=True),
        sa.Column("label", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("low_micro", sa.BigInteger(), nullable=True),
        sa.Column("high_micro", sa.BigInteger(), nullable=True),
        sa.Column("qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("unit", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("level", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("year", sa.BigInteger(), nullable=True),
        sa.Column("as_shown", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("conflicts_with_pk", sa.Integer(), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_indicator_basis")),
        sa.CheckConstraint(
            "kind IN ('target', 'result', 'context', 'coverage', 'resource')", name=op.f("ck_indicator_kind")
        ),
        sa.CheckConstraint("level IN ('output', 'outcome')", name=op.f("ck_indicator_level")),
        sa.CheckConstraint("level IS NULL OR kind = 'result'", name=op.f("ck_indicator_level_of_results")),
        sa.CheckConstraint(
            "qualifier IN ('exact', 'more_than', 'at_least', 'about', 'nearly', 'range')",
            name=op.f("ck_indicator_qualifier"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN project_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN organization_pk IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_indicator_at_most_one_project_pk_organization_pk"),
        ),
        sa.CheckConstraint(
            "high_micro IS NULL OR (low_micro IS NOT NULL AND low_micro <= high_micro)",
            name=op.f("ck_indicator_value_range"),
        ),
        sa.ForeignKeyConstraint(["conflicts_with_pk"], ["indicator.pk"], name=op.f("fk_indicator_conflicts_with_pk")),
        sa.ForeignKeyConstraint(["organization_pk"], ["organization.pk"], name=op.f("fk_indicator_organization_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_indicator_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_indicator_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_indicator")),
        sa.UniqueConstraint("id", name=op.f("uq_indicator_id")),
    )
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_indicator_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_conflicts_with_pk"), ["conflicts_with_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_level"), ["level"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_low_micro"), ["low_micro"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_organization_pk"), ["organization_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_qualifier"), ["qualifier"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_unit"), ["unit"], unique=False)
        batch_op.create_index(batch_op.f("ix_indicator_year"), ["year"], unique=False)

    op.create_table(
        "organization_identifier",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("value", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_pk"],
            ["organization.pk"],
            name=op.f("fk_organization_identifier_organization_pk"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_organization_identifier")),
        sa.UniqueConstraint("scheme", "value", name=op.f("uq_organization_identifier_scheme_value")),
    )
    with op.batch_alter_table("organization_identifier", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organization_identifier_organization_pk"), ["organization_pk"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_organization_identifier_value"), ["value"], unique=False)

    op.create_table(
        "organization_name",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("language", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_organization_name_basis")),
        sa.CheckConstraint(
            "kind IN ('legal', 'short', 'former', 'as_written', 'translation', 'acronym')",
            name=op.f("ck_organization_name_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_pk"],
            ["organization.pk"],
            name=op.f("fk_organization_name_organization_pk"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_organization_name")),
        sa.UniqueConstraint(
            "organization_pk", "text", "kind", name=op.f("uq_organization_name_organization_pk_text_kind")
        ),
    )
    with op.batch_alter_table("organization_name", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_name_organization_pk"), ["organization_pk"], unique=False)

    op.create_table(
        "organization_relation",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("subject_pk", sa.Integer(), nullable=True),
        sa.Column("subject_name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("object_pk", sa.Integer(), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_organization_relation_basis")),
        sa.CheckConstraint(
            "kind IN ('part_of', 'chapter_of', 'program_of', 'led_by', 'successor_of')",
            name=op.f("ck_organization_relation_kind"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN subject_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN subject_name IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_organization_relation_exactly_one_subject_pk_subject_name"),
        ),
        sa.CheckConstraint("subject_pk <> object_pk", name=op.f("ck_organization_relation_not_itself")),
        sa.ForeignKeyConstraint(["object_pk"], ["organization.pk"], name=op.f("fk_organization_relation_object_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_organization_relation_pk")),
        sa.ForeignKeyConstraint(["subject_pk"], ["organization.pk"], name=op.f("fk_organization_relation_subject_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_organization_relation")),
        sa.UniqueConstraint("id", name=op.f("uq_organization_relation_id")),
    )
    with op.batch_alter_table("organization_relation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_organization_relation_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_relation_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_relation_object_pk"), ["object_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_organization_relation_subject_pk"), ["subject_pk"], unique=False)
        batch_op.create_index("uq_organization_relation", ["subject_pk", "kind", "object_pk"], unique=True)

    op.create_table(
        "project_state",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("place_pk", sa.Integer(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("state_group_pk", sa.Integer(), nullable=True),
        sa.Column("membership", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("as_written", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_project_state_basis")),
        sa.CheckConstraint("membership IN ('named', 'excluded')", name=op.f("ck_project_state_membership")),
        sa.CheckConstraint("role IN ('target', 'planned', 'context')", name=op.f("ck_project_state_role")),
        sa.CheckConstraint(
            "(CASE WHEN state_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN place_pk IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_project_state_exactly_one_state_pk_place_pk"),
        ),
        sa.CheckConstraint(
            "(state_group_pk IS NULL) = (membership IS NULL)", name=op.f("ck_project_state_group_and_membership")
        ),
        sa.CheckConstraint(
            "state_group_pk IS NULL OR state_pk IS NOT NULL", name=op.f("ck_project_state_groups_hold_states")
        ),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_project_state_pk")),
        sa.ForeignKeyConstraint(["place_pk"], ["place.pk"], name=op.f("fk_project_state_place_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_project_state_project_pk")),
        sa.ForeignKeyConstraint(["state_group_pk"], ["state_group.pk"], name=op.f("fk_project_state_state_group_pk")),
        sa.ForeignKeyConstraint(["state_pk"], ["state.pk"], name=op.f("fk_project_state_state_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_project_state")),
        sa.UniqueConstraint("id", name=op.f("uq_project_state_id")),
    )
    with op.batch_alter_table("project_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_project_state_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_state_membership"), ["membership"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_state_place_pk"), ["place_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_state_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_state_role"), ["role"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_state_state_group_pk"), ["state_group_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_project_state_state_pk"), ["state_pk"], unique=False)
        batch_op.create_index(
            "uq_project_state_alone",
            ["project_pk", "state_pk", "role"],
            unique=True,
            sqlite_where=sa.text("state_pk IS NOT NULL AND state_group_pk IS NULL"),
            postgresql_where=sa.text("state_pk IS NOT NULL AND state_group_pk IS NULL"),
        )
        batch_op.create_index(
            "uq_project_state_grouped",
            ["state_pk", "state_group_pk"],
            unique=True,
            sqlite_where=sa.text("state_group_pk IS NOT NULL"),
            postgresql_where=sa.text("state_group_pk IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_project_state_place",
            ["project_pk", "place_pk", "role"],
            unique=True,
            sqlite_where=sa.text("place_pk IS NOT NULL"),
            postgresql_where=sa.text("place_pk IS NOT NULL"),
        )

    op.create_table(
        "unnamed_party",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("description", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("count_low", sa.BigInteger(), nullable=True),
        sa.Column("count_high", sa.BigInteger(), nullable=True),
        sa.Column("count_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("state_pk", sa.Integer(), nullable=True),
        sa.Column("place_pk", sa.Integer(), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_unnamed_party_basis")),
        sa.CheckConstraint(
            "count_qualifier IN ('exact', 'more_than', 'at_least', 'about', 'nearly', 'range')",
            name=op.f("ck_unnamed_party_count_qualifier"),
        ),
        sa.CheckConstraint(
            "kind IN ('funder', 'ngo', 'foundation', 'international', 'government', 'academia', 'media', 'company', 'cooperative', 'network', 'political_party', 'community', 'mixed', 'unknown')",
            name=op.f("ck_unnamed_party_kind"),
        ),
        sa.CheckConstraint(
            "count_low >= 0 AND (count_high IS NULL OR (count_low IS NOT NULL AND count_low <= count_high))",
            name=op.f("ck_unnamed_party_count_range"),
        ),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_unnamed_party_pk")),
        sa.ForeignKeyConstraint(["place_pk"], ["place.pk"], name=op.f("fk_unnamed_party_place_pk")),
        sa.ForeignKeyConstraint(["state_pk"], ["state.pk"], name=op.f("fk_unnamed_party_state_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_unnamed_party")),
        sa.UniqueConstraint("id", name=op.f("uq_unnamed_party_id")),
    )
    with op.batch_alter_table("unnamed_party", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unnamed_party_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_unnamed_party_count_qualifier"), ["count_qualifier"], unique=False)
        batch_op.create_index(batch_op.f("ix_unnamed_party_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_unnamed_party_place_pk"), ["place_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_unnamed_party_state_pk"), ["state_pk"], unique=False)

    op.create_table(
        "citation",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("document_pk", sa.Integer(), nullable=False),
        sa.Column("record_pk", sa.Integer(), nullable=False),
        sa.Column("heading", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("paragraph", sa.BigInteger(), nullable=False),
        sa.Column("cue", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint("length(cue) BETWEEN 1 AND 120", name=op.f("ck_citation_cue")),
        sa.CheckConstraint("paragraph >= 0", name=op.f("ck_citation_paragraph")),
        sa.ForeignKeyConstraint(["document_pk"], ["document.pk"], name=op.f("fk_citation_document_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_citation_pk")),
        sa.ForeignKeyConstraint(["record_pk"], ["record.pk"], name=op.f("fk_citation_record_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_citation")),
        sa.UniqueConstraint("id", name=op.f("uq_citation_id")),
    )
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_citation_document_pk"), ["document_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_citation_paragraph"), ["paragraph"], unique=False)
        batch_op.create_index(batch_op.f("ix_citation_record_pk"), ["record_pk"], unique=False)
        batch_op.create_index("uq_citation_place", ["record_pk", "document_pk", "paragraph", "cue"], unique=True)

    op.create_table(
        "collaboration_member",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("collaboration_pk", sa.Integer(), nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=True),
        sa.Column("party_pk", sa.Integer(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_collaboration_member_basis")),
        sa.CheckConstraint(
            "role IN ('lead', 'member', 'convener', 'supporter')", name=op.f("ck_collaboration_member_role")
        ),
        sa.CheckConstraint(
            "(CASE WHEN organization_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN party_pk IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_collaboration_member_exactly_one_organization_pk_party_pk"),
        ),
        sa.ForeignKeyConstraint(
            ["collaboration_pk"], ["collaboration.pk"], name=op.f("fk_collaboration_member_collaboration_pk")
        ),
        sa.ForeignKeyConstraint(
            ["organization_pk"], ["organization.pk"], name=op.f("fk_collaboration_member_organization_pk")
        ),
        sa.ForeignKeyConstraint(["party_pk"], ["unnamed_party.pk"], name=op.f("fk_collaboration_member_party_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_collaboration_member_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_collaboration_member")),
        sa.UniqueConstraint("id", name=op.f("uq_collaboration_member_id")),
    )
    with op.batch_alter_table("collaboration_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collaboration_member_basis"), ["basis"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_collaboration_member_collaboration_pk"), ["collaboration_pk"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_collaboration_member_organization_pk"), ["organization_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_collaboration_member_party_pk"), ["party_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_collaboration_member_role"), ["role"], unique=False)
        batch_op.create_index(
            "uq_collaboration_member_organization",
            ["collaboration_pk", "organization_pk"],
            unique=True,
            sqlite_where=sa.text("organization_pk IS NOT NULL"),
            postgresql_where=sa.text("organization_pk IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_collaboration_member_party",
            ["collaboration_pk", "party_pk"],
            unique=True,
            sqlite_where=sa.text("party_pk IS NOT NULL"),
            postgresql_where=sa.text("party_pk IS NOT NULL"),
        )

    op.create_table(
        "finding",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("summary", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("theme", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("viewpoint", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("causality", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("sensitive", sa.Boolean(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("collaboration_pk", sa.Integer(), nullable=True),
        sa.Column("document_pk", sa.Integer(), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_finding_basis")),
        sa.CheckConstraint("kind IN ('outcome', 'lesson')", name=op.f("ck_finding_kind")),
        sa.CheckConstraint("viewpoint IN ('document', 'interviewee')", name=op.f("ck_finding_viewpoint")),
        sa.ForeignKeyConstraint(["collaboration_pk"], ["collaboration.pk"], name=op.f("fk_finding_collaboration_pk")),
        sa.ForeignKeyConstraint(["document_pk"], ["document.pk"], name=op.f("fk_finding_document_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_finding_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_finding_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_finding")),
        sa.UniqueConstraint("id", name=op.f("uq_finding_id")),
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_finding_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_collaboration_pk"), ["collaboration_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_document_pk"), ["document_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_sensitive"), ["sensitive"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_theme"), ["theme"], unique=False)
        batch_op.create_index(batch_op.f("ix_finding_viewpoint"), ["viewpoint"], unique=False)

    op.create_table(
        "funding",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("funder_pk", sa.Integer(), nullable=True),
        sa.Column("funder_party_pk", sa.Integer(), nullable=True),
        sa.Column("recipient_pk", sa.Integer(), nullable=True),
        sa.Column("recipient_party_pk", sa.Integer(), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=True),
        sa.Column("through_project_pk", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("stage", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("amount_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("currency", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("currency_presumed", sa.Boolean(), nullable=False),
        sa.Column("share_hundredths", sa.BigInteger(), nullable=True),
        sa.Column("share_qualifier", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("date", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint(
            "amount_qualifier IN ('exact', 'more_than', 'at_least', 'about', 'nearly', 'range')",
            name=op.f("ck_funding_amount_qualifier"),
        ),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_funding_basis")),
        sa.CheckConstraint(
            "kind IN ('grant', 'supplement', 'subgrant', 'contract', 'donation', 'loan', 'own_funds')",
            name=op.f("ck_funding_kind"),
        ),
        sa.CheckConstraint(
            "share_qualifier IN ('exact', 'more_than', 'at_least', 'about', 'nearly', 'range')",
            name=op.f("ck_funding_share_qualifier"),
        ),
        sa.CheckConstraint("stage IN ('commitment', 'disbursement', 'expenditure')", name=op.f("ck_funding_stage")),
        sa.CheckConstraint(
            "(CASE WHEN funder_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN funder_party_pk IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_funding_at_most_one_funder_pk_funder_party_pk"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN recipient_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN recipient_party_pk IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_funding_at_most_one_recipient_pk_recipient_party_pk"),
        ),
        sa.CheckConstraint("amount_minor IS NULL OR currency IS NOT NULL", name=op.f("ck_funding_amount_has_currency")),
        sa.CheckConstraint(
            "funder_pk IS NOT NULL OR funder_party_pk IS NOT NULL OR recipient_pk IS NOT NULL OR recipient_party_pk IS NOT NULL OR project_pk IS NOT NULL",
            name=op.f("ck_funding_says_something"),
        ),
        sa.CheckConstraint("share_hundredths BETWEEN 0 AND 10000", name=op.f("ck_funding_share")),
        sa.ForeignKeyConstraint(["funder_party_pk"], ["unnamed_party.pk"], name=op.f("fk_funding_funder_party_pk")),
        sa.ForeignKeyConstraint(["funder_pk"], ["organization.pk"], name=op.f("fk_funding_funder_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_funding_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_funding_project_pk")),
        sa.ForeignKeyConstraint(
            ["recipient_party_pk"], ["unnamed_party.pk"], name=op.f("fk_funding_recipient_party_pk")
        ),
        sa.ForeignKeyConstraint(["recipient_pk"], ["organization.pk"], name=op.f("fk_funding_recipient_pk")),
        sa.ForeignKeyConstraint(["through_project_pk"], ["project.pk"], name=op.f("fk_funding_through_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_funding")),
        sa.UniqueConstraint("id", name=op.f("uq_funding_id")),
    )
    with op.batch_alter_table("funding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_funding_amount_minor"), ["amount_minor"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_currency"), ["currency"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_currency_presumed"), ["currency_presumed"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_date"), ["date"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_funder_party_pk"), ["funder_party_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_funder_pk"), ["funder_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_recipient_party_pk"), ["recipient_party_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_recipient_pk"), ["recipient_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_stage"), ["stage"], unique=False)
        batch_op.create_index(batch_op.f("ix_funding_through_project_pk"), ["through_project_pk"], unique=False)

    op.create_table(
        "participation",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.Column("organization_pk", sa.Integer(), nullable=True),
        sa.Column("party_pk", sa.Integer(), nullable=True),
        sa.Column("role", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("role_as_written", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_participation_basis")),
        sa.CheckConstraint(
            "role IN ('lead', 'implementing', 'extending', 'accountable', 'partner', 'designer', 'convener', 'host', 'contributor', 'data_source', 'target_institution', 'counterpart', 'standard_setter')",
            name=op.f("ck_participation_role"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN organization_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN party_pk IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_participation_exactly_one_organization_pk_party_pk"),
        ),
        sa.ForeignKeyConstraint(
            ["organization_pk"], ["organization.pk"], name=op.f("fk_participation_organization_pk")
        ),
        sa.ForeignKeyConstraint(["party_pk"], ["unnamed_party.pk"], name=op.f("fk_participation_party_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_participation_pk")),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_participation_project_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_participation")),
        sa.UniqueConstraint("id", name=op.f("uq_participation_id")),
    )
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participation_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_participation_organization_pk"), ["organization_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_participation_party_pk"), ["party_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_participation_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_participation_role"), ["role"], unique=False)
        batch_op.create_index(
            "uq_participation_organization",
            ["project_pk", "organization_pk", "role"],
            unique=True,
            sqlite_where=sa.text("organization_pk IS NOT NULL"),
            postgresql_where=sa.text("organization_pk IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_participation_party",
            ["project_pk", "party_pk", "role"],
            unique=True,
            sqlite_where=sa.text("party_pk IS NOT NULL"),
            postgresql_where=sa.text("party_pk IS NOT NULL"),
        )

    op.create_table(
        "tool",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("basis", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("name", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("kind", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("owner_pk", sa.Integer(), nullable=True),
        sa.Column("owner_party_pk", sa.Integer(), nullable=True),
        sa.Column("audience", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("purpose", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.Column("tool_status", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=False),
        sa.Column("status_note", sa.String().with_variant(sa.String(collation="C"), "postgresql"), nullable=True),
        sa.CheckConstraint("basis IN ('stated', 'implied', 'attributed')", name=op.f("ck_tool_basis")),
        sa.CheckConstraint(
            "kind IN ('platform', 'observatory', 'survey', 'data_set', 'website', 'portal', 'training', 'creative_work', 'data_layer', 'monitoring', 'protocol', 'self_assessment', 'checklist', 'manual', 'funding_call')",
            name=op.f("ck_tool_kind"),
        ),
        sa.CheckConstraint(
            "tool_status IN ('planned', 'in_development', 'active', 'transferred', 'published', 'abandoned', 'unknown')",
            name=op.f("ck_tool_tool_status"),
        ),
        sa.CheckConstraint(
            "(CASE WHEN owner_pk IS NULL THEN 0 ELSE 1 END) + (CASE WHEN owner_party_pk IS NULL THEN 0 ELSE 1 END) <= 1",
            name=op.f("ck_tool_at_most_one_owner_pk_owner_party_pk"),
        ),
        sa.ForeignKeyConstraint(["owner_party_pk"], ["unnamed_party.pk"], name=op.f("fk_tool_owner_party_pk")),
        sa.ForeignKeyConstraint(["owner_pk"], ["organization.pk"], name=op.f("fk_tool_owner_pk")),
        sa.ForeignKeyConstraint(["pk"], ["record.pk"], name=op.f("fk_tool_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_tool")),
        sa.UniqueConstraint("id", name=op.f("uq_tool_id")),
    )
    with op.batch_alter_table("tool", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tool_basis"), ["basis"], unique=False)
        batch_op.create_index(batch_op.f("ix_tool_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_tool_name"), ["name"], unique=False)
        batch_op.create_index(batch_op.f("ix_tool_owner_party_pk"), ["owner_party_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_tool_owner_pk"), ["owner_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_tool_tool_status"), ["tool_status"], unique=False)

    op.create_table(
        "participation_state",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participation_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state_pk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_pk"],
            ["participation.pk"],
            name=op.f("fk_participation_state_participation_pk"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["state_pk"], ["state.pk"], name=op.f("fk_participation_state_state_pk")),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_participation_state")),
        sa.UniqueConstraint(
            "participation_pk", "state_pk", name=op.f("uq_participation_state_participation_pk_state_pk")
        ),
    )
    with op.batch_alter_table("participation_state", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participation_state_participation_pk"), ["participation_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_participation_state_state_pk"), ["state_pk"], unique=False)

    op.create_table(
        "tool_project",
        sa.Column("pk", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tool_pk", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("project_pk", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["project_pk"], ["project.pk"], name=op.f("fk_tool_project_project_pk")),
        sa.ForeignKeyConstraint(["tool_pk"], ["tool.pk"], name=op.f("fk_tool_project_tool_pk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("pk", name=op.f("pk_tool_project")),
        sa.UniqueConstraint("tool_pk", "project_pk", name=op.f("uq_tool_project_tool_pk_project_pk")),
    )
    with op.batch_alter_table("tool_project", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tool_project_project_pk"), ["project_pk"], unique=False)
        batch_op.create_index(batch_op.f("ix_tool_project_tool_pk"), ["tool_pk"], unique=False)
    op.execute("INSERT INTO data_counter (pk, number, public_number, next_pk) VALUES (1, 0, 0, 1)")


def downgrade() -> None:
    """Undo."""
    with op.batch_alter_table("tool_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tool_project_tool_pk"))
        batch_op.drop_index(batch_op.f("ix_tool_project_project_pk"))

    op.drop_table("tool_project")
    with op.batch_alter_table("participation_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_participation_state_state_pk"))
        batch_op.drop_index(batch_op.f("ix_participation_state_participation_pk"))

    op.drop_table("participation_state")
    with op.batch_alter_table("tool", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tool_tool_status"))
        batch_op.drop_index(batch_op.f("ix_tool_owner_pk"))
        batch_op.drop_index(batch_op.f("ix_tool_owner_party_pk"))
        batch_op.drop_index(batch_op.f("ix_tool_name"))
        batch_op.drop_index(batch_op.f("ix_tool_kind"))
        batch_op.drop_index(batch_op.f("ix_tool_basis"))

    op.drop_table("tool")
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_participation_party",
            sqlite_where=sa.text("party_pk IS NOT NULL"),
            postgresql_where=sa.text("party_pk IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_participation_organization",
            sqlite_where=sa.text("organization_pk IS NOT NULL"),
            postgresql_where=sa.text("organization_pk IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_participation_role"))
        batch_op.drop_index(batch_op.f("ix_participation_project_pk"))
        batch_op.drop_index(batch_op.f("ix_participation_party_pk"))
        batch_op.drop_index(batch_op.f("ix_participation_organization_pk"))
        batch_op.drop_index(batch_op.f("ix_participation_basis"))

    op.drop_table("participation")
    with op.batch_alter_table("funding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_funding_through_project_pk"))
        batch_op.drop_index(batch_op.f("ix_funding_stage"))
        batch_op.drop_index(batch_op.f("ix_funding_recipient_pk"))
        batch_op.drop_index(batch_op.f("ix_funding_recipient_party_pk"))
        batch_op.drop_index(batch_op.f("ix_funding_project_pk"))
        batch_op.drop_index(batch_op.f("ix_funding_kind"))
        batch_op.drop_index(batch_op.f("ix_funding_funder_pk"))
        batch_op.drop_index(batch_op.f("ix_funding_funder_party_pk"))
        batch_op.drop_index(batch_op.f("ix_funding_date"))
        batch_op.drop_index(batch_op.f("ix_funding_currency_presumed"))
        batch_op.drop_index(batch_op.f("ix_funding_currency"))
        batch_op.drop_index(batch_op.f("ix_funding_basis"))
        batch_op.drop_index(batch_op.f("ix_funding_amount_minor"))

    op.drop_table("funding")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_finding_viewpoint"))
        batch_op.drop_index(batch_op.f("ix_finding_theme"))
        batch_op.drop_index(batch_op.f("ix_finding_sensitive"))
        batch_op.drop_index(batch_op.f("ix_finding_project_pk"))
        batch_op.drop_index(batch_op.f("ix_finding_kind"))
        batch_op.drop_index(batch_op.f("ix_finding_document_pk"))
        batch_op.drop_index(batch_op.f("ix_finding_collaboration_pk"))
        batch_op.drop_index(batch_op.f("ix_finding_basis"))

    op.drop_table("finding")
    with op.batch_alter_table("collaboration_member", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_collaboration_member_party",
            sqlite_where=sa.text("party_pk IS NOT NULL"),
            postgresql_where=sa.text("party_pk IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_collaboration_member_organization",
            sqlite_where=sa.text("organization_pk IS NOT NULL"),
            postgresql_where=sa.text("organization_pk IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_collaboration_member_role"))
        batch_op.drop_index(batch_op.f("ix_collaboration_member_party_pk"))
        batch_op.drop_index(batch_op.f("ix_collaboration_member_organization_pk"))
        batch_op.drop_index(batch_op.f("ix_collaboration_member_collaboration_pk"))
        batch_op.drop_index(batch_op.f("ix_collaboration_member_basis"))

    op.drop_table("collaboration_member")
    with op.batch_alter_table("citation", schema=None) as batch_op:
        batch_op.drop_index("uq_citation_place")
        batch_op.drop_index(batch_op.f("ix_citation_record_pk"))
        batch_op.drop_index(batch_op.f("ix_citation_paragraph"))
        batch_op.drop_index(batch_op.f("ix_citation_document_pk"))

    op.drop_table("citation")
    with op.batch_alter_table("unnamed_party", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unnamed_party_state_pk"))
        batch_op.drop_index(batch_op.f("ix_unnamed_party_place_pk"))
        batch_op.drop_index(batch_op.f("ix_unnamed_party_kind"))
        batch_op.drop_index(batch_op.f("ix_unnamed_party_count_qualifier"))
        batch_op.drop_index(batch_op.f("ix_unnamed_party_basis"))

    op.drop_table("unnamed_party")
    with op.batch_alter_table("project_state", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_project_state_place",
            sqlite_where=sa.text("place_pk IS NOT NULL"),
            postgresql_where=sa.text("place_pk IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_project_state_grouped",
            sqlite_where=sa.text("state_group_pk IS NOT NULL"),
            postgresql_where=sa.text("state_group_pk IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_project_state_alone",
            sqlite_where=sa.text("state_pk IS NOT NULL AND state_group_pk IS NULL"),
            postgresql_where=sa.text("state_pk IS NOT NULL AND state_group_pk IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_project_state_state_pk"))
        batch_op.drop_index(batch_op.f("ix_project_state_state_group_pk"))
        batch_op.drop_index(batch_op.f("ix_project_state_role"))
        batch_op.drop_index(batch_op.f("ix_project_state_project_pk"))
        batch_op.drop_index(batch_op.f("ix_project_state_place_pk"))
        batch_op.drop_index(batch_op.f("ix_project_state_membership"))
        batch_op.drop_index(batch_op.f("ix_project_state_basis"))

    op.drop_table("project_state")
    with op.batch_alter_table("organization_relation", schema=None) as batch_op:
        batch_op.drop_index("uq_organization_relation")
        batch_op.drop_index(batch_op.f("ix_organization_relation_subject_pk"))
        batch_op.drop_index(batch_op.f("ix_organization_relation_object_pk"))
        batch_op.drop_index(batch_op.f("ix_organization_relation_kind"))
        batch_op.drop_index(batch_op.f("ix_organization_relation_basis"))

    op.drop_table("organization_relation")
    with op.batch_alter_table("organization_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_name_organization_pk"))

    op.drop_table("organization_name")
    with op.batch_alter_table("organization_identifier", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_identifier_value"))
        batch_op.drop_index(batch_op.f("ix_organization_identifier_organization_pk"))

    op.drop_table("organization_identifier")
    with op.batch_alter_table("indicator", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_indicator_year"))
        batch_op.drop_index(batch_op.f("ix_indicator_unit"))
        batch_op.drop_index(batch_op.f("ix_indicator_qualifier"))
        batch_op.drop_index(batch_op.f("ix_indicator_project_pk"))
        batch_op.drop_index(batch_op.f("ix_indicator_organization_pk"))
        batch_op.drop_index(batch_op.f("ix_indicator_low_micro"))
        batch_op.drop_index(batch_op.f("ix_indicator_level"))
        batch_op.drop_index(batch_op.f("ix_indicator_kind"))
        batch_op.drop_index(batch_op.f("ix_indicator_conflicts_with_pk"))
        batch_op.drop_index(batch_op.f("ix_indicator_basis"))

    op.drop_table("indicator")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_year"))
        batch_op.drop_index(batch_op.f("ix_document_publisher_organization_pk"))
        batch_op.drop_index(batch_op.f("ix_document_language"))
        batch_op.drop_index(batch_op.f("ix_document_kind"))
        batch_op.drop_index(batch_op.f("ix_document_file_name"))
        batch_op.drop_index(batch_op.f("ix_document_basis"))

    op.drop_table("document")
    with op.batch_alter_table("collaboration_state", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collaboration_state_state_pk"))
        batch_op.drop_index(batch_op.f("ix_collaboration_state_place_pk"))
        batch_op.drop_index(batch_op.f("ix_collaboration_state_collaboration_pk"))

    op.drop_table("collaboration_state")
    with op.batch_alter_table("state_name", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_state_name_state_pk"))

    op.drop_table("state_name")
    with op.batch_alter_table("state_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_state_group_role"))
        batch_op.drop_index(batch_op.f("ix_state_group_project_pk"))
        batch_op.drop_index(batch_op.f("ix_state_group_basis"))

    op.drop_table("state_group")
    with op.batch_alter_table("project_topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_topic_topic_pk"))
        batch_op.drop_index(batch_op.f("ix_project_topic_project_pk"))

    op.drop_table("project_topic")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_within_state_pk"))
        batch_op.drop_index(batch_op.f("ix_place_within_place_pk"))
        batch_op.drop_index(batch_op.f("ix_place_level"))
        batch_op.drop_index(batch_op.f("ix_place_inegi"))

    op.drop_table("place")
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organization_state_pk"))
        batch_op.drop_index(batch_op.f("ix_organization_name"))
        batch_op.drop_index(batch_op.f("ix_organization_kind"))
        batch_op.drop_index(batch_op.f("ix_organization_iati_type"))
        batch_op.drop_index(batch_op.f("ix_organization_country"))
        batch_op.drop_index(batch_op.f("ix_organization_context_only"))
        batch_op.drop_index(batch_op.f("ix_organization_basis"))
        batch_op.drop_index(batch_op.f("ix_organization_acronym"))

    op.drop_table("organization")
    with op.batch_alter_table("legal_instrument_project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legal_instrument_project_project_pk"))
        batch_op.drop_index(batch_op.f("ix_legal_instrument_project_legal_instrument_pk"))

    op.drop_table("legal_instrument_project")
    with op.batch_alter_table("collaboration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collaboration_project_pk"))
        batch_op.drop_index(batch_op.f("ix_collaboration_plural"))
        batch_op.drop_index(batch_op.f("ix_collaboration_name"))
        batch_op.drop_index(batch_op.f("ix_collaboration_kind"))
        batch_op.drop_index(batch_op.f("ix_collaboration_collaboration_status"))
        batch_op.drop_index(batch_op.f("ix_collaboration_basis"))

    op.drop_table("collaboration")
    with op.batch_alter_table("beneficiary_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_beneficiary_group_sensitive"))
        batch_op.drop_index(batch_op.f("ix_beneficiary_group_project_pk"))
        batch_op.drop_index(batch_op.f("ix_beneficiary_group_basis"))

    op.drop_table("beneficiary_group")
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_parent_pk"))
        batch_op.drop_index(batch_op.f("ix_topic_crs_code"))

    op.drop_table("topic")
    op.drop_table("state")
    with op.batch_alter_table("search_form", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_search_form_record_pk"))
        batch_op.drop_index("ix_search_form_form")

    op.drop_table("search_form")
    with op.batch_alter_table("project", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_project_title"))
        batch_op.drop_index(batch_op.f("ix_project_start_date"))
        batch_op.drop_index(batch_op.f("ix_project_scope"))
        batch_op.drop_index(batch_op.f("ix_project_project_status"))
        batch_op.drop_index(batch_op.f("ix_project_parent_pk"))
        batch_op.drop_index(batch_op.f("ix_project_kind"))
        batch_op.drop_index(batch_op.f("ix_project_end_date"))
        batch_op.drop_index(batch_op.f("ix_project_basis"))
        batch_op.drop_index(batch_op.f("ix_project_acronym"))

    op.drop_table("project")
    with op.batch_alter_table("legal_instrument", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_legal_instrument_name"))
        batch_op.drop_index(batch_op.f("ix_legal_instrument_kind"))
        batch_op.drop_index(batch_op.f("ix_legal_instrument_basis"))

    op.drop_table("legal_instrument")
    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_change_record_pk"))

    op.drop_table("change")
    with op.batch_alter_table("record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_record_import_run_pk"))
        batch_op.drop_index(batch_op.f("ix_record_deleted_in"))
        batch_op.drop_index(batch_op.f("ix_record_created_in"))

    op.drop_table("record")
    with op.batch_alter_table("data_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_version_public_number"))
        batch_op.drop_index(batch_op.f("ix_data_version_import_run_pk"))
        batch_op.drop_index(batch_op.f("ix_data_version_at"))

    op.drop_table("data_version")
    with op.batch_alter_table("unnamed_party_history", schema=None) as batch_op:
        batch_op.drop_index("ix_unnamed_party_history_state_pk")
        batch_op.drop_index("ix_unnamed_party_history_place_pk")

    op.drop_table("unnamed_party_history")
    with op.batch_alter_table("topic_history", schema=None) as batch_op:
        batch_op.drop_index("ix_topic_history_parent_pk")

    op.drop_table("topic_history")
    with op.batch_alter_table("tool_project_history", schema=None) as batch_op:
        batch_op.drop_index("ix_tool_project_history_tool_pk")
        batch_op.drop_index("ix_tool_project_history_project_pk")

    op.drop_table("tool_project_history")
    with op.batch_alter_table("tool_history", schema=None) as batch_op:
        batch_op.drop_index("ix_tool_history_owner_pk")
        batch_op.drop_index("ix_tool_history_owner_party_pk")

    op.drop_table("tool_history")
    with op.batch_alter_table("state_name_history", schema=None) as batch_op:
        batch_op.drop_index("ix_state_name_history_state_pk")

    op.drop_table("state_name_history")
    op.drop_table("state_history")
    with op.batch_alter_table("state_group_history", schema=None) as batch_op:
        batch_op.drop_index("ix_state_group_history_project_pk")

    op.drop_table("state_group_history")
    with op.batch_alter_table("search_form_history", schema=None) as batch_op:
        batch_op.drop_index("ix_search_form_history_record_pk")

    op.drop_table("search_form_history")
    with op.batch_alter_table("project_topic_history", schema=None) as batch_op:
        batch_op.drop_index("ix_project_topic_history_topic_pk")
        batch_op.drop_index("ix_project_topic_history_project_pk")

    op.drop_table("project_topic_history")
    with op.batch_alter_table("project_state_history", schema=None) as batch_op:
        batch_op.drop_index("ix_project_state_history_state_pk")
        batch_op.drop_index("ix_project_state_history_state_group_pk")
        batch_op.drop_index("ix_project_state_history_project_pk")
        batch_op.drop_index("ix_project_state_history_place_pk")

    op.drop_table("project_state_history")
    with op.batch_alter_table("project_history", schema=None) as batch_op:
        batch_op.drop_index("ix_project_history_parent_pk")

    op.drop_table("project_history")
    with op.batch_alter_table("place_history", schema=None) as batch_op:
        batch_op.drop_index("ix_place_history_within_state_pk")
        batch_op.drop_index("ix_place_history_within_place_pk")

    op.drop_table("place_history")
    with op.batch_alter_table("participation_state_history", schema=None) as batch_op:
        batch_op.drop_index("ix_participation_state_history_state_pk")
        batch_op.drop_index("ix_participation_state_history_participation_pk")

    op.drop_table("participation_state_history")
    with op.batch_alter_table("participation_history", schema=None) as batch_op:
        batch_op.drop_index("ix_participation_history_project_pk")
        batch_op.drop_index("ix_participation_history_party_pk")
        batch_op.drop_index("ix_participation_history_organization_pk")

    op.drop_table("participation_history")
    with op.batch_alter_table("organization_relation_history", schema=None) as batch_op:
        batch_op.drop_index("ix_organization_relation_history_subject_pk")
        batch_op.drop_index("ix_organization_relation_history_object_pk")

    op.drop_table("organization_relation_history")
    with op.batch_alter_table("organization_name_history", schema=None) as batch_op:
        batch_op.drop_index("ix_organization_name_history_organization_pk")

    op.drop_table("organization_name_history")
    with op.batch_alter_table("organization_identifier_history", schema=None) as batch_op:
        batch_op.drop_index("ix_organization_identifier_history_organization_pk")

    op.drop_table("organization_identifier_history")
    with op.batch_alter_table("organization_history", schema=None) as batch_op:
        batch_op.drop_index("ix_organization_history_state_pk")

    op.drop_table("organization_history")
    with op.batch_alter_table("legal_instrument_project_history", schema=None) as batch_op:
        batch_op.drop_index("ix_legal_instrument_project_history_project_pk")
        batch_op.drop_index("ix_legal_instrument_project_history_legal_instrument_pk")

    op.drop_table("legal_instrument_project_history")
    op.drop_table("legal_instrument_history")
    with op.batch_alter_table("indicator_history", schema=None) as batch_op:
        batch_op.drop_index("ix_indicator_history_project_pk")
        batch_op.drop_index("ix_indicator_history_organization_pk")
        batch_op.drop_index("ix_indicator_history_conflicts_with_pk")

    op.drop_table("indicator_history")
    op.drop_table("import_run")
    with op.batch_alter_table("funding_history", schema=None) as batch_op:
        batch_op.drop_index("ix_funding_history_through_project_pk")
        batch_op.drop_index("ix_funding_history_recipient_pk")
        batch_op.drop_index("ix_funding_history_recipient_party_pk")
        batch_op.drop_index("ix_funding_history_project_pk")
        batch_op.drop_index("ix_funding_history_funder_pk")
        batch_op.drop_index("ix_funding_history_funder_party_pk")

    op.drop_table("funding_history")
    with op.batch_alter_table("finding_history", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_history_project_pk")
        batch_op.drop_index("ix_finding_history_document_pk")
        batch_op.drop_index("ix_finding_history_collaboration_pk")

    op.drop_table("finding_history")
    with op.batch_alter_table("document_history", schema=None) as batch_op:
        batch_op.drop_index("ix_document_history_publisher_organization_pk")

    op.drop_table("document_history")
    op.drop_table("data_counter")
    with op.batch_alter_table("collaboration_state_history", schema=None) as batch_op:
        batch_op.drop_index("ix_collaboration_state_history_state_pk")
        batch_op.drop_index("ix_collaboration_state_history_place_pk")
        batch_op.drop_index("ix_collaboration_state_history_collaboration_pk")

    op.drop_table("collaboration_state_history")
    with op.batch_alter_table("collaboration_member_history", schema=None) as batch_op:
        batch_op.drop_index("ix_collaboration_member_history_party_pk")
        batch_op.drop_index("ix_collaboration_member_history_organization_pk")
        batch_op.drop_index("ix_collaboration_member_history_collaboration_pk")

    op.drop_table("collaboration_member_history")
    with op.batch_alter_table("collaboration_history", schema=None) as batch_op:
        batch_op.drop_index("ix_collaboration_history_project_pk")

    op.drop_table("collaboration_history")
    with op.batch_alter_table("citation_history", schema=None) as batch_op:
        batch_op.drop_index("ix_citation_history_record_pk")
        batch_op.drop_index("ix_citation_history_document_pk")

    op.drop_table("citation_history")
    with op.batch_alter_table("beneficiary_group_history", schema=None) as batch_op:
        batch_op.drop_index("ix_beneficiary_group_history_project_pk")

    op.drop_table("beneficiary_group_history")
