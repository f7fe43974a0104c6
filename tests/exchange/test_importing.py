"""Drafts become records: once, with evidence, and again only where something is new."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from app.exchange.drafts import Draft, Place
from app.exchange.staging import Staging
from app.history.view import present_view
from app.models.nouns import BY_KIND
from app.models.service import SourceRecord
from app.models.tables import Reader, sql_table
from app.store.database import Database
from app.store.importing import Origin, Outcome, bring_in, known_keys
from app.store.records import PageQuery, delete, list_page, read, update

FUNDER, GRANTEE = "GB-CHC-1234567", "name:red de agua limpia"


def draft(kind: str, key: str, number: int = 1, /, **values: Any) -> Draft:
    return Draft(kind, key, values, Place(number, f"row {number}"), f"cue {number}")


def organization(key: str, name: str, number: int = 1, **values: Any) -> Draft:
    return draft("organization", key, number, name=name, basis="stated", kind="unknown", **values)


def grant(number: int, amount: str = "100.00", **values: Any) -> list[Draft]:
    """A grant as a reader of 360Giving makes it."""
    name = f"360G-agua-{number}"
    return [
        organization(FUNDER, "Fundación del Río", number, identifiers=[{"scheme": "GB-CHC", "value": "1234567"}]),
        organization(GRANTEE, "Red de Agua Limpia, A.C.", number),
        draft(
            "project", name, number, title=f"Pozos {number}", basis="stated", kind="grant", project_status="unknown",
            identifiers=[{"scheme": "360giving", "value": name}], **values,
        ),
        draft(
            "funding", name, number, funder=FUNDER, recipient=GRANTEE, project=name, kind="grant",
            stage="commitment", amount=amount, currency="GBP", date="2021-04", basis="stated",
        ),
        draft("project_state", f"{name} MX-NLE", number, project=name, state="MX-NLE", role="target", basis="stated"),
    ]  # fmt: skip


@contextmanager
def staged(database: Database, drafts: list[Draft]) -> Iterator[Staging]:
    with Staging() as staging:
        for one in drafts:
            staging.add(one)
        with database.read() as connection:
            view = present_view(connection, Reader.restricted)
            known: dict[str, dict[str, int]] = {}
            for kind, keys in staging.referred():
                known.setdefault(kind, {}).update(known_keys(view, "360giving", kind, keys))
        staging.settle(known)
        yield staging


def bring(database: Database, drafts: list[Draft], sha256: str = "a" * 64) -> tuple[Outcome, list[str]]:
    origin = Origin(
        source="360giving", sha256=sha256, file_name="grants.json", about={"publisher": "Fundación del Río"}
    )
    with staged(database, drafts) as staging:
        with database.write(cause="import") as writer:
            outcome = bring_in(writer, staging, origin)
        return outcome, [problem.code for problem in staging.found_problems()]


def version(database: Database) -> str:
    with database.read() as connection:
        return present_view(connection, Reader.restricted).version


def records(database: Database, kind: str) -> list[dict[str, Any]]:
    with database.read() as connection:
        view = present_view(connection, Reader.restricted)
        return list(list_page(view, BY_KIND[kind], PageQuery(limit=500, include=("citations",))).items)


def test_a_file_becomes_records_with_evidence(seeded_database: Database) -> None:
    outcome, problems = bring(seeded_database, [*grant(1), *grant(2)])
    assert problems == []
    assert {kind: dict(words) for kind, words in outcome.counts.items()} == {
        "organization": {"created": 2}, "document": {"created": 1}, "project": {"created": 2},
        "funding": {"created": 2}, "project_state": {"created": 2},
    }  # fmt: skip
    with seeded_database.read() as connection:
        view = present_view(connection, Reader.restricted)
        project = read(view, BY_KIND["project"], "pozos-1", include=("citations",))
    assert project["identifiers"] == [{"scheme": "360giving", "value": "360G-agua-1"}]
    (citation,) = project["included"]["citations"]
    assert (citation["heading"], citation["paragraph"], citation["cue"]) == ("row 1", 0, "cue 1")
    money = [one for one in records(seeded_database, "funding") if one["project"] == "pozos-2"]
    assert [(str(one["amount"]), one["funder"], one["recipient"]) for one in money] == [
        ("100.00", "fundacion-del-rio", "red-de-agua-limpia")
    ]


def test_the_same_again_changes_nothing(seeded_database: Database) -> None:
    bring(seeded_database, grant(1))
    before = version(seeded_database)
    outcome, problems = bring(seeded_database, grant(1))
    assert (problems, version(seeded_database)) == ([], before)
    assert {word for words in outcome.counts.values() for word in words} == {"unchanged"}


def test_a_newer_file_changes_what_it_changed(seeded_database: Database) -> None:
    bring(seeded_database, grant(1))
    outcome, _ = bring(seeded_database, [*grant(1, amount="250.50"), *grant(2)], "b" * 64)
    assert dict(outcome.counts["funding"]) == {"updated": 1, "created": 1}
    assert dict(outcome.counts["project"]) == {"unchanged": 1, "created": 1}
    money = {one["project"]: one for one in records(seeded_database, "funding")}["pozos-1"]
    assert (str(money["amount"]), money["revision"], len(money["included"]["citations"])) == ("250.50", 2, 2)


def test_what_was_edited_here_is_left_alone(seeded_database: Database) -> None:
    bring(seeded_database, grant(1))
    with seeded_database.write(cause="api") as writer:
        update(writer, BY_KIND["project"], "pozos-1", {"title": "Pozos de Marzo"}, 1)
    outcome, problems = bring(seeded_database, grant(1, summary="Agua para todos."), "b" * 64)
    assert dict(outcome.counts["project"]) == {"left alone": 1}
    assert problems == ["left-alone-edited"]
    assert [one["title"] for one in records(seeded_database, "project") if one["id"] == "pozos-1"] == ["Pozos de Marzo"]


def test_what_was_deleted_here_does_not_come_back(seeded_database: Database) -> None:
    bring(seeded_database, grant(1))
    (money,) = [one for one in records(seeded_database, "funding") if one["project"] == "pozos-1"]
    with seeded_database.write(cause="api") as writer:
        delete(writer, BY_KIND["funding"], money["id"], 1)
    outcome, problems = bring(seeded_database, grant(1), "b" * 64)
    assert (dict(outcome.counts["funding"]), problems) == ({"left alone": 1}, ["left-alone-deleted"])


def test_an_identifier_finds_who_is_there_and_a_name_does_not(seeded_database: Database) -> None:
    bring(seeded_database, grant(1))
    again = [*grant(7)]
    path_source = Origin(source="another", sha256="c" * 64, file_name="b.json")
    with staged(seeded_database, again) as staging, seeded_database.write(cause="import") as writer:
        outcome = bring_in(writer, staging, path_source)
    assert dict(outcome.counts["organization"]) == {"matched": 1, "created": 1}
    names = sorted(one["id"] for one in records(seeded_database, "organization") if "Agua Limpia" in one["name"])
    assert len(names) == 2


def test_what_stands_in_the_way_is_found_among_many(seeded_database: Database) -> None:
    drafts = [one for number in range(40) for one in grant(number)]
    # Two rows of one source for the same project and state.
    drafts.append(
        draft("project_state", "twice", 99, project="360G-agua-3", state="MX-NLE", role="target", basis="stated")
    )
    outcome, problems = bring(seeded_database, drafts)
    assert dict(outcome.counts["project_state"]) == {"created": 40, "refused": 1}
    assert problems == ["duplicate"]


@pytest.mark.parametrize("order", [1, -1])
def test_a_child_may_come_before_its_parent(seeded_database: Database, order: int) -> None:
    def project(key: str, parent: str | None) -> Draft:
        return draft(
            "project",
            key,
            title=f"Tramo {key}",
            basis="stated",
            kind="activity",
            project_status="unknown",
            parent=parent,
        )

    drafts = [
        project("a", None),
        project("b", "a"),
        project("c", "b"),
        project("x", "y"),
        project("y", "x"),
        project("z", "y"),
    ]
    outcome, problems = bring(seeded_database, drafts[::order])
    assert dict(outcome.counts["project"]) == {"created": 4}
    assert sorted(problems) == ["cycle", "cycle", "reference-left-out"]
    parents = {one["id"]: one["parent"] for one in records(seeded_database, "project") if one["id"].startswith("tramo")}
    assert parents == {"tramo-a": None, "tramo-b": "tramo-a", "tramo-c": "tramo-b", "tramo-z": None}


def test_a_reference_to_nothing_takes_along_what_builds_on_it(seeded_database: Database) -> None:
    rows = grant(1)
    outcome, problems = bring(seeded_database, [*rows[:2], *rows[3:]])
    assert dict(outcome.counts) == {"organization": {"created": 2}, "document": {"created": 1}}
    assert problems == ["reference-not-found", "reference-not-found"]


def test_nothing_is_bound_twice(seeded_database: Database) -> None:
    bring(seeded_database, grant(1))
    bring(seeded_database, grant(1, amount="2.00"), "b" * 64)
    table = sql_table(SourceRecord)
    with seeded_database.read() as connection:
        found = connection.execute(select(table.c.kind, table.c.key, table.c.revision)).all()
    assert sorted(found) == [
        ("funding", "360G-agua-1", 2), ("organization", FUNDER, 1), ("organization", GRANTEE, 1),
        ("project", "360G-agua-1", 1), ("project_state", "360G-agua-1 MX-NLE", 1),
    ]  # fmt: skip


def test_two_figures_of_one_file_that_name_each_other_are_brought_in(seeded_database: Database) -> None:
    def figure(key: str, other: str, value: str) -> Draft:
        return draft(
            "indicator", key, label="Wells", value=value, qualifier="exact", unit="wells", kind="context",
            project="360G-agua-1", conflicts_with=other, basis="stated",
        )  # fmt: skip

    project = [one for one in grant(1) if one.kind == "project"]
    outcome, problems = bring(seeded_database, [*project, figure("a", "b", "7"), figure("b", "a", "9")])
    assert (problems, dict(outcome.counts["indicator"])) == ([], {"created": 2})

    def found() -> dict[str, tuple[str, str]]:
        made = {one["id"]: one for one in records(seeded_database, "indicator") if one["label"] == "Wells"}
        return {str(one["value"]): (one["id"], made[one["conflicts_with"]]["id"]) for one in made.values()}

    both = found()
    assert (both["7"], both["9"]) == (both["9"][::-1], both["7"][::-1])
    before = version(seeded_database)
    outcome, problems = bring(seeded_database, [*project, figure("a", "b", "7"), figure("b", "a", "9")], "b" * 64)
    assert (problems, dict(outcome.counts["indicator"]), version(seeded_database)) == ([], {"unchanged": 2}, before)
    outcome, problems = bring(seeded_database, [*project, figure("a", "b", "7"), figure("b", "a", "8")], "c" * 64)
    assert (problems, dict(outcome.counts["indicator"])) == ([], {"unchanged": 1, "updated": 1})
    assert found()["8"] == both["9"]
