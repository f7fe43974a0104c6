"""Rows of generated databases, as columns: heavy tails everywhere, as in registers of grants.

Every table is a mapping from column to values in the order of the rows; a column that is one text or number has it in
every row, one that is not there is empty. Keys are handed out in blocks. The same seed gives the same rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.models.folding import fold
from benchmarks import words

__all__ = ["Keys", "Known", "Rows", "Size", "tables"]

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Days = NDArray[np.datetime64]
Rows = dict[str, Any]
"""Column -> a list of values, or one value for all rows."""

BASES = (("stated", 0.85), ("implied", 0.1), ("attributed", 0.05))
RECIPIENT_KINDS = (
    ("ngo", 0.62),
    ("community", 0.08),
    ("academia", 0.07),
    ("media", 0.05),
    ("government", 0.05),
    ("company", 0.03),
    ("cooperative", 0.03),
    ("network", 0.03),
    ("international", 0.02),
    ("mixed", 0.01),
    ("unknown", 0.01),
)
FUNDER_KINDS = (("foundation", 0.45), ("funder", 0.25), ("international", 0.2), ("government", 0.1))
ROLES = (
    ("implementing", 0.3),
    ("partner", 0.25),
    ("lead", 0.15),
    ("host", 0.05),
    ("convener", 0.05),
    ("designer", 0.04),
    ("extending", 0.02),
    ("target_institution", 0.06),
    ("counterpart", 0.04),
    ("contributor", 0.03),
    ("data_source", 0.01),
)
COLLABORATION_KINDS = (
    ("partnership", 0.3),
    ("coalition", 0.2),
    ("network", 0.15),
    ("committee", 0.08),
    ("co_design", 0.07),
    ("exchange", 0.06),
    ("convening", 0.06),
    ("dialogue", 0.05),
    ("interview", 0.03),
)
COLLABORATION_STATUSES = (("active", 0.6), ("ended", 0.2), ("planned", 0.12), ("forming", 0.03), ("unknown", 0.05))
FIRST_YEAR, LAST_YEAR = 2005, 2025
DOCUMENTS = 50
TOPICS = 40


@dataclass(frozen=True)
class Size:
    """How large a generated database is."""

    organizations: int
    grants: int

    def __str__(self) -> str:
        """In figures."""
        return f"{self.organizations:,} organizations, {self.grants:,} grants"


@dataclass(frozen=True)
class Known:
    """Keys of the rows that are there before: states and topics by id, places by sort."""

    states: Sequence[int]
    topics: Sequence[int]
    country: int
    local_places: Sequence[int]
    regions: Sequence[int]


class Keys:
    """Keys that nobody has yet, one after the other."""

    def __init__(self, first: int) -> None:
        """`first`: the first that is free."""
        self.next = first

    def take(self, count: int) -> Integers:
        """So many new keys."""
        self.next += count
        return np.arange(self.next - count, self.next)


@dataclass
class _Draft:
    """What later tables need of those before."""

    rng: np.random.Generator
    size: Size
    known: Known
    new: Keys
    organizations: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    busy: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    """Organizations from the one that receives most to the one that receives least."""
    funders: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    """Funders from the one that gives most to the one that gives least."""
    parties: list[Integers] = field(default_factory=list)
    documents: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    projects: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    funder_of: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    parents: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    """Key of the parent of each project; 0 for none."""
    ids: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    started: Days = field(default_factory=lambda: np.empty(0, "datetime64[D]"))
    cited: list[tuple[Integers, list[str]]] = field(default_factory=list)
    """Keys of records to cite, and the words to find them by."""

    def heavy(self, count: int, things: Integers, exponent: float) -> Integers:
        """So many of the things, the first most often: the one of rank r as often as r to the power of -exponent."""
        share = np.cumsum(np.arange(1, len(things) + 1) ** -exponent)
        ranks = np.searchsorted(share, self.rng.random(count) * share[-1], side="right")
        found: Integers = things[ranks]
        return found

    def among(self, count: int, choices: Sequence[tuple[str, float]]) -> list[str]:
        """So many of the words, each as often as its share says."""
        share = np.cumsum([one for _, one in choices])
        found = np.searchsorted(share, self.rng.random(count) * share[-1], side="right")
        return np.array([word for word, _ in choices], dtype=object)[found].tolist()  # type: ignore[no-any-return]

    def chance(self, count: int, share: float) -> Mask:
        """Which of so many: each with this probability."""
        return self.rng.random(count) < share

    def texts(self, count: int, *parts: Sequence[str]) -> list[str]:
        """So many texts, each of one word from each of the parts."""
        columns = [np.array(part, dtype=object)[self.rng.integers(len(part), size=count)].tolist() for part in parts]
        return [" ".join(one) for one in zip(*columns, strict=True)]


def tables(size: Size, known: Known, keys: Keys, seed: int) -> Iterator[tuple[str, Rows]]:
    """Table after table, each after those that it refers to."""
    draft = _Draft(np.random.default_rng(seed), size, known, keys)
    yield "organization", _organizations(draft)
    yield "organization_relation", _relations(draft)
    yield "document", _documents(draft)
    yield "unnamed_party", _parties(draft)
    yield "project", _projects(draft)
    yield "project_topic", _topics(draft)
    yield "funding", _funding(draft)
    yield from _participations(draft)
    yield from _places(draft)
    yield from _collaborations(draft)
    yield "citation", _citations(draft)


def _or_none(values: Any, present: Mask) -> list[Any]:
    """The values as Python has them, None where they are not present."""
    found = np.asarray(values).astype(object)
    found[~present] = None
    return found.tolist()  # type: ignore[no-any-return]


def _scrambled(prefix: str, keys: Integers, digits: int = 8) -> list[str]:
    """Ids that look random and differ, as the service makes them where nobody chooses one."""
    # Times an odd number, modulo a power of two: no two keys give one number.
    return [f"{prefix}-{key * 0x9E3779B97F4A7C15 % 16**digits:0{digits}x}" for key in keys.tolist()]


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _written(days: Days, digits: Integers) -> list[str | None]:
    """Days as ISO 8601 to a precision: 4, 7 or 10 digits and hyphens; 0 is unknown."""
    texts = np.datetime_as_string(days, unit="D").tolist()
    return [text[:kept] or None for text, kept in zip(texts, digits.tolist(), strict=True)]


def _precision(draft: _Draft, count: int, unknown: float) -> Integers:
    known = draft.rng.choice([4, 7, 10], size=count, p=[0.5, 0.2, 0.3])
    return np.where(draft.chance(count, unknown), 0, known)


# Who


def _organizations(draft: _Draft) -> Rows:
    count = draft.size.organizations
    keys = draft.organizations = draft.new.take(count)
    draft.funders = draft.rng.choice(keys, max(3, count // 100), replace=False)
    draft.busy = draft.rng.permutation(keys)
    is_funder = np.isin(keys, draft.funders)
    bodies, subjects = draft.texts(count, words.BODIES), draft.texts(count, words.SUBJECTS)
    ends = zip(draft.texts(count, words.TAILS), draft.texts(count, words.SUFFIXES), strict=True)
    names = [f"{b} de {s} {t}{e}" for b, s, (t, e) in zip(bodies, subjects, ends, strict=True)]
    abroad = np.where(is_funder, draft.rng.random(count) < 0.8, draft.rng.random(count) < 0.03)
    country = np.where(abroad, draft.rng.choice(["US", "DE", "NL", "GB", "ES"], size=count), "MX")
    has_country = ~draft.chance(count, 0.05)
    return {
        "pk": keys.tolist(),
        "id": [
            f"{_plain(b)[:6]}-{_plain(s)[:6]}-{_base36(place)}"
            for place, (b, s) in enumerate(zip(bodies, subjects, strict=True))
        ],
        "name": names,
        "acronym": _or_none(["".join(w[0] for w in name.split()) for name in names], draft.chance(count, 0.1)),
        "kind": np.where(
            is_funder, np.array(draft.among(count, FUNDER_KINDS)), np.array(draft.among(count, RECIPIENT_KINDS))
        ).tolist(),
        "country": _or_none(country, has_country),
        "country_basis": _or_none(np.full(count, "implied"), has_country),
        "state_pk": _or_none(_states(draft, count), draft.chance(count, 0.04)),
        "context_only": 0,
        "basis": draft.among(count, BASES),
    }


def _plain(word: str) -> str:
    return fold(word).replace(" ", "")


def _states(draft: _Draft, count: int) -> Integers:
    return draft.heavy(count, np.array(draft.known.states), 0.7)


def _relations(draft: _Draft) -> Rows:
    count = max(2, draft.size.organizations // 100)
    subjects, objects = draft.heavy(count, draft.busy, 0), draft.heavy(count, draft.busy, 0.8)
    kinds = draft.among(count, (("part_of", 0.4), ("chapter_of", 0.3), ("program_of", 0.2), ("led_by", 0.1)))
    pairs = {
        (one, kind, other): None
        for one, kind, other in zip(subjects.tolist(), kinds, objects.tolist(), strict=True)
        if one != other
    }
    keys = draft.new.take(len(pairs))
    return {
        "pk": keys.tolist(),
        "id": _scrambled("or", keys),
        "subject_pk": [one for one, _, _ in pairs],
        "kind": [kind for _, kind, _ in pairs],
        "object_pk": [other for _, _, other in pairs],
        "basis": draft.among(len(pairs), BASES),
    }


def _documents(draft: _Draft) -> Rows:
    draft.documents = draft.new.take(DOCUMENTS)
    titles = [f"Grant listing {FIRST_YEAR + place % 21}, part {place // 21 + 1}" for place in range(DOCUMENTS)]
    return {
        "pk": draft.documents.tolist(),
        "id": [f"doc-listing-{place:02}" for place in range(DOCUMENTS)],
        "title": titles,
        "publisher": "Generated register",
        "year": [FIRST_YEAR + place % 21 for place in range(DOCUMENTS)],
        "language": "en",
        "kind": "grant listing",
        "paragraphs": 100_000,
        "sha256": [sha256(title.encode()).hexdigest() for title in titles],
        "basis": "stated",
    }


def _parties(draft: _Draft) -> Rows:
    grants = draft.size.grants
    # One for each mention: recipients, participants, members of collaborations.
    for count in (grants // 100, grants // 500, grants // 500):
        draft.parties.append(draft.new.take(max(1, count)))
    keys = np.concatenate(draft.parties)
    counted = draft.chance(len(keys), 0.5)
    return {
        "pk": keys.tolist(),
        "id": _scrambled("u", keys),
        "description": draft.texts(len(keys), words.PARTIES),
        "kind": draft.among(len(keys), RECIPIENT_KINDS),
        "count_low": _or_none(draft.rng.integers(1, 90, size=len(keys)), counted),
        "count_qualifier": _or_none(draft.rng.choice(["exact", "nearly", "more_than"], size=len(keys)), counted),
        "basis": draft.among(len(keys), BASES),
    }


# What


def _projects(draft: _Draft) -> Rows:
    count = draft.size.grants
    keys = draft.projects = draft.new.take(count)
    funders = draft.heavy(count, np.arange(len(draft.funders)), 1.0)
    draft.funder_of = draft.funders[funders]
    years = (FIRST_YEAR + (LAST_YEAR - FIRST_YEAR + 1) * draft.rng.random(count) ** 0.7).astype(np.int64)
    first_days = (years - 1970).astype("datetime64[Y]").astype("datetime64[D]")
    starts = first_days + draft.rng.integers(365, size=count).astype("timedelta64[D]")
    draft.started = starts
    lasting = np.minimum(draft.rng.lognormal(6, 0.6, size=count), 3000).astype("timedelta64[D]")
    ends = starts + lasting
    start_digits, end_digits = _precision(draft, count, 0.1), _precision(draft, count, 0.3)
    over = (ends < np.datetime64(f"{LAST_YEAR}-06-01")) & (end_digits > 0)
    status = np.where(over, "completed", np.where(end_digits > 0, "ongoing", "unknown")).astype(object)
    status[draft.chance(count, 0.02)] = "cancelled"
    children = np.flatnonzero(draft.chance(count, 0.02))
    children = children[children > 0]
    above = (children * draft.rng.random(len(children))).astype(np.int64)
    draft.parents = np.zeros(count, np.int64)
    draft.parents[children] = keys[above]
    kinds = np.full(count, "grant", dtype=object)
    kinds[above] = "program"
    draft.ids = _grant_ids(draft, funders, years)
    parts = zip(draft.texts(count, words.WORKS, words.MATTERS), draft.texts(count, words.ENDS), strict=True)
    draft.titles = [text + end for text, end in parts]
    draft.cited.append((keys, draft.titles))
    return {
        "pk": keys.tolist(),
        "id": draft.ids,
        "title": draft.titles,
        "kind": kinds.tolist(),
        "project_status": status.tolist(),
        "start_date": _written(starts, start_digits),
        "end_date": _written(ends, end_digits),
        "parent_pk": _or_none(draft.parents, draft.parents > 0),
        "basis": draft.among(count, BASES),
    }


def _grant_ids(draft: _Draft, funders: Integers, years: Integers) -> list[str]:
    """The funder's short name, the year, and the number among the funder's grants: `fal2013-0481`."""
    order = np.argsort(funders, kind="stable")
    counts = np.bincount(funders, minlength=len(draft.funders))
    serial = np.empty(len(funders), np.int64)
    serial[order] = np.arange(len(funders)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    syllables = words.SYLLABLES
    shorts = [
        f"{syllables[place % len(syllables)]}{syllables[place * 7 % len(syllables)]}{_base36(place)}-"
        for place in range(len(draft.funders))
    ]
    rows = zip(funders.tolist(), years.tolist(), serial.tolist(), strict=True)
    return [f"{shorts[funder]}{year}-{number:02}" for funder, year, number in rows]


def _topics(draft: _Draft) -> Rows:
    count = draft.size.grants
    first = draft.heavy(count, np.arange(TOPICS), 0.6)
    second = (first + 1 + draft.rng.integers(TOPICS - 1, size=count)) % TOPICS
    has_two = np.flatnonzero(draft.chance(count, 0.5))
    topics = np.array(draft.known.topics)
    owners = np.concatenate([draft.projects, draft.projects[has_two]])
    return {
        "pk": draft.new.take(len(owners)).tolist(),
        "project_pk": owners.tolist(),
        "position": [0] * count + [1] * len(has_two),
        "topic_pk": topics[np.concatenate([first, second[has_two]])].tolist(),
        "basis": "implied",
    }


def _funding(draft: _Draft) -> Rows:
    is_child = draft.parents > 0
    has_none = np.where(is_child, draft.chance(len(is_child), 0.75), draft.chance(len(is_child), 0.015))
    paid = np.flatnonzero(~has_none)
    count = len(paid)
    keys = draft.new.take(count)
    recipients = _or_none(draft.heavy(count, draft.busy, 0.8), ~draft.chance(count, 0.01))
    parties: list[int | None] = [None] * count
    unnamed = draft.rng.choice(count, min(len(draft.parties[0]), count), replace=False)
    for row, party in zip(unnamed.tolist(), draft.parties[0].tolist(), strict=False):
        recipients[row], parties[row] = None, party
    through = draft.chance(count, 0.01) & (paid > 0)
    kinds = np.array(draft.among(count, (("grant", 0.95), ("supplement", 0.02), ("contract", 0.03))), dtype=object)
    kinds[draft.chance(count, 0.03)] = None
    kinds[through] = "subgrant"
    stages = draft.among(count, (("commitment", 0.7), ("disbursement", 0.25), ("", 0.05)))
    known = ~draft.chance(count, 0.1)
    currencies = np.array(draft.among(count, (("USD", 0.6), ("MXN", 0.3), ("EUR", 0.1))))
    dollars = draft.rng.lognormal(10.8, 1.6, size=count)
    amounts = np.rint(np.where(currencies == "MXN", dollars * 18, dollars)).astype(np.int64) * 100 + 100
    shared = draft.chance(count, 0.005)
    days = draft.started[paid] + draft.rng.integers(60, size=count).astype("timedelta64[D]")
    ids = [f"f-{draft.ids[place]}" for place in paid.tolist()]
    draft.cited.append((keys, [draft.titles[place] for place in paid.tolist()]))
    return {
        "pk": keys.tolist(),
        "id": ids,
        "funder_pk": _or_none(draft.funder_of[paid], ~draft.chance(count, 0.005)),
        "recipient_pk": recipients,
        "recipient_party_pk": parties,
        "project_pk": draft.projects[paid].tolist(),
        "through_project_pk": _or_none(draft.projects[paid // 2], through),
        "kind": kinds.tolist(),
        "stage": [stage or None for stage in stages],
        "amount_minor": _or_none(amounts, known),
        "amount_qualifier": _or_none(draft.rng.choice(["exact", "exact", "about", "at_least"], size=count), known),
        "currency": _or_none(currencies, known),
        "currency_presumed": (known & draft.chance(count, 0.02)).astype(np.int64).tolist(),
        "share_hundredths": _or_none(draft.rng.integers(1, 10_000, size=count), shared),
        "share_qualifier": _or_none(np.full(count, "nearly"), shared),
        "date": _written(days, _precision(draft, count, 0.08)),
        "basis": draft.among(count, BASES),
    }


def _participations(draft: _Draft) -> Iterator[tuple[str, Rows]]:
    projects = np.flatnonzero(draft.chance(draft.size.grants, 0.1))
    if not len(projects):
        projects = np.array([0])
    count = len(projects)
    keys = draft.new.take(count)
    organizations = draft.heavy(count, draft.busy, 0.8).tolist()
    parties: list[int | None] = [None] * count
    for row, party in zip(range(0, count, 50), draft.parties[1].tolist(), strict=False):
        organizations[row], parties[row] = None, party
    yield (
        "participation",
        {
            "pk": keys.tolist(),
            "id": _scrambled("pt", keys),
            "project_pk": draft.projects[projects].tolist(),
            "organization_pk": organizations,
            "party_pk": parties,
            "role": draft.among(count, ROLES),
            "basis": draft.among(count, BASES),
        },
    )
    own = np.flatnonzero(draft.chance(count, 0.2))
    two = own[draft.chance(len(own), 0.3)]
    first = draft.heavy(count, np.arange(32), 0.7)
    second = (first + 1 + draft.rng.integers(31, size=count)) % 32
    states = np.array(draft.known.states)
    yield (
        "participation_state",
        {
            "pk": draft.new.take(len(own) + len(two)).tolist(),
            "participation_pk": keys[np.concatenate([own, two])].tolist(),
            "position": [0] * len(own) + [1] * len(two),
            "state_pk": states[np.concatenate([first[own], second[two]])].tolist(),
        },
    )


# Where


def _places(draft: _Draft) -> Iterator[tuple[str, Rows]]:
    """80 % of the projects have states, 5 % a counted group of them, 8 % the whole country, the others nothing."""
    which = draft.rng.random(draft.size.grants)
    groups, groups_rows = _state_groups(draft, np.flatnonzero((which >= 0.8) & (which < 0.85)))
    yield "state_group", groups
    country = np.flatnonzero((which >= 0.85) & (which < 0.93))
    blocks = [
        *_named_states(draft, np.flatnonzero(which < 0.8)),
        groups_rows,
        _block(country, place=np.full(len(country), draft.known.country)),
    ]
    merged = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    keys = draft.new.take(len(merged["project"]))
    yield (
        "project_state",
        {
            "pk": keys.tolist(),
            "id": _scrambled("g", keys),
            "project_pk": draft.projects[merged["project"]].tolist(),
            "state_pk": _or_none(merged["state"], merged["state"] > 0),
            "place_pk": _or_none(merged["place"], merged["place"] > 0),
            "role": merged["role"].tolist(),
            "state_group_pk": _or_none(merged["group"], merged["group"] > 0),
            "membership": _or_none(merged["membership"], merged["group"] > 0),
            "basis": draft.among(len(keys), BASES),
        },
    )


def _block(projects: Integers, **columns: Any) -> Mapping[str, NDArray[Any]]:
    """Rows of `project_state`: places of projects, keys of the rest, 0 for none."""
    count = len(projects)
    empty = {"state": 0, "place": 0, "group": 0, "role": "target", "membership": ""}
    made = {name: np.full(count, value, dtype=object if name == "role" else None) for name, value in empty.items()}
    return {"project": projects} | made | columns


def _named_states(draft: _Draft, projects: Integers) -> Iterator[Mapping[str, NDArray[Any]]]:
    count = len(projects)
    states = np.array(draft.known.states)
    first = draft.heavy(count, np.arange(32), 0.7)
    second = (first + 1 + draft.rng.integers(31, size=count)) % 32
    third = draft.heavy(count, np.arange(32), 0.7)
    more = draft.rng.random(count)
    # One in a hundred is placed in a borough or community, one in five hundred in a region above the states.
    odd = draft.rng.random(count)
    local, region = odd < 0.01, (odd >= 0.01) & (odd < 0.012)
    plain = np.flatnonzero(~local & ~region)
    yield _block(projects[plain], state=states[first[plain]])
    for mask, places in ((local, draft.known.local_places), (region, draft.known.regions)):
        rows = np.flatnonzero(mask)
        yield _block(projects[rows], place=draft.rng.choice(np.array(places), size=len(rows)))
    has_two = np.flatnonzero(more < 0.2)
    yield _block(projects[has_two], state=states[second[has_two]])
    has_three = np.flatnonzero((more < 0.06) & (third != first) & (third != second))
    yield _block(projects[has_three], state=states[third[has_three]])
    seen = np.flatnonzero(draft.chance(count, 0.03))
    roles = draft.rng.choice(np.array(["planned", "context"], dtype=object), size=len(seen))
    yield _block(projects[seen], state=states[third[seen]], role=roles)


def _state_groups(draft: _Draft, projects: Integers) -> tuple[Rows, Mapping[str, NDArray[Any]]]:
    count = len(projects)
    keys = draft.new.take(count)
    counts = draft.rng.integers(2, 13, size=count)
    groups = {
        "pk": keys.tolist(),
        "id": _scrambled("sg", keys),
        "project_pk": draft.projects[projects].tolist(),
        "label": [f"{number} partner states" for number in counts.tolist()],
        "count": _or_none(counts, ~draft.chance(count, 0.1)),
        "role": draft.among(count, (("target", 0.95), ("dissemination", 0.05))),
        "basis": draft.among(count, BASES),
    }
    first = draft.heavy(count, np.arange(32), 0.7)
    second = (first + 1 + draft.rng.integers(30, size=count)) % 32
    named = draft.rng.integers(3, size=count)
    one, two, out = np.flatnonzero(named > 0), np.flatnonzero(named > 1), np.flatnonzero(draft.chance(count, 0.05))
    rows = np.concatenate([one, two, out])
    # The state before the first is neither the first nor the second.
    states = np.array(draft.known.states)[np.concatenate([first[one], second[two], (first[out] - 1) % 32])]
    words_of = np.array(["named"] * (len(one) + len(two)) + ["excluded"] * len(out), dtype=object)
    return groups, _block(projects[rows], state=states, group=keys[rows], membership=words_of)


# Together


def _collaborations(draft: _Draft) -> Iterator[tuple[str, Rows]]:
    count = max(2, draft.size.grants // 50)
    keys = draft.new.take(count)
    names = [
        f"{one} {other}"
        for one, other in zip(
            draft.texts(count, ("Red", "Alianza", "Coalición", "Mesa")), draft.texts(count, words.MATTERS), strict=True
        )
    ]
    yield (
        "collaboration",
        {
            "pk": keys.tolist(),
            "id": _scrambled("c", keys),
            "name": _or_none(np.array(names, dtype=object), draft.chance(count, 0.7)),
            "kind": draft.among(count, COLLABORATION_KINDS),
            "collaboration_status": draft.among(count, COLLABORATION_STATUSES),
            "project_pk": _or_none(draft.rng.choice(draft.projects, size=count), draft.chance(count, 0.6)),
            "plural": draft.chance(count, 0.05).astype(np.int64).tolist(),
            "basis": draft.among(count, BASES),
        },
    )
    acting = np.flatnonzero(draft.chance(count, 0.2))
    yield (
        "collaboration_state",
        {
            "pk": draft.new.take(len(acting)).tolist(),
            "collaboration_pk": keys[acting].tolist(),
            "position": 0,
            "state_pk": _states(draft, len(acting)).tolist(),
            "basis": "stated",
        },
    )
    yield "collaboration_member", _members(draft, keys)


def _members(draft: _Draft, collaborations: Integers) -> Rows:
    sizes = draft.rng.integers(2, 9, size=len(collaborations))
    owners = np.repeat(np.arange(len(collaborations)), sizes)
    busy = len(draft.busy)
    ranks = draft.heavy(len(owners), np.arange(busy), 0.6)
    first = np.cumsum(sizes) - sizes
    # Whoever comes twice is dropped; two at least stay.
    ranks[first + 1] = np.where(ranks[first] == ranks[first + 1], (ranks[first] + 1) % busy, ranks[first + 1])
    _, kept = np.unique(owners * busy + ranks, return_index=True)
    kept.sort()
    keys = draft.new.take(len(kept))
    is_first = np.isin(kept, first)
    roles = np.array(draft.among(len(kept), (("member", 0.9), ("supporter", 0.06), ("convener", 0.04))), dtype=object)
    roles[is_first & draft.chance(len(kept), 0.6)] = "lead"
    organizations = draft.busy[ranks[kept]].tolist()
    parties: list[int | None] = [None] * len(kept)
    for row, party in zip(range(1, len(kept), 50), draft.parties[2].tolist(), strict=False):
        organizations[row], parties[row] = None, party
    return {
        "pk": keys.tolist(),
        "id": _scrambled("cm", keys),
        "collaboration_pk": collaborations[owners[kept]].tolist(),
        "organization_pk": organizations,
        "party_pk": parties,
        "role": roles.tolist(),
        "basis": draft.among(len(kept), BASES),
    }


# Evidence


def _citations(draft: _Draft) -> Rows:
    records: list[int] = []
    cues: list[str] = []
    for share, (keys, texts) in zip((0.9, 0.1), draft.cited, strict=True):
        chosen = np.flatnonzero(draft.chance(len(keys), share)).tolist()
        records += keys[chosen].tolist()
        cues += [" ".join(texts[place].split()[:5]) for place in chosen]
    keys = draft.new.take(len(records))
    return {
        "pk": keys.tolist(),
        "id": _scrambled("citation", keys, 16),
        "document_pk": draft.heavy(len(records), draft.documents, 0.5).tolist(),
        "record_pk": records,
        "paragraph": draft.rng.integers(100_000, size=len(records)).tolist(),
        "cue": cues,
    }
