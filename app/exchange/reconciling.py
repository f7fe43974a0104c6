"""Answers of the Reconciliation API 0.2: which records are meant by a text and some properties, and what they hold.

An entity is a record by its prefixed id. `match` is said of one candidate at most: of the one to which a register gave
the number that was sent, or of the only one that is called exactly so. Everything else is for a person to choose.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    model_validator,
)
from sqlalchemy import distinct, func, select

from app.exchange.identifiers import normalised
from app.exchange.matching import Found, Index, Party, compare, form_of, host_of
from app.history.view import View
from app.models.folding import fold, fold_name
from app.models.noun import Values
from app.models.nouns import BY_KIND, BY_PREFIX, ref_of
from app.problems import Problem
from app.store.merging import merged_into
from app.store.records import key_of_ref, keys_of, read_many
from app.store.search import search, states_called

MOST_QUERIES = 50
"""Queries of one batch."""
MOST_ENTITIES = 500
"""Entities of one data extension."""
MOST_CANDIDATES = 25
"""Candidates for one query."""
_LEAST = 0.3
"""Candidates with a lower score are not worth a look."""
_RIVAL = 0.9
"""With another candidate of such a score no name decides."""
_OTHER_KIND = 0.9

TYPES = {"organization": "Organization", "project": "Project", "state": "State"}
"""Kinds that can be reconciled with, and what they are called."""
_DEFAULT = ("organization", "state")
"""What is looked for where no type is given. Projects are many, and have titles rather than names."""

PROPERTIES: Mapping[str, Mapping[str, str]] = {
    "organization": {
        "name": "Name",
        "acronym": "Acronym",
        "names": "Other names",
        "kind": "Kind",
        "country": "Country (ISO 3166-1)",
        "state": "State that it belongs to",
        "identifier": "Identifier in a register",
        "website": "Website",
        "summary": "What it does",
        "projects_funded": "Number of projects that it funds",
        "projects_received": "Number of projects that it receives money for",
    },
    "project": {
        "title": "Title",
        "kind": "Kind",
        "project_status": "Status",
        "start_date": "Start",
        "end_date": "End",
        "summary": "Summary",
        "identifier": "Identifier in a source",
    },
    "state": {"name": "Name", "names": "Other names", "inegi": "INEGI number"},
}
"""Type -> its properties, and what they are called."""

_Text = Annotated[str, StringConstraints(max_length=500)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Entity(_Sent):
    """A value that was reconciled before."""

    id: _Text
    name: _Text | None = None


_Value = StrictBool | StrictInt | StrictFloat | _Text | Entity


class PropertyValue(_Sent):
    """What is known of the record that is meant."""

    pid: _Text
    v: _Value | Annotated[list[_Value], Field(max_length=20)]

    def texts(self) -> list[str]:
        """The values as text; of an entity its id without the prefix."""
        values = self.v if isinstance(self.v, list) else [self.v]
        return [one.id.rpartition(":")[2] if isinstance(one, Entity) else str(one) for one in values]


class Query(_Sent):
    """Which record is meant."""

    query: _Text | None = None
    type: _Text | Annotated[list[_Text], Field(max_length=20)] | None = None
    limit: Annotated[int, Field(ge=1)] = 10
    properties: Annotated[list[PropertyValue], Field(max_length=20)] = Field(default_factory=list)
    type_strict: Literal["any", "should", "all"] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "Query":
        if not (self.query and self.query.strip()) and not self.properties:
            raise ValueError("give a query or properties")
        return self

    def kinds(self) -> list[str]:
        """The types that are looked for, those that there are."""
        if self.type is None or self.type == []:
            return list(_DEFAULT)
        asked = [self.type] if isinstance(self.type, str) else self.type
        return [kind for kind in TYPES if kind in asked]

    def of(self, pid: str) -> list[str]:
        """The values of one property."""
        return [text for one in self.properties if one.pid == pid for text in one.texts()]


class ExtendedProperty(_Sent):
    """A property whose values are asked for."""

    id: _Text
    settings: dict[str, Any] | None = None


class Extension(_Sent):
    """Which properties of which entities."""

    ids: Annotated[list[_Text], Field(max_length=MOST_ENTITIES)]
    properties: Annotated[list[ExtendedProperty], Field(max_length=20)]


@dataclass(frozen=True)
class _Candidate:
    kind: str
    id: str
    score: float
    is_same: bool
    is_called: bool
    features: Mapping[str, bool]

    @property
    def rank(self) -> tuple[float, bool, bool]:
        """Of two findings of one record the better one."""
        return self.score, self.is_same, self.is_called


# --- queries -------------------------------------------------------------------------------------------------------


def reconcile(view: View, index: Index, queries: Mapping[str, Query]) -> dict[str, Any]:
    """The candidates for each query, by the query's key, best first."""
    found = {key: _candidates(view, index, query) for key, query in queries.items()}
    names = _described(view, [one for candidates in found.values() for one in candidates])
    return {key: {"result": _results(candidates, names)} for key, candidates in found.items()}


