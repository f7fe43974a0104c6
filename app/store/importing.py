"""Drafts into records: what each is already known as, what is new, what changed, and where it all comes from.

The same file again changes nothing; a newer one changes what it changed, but for records that were edited here since.
What was found by an identifier alone belongs to others and is left as it is. Everything new or changed cites the file.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.exc import IntegrityError

from app.exchange.drafts import Problem as FileProblem
from app.exchange.drafts import Severity
from app.exchange.identifiers import is_proof, normalised
from app.exchange.staging import ORDER, THE_FILE, Staged, Staging, placeholder
from app.history.tables import chunks
from app.history.view import View
from app.history.visibility import owned
from app.history.writer import Writer
from app.models.noun import PEER, Noun, part_sql, references
from app.models.nouns import BY_KIND, NOUNS
from app.models.rows import rows_of
from app.models.service import SourceRecord
from app.models.tables import Change, DataVersion, sql_table
from app.problems import Problem
from app.store.changes import UNDO
from app.store.reading import RECORD
from app.store.records import CITATION, create_as, put_back, stem_of, update, update_many

__all__ = ["OWN", "Origin", "Outcome", "bring_in", "known_keys"]

OWN = "tejido"
"""The source of Tejido's own tables, whose keys are public ids."""
SCHEMES = {"iati": "iati", "360giving": "360giving"}
"""Source -> the scheme of the identifiers that are its keys of projects."""

_SOURCE = sql_table(SourceRecord)
_CHANGE = sql_table(Change)
_VERSION = sql_table(DataVersion)
_DOCUMENT = BY_KIND["document"]
_REFERRED = {target for noun in NOUNS for table in owned(noun) for target in references(table).values()}
_LEFT = {
    "deleted": "it was deleted here, and stays so",
    "edited": "it was edited here since the last import, and stays as it is",
    "merged": "it was merged into another here, which stays as it is",
}


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Where drafts come from."""

    source: str
    """The namespace of their keys: `iati`, `360giving`, `tejido`, or the name that a mapping gives."""
    sha256: str
    file_name: str
    about: Mapping[str, str] = field(default_factory=dict)
    """What the file says of itself: title, publisher, licence, language, url, year."""


@dataclass
class Outcome:
    """What an import did: kind -> created, updated, unchanged, matched, left alone, refused -> how many."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, kind: str, word: str, many: int = 1) -> None:
        """Count."""
        if many:
            self.counts.setdefault(kind, Counter())[word] += many


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a key of the source was bound to before."""

    pk: int
    digest: str
    revision: int
    """The record's revision when the source gave it last."""


# --- what a key stands for -------------------------------------------------------------------------------------------


def known_keys(view: View, source: str, kind: str, keys: Sequence[str]) -> dict[str, int]:
    """Key in the source -> key of the record, for those that the reader sees."""
    noun = BY_KIND.get(kind)
    if noun is None:
        return {}
    bound = {key: one.pk for key, one in _bound(view, source, kind, keys).items()}
    table = view[noun.sql]
    present: set[int] = set()
    for some in chunks(bound.values()):
        present.update(view.connection.execute(select(table.c.pk).where(table.c.pk.in_(some))).scalars())
    found = {key: pk for key, pk in bound.items() if pk in present}
    return _matched(view, source, noun, [key for key in keys if key not in found]) | found


