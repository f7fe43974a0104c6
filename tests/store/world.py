"""Random writes through the repository, to records of every kind that a network is made from and to one that is not."""

from random import Random
from typing import Any

from sqlalchemy import Connection, select

from app.history.writer import Writer
from app.models.noun import Noun
from app.models.nouns import BY_KIND, ref_of
from app.store import records
from app.store.packing import vocabulary
from app.store.records import CREATE

Values = dict[str, Any]

KINDS = (
    "state",
    "place",
    "topic",
    "organization",
    "unnamed_party",
    "document",
    "project",
    "project",
    "funding",
    "funding",
    "participation",
    "participation",
    "state_group",
    "project_state",
    "project_state",
    "collaboration",
    "collaboration_member",
    "organization_relation",
    "citation",
    "citation",
    "tool",
)
"""Some more often than others."""
NAMES = ("Agua", "México Evalúa, A.C.", "Ñandú ❤ 水", "N", "Red " * 40)
DATES = ("2020", "2021-08", "1999-12-31")


def write(writer: Writer, random: Random) -> str:
    """One random change; returns what it is. A problem or an error of the database comes through."""
    noun = BY_KIND[random.choice(KINDS)]
    writer.flush()
    there = _ids(writer.connection, noun)
    choice = random.random()
    if choice < 0.6 or not there:
        return _create(writer, random, noun)
    public_id = random.choice(there)
    revision = records.read(writer.view, noun, public_id)["revision"]
    if choice < 0.85:
        body = _body(writer.connection, random, noun)
        changes = {name: value for name, value in body.items() if random.random() < 0.8}
        records.update(writer, noun, public_id, changes, revision)
        return f"update {noun.kind} {public_id}"
    records.delete(writer, noun, public_id, revision)
    return f"delete {noun.kind} {public_id}"


def _create(writer: Writer, random: Random, noun: Noun) -> str:
    body = random_body(writer.connection, random, noun)
    records.create(writer, noun, CREATE[noun.kind].model_validate(body))
    return f"create {noun.kind} {body['id']}"


def random_body(connection: Connection, random: Random, noun: Noun) -> Values:
    """The body of a new record, with an id and sometimes with citations."""
    body = _body(connection, random, noun)
    if noun.kind == "state":
        body["id"] = "MX-" + "".join(random.choice("ABYZ") for _ in range(3))
    else:
        body["id"] = random.choice(("a", "b-2", "zz", "0")) + "-" + str(random.randrange(300))
    if noun.kind != "citation" and random.random() < 0.4:
        body["citations"] = _citations(connection, random)
    return body


def _ids(connection: Connection, noun: Noun) -> list[str]:
    return sorted(connection.execute(select(noun.sql.c.id)).scalars())