def _candidates(view: View, index: Index, query: Query) -> list[_Candidate]:
    kinds = query.kinds()
    text = (query.query or "").strip()
    found: dict[tuple[str, str], _Candidate] = {}
    for kind in kinds:
        some = _named(view, kind, text)
        some += _organizations(view, index, query, text) if kind == "organization" else _others(view, kind, text)
        for one in some:
            known = found.get((one.kind, one.id))
            if known is None or one.rank > known.rank:
                found[one.kind, one.id] = one
    ordered = sorted(found.values(), key=lambda one: (-one.score, one.kind, one.id))
    return [one for one in ordered if one.score >= _LEAST][: min(query.limit, MOST_CANDIDATES)]


def _named(view: View, kind: str, text: str) -> list[_Candidate]:
    """The record whose id the text is. Without its prefix it may be a name as well, and decides nothing."""
    noun = BY_KIND[kind]
    public_id = text.removeprefix(f"{noun.prefix}:")
    found = text and keys_of(view, noun, [public_id])
    return [_Candidate(kind, public_id, 1.0, public_id != text, False, {"id": True})] if found else []


def _organizations(view: View, index: Index, query: Query, text: str) -> list[_Candidate]:
    states = {state for value in query.of("state") for state in states_called(view, value)}
    numbers = [normalised(value) for value in (*query.of("identifier"), text)]
    country = next((value.upper() for value in query.of("country") if len(value) == 2), None)
    asked = Party(
        key="",
        forms=tuple(
            form for value in (text, *query.of("name"), *query.of("names")) if value for form in form_of(value)
        ),
        identifiers=frozenset(number for number in numbers if number),
        country=country,
        states=frozenset(states),
        website=next(filter(None, map(host_of, query.of("website"))), None),
    )
    kinds = set(query.of("kind"))
    of_kind = _of_kinds(view, kinds) if kinds else None
    found = []
    for one, party in index.candidates(asked):
        is_other = of_kind is not None and party.key not in of_kind
        found.append(_candidate(one, party.key, "organization", other_kind=is_other and not one.is_same))
    return found


def _of_kinds(view: View, kinds: Collection[str]) -> set[str]:
    table = view[BY_KIND["organization"].sql]
    return set(view.connection.execute(select(table.c.id).where(table.c.kind.in_(kinds))).scalars())


def _candidate(found: Found, public_id: str, kind: str, *, other_kind: bool = False) -> _Candidate:
    features = {reason.by: True for reason in found.reasons} | ({"other-kind": True} if other_kind else {})
    against = other_kind or {"other-country", "other-number"} & features.keys()
    called = next((one for one in found.reasons if one.by == "name"), None)
    is_called = called is not None and not against and _is_called(called.first, called.second)
    return _Candidate(
        kind, public_id, found.score * (_OTHER_KIND if other_kind else 1), found.is_same, is_called, features
    )


def _is_called(text: str, name: str) -> bool:
    """Whether a text is a name but for accents and case; the legal form may be left out, and is not another one."""
    return fold(text) in (fold(name), fold_name(name)) or fold_name(text) == fold(name)