def _bound(view: View, source: str, kind: str, keys: Sequence[str]) -> dict[str, _Bound]:
    found: dict[str, _Bound] = {}
    merged: dict[str, int] = {}
    for start in range(0, len(keys), 500):
        query = (
            select(_SOURCE, RECORD.c.merged_into_pk)
            .join(RECORD, RECORD.c.pk == _SOURCE.c.record_pk)
            .where(_SOURCE.c.source == source, _SOURCE.c.kind == kind, _SOURCE.c.key.in_(keys[start : start + 500]))
        )
        for row in view.connection.execute(query):
            found[row.key] = _Bound(row.record_pk, row.digest, row.revision)
            if row.merged_into_pk is not None:
                merged[row.key] = row.merged_into_pk
    while merged:
        query = select(RECORD.c.pk, RECORD.c.merged_into_pk).where(RECORD.c.pk.in_(set(merged.values())))
        further: dict[int, int | None] = dict(view.connection.execute(query).all())
        # No digest is that of a merged record: whatever the source says of it now, it is left alone.
        found |= {key: _Bound(pk, "", -1) for key, pk in merged.items()}
        merged = {key: above for key, pk in merged.items() if (above := further.get(pk)) is not None}
    return found


def _matched(view: View, source: str, noun: Noun, keys: Sequence[str]) -> dict[str, int]:
    """Records that an identifier names without doubt; a name alone never does."""
    if source == OWN or noun.kind in ("state", "place", "document"):
        table = view[noun.sql]
        found = _by(view, table, table.c.id, keys)
        if noun.kind == "place":
            found |= _by(view, table, table.c.region_code, [key for key in keys if key not in found])
        return found
    if noun.kind == "organization":
        named = {key: pair for key in keys if (pair := normalised(key)) is not None and is_proof(pair[0])}
        return _by_identifier(view, noun, named)
    if noun.kind == "project" and source in SCHEMES:
        return _by_identifier(view, noun, {key: (SCHEMES[source], key) for key in keys})
    if noun.kind == "topic":
        return _topics(view, keys)
    return {}


def _by(view: View, table: Any, column: Any, keys: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(keys), 500):
        query = select(column, table.c.pk).where(column.in_(keys[start : start + 500])).order_by(table.c.id.desc())
        found.update(view.connection.execute(query).all())
    return found


def _by_identifier(view: View, noun: Noun, named: Mapping[str, tuple[str, str]]) -> dict[str, int]:
    part = next(part for part in noun.parts if part.name == "identifiers")
    rows, owner = view[part_sql(part)], f"{noun.sql.name}_pk"
    wanted = {pair: key for key, pair in named.items()}
    found: dict[str, int] = {}
    pairs = sorted(wanted)
    for start in range(0, len(pairs), 400):
        some = pairs[start : start + 400]
        query = select(rows.c.scheme, rows.c.value, rows.c[owner]).where(tuple_(rows.c.scheme, rows.c.value).in_(some))
        for scheme, value, pk in view.connection.execute(query):
            found[wanted[scheme, value]] = pk
    return found


def _topics(view: View, keys: Sequence[str]) -> dict[str, int]:
    table = view[BY_KIND["topic"].sql]
    codes = {key.removeprefix("crs:"): key for key in keys if key.startswith("crs:")}
    # A code may have been given to several topics that are narrower than it: then none of them is it.
    alone = (
        select(table.c.crs_code, func.min(table.c.pk))
        .where(table.c.crs_code.in_([*codes]))
        .group_by(table.c.crs_code)
        .having(func.count() == 1)
    )
    found = {codes[code]: pk for code, pk in view.connection.execute(alone)}
    others = {key: tuple(key.removeprefix("sector:").rsplit(":", 1)) for key in keys if key.startswith("sector:")}
    pairs = {pair: key for key, pair in others.items() if len(pair) == 2}
    if pairs:
        columns = tuple_(table.c.sector_vocabulary, table.c.sector_code)
        query = select(table.c.sector_vocabulary, table.c.sector_code, table.c.pk).where(columns.in_([*pairs]))
        found |= {pairs[vocabulary, code]: pk for vocabulary, code, pk in view.connection.execute(query)}
    return found


# --- bringing in -----------------------------------------------------------------------------------------------------