def _body(connection: Connection, random: Random, noun: Noun) -> Values:
    def some(kind: str) -> str:
        return random.choice(_ids(connection, BY_KIND[kind]) or ["nowhere"])

    def few(kind: str) -> list[str]:
        there = _ids(connection, BY_KIND[kind])
        return random.sample(there, min(len(there), random.randrange(4)))

    def maybe(value: Any) -> Any:
        return value if random.random() < 0.5 else None

    def word(column: str) -> str:
        return random.choice(vocabulary(noun.kind, column))

    def actor(first: str, second: str) -> Values:
        chosen = random.random() < 0.6
        return {first: some("organization") if chosen else None, second: None if chosen else some("unnamed_party")}

    basis = random.choice(("stated", "implied", "attributed"))
    named = random.choice(NAMES)
    if noun.kind == "state":
        return {"inegi": f"{random.randint(1, 32):02}", "name": named}
    if noun.kind == "place":
        inside = random.random()
        return {
            "name": named,
            "level": word("level"),
            "within_state": some("state") if inside < 0.3 else None,
            "within_place": some("place") if inside > 0.7 else None,
        }
    if noun.kind == "topic":
        return {"label_en": named, "label_es": random.choice(NAMES), "parent": maybe(some("topic"))}
    if noun.kind == "organization":
        return {
            "name": named,
            "basis": basis,
            "kind": word("kind"),
            "acronym": maybe("RED"),
            "country": maybe(random.choice(("MX", "US"))),
            "summary": maybe("Not held."),
        }
    if noun.kind == "unnamed_party":
        low = maybe(random.randrange(10**12))
        return {
            "description": named,
            "kind": word("kind"),
            "count_low": low,
            "count_high": None if low is None else maybe(low + 5),
            "count_qualifier": None if low is None else "about",
        }
    if noun.kind == "document":
        return {"title": named, "basis": basis, "language": "es", "kind": "report"}
    if noun.kind == "project":
        return {
            "title": named,
            "basis": basis,
            "kind": word("kind"),
            "project_status": word("project_status"),
            "start_date": maybe(random.choice(DATES)),
            "end_date": maybe("2022-02"),
            "parent": maybe(some("project")),
            "topics": [{"topic": one, "basis": basis} for one in few("topic")],
        }
    if noun.kind == "funding":
        currency = maybe(random.choice(("USD", "MXN")))
        return {
            **(actor("funder", "funder_party") if random.random() < 0.8 else {"funder": None, "funder_party": None}),
            **actor("recipient", "recipient_party"),
            "project": maybe(some("project")),
            "through_project": maybe(some("project")),
            "kind": maybe(word("kind")),
            "stage": maybe(word("stage")),
            "amount": maybe(str(random.randrange(-(10**6), 10**14))) if currency else None,
            "amount_qualifier": maybe(word("amount_qualifier")),
            "currency": currency,
            "currency_presumed": random.random() < 0.5,
            "share_percent": maybe(random.choice(("0", "33.33", "100"))),
            "share_qualifier": maybe("about"),
            "date": maybe(random.choice(DATES)),
            "basis": basis,
        }
    if noun.kind == "participation":
        return {
            "project": some("project"),
            **actor("organization", "party"),
            "role": word("role"),
            "states": few("state"),
            "basis": basis,
        }
    if noun.kind == "state_group":
        return {
            "project": some("project"),
            "label": named,
            "count": maybe(random.randint(1, 32)),
            "role": word("role"),
            "basis": basis,
        }
    if noun.kind == "project_state":
        is_state = random.random() < 0.7
        grouped = is_state and random.random() < 0.5
        return {
            "project": some("project"),
            "state": some("state") if is_state else None,
            "place": None if is_state else some("place"),
            "role": word("role"),
            "state_group": some("state_group") if grouped else None,
            "membership": word("membership") if grouped else None,
            "basis": basis,
        }
    if noun.kind == "collaboration":
        return {
            "name": maybe(named),
            "kind": word("kind"),
            "collaboration_status": word("collaboration_status"),
            "project": maybe(some("project")),
            "plural": random.random() < 0.5,
            "basis": basis,
        }
    if noun.kind == "collaboration_member":
        return {
            "collaboration": some("collaboration"),
            **actor("organization", "party"),
            "role": word("role"),
            "basis": basis,
        }
    if noun.kind == "organization_relation":
        is_named = random.random() < 0.7
        return {
            "subject": some("organization") if is_named else None,
            "subject_name": None if is_named else named,
            "kind": word("kind"),
            "object": some("organization"),
            "basis": basis,
        }
    if noun.kind == "citation":
        cited = BY_KIND[random.choice([kind for kind in KINDS if kind != "citation"])]
        [citation, *_] = [*_citations(connection, random), {"document": "nowhere", "paragraph": 1, "cue": "x"}]
        return {**citation, "record": ref_of(cited.kind, some(cited.kind))}
    return {"name": named, "kind": "platform", "tool_status": "active", "owner": maybe(some("organization"))}


def _citations(connection: Connection, random: Random) -> list[Values]:
    documents = _ids(connection, BY_KIND["document"])
    numbers = random.sample(range(20), random.randint(1, 3)) if documents else []
    return [{"document": random.choice(documents), "paragraph": one, "cue": f"cue {one}"} for one in numbers]
