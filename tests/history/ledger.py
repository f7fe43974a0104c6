"""The plain model with both classes of reader: a dictionary of what each saw, for each version.

It knows nothing of tables, spans and keys. What the public may not see is worked out here from the docstring of
`app.history.visibility`, over dictionaries, one version at a time: the smallest change that the rules allow, of which
the present and the past decide together.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace

from app.history.view import View
from app.history.writer import Writer
from app.models.noun import Noun, references
from app.models.nouns import BY_KIND, BY_PREFIX, NOUNS, ref_of
from app.models.projects import ParticipationRole
from app.models.tables import Reader
from app.store import records
from app.store.merging import merge
from app.store.records import CITATION, CREATE, PageQuery
from app.store.restoring import restore
from tests.history.model import Model, Row

Key = tuple[str, str]
"""Kind and id."""

KINDS = ("topic", "organization", "document", "project", "funding", "participation", "citation", "project", "funding")
"""What is written; some more often."""


@dataclass(frozen=True)
class Entry:
    """A record as it was from one version on."""

    fields: Row
    revision: int
    since: int
    targets: frozenset[Key]
    """What it refers to."""


@dataclass(frozen=True)
class Told:
    """A change of the log, and what the public is told of it."""

    version: int
    key: Key
    action: str
    public_action: str | None
    revision: int


class Ledger(Model):
    """What each class of reader sees of each version, and is told of each change. The open transaction is in `log`."""

    def __init__(self) -> None:
        """Empty, at version 0."""
        super().__init__(0)
        self.restricted: set[Key] = set()
        """What was restricted itself."""
        self.hidden: set[Key] = set()
        """What the public does not see; of deleted records, what it did not see last."""
        self.gone: dict[Key, int] = {}
        self.last: dict[Key, int] = {}
        """The last revision of each record, deleted ones too."""
        self.past: list[dict[Key, Entry]] = [{}]
        self.seen: list[dict[Key, Entry]] = [{}]
        """Version -> what was there, and what of it the public may see."""
        self.public: list[int] = [0]
        """Version -> the public one that held since."""
        self.amended: dict[int, int] = {}
        """Version -> the last one that took something away from what the public saw of it."""
        self.feed: list[Told] = []
        self.causes: list[str] = [""]
        self.runs: list[int] = []
        self.merges: list[tuple[str, str]] = []
        """Organizations that were merged into others, undone or not."""
        self.undone: dict[int, int] = {}
        """Version that undid a run -> the version of the run."""

    def copy(self) -> "Ledger":
        """The model as it is now."""
        made = copy(self)
        for name, value in vars(self).items():
            if isinstance(value, dict | list | set):
                setattr(made, name, value.copy())
        made.records = {kind: dict(found) for kind, found in self.records.items()}
        return made

    # What a reader is to find

    @property
    def version(self) -> int:
        """The internal version now."""
        return len(self.past) - 1

    def latest(self, reader: Reader) -> int:
        """The version now, as the class of reader counts it."""
        return self.public[-1] if reader is Reader.public else self.version

    def internal(self, reader: Reader, ordinal: int) -> int:
        """The internal version that holds where the class of reader asks for one of its own."""
        if reader is Reader.restricted:
            return ordinal
        return max(number for number, public in enumerate(self.public) if public == ordinal)

    def at(self, reader: Reader, number: int) -> dict[Key, Entry]:
        """What a class of reader sees of an internal version."""
        return (self.seen if reader is Reader.public else self.past)[number]

    def told(self, reader: Reader) -> list[tuple[int, str, str, str, int]]:
        """The change log: version and action as the class of reader is told, kind, id, revision."""
        return sorted(
            (self.public[one.version] if reader is Reader.public else one.version, action, *one.key, one.revision)
            for one in self.feed
            if (action := one.public_action if reader is Reader.public else one.action) is not None
        )

    def history(self, reader: Reader, key: Key) -> list[tuple[int, int, str, Row | None]]:
        """Version, revision, action and fields for each version that changed a record, newest first."""
        found: dict[int, list[tuple[str, int]]] = {}
        for one in self.feed:
            action = one.public_action if reader is Reader.public else one.action
            if one.key == key and action is not None:
                found.setdefault(one.version, []).append((action, one.revision))
        answer: list[tuple[int, int, str, Row | None]] = []
        for version in sorted(found, reverse=True):
            (first, _), (last, revision) = found[version][0], found[version][-1]
            entry = None if last == "delete" else self.at(reader, version)[key].fields
            ordinal = self.public[version] if reader is Reader.public else version
            action = first if first == "create" and entry is not None else last
            answer.append((ordinal, revision, action, entry))
        return answer

    # Writing: each does the same to the store and to the model

    def enter_state(self, writer: Writer, public_id: str) -> None:
        """A state, which no other step changes."""
        noun = BY_KIND["state"]
        body = self._body(noun) | {"id": public_id, "inegi": f"{len(self.used) + 1:02}"}
        records.create(writer, noun, CREATE["state"].model_validate(body))
        self.enter(noun, body)

    def create(self, writer: Writer, noun: Noun, *, fresh: bool = False) -> None:
        """A new record, with citations or without; with `fresh` under an id that was never used."""
        body = self.new_body(noun, fresh=fresh)
        made = CREATE[noun.kind].model_validate(body)
        refusal = self.refusal(noun, body["id"], self.fields_of(noun, body))
        self._do(refusal, lambda: records.create(writer, noun, made))
        self.enter(noun, body)
        writer.flush()
        self.enter_citations(writer.view, noun, body)

    def edit(self, writer: Writer, noun: Noun, public_id: str) -> None:
        """Some fields."""
        self._update(writer, noun, public_id)

    def delete(self, writer: Writer, noun: Noun, public_id: str) -> None:
        """A record and its citations."""
        self._delete(writer, noun, public_id)

    def set_visibility(self, writer: Writer, noun: Noun, public_id: str) -> None:
        """Restrict what was not restricted itself, publish what was."""
        key = (noun.kind, public_id)
        wanted, action = ("public", "publish") if key in self.restricted else ("restricted", "restrict")
        revision = self.revisions[key]
        self._do("", lambda: records.update(writer, noun, public_id, {"visibility": wanted}, revision))
        self.restricted ^= {key}
        self._put(noun.kind, public_id, self.records[noun.kind][public_id], action, revision + 1)

    def restore(self, writer: Writer, noun: Noun, public_id: str, version: int) -> None:
        """As it was at a version in which it was there."""
        key = (noun.kind, public_id)
        values = self.past[version][key].fields
        refusal = self._unfit(noun, public_id, values)
        self._do(refusal, lambda: restore(writer, noun, public_id, f"r{version}", [self.last[key]]))
        cited = []
        if key not in self.revisions:
            deleted, ref = self.gone[key], ref_of(*key)
            before = self.past[deleted - 1]
            cited = [
                one
                for one, number in self.gone.items()
                if one[0] == "citation"
                and one not in self.revisions
                and number == deleted
                and one in before
                and before[one].fields["record"] == ref
                and before[one].fields["document"] in self.records.get("document", {})
            ]
            self._as_then(key, values)
            for one in cited:
                self._as_then(one, before[one].fields)
        else:
            self._as_then(key, values)

    def merge(self, writer: Writer | None, one: str, into: str) -> None:
        """An organization into another one: what referred to the one refers to the other. Without a writer only here.

        No two participations may come to say the same: see `has_twins`.
        """
        key, other = ("organization", one), ("organization", into)
        loser, winner = self.records["organization"][one], self.records["organization"][into]
        if writer is not None:
            refusal = "merge-refused" if key in self.hidden and other not in self.hidden else ""
            self._do(refusal, lambda: merge(writer, one, into, [self.revisions[key]]))
        for kind, public_id in sorted(self.revisions):
            values = self.records[kind][public_id]
            if key in self._targets_in((kind, public_id), values):
                pointing = [name for name, target in references(BY_KIND[kind].sql).items() if target == "organization"]
                moved = {name: into for name in pointing if values[name] == one}
                if values.get("record") == ref_of(*key):
                    moved["record"] = ref_of(*other)
                self._put(kind, public_id, values | moved, "update", self.revisions[kind, public_id] + 1)
        self._drop(*key)
        self.merges.append((one, into))
        known = {(name["text"], name["kind"]) for name in winner["names"]}
        texts = {winner["name"], *(text for text, _ in known)}
        names = [{"text": loser["name"], "kind": "as_written", "language": None, "basis": loser["basis"]}]
        names = [name for name in names if name["text"] not in texts]
        known |= {(name["text"], name["kind"]) for name in names}
        names += [
            name
            for name in loser["names"]
            if (name["text"], name["kind"]) not in known and name["text"] != winner["name"]
        ]
        both = {
            "context_only": winner["context_only"] and loser["context_only"],
            "names": [*winner["names"], *names],
            "identifiers": [*winner["identifiers"], *loser["identifiers"]],
        }
        if winner | both != winner:
            self._put(*other, winner | both, "update", self.revisions[other] + 1)

    def merged_with(self, public_id: str) -> set[str]:
        """What an organization was ever merged into."""
        found, above = set[str](), {public_id}
        while above:
            above = {into for one, into in self.merges if one in above} - found
            found |= above
        return found

    def load(self, rows: Collection[tuple[Noun, Row]]) -> tuple[str, Counter[str]]:
        """What loading these rows as files does: the problem that it ends with, or how many of them it does what to."""
        counts: Counter[str] = Counter()
        for noun, body in rows:
            key = (noun.kind, body["id"])
            if key not in self.used:
                values = self.fields_of(noun, body)
                if self._dangles(noun, values):
                    return "reference-not-found", counts
                self.enter(noun, body)
                counts["created"] += 1
                continue
            if key not in self.revisions or self.causes[self._last_version(key)] != "seed":
                counts["left alone"] += 1
                continue
            values = self.fields_of(noun, body)
            if values == self.records[noun.kind][body["id"]]:
                counts["unchanged"] += 1
                continue
            refusal = self._unfit(noun, body["id"], values)
            if refusal:
                return refusal, counts
            self._put(noun.kind, body["id"], values, "update", self.revisions[key] + 1)
            counts["updated"] += 1
        # Citations come last: they may be of documents that stand after what they are for.
        there = self.records.get("document", {})
        is_cited = all(one["document"] in there for _, body in rows for one in body["citations"])
        return "" if is_cited else "reference-not-found", counts

    def undo(self, run: int) -> bool:
        """What undoing a run does; False where it is refused."""
        touched = {one.key for one in self.feed if one.version == run}
        touched -= {one.key for one in self.feed if self.undone.get(one.version) == run}
        created = {key for key in touched if key in self.revisions and key not in self.past[run - 1]}
        changed = {key for key in touched if key in self.past[run - 1]}
        before = {key: self.past[run - 1][key].fields for key in changed}
        there = changed | self.revisions.keys()
        if not touched or any(self._last_version(key) > run for key in touched):
            return False
        if any(created & set(self._targets_of(key)) for key in self.revisions if key not in touched):
            return False
        for key in created:
            self._drop(*key)
        if any(target not in there - created for key, was in before.items() for target in self._targets_in(key, was)):
            return False
        for key, fields in before.items():
            self._as_then(key, fields)
        return not any(self._is_own_parent(BY_KIND[kind], one, self.records[kind][one]) for kind, one in changed)

    def commit(self, cause: str, undone: int | None = None) -> None:
        """End the transaction: what the public may see of it, and a copy for each class of reader."""
        if not self.log:
            return
        version = self.version + 1
        changes = [
            Told(version, (kind, one), action, None if (kind, one) in self.hidden else action, revision)
            for action, kind, one, revision in self.log
        ]
        self.log = []
        before = self.hidden & self.revisions.keys()
        after, lost = self._closure(before)
        for key in after - before:
            changes = self._flip(changes, version, key, "restrict", None)
        for key in before - after:
            changes = self._flip(changes, version, key, "publish", "create")
        self.hidden = (self.hidden - before) | after
        there = {key: entry for key, entry in self.past[-1].items() if key in self.revisions}
        for one in changes:
            if one.key in self.revisions:
                fields, revision = self.records[one.key[0]][one.key[1]], self.revisions[one.key]
                there[one.key] = Entry(fields, revision, version, frozenset(self._targets_in(one.key, fields)))
        self.feed += changes
        self.causes.append(cause)
        self.past.append(there)
        self._take(lost)
        self.seen.append({key: entry for key, entry in there.items() if key not in self.hidden})
        self.amended |= dict.fromkeys(lost, version)
        self.feed = [one if self._is_still_told(one) else replace(one, public_action=None) for one in self.feed]
        is_public = bool(lost) or any(one.version == version and one.public_action for one in self.feed)
        self.public.append(self.public[-1] + is_public)
        if cause in ("seed", "import", "merge"):
            self.runs.append(version)
        if undone is not None:
            self.undone[version] = undone

    # What the public may not see

    def _closure(self, before: Collection[Key]) -> tuple[set[Key], dict[int, set[Key]]]:
        """The records that are hidden now, and what the public does not see of each past version any more.

        Hidden is what is restricted, what refers to what is hidden, and what is cited while no citation of it was ever
        public. Past is hidden where the record has come to be, where what it referred to is not seen, and where the
        record is deleted and nothing is seen any more of its citations.
        """
        now = self.restricted & self.revisions.keys()
        if not now:
            return now, {}
        there = {key: set(self._targets_of(key)) for key in self.revisions}
        cited: dict[Key, set[Key]] = {}
        for kind, one in there:
            if kind == "citation":
                cited.setdefault(key_of(self.records[kind][one]["record"]), set()).add((kind, one))
        left = [set(one) for one in self.seen]
        while True:
            proven = self._proven(left)
            unproven = {key for key, found in cited.items() if found <= now} - proven
            more = {key for key, targets in there.items() if targets & now or key in unproven} - now
            now |= more
            newly = now - set(before)
            lost = {number: one.keys() - left[number] for number, one in enumerate(self.seen)}
            whole = newly | (self._deleted_with_citations(newly.union(*lost.values())) - proven)
            gone = [
                {key for key in keys if key in whole or not self.seen[number][key].targets <= keys}
                for number, keys in enumerate(left)
            ]
            if not more and not any(gone):
                return now, {number: keys for number, keys in lost.items() if keys}
            left = [keys - keys_gone for keys, keys_gone in zip(left, gone, strict=True)]

    def _proven(self, left: Iterable[Collection[Key]]) -> set[Key]:
        """What has a citation in some version, of those that are left in each."""
        return {
            key_of(entry.fields["record"])
            for one, keys in zip(self.seen, left, strict=True)
            for key, entry in one.items()
            if key[0] == "citation" and key in keys
        }

    def _deleted_with_citations(self, citations: Collection[Key]) -> set[Key]:
        """The deleted records that some of these records were ever citations of."""
        found = {
            key_of(one[key].fields["record"])
            for key in citations
            if key[0] == "citation"
            for one in self.past
            if key in one
        }
        return found - self.revisions.keys()

    def _flip(self, changes: list[Told], version: int, key: Key, action: str, public_action: str | None) -> list[Told]:
        """A record that was hidden or comes to light is told of once, by its last change if there is one."""
        mine = [one for one in changes if one.key == key]
        if not mine:
            self.revisions[key] += 1
            self.last[key] = self.revisions[key]
            return [*changes, Told(version, key, action, public_action, self.revisions[key])]
        others = [replace(one, public_action=None) if one.key == key else one for one in changes if one is not mine[-1]]
        return [*others, replace(mine[-1], public_action=public_action)]

    def _take(self, lost: Mapping[int, Collection[Key]]) -> None:
        """Take from past versions what the public shall not see any more."""
        for number, keys in lost.items():
            self.seen[number] = {key: entry for key, entry in self.seen[number].items() if key not in keys}
        for key in set().union(*lost.values()) - self.past[-1].keys():
            if not any(key in one for one in self.seen):
                # Not even that it was deleted is told.
                self.hidden.add(key)

    def _is_still_told(self, one: Told) -> bool:
        if one.public_action is None:
            return True
        entry = self.seen[one.version].get(one.key)
        if entry is not None and entry.since == one.version:
            return True
        return one.public_action == "delete" and one.key in self.seen[one.version - 1]

    # The open transaction

    def enter(self, noun: Noun, body: Row) -> None:
        """A new record, without its citations."""
        key = (noun.kind, body["id"])
        if body.get("visibility") == "restricted":
            self.restricted.add(key)
            self.hidden.add(key)
        self._put(*key, self.fields_of(noun, body), "create", 1)

    def enter_citations(self, view: View, noun: Noun, body: Row) -> None:
        """The citations that came with a new record, under the ids that the service made."""
        if not body.get("citations"):
            return
        ref = ref_of(noun.kind, body["id"])
        wanted = [CREATE["citation"].model_validate(one | {"record": ref}).model_dump() for one in body["citations"]]
        ids = {
            item["cue"]: item["id"]
            for item in records.list_page(view, CITATION, PageQuery(filters={"record": [ref]}, limit=500)).items
        }
        for one in wanted:
            fields = {name: one[name] for name in CITATION.fields.model_fields}
            self._put("citation", ids[one["cue"]], fields, "create", 1)

    def _as_then(self, key: Key, fields: Row) -> None:
        if self.records.get(key[0], {}).get(key[1]) != fields:
            self._put(*key, fields, "restore", self.last[key] + 1)

    def _put(self, kind: str, public_id: str, values: Row, action: str, revision: int) -> None:
        super()._put(kind, public_id, values, action, revision)
        self.last[kind, public_id] = revision

    def _drop(self, kind: str, public_id: str) -> None:
        super()._drop(kind, public_id)
        self.last[kind, public_id] += 1
        self.gone[kind, public_id] = self.version + 1

    # What refers to what

    def _targets(self, noun: Noun, values: Row) -> list[Key]:
        found = super()._targets(noun, values)
        return [key_of(one) if target == "record" else (target, one) for target, one in found]

    def _targets_in(self, key: Key, fields: Row) -> list[Key]:
        return self._targets(BY_KIND[key[0]], fields)

    def _targets_of(self, key: Key) -> list[Key]:
        return self._targets_in(key, self.records[key[0]][key[1]])

    def _is_referred_to(self, noun: Noun, public_id: str) -> bool:
        # A record's citations go with it.
        key = (noun.kind, public_id)
        cited = {("document", one["document"]) for one in self.records.get("citation", {}).values()}
        return key in cited or any(key in self._targets_of(one) for one in self.revisions if one[0] != "citation")

    def refusal(self, noun: Noun, public_id: str, values: Row) -> str:
        """The problem that a new record ends with, if any."""
        if self._dangles(noun, values):
            return "reference-not-found"
        return "id-taken" if (noun.kind, public_id) in self.used else ""

    def _unfit(self, noun: Noun, public_id: str, values: Row) -> str:
        if (noun.kind, public_id) in self.revisions and values == self.records[noun.kind][public_id]:
            return ""
        if self._dangles(noun, values):
            return "reference-not-found"
        return "cycle" if self._is_own_parent(noun, public_id, values) else ""

    def _last_version(self, key: Key) -> int:
        return max(one.version for one in self.feed if one.key == key)

    def has_twins(self) -> bool:
        """Whether two participations say the same, or organizations have one identifier: the tables refuse that."""
        found = Counter(
            (one["project"], one["organization"], one["role"]) for one in self.records.get("participation", {}).values()
        )
        found.update(
            (item["scheme"], item["value"], "")
            for one in self.records.get("organization", {}).values()
            for item in one["identifiers"]
        )
        return any(count > 1 for count in found.values())

    # What to write

    def fields_of(self, noun: Noun, body: Row) -> Row:
        """The fields of a body, as the store keeps them."""
        values = CREATE[noun.kind].model_validate(body).model_dump()
        return {name: values[name] for name in noun.fields.model_fields}

    def new_body(self, noun: Noun, *, fresh: bool = False) -> Row:
        """A new record, under an id that tells nothing. Few, so that some are asked for twice, unless `fresh`."""
        number = 100 + self._fresh() if fresh else self.random.randrange(60)
        body = self._body(noun) | {"id": f"x{number:016x}"}
        body["visibility"] = "restricted" if self.random.random() < 0.12 else "public"
        if noun.kind != "citation":
            body["citations"] = self._citations(body["id"])
        return body

    def some_key(self, kinds: Collection[str]) -> Key | None:
        """A record of the kinds that is there."""
        there = sorted(key for key in self.revisions if key[0] in kinds)
        return self.random.choice(there) if there else None

    def rows(self) -> list[tuple[Noun, Row]]:
        """Rows of files: new records and known ones, some of which refer to others of the files."""
        found: list[tuple[Noun, Row]] = []
        planned = self.copy()
        kinds = sorted(self.random.choices(KINDS[:6], k=self.random.randint(1, 4)))
        for noun in [noun for noun in NOUNS for kind in kinds if kind == noun.kind]:
            known = sorted(one for kind, one in self.used if kind == noun.kind)
            body = planned.new_body(noun, fresh=True)
            if known and noun.kind != "participation" and self.random.random() < 0.4:
                # Citations come with new records alone: a row that is left alone is cited all the same.
                body |= {"id": self.random.choice(known), "visibility": "public", "citations": []}
            if all(body["id"] != other["id"] or noun is not one for one, other in found):
                found.append((noun, body))
                planned._put(noun.kind, body["id"], self.fields_of(noun, body), "", 1)
        self._number = planned._number
        return found

    def _citations(self, public_id: str) -> list[Row]:
        return [one | {"cue": f"cue {self._fresh()}"} for one in super()._citations(public_id)]

    def _body(self, noun: Noun) -> Row:
        if noun.kind == "citation":
            cited = self.some_key([kind for kind in KINDS if kind != "citation"])
            return {
                "document": self._some("document"),
                "record": ref_of(*cited) if cited else "topic:nowhere",
                "heading": self._maybe("Heading"),
                "paragraph": self.random.randrange(9),
                "cue": f"cue {self._fresh()}",
            }
        body = super()._body(noun)
        if noun.kind == "document":
            body["publisher_organization"] = self._maybe(self._some("organization"))
        elif noun.kind == "funding":
            body["recipient"] = self._maybe(self._some("organization"))
        elif noun.kind == "participation":
            pair = (body["project"], body["organization"])
            others = self.records.get("participation", {}).values()
            taken = {one["role"] for one in others if (one["project"], one["organization"]) == pair}
            roles = [role.value for role in ParticipationRole if role not in taken]
            body["role"] = self.random.choice(
                [role for role in ("partner", "lead", "designer") if role in roles] or roles
            )
        return body


def key_of(ref: str) -> Key:
    """The record that a prefixed id names."""
    prefix, _, public_id = ref.partition(":")
    return BY_PREFIX[prefix].kind, public_id