def _others(view: View, kind: str, text: str) -> list[_Candidate]:
    """Projects and states, by the words that they are found by."""
    if not text:
        return []
    found = [
        _Candidate(kind, public_id, 1.0, False, True, {"name": True})
        for public_id in (states_called(view, text) if kind == "state" else ())
    ]
    asked = Party("", tuple(form_of(text)))
    items, _ = search(view, text, kinds=(kind,), limit=MOST_CANDIDATES)
    for item in items:
        score = compare(asked, Party("record", (*form_of(item["label"]), *form_of(item["matched"]))))
        found.append(_candidate(score, item["id"], kind))
    return found


def _results(candidates: Sequence[_Candidate], described: Mapping[str, tuple[str, str]]) -> list[Values]:
    match = _match(candidates)
    results = []
    for one in candidates:
        ref = ref_of(one.kind, one.id)
        name, description = described[ref]
        result = {
            "id": ref,
            "name": name,
            "type": [{"id": one.kind, "name": TYPES[one.kind]}],
            "score": round(100 * one.score, 1),
            "match": one is match,
            "features": [{"id": name, "value": value} for name, value in one.features.items()],
        }
        results.append(result | ({"description": description} if description else {}))
    return results


def _match(candidates: Sequence[_Candidate]) -> _Candidate | None:
    same = [one for one in candidates if one.is_same]
    if same:
        return same[0] if len(same) == 1 else None
    rivals = [one for one in candidates if one.score >= _RIVAL or one.is_called]
    return rivals[0] if len(rivals) == 1 and rivals[0].is_called else None


def _described(view: View, candidates: Sequence[_Candidate]) -> dict[str, tuple[str, str]]:
    """Prefixed id -> name, and what tells it from namesakes."""
    found: dict[str, tuple[str, str]] = {}
    for kind in {one.kind for one in candidates}:
        noun = BY_KIND[kind]
        table = view[noun.sql]
        wanted = {one.id for one in candidates if one.kind == kind}
        for row in view.connection.execute(select(table).where(table.c.id.in_(wanted))).mappings():
            told = {
                "organization": (row.get("kind"), row.get("country"), row.get("acronym")),
                "project": (row.get("kind"), row.get("start_date")),
                "state": (row.get("inegi"),),
            }[kind]
            found[ref_of(kind, row["id"])] = (row[noun.label], ", ".join(str(one) for one in told if one))
    return found


# --- what is known of entities -------------------------------------------------------------------------------------


def extend(view: View, asked: Extension) -> dict[str, Any]:
    """The values of some properties of some entities; none of an entity that is not there, or has no such property."""
    known = {pid: name for names in PROPERTIES.values() for pid, name in names.items()}
    unknown = [
        {"pointer": f"/extend/properties/{place}/id", "detail": "no such property"}
        for place, one in enumerate(asked.properties)
        if one.id not in known
    ]
    if unknown:
        raise Problem("malformed-body", "See /reconcile/properties for the properties of a type.", errors=unknown)
    pids = list(dict.fromkeys(one.id for one in asked.properties))
    places = {entity: _place(view, entity) for entity in asked.ids}
    values: dict[tuple[str, str], Values] = {}
    for kind in TYPES:
        wanted = {place[1] for place in places.values() if place is not None and place[0] == kind}
        values.update({(kind, one["id"]): one for one in read_many(view, BY_KIND[kind], wanted, most=MOST_ENTITIES)})
    _count_projects(view, values)
    states = _state_names(view, [one["state"] for one in values.values() if one.get("state")])
    rows = {}
    for entity, place in places.items():
        record = None if place is None else values.get(place)
        rows[entity] = {
            pid: _cells(place[0], pid, record, states) if place is not None and record is not None else []
            for pid in pids
        }
    meta = [{"id": pid, "name": known[pid]} | _type_of(pid) for pid in pids]
    return {"meta": meta, "rows": rows}


def _type_of(pid: str) -> Values:
    return {"type": {"id": "state", "name": TYPES["state"]}} if pid == "state" else {}


def place_of(view: View, entity: str) -> tuple[str, str]:
    """Kind and id of an entity; of one that was merged, those of what it became. A problem where there is none."""
    found = _place(view, entity)
    if found is None or key_of_ref(view, ref_of(*found)) is None:
        raise Problem("not-found", "No entity has this id.")
    return found


