"""What Tejido gives away comes back as it was, and edits of it are taken."""

import csv
import io
import json
import zipfile

import pytest

from app.exchange.archive import About, write_archive
from app.exchange.importing import Request, Result, Status, import_file
from app.exchange.paging import Version, whole_list
from app.history.view import present_view
from app.models.noun import Values
from app.models.nouns import BY_KIND, NOUNS
from app.models.tables import Reader
from app.store.database import Database
from app.store.records import PageQuery, update


def version_of(database: Database) -> Version:
    with database.read() as connection:
        return Version.of(database, present_view(connection, Reader.restricted))


def everything(database: Database) -> dict[str, list[Values]]:
    """All records, without what depends on when they were written."""
    found = {}
    for noun in NOUNS:
        rows = [row for some in whole_list(version_of(database), noun, PageQuery(limit=500)) for row in some]
        found[noun.kind] = sorted(
            ({name: row[name] for name in (*noun.fields.model_fields, "id")} for row in rows),
            key=lambda row: str(row["id"]),
        )
    return found


def archive_of(database: Database, form: str = "csv") -> bytes:
    with database.read() as connection:
        view = present_view(connection, Reader.restricted)
        about = About.of(view, licence="CC-BY-4.0", contact="nobody", address="")
    return b"".join(write_archive(version_of(database), about, form))


def bring(database: Database, name: str, content: bytes) -> Result:
    return import_file(database, Request(file=io.BytesIO(content), file_name=name))


@pytest.mark.long_on_postgresql
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_archive_fills_an_empty_database_with_the_same(
    seeded_database: Database, empty_database: Database, form: str
) -> None:
    content = archive_of(seeded_database, form)
    result = bring(empty_database, "all.zip", content)
    assert (result.status, result.problems) == (Status.done, []), result.detail
    assert everything(empty_database) == everything(seeded_database)
    again = bring(empty_database, "all.zip", content)
    assert (again.status, again.version) == (Status.done, None)


def test_what_was_edited_in_a_table_is_taken(seeded_database: Database) -> None:
    with zipfile.ZipFile(io.BytesIO(archive_of(seeded_database))) as archive:
        name = next(one for one in archive.namelist() if one.endswith("topics.csv"))
        rows = list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))
    rows[0]["label_es"] = "Otra cosa"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    result = bring(seeded_database, "topics.csv", out.getvalue().encode())
    assert dict(result.counts["topic"]) == {"updated": 1, "unchanged": len(rows) - 1}, result
    labels = {row["id"]: row["label_es"] for row in everything(seeded_database)["topic"]}
    assert labels[rows[0]["id"]] == "Otra cosa"


def test_a_table_does_not_undo_what_was_edited_since(seeded_database: Database) -> None:
    topics = [row["id"] for row in everything(seeded_database)["topic"]]
    public_id = topics[0]
    with seeded_database.write(cause="api") as writer:
        update(writer, BY_KIND["topic"], public_id, {"note": "edited here"}, 1)
    line = json.dumps({"ref": f"topic:{public_id}", "id": public_id, "revision": 1, "label_en": "A", "label_es": "B"})
    result = bring(seeded_database, "topics.jsonl", line.encode() + b"\n")
    assert dict(result.counts["topic"]) == {"left alone": 1}, result
