"""Projects in other standards: all that a list selects, as 360Giving, IATI or FollowTheMoney, a page at a time."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.exchange import followthemoney
from app.exchange.iati_writing import Activity, Reporter, write_iati
from app.exchange.paging import Version, sized, whole_list
from app.exchange.threesixtygiving_writing import Package, write_json
from app.history.view import View, past_view, present_view
from app.models.noun import Values, part_sql, references
from app.models.nouns import BY_KIND
from app.settings import Settings
from app.store.records import PageQuery, list_page, read_many

__all__ = ["OF_PROJECTS", "STANDARDS", "Publication", "Standard", "publication_of"]

_MOST = 1_000_000
_PROJECT = BY_KIND["project"]
_FOUND_IN_PROJECTS = ("participation", "funding", "project_state", "state_group")
_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Publication:
    """Who publishes, and what."""

    name: str
    identifier: str
    """Of the publisher, from a register."""
    licence: str
    address: str
    """Of the service, without a slash at its end."""
    at: str
    """When the data version was made: an xsd:dateTime."""


def publication_of(settings: Settings, view: View, address: str) -> Publication:
    """What a deployment says of itself, and of a version of its data."""
    return Publication(
        name=settings.publisher,
        identifier=settings.publisher_identifier,
        licence=f"https://spdx.org/licenses/{settings.data_licence}.html",
        address=address.rstrip("/"),
        at=view.at.replace(microsecond=0).isoformat().replace("+00:00", "Z"),
    )


@dataclass(frozen=True)
class Standard:
    """A standard that the data can be written in."""

    name: str
    media_type: str
    extension: str
    description: str
    write: Callable[[Version, PageQuery, Publication, Counter[str]], Iterator[bytes]]
    """The bytes; the counter is told, in words, what could not be written."""


class _Shelf:
    """Records that others refer to, of one version: those of the page at hand, and some of before."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self._kept: dict[tuple[str, str], Values | None] = {}

    def find(self, kind: str, record_id: str, /) -> Values | None:
        """A record; None where there is none that may be seen."""
        if (kind, record_id) not in self._kept:
            with self._version.database.read() as connection:
                self.fetch(_view(self._version, connection), {kind: {record_id}})
        return self._kept[kind, record_id]

    def fetch(self, view: View, wanted: Mapping[str, Iterable[str]]) -> None:
        """Read many at once: kind -> ids."""
        if len(self._kept) > _KEPT:
            self._kept.clear()
        for kind, ids in wanted.items():
            missing = [one for one in ids if (kind, one) not in self._kept]
            self._kept.update(((kind, one), None) for one in missing)
            found = read_many(view, BY_KIND[kind], missing, most=_MOST) if missing else []
            self._kept.update(((kind, record["id"]), record) for record in found)


def _view(version: Version, connection: object) -> View:
    return past_view(present_view(connection, version.reader), version.ordinal)  # type: ignore[arg-type]


def _activities(version: Version, query: PageQuery, shelf: _Shelf) -> Iterator[Activity]:
    """The projects of a list, each with what refers to it."""
    pages = whole_list(version, _PROJECT, sized(query))
    for projects in pages:
        with version.database.read() as connection:
            view = _view(version, connection)
            ids = [project["id"] for project in projects]
            found = {kind: _of_projects(view, kind, "project", ids) for kind in _FOUND_IN_PROJECTS}
            through = _of_projects(view, "funding", "through_project", ids)
            wanted: dict[str, set[str]] = {}
            _collect("project", projects, wanted)
            for kind, rows in (*found.items(), ("funding", through)):
                for some in rows.values():
                    _collect(kind, some, wanted)
            shelf.fetch(view, wanted)
        for project in projects:
            own = {kind: rows.get(project["id"], []) for kind, rows in found.items()}
            passed = [row for row in through.get(project["id"], []) if row["project"] is None]
            yield Activity(
                project,
                participations=own["participation"],
                funding=[*own["funding"], *passed],
                states=own["project_state"],
                state_groups=own["state_group"],
            )


def _of_projects(view: View, kind: str, field: str, ids: list[str]) -> dict[str, list[Values]]:
    found: dict[str, list[Values]] = {}
    if ids:
        for row in list_page(view, BY_KIND[kind], PageQuery(filters={field: ids}, limit=_MOST)).items:
            found.setdefault(row[field], []).append(row)
    return found


def _collect(kind: str, rows: Iterable[Values], wanted: dict[str, set[str]]) -> None:
    """Note what records of a kind refer to."""
    noun = BY_KIND[kind]
    for row in rows:
        for name, target in references(noun.sql).items():
            if row.get(name) is not None and target in BY_KIND:
                wanted.setdefault(target, set()).add(row[name])
        for part in noun.parts:
            for name, target in references(part_sql(part)).items():
                if target in BY_KIND and target != kind:
                    ids = {item if part.scalar else item[name] for item in row[part.name]}
                    wanted.setdefault(target, set()).update(ids)


def _as_360giving(
    version: Version, query: PageQuery, publication: Publication, left_out: Counter[str]
) -> Iterator[bytes]:
    shelf = _Shelf(version)
    package = Package(
        title=publication.name,
        publisher=publication.name,
        publisher_identifier=publication.identifier,
        website=publication.address or None,
        licence=publication.licence,
        issued=publication.at,
    )
    yield from write_json(_activities(version, query, shelf), shelf, package, left_out=left_out)


def _as_iati(version: Version, query: PageQuery, publication: Publication, left_out: Counter[str]) -> Iterator[bytes]:
    shelf = _Shelf(version)
    reporter = Reporter(ref=publication.identifier, name=publication.name)
    yield from write_iati(
        _activities(version, query, shelf), shelf, reporter=reporter, generated=publication.at, left_out=left_out
    )


def _as_followthemoney(
    version: Version, _query: PageQuery, publication: Publication, left_out: Counter[str]
) -> Iterator[bytes]:
    shelf = _Shelf(version)
    lists = {
        kind: (
            record
            for some in whole_list(
                version, BY_KIND[kind], sized(PageQuery(include=followthemoney.INCLUDED.get(kind, ())))
            )
            for record in some
        )
        for kind in followthemoney.KINDS
    }
    number = f"{'v' if version.reader == 'public' else 'r'}{version.ordinal}"
    for entity in followthemoney.entities(
        lists, find=shelf.find, base=publication.address, version=number, left_out=left_out
    ):
        yield entity.line()


STANDARDS = {
    one.name: one
    for one in (
        Standard("360giving", "application/vnd.360giving+json", "json", "360Giving JSON: grants.", _as_360giving),
        Standard("iati", "application/xml", "xml", "IATI 2.03 XML: activities.", _as_iati),
        Standard(
            "followthemoney",
            "application/json+ftm",
            "ftm.jsonl",
            "FollowTheMoney entities as JSON Lines.",
            _as_followthemoney,
        ),
    )
}
"""Name -> standard."""
OF_PROJECTS = ("360giving", "iati")
"""The standards that a list of projects can be written in; FollowTheMoney is the whole data set."""