def _place(view: View, entity: str) -> tuple[str, str] | None:
    prefix, _, public_id = entity.partition(":")
    noun = BY_PREFIX.get(prefix)
    if noun is None or noun.kind not in TYPES:
        return None
    is_there = key_of_ref(view, entity) is not None
    return noun.kind, public_id if is_there else merged_into(view, noun, public_id) or public_id


def _cells(kind: str, pid: str, record: Values, states: Mapping[str, str]) -> list[Values]:
    if pid not in PROPERTIES[kind]:
        return []
    if pid == "state":
        state = record["state"]
        return [] if state is None else [{"id": ref_of("state", state), "name": states[state]}]
    if pid == "names":
        return [{"str": one["text"]} for one in record["names"]]
    if pid == "identifier":
        return [{"str": f"{one['scheme']}-{one['value']}"} for one in record["identifiers"]]
    value = record[pid]
    return [] if value is None else [{"int": value} if isinstance(value, int) else {"str": str(value)}]


def _count_projects(view: View, values: Mapping[tuple[str, str], Values]) -> None:
    funding, rows = view[BY_KIND["funding"].sql], view[BY_KIND["organization"].sql]
    ids = [public_id for kind, public_id in values if kind == "organization"]
    for pid, column in (("projects_funded", funding.c.funder_pk), ("projects_received", funding.c.recipient_pk)):
        query = select(rows.c.id, func.count(distinct(funding.c.project_pk))).join(funding, column == rows.c.pk)
        counts: dict[str, int] = dict(
            view.connection.execute(query.where(rows.c.id.in_(ids)).group_by(rows.c.id)).all()
        )
        for public_id in ids:
            values["organization", public_id][pid] = counts.get(public_id, 0)


def _state_names(view: View, codes: Collection[str]) -> dict[str, str]:
    table = view[BY_KIND["state"].sql]
    return dict(view.connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(codes))).all())


# --- suggestions ---------------------------------------------------------------------------------------------------


def suggest_entities(view: View, prefix: str, *, kinds: Collection[str], skip: int, limit: int) -> list[Values]:
    """Records that begin so, or are found so."""
    items, _ = search(view, prefix.rpartition(":")[2], kinds=[kind for kind in TYPES if kind in kinds], limit=limit,
                      offset=skip)  # fmt: skip
    candidates = [_Candidate(one["kind"], one["id"], 1.0, False, False, {}) for one in items]
    described = _described(view, candidates)
    found = []
    for one in candidates:
        name, description = described[ref_of(one.kind, one.id)]
        item = {"id": ref_of(one.kind, one.id), "name": name, "notable": [{"id": one.kind, "name": TYPES[one.kind]}]}
        found.append(item | ({"description": description} if description else {}))
    return found


def suggest_words(prefix: str, words: Mapping[str, str], *, skip: int, limit: int) -> list[Values]:
    """Types or properties whose id or name begins so."""
    start = fold(prefix)
    found = [
        {"id": one, "name": name}
        for one, name in words.items()
        if any(fold(text).startswith(start) for text in (one, name))
    ]
    return found[skip : skip + limit]


def properties_of(kinds: Collection[str]) -> dict[str, str]:
    """The properties of some types."""
    return {pid: name for kind in TYPES if kind in kinds for pid, name in PROPERTIES[kind].items()}


# --- previews ------------------------------------------------------------------------------------------------------


def preview(view: View, kind: str, public_id: str) -> tuple[str, list[tuple[str, str]]]:
    """The name of an entity, and what a small page tells of it: what, value."""
    asked = Extension(ids=[ref_of(kind, public_id)], properties=[ExtendedProperty(id=pid) for pid in PROPERTIES[kind]])
    found = extend(view, asked)
    cells = found["rows"][asked.ids[0]]
    told = []
    for pid, label in PROPERTIES[kind].items():
        texts = [str(next(iter(cell.values())) if "name" not in cell else cell["name"]) for cell in cells[pid]]
        if texts:
            told.append((label, "; ".join(texts)))
    (_, name), *rest = told
    return name, rest