class _Importer:
    """One import, in one transaction."""

    def __init__(self, writer: Writer, staging: Staging, origin: Origin, tick: Callable[[int], None]) -> None:
        self.writer = writer
        self.staging = staging
        self.origin = origin
        self.tick = tick
        self.outcome = Outcome()
        self._taken_ids: dict[str, set[str]] = {}
        self._mutual: list[tuple[Staged, str]] = []
        """What names a record that comes after it, with its id."""

    def run(self) -> Outcome:
        for kind, keys in self.staging.referred():
            for key, pk in known_keys(self.writer.view, self.origin.source, kind, keys).items():
                self.writer.keys[kind, self.staging.stand_in(kind, key)] = pk
        for noun in map(BY_KIND.__getitem__, ORDER):
            if PEER in noun.fields.model_fields:
                self._know_peers(noun)
            for some in self.staging.some(noun.kind):
                self.tick(len(some))
                self._bring(noun, some)
            self._name_peers(noun)
        self.writer.flush()
        return self.outcome

    def _bring(self, noun: Noun, drafts: Sequence[Staged]) -> None:
        writer, keys = self.writer, [one.key for one in drafts]
        writer.flush()
        known = known_keys(writer.view, self.origin.source, noun.kind, keys)
        bound = self._bound(noun, keys, known)
        revisions = self._revisions(noun, known.values())
        new: list[Staged] = []
        changed: list[tuple[Staged, str, int]] = []
        for draft in drafts:
            before, pk = bound.get(draft.key), known.get(draft.key)
            if pk is None:
                if before is None:
                    new.append(draft)
                elif self._was_undone(before.pk):
                    self._bring_back(noun, draft, before.pk)
                else:
                    self._leave(noun, draft, "deleted")
                continue
            writer.keys[noun.kind, self.staging.stand_in(noun.kind, draft.key)] = pk
            public_id, revision = revisions[pk]
            if self._is_to_be_changed(noun, draft, before, revision):
                changed.append((draft, public_id, revision))
        if new:
            ids = self._ids(noun, new)
            self._halving(noun, [(draft, ids[draft.key]) for draft in new if draft.key in ids], self._create, "created")
        if changed:
            self._halving(noun, changed, self._update, "updated")

    def _is_to_be_changed(self, noun: Noun, draft: Staged, before: _Bound | None, revision: int) -> bool:
        """Whether a draft changes a record that is there; why not is counted."""
        if self.origin.source == OWN:
            if draft.revision in (None, revision):
                return True
            self._leave(noun, draft, "edited")
        elif before is None:
            self.outcome.add(noun.kind, "matched")
        elif before.digest == draft.digest:
            self.outcome.add(noun.kind, "unchanged")
        elif before.revision == revision:
            return True
        else:
            self._leave(noun, draft, "merged" if before.revision == -1 else "edited")
        return False

    def _bound(self, noun: Noun, keys: Sequence[str], known: Mapping[str, int]) -> dict[str, _Bound]:
        """What keys were bound to before. Public ids need no binding: of them, those of what was deleted."""
        if self.origin.source != OWN:
            return _bound(self.writer.view, self.origin.source, noun.kind, keys)
        gone = [key for key in keys if key not in known]
        query = select(RECORD.c.id, RECORD.c.pk).where(RECORD.c.kind == noun.kind, RECORD.c.id.in_(gone))
        return {key: _Bound(pk, "", -1) for key, pk in self.writer.connection.execute(query)}

    def _revisions(self, noun: Noun, keys: Iterable[int]) -> dict[int, tuple[str, int]]:
        table = self.writer.view[noun.sql]
        found: dict[int, tuple[str, int]] = {}
        for some in chunks(keys):
            query = select(table.c.pk, table.c.id, table.c.revision).where(table.c.pk.in_(some))
            found |= {pk: (public_id, revision) for pk, public_id, revision in self.writer.connection.execute(query)}
        return found

    def _halving(
        self, noun: Noun, run: Sequence[Any], make: Callable[[Noun, Sequence[Any]], dict[str, int]], word: str
    ) -> None:
        """Make all together; where one stands in the way, each half by itself, until it is found."""
        try:
            with self.writer.savepoint():
                made = make(noun, run)
                self.writer.flush()
                self._cite(noun, [one[0] for one in run if one[0].key in made], made)
                self.writer.flush()
        except (Problem, IntegrityError) as refusal:
            if isinstance(refusal, Problem) and refusal.status >= 500:
                raise
            if len(run) == 1:
                self._refuse(noun, run[0][0], refusal)
                return
            middle = len(run) // 2
            self._halving(noun, run[:middle], make, word)
            self._halving(noun, run[middle:], make, word)
            return
        self.outcome.add(noun.kind, word, len(made))
        self.outcome.add(noun.kind, "unchanged", len(run) - len(made))
        for draft, public_id, *_ in run:
            # Nothing names them any more; a large file has hundreds of thousands.
            self.writer.keys.pop((noun.kind, public_id), None)
            if noun.kind not in _REFERRED and self.origin.source != OWN:
                self.writer.keys.pop((noun.kind, self.staging.stand_in(noun.kind, draft.key)), None)

    def _create(self, noun: Noun, run: Sequence[tuple[Staged, str]]) -> dict[str, int]:
        made: dict[str, int] = {}
        for draft, public_id in run:
            given = self._without_later(noun, draft, public_id)
            made[draft.key] = create_as(self.writer, noun, public_id, given.values, given.rows)
            # What comes later in the run may stand below it.
            self.writer.keys[noun.kind, self.staging.stand_in(noun.kind, draft.key)] = made[draft.key]
        self.writer.flush()
        self._bind(noun, [(draft, made[draft.key], 1) for draft, _ in run])
        return made

    def _update(self, noun: Noun, run: Sequence[tuple[Staged, str, int]]) -> dict[str, int]:
        keys = {
            public_id: self.writer.keys[noun.kind, self.staging.stand_in(noun.kind, draft.key)]
            for draft, public_id, _ in run
        }
        together = {
            public_id: (self._without_later(noun, draft, public_id).values, {revision})
            for draft, public_id, revision in run
        }
        for draft, public_id, revision in run:
            if draft.values.get("parent") is not None:
                # Only one at a time is it seen whether a record would come to stand above itself.
                update(self.writer, noun, public_id, draft.values, revision)
                del together[public_id]
        if together:
            update_many(self.writer, noun, together)
        revisions = self._revisions(noun, keys.values())
        self._bind(noun, [(draft, keys[public_id], revisions[keys[public_id]][1]) for draft, public_id, _ in run])
        return {draft.key: keys[name] for draft, name, before in run if revisions[keys[name]][1] != before}

    def _without_later(self, noun: Noun, draft: Staged, public_id: str) -> Staged:
        """A draft without the other of its kind that it conflicts with, where that one is not there yet."""
        other = draft.values.get(PEER)
        if other is None or (noun.kind, other) in self.writer.keys:
            return draft
        self._mutual.append((draft, public_id))
        values = draft.values | {PEER: None}
        return replace(draft, values=values, rows=rows_of(noun, values))

    def _know_peers(self, noun: Noun) -> None:
        for some in self.staging.some(noun.kind):
            keys = [draft.key for draft in some]
            for key, pk in known_keys(self.writer.view, self.origin.source, noun.kind, keys).items():
                self.writer.keys[noun.kind, self.staging.stand_in(noun.kind, key)] = pk

    def _name_peers(self, noun: Noun) -> None:
        for draft, public_id in self._mutual:
            pk = self.writer.keys.get((noun.kind, self.staging.stand_in(noun.kind, draft.key)))
            if pk is None:
                continue
            if (noun.kind, draft.values[PEER]) in self.writer.keys:
                self._update(noun, [(draft, public_id, self._revisions(noun, [pk])[pk][1])])
            else:
                detail = f"{PEER} names what was not taken, and was left out"
                self.staging.note(FileProblem(Severity.warning, "reference-left-out", detail, draft.place, PEER))
        self._mutual = []

    def _bring_back(self, noun: Noun, draft: Staged, pk: int) -> None:
        """A record that an import made and that was undone comes back under its id."""
        try:
            with self.writer.savepoint():
                put_back(self.writer, noun, pk, draft.values)
                self.writer.flush()
                self.writer.keys[noun.kind, self.staging.stand_in(noun.kind, draft.key)] = pk
                revision = self._revisions(noun, [pk])[pk][1]
                self._bind(noun, [(draft, pk, revision)])
                self._cite(noun, [draft], {draft.key: pk})
                self.writer.flush()
        except (Problem, IntegrityError) as refusal:
            self._refuse(noun, draft, refusal)
            return
        self.outcome.add(noun.kind, "created")

    def _was_undone(self, pk: int) -> bool:
        query = (
            select(_VERSION.c.cause)
            .join(_CHANGE, _CHANGE.c.version == _VERSION.c.number)
            .where(_CHANGE.c.record_pk == pk)
            .order_by(_CHANGE.c.version.desc(), _CHANGE.c.position.desc())
            .limit(1)
        )
        return bool(self.writer.connection.execute(query).scalar() == UNDO)

    def _leave(self, noun: Noun, draft: Staged, why: str) -> None:
        self.outcome.add(noun.kind, "left alone")
        detail = f"{noun.kind.replace('_', ' ')} {draft.key!r} is left alone: {_LEFT[why]}"
        self.staging.note(FileProblem(Severity.note, f"left-alone-{why}", detail, draft.place))

    def _refuse(self, noun: Noun, draft: Staged, refusal: Exception) -> None:
        self.outcome.add(noun.kind, "refused")
        code = "duplicate"
        detail = f"{noun.kind.replace('_', ' ')} {draft.key!r}: the same is recorded already"
        if isinstance(refusal, Problem):
            code, detail = refusal.kind, refusal.detail
            if code == "reference-not-found":
                detail = f"{noun.kind.replace('_', ' ')} {draft.key!r} refers to what was not taken"
        self.staging.note(FileProblem(Severity.error, code, detail, draft.place))

    def _bind(self, noun: Noun, rows: Sequence[tuple[Staged, int, int]]) -> None:
        if self.origin.source == OWN:
            return
        connection = self.writer.connection
        keys = [draft.key for draft, _, _ in rows]
        own = (_SOURCE.c.source == self.origin.source, _SOURCE.c.kind == noun.kind)
        for start in range(0, len(keys), 500):
            connection.execute(_SOURCE.delete().where(*own, _SOURCE.c.key.in_(keys[start : start + 500])))
        values = [
            {
                "source": self.origin.source,
                "kind": noun.kind,
                "key": draft.key,
                "record_pk": pk,
                "digest": draft.digest,
                "revision": revision,
            }
            for draft, pk, revision in rows
        ]
        statement = insert(_SOURCE)
        if connection.dialect.name == "postgresql":
            # With RETURNING one statement carries many rows.
            statement = statement.returning(_SOURCE.c.key)
        connection.execute(statement, values)

    # --- evidence --------------------------------------------------------------------------------------------------

    def _cite(self, noun: Noun, drafts: Sequence[Staged], made: Mapping[str, int]) -> None:
        if not any(draft.evidence for draft in drafts):
            return
        if self.origin.source == OWN and self.staging.drafts["citation"]:
            # The file brings the evidence of its records along.
            return
        self._document_key()
        names = self._revisions(noun, made.values())
        for draft in drafts:
            if draft.evidence is None:
                continue
            paragraph = draft.evidence.row["paragraph"]
            place = repr((self.origin.sha256, noun.kind, names[made[draft.key]][0], paragraph, draft.cue))
            public_id = f"citation-{hashlib.sha256(place.encode()).hexdigest()[:16]}-{self.writer.next_public}"
            create_as(self.writer, CITATION, public_id, draft.evidence.row, draft.evidence)
            self.writer.keys.pop(("citation", public_id), None)

    def _document_key(self) -> int:
        """The key of the document that the file is."""
        name = ("document", THE_FILE)
        if name not in self.writer.keys:
            about, table = self.origin.about, self.writer.view[_DOCUMENT.sql]
            query = select(table.c.pk).where(table.c.sha256 == self.origin.sha256)
            known = self.writer.connection.execute(query).scalar()
            if known is None:
                fields = {
                    "title": about.get("title") or self.origin.file_name,
                    "basis": "stated" if about.get("title") else "attributed",
                    "publisher": about.get("publisher"),
                    "publisher_basis": "stated" if about.get("publisher") else None,
                    "year": int(about["year"]) if about.get("year", "").isdecimal() else None,
                    "language": about.get("language") or "und",
                    "kind": "data file",
                    "file_name": self.origin.file_name,
                    "sha256": self.origin.sha256,
                    "url": about.get("url"),
                    "licence": about.get("licence"),
                }
                values = _DOCUMENT.fields.model_validate(fields).model_dump()
                public_id = f"{stem_of(_DOCUMENT, values)[0]}-{self.origin.sha256[:8]}"
                if self._taken(_DOCUMENT, [public_id]):
                    public_id = f"{public_id}-{self.writer.next_public}"
                known = create_as(self.writer, _DOCUMENT, public_id, values)
                self.writer.flush()
                self.outcome.add("document", "created")
            self.writer.keys[name] = known
        return self.writer.keys[name]

    # --- ids -------------------------------------------------------------------------------------------------------

    def _ids(self, noun: Noun, drafts: Sequence[Staged]) -> dict[str, str]:
        """An id for each new record: what tells what it is, where that is free, else with digits that stay the same."""
        if self.origin.source == OWN:
            return self._own_ids(noun, drafts)
        used = self._taken_ids.setdefault(noun.kind, set())
        stems = {draft.key: stem_of(noun, draft.values) for draft in drafts}
        digits = {draft.key: placeholder(noun.kind, f"{self.origin.source} {draft.key}")[6:18] for draft in drafts}
        longer = {key: f"{stem}-{digits[key]}" for key, (stem, _) in stems.items()}
        if noun.kind == "place":
            longer |= {draft.key: draft.key for draft in drafts if len(draft.key) == 2 and draft.key.isupper()}
        taken = self._taken(noun, [*(stem for stem, _ in stems.values()), *longer.values()]) | used
        found: dict[str, str] = {}
        for draft in drafts:
            stem, is_telling = stems[draft.key]
            wanted = stem if is_telling and noun.kind != "place" and stem not in taken else longer[draft.key]
            if wanted in taken:
                wanted = f"{wanted}-{self.writer.next_public}"
            found[draft.key] = wanted
            taken.add(wanted)
            if is_telling:
                used.add(wanted)
        return found

    def _own_ids(self, noun: Noun, drafts: Sequence[Staged]) -> dict[str, str]:
        taken = self._taken(noun, [draft.key for draft in drafts])
        for draft in drafts:
            if draft.key in taken:
                self._leave(noun, draft, "deleted")
        return {draft.key: draft.key for draft in drafts if draft.key not in taken}

    def _taken(self, noun: Noun, ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(ids), 500):
            query = select(RECORD.c.id).where(RECORD.c.kind == noun.kind, RECORD.c.id.in_(ids[start : start + 500]))
            found.update(self.writer.connection.execute(query).scalars())
        return found


def bring_in(
    writer: Writer, staging: Staging, origin: Origin, *, tick: Callable[[int], None] = lambda _many: None
) -> Outcome:
    """Make records of the drafts of a settled staging. What cannot be is noted there, and left out.

    `tick` is told of drafts that are being looked at; what it raises ends the import, and with it the transaction.
    """
    writer.begin_import(f"{origin.source}: {origin.file_name}")
    return _Importer(writer, staging, origin, tick).run()
