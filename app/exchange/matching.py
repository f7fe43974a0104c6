"""Which organizations may be the same.

An identifier in a register decides. A name never does: names are compared blind to accents, case, punctuation, legal
form, the language of words like Foundation, small words, and order, and what comes of it is a score from 0 to 1 with
its reasons, for a person to look at. Rare words count for more than words of many names. Names with different states
or numbers in them are of different bodies, whatever else they share.
"""

import pickle
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import chain, combinations, islice
from math import log10
from pathlib import Path
from urllib.parse import urlsplit

from rapidfuzz.distance import Levenshtein

from app.exchange.identifiers import is_proof
from app.models.folding import fold_name

__all__ = [
    "FEWEST",
    "Form",
    "Found",
    "Index",
    "Pairs",
    "Party",
    "Reason",
    "compare",
    "form_of",
    "host_of",
    "opened",
    "pairs_of",
    "save",
    "states_named",
]

FEWEST = 0.6
"""Pairs with a lower score are no candidates."""

_CONCEPTS = {
    word: concept
    for concept, words in {
        "foundation": "fundacion foundation fondation fundacao fundacio fondazione stiftung",
        "institute": "instituto institute institut istituto",
        "center": "centro center centre zentrum",
        "association": "asociacion association associacao associazione asoc assoc",
        "organization": "organizacion organization organisation organizacao",
        "network": "red network reseau rede netzwerk",
        "university": "universidad university universite universidade universitat",
        "council": "consejo council conseil conselho",
        "committee": "comite committee",
        "commission": "comision commission comissao",
        "society": "sociedad society societe sociedade",
        "union": "union uniao",
        "federation": "federacion federation federacao",
        "alliance": "alianza alliance alianca",
        "coalition": "coalicion coalition coalizao",
        "collective": "colectivo colectiva collective collectif coletivo",
        "movement": "movimiento movement mouvement movimento",
        "group": "grupo group groupe",
        "corporation": "corporacion corporation",
        "cooperative": "cooperativa cooperative",
        "ministry": "ministerio ministry ministere",
        "secretariat": "secretaria secretariat",
        "agency": "agencia agency agence",
        "office": "oficina office bureau",
        "school": "escuela school ecole",
        "observatory": "observatorio observatory observatoire",
        "program": "programa program programme",
        "project": "proyecto project projet projeto",
        "fund": "fondo fund fonds fundo",
        "service": "servicio servicios service services",
        "initiative": "iniciativa initiative",
        "forum": "foro forum",
        "laboratory": "laboratorio laboratory laboratoire",
    }.items()
    for word in words.split()
}
"""What sort of body it is: such a word tells little, in whichever language."""

_TRANSLATED = {
    word: concept
    for concept, words in {
        "national": "nacional national",
        "international": "internacional international",
        "mexico": "mexico mexique",
        "mexican": "mexicano mexicana mexicanos mexicanas mexican",
        "human": "humano humanos human humains",
        "right": "derecho derechos right rights droit droits",
        "women": "mujer mujeres woman women femme femmes",
        "child": "nino ninos nina ninas ninez child children enfants",
        "youth": "joven jovenes juventud youth jeunes jeunesse",
        "justice": "justicia justice",
        "democracy": "democracia democracy democratie",
        "peace": "paz peace paix",
        "development": "desarrollo development developpement",
        "education": "educacion education",
        "health": "salud health sante",
        "research": "investigacion research recherche",
        "study": "estudio estudios study studies etude etudes",
        "policy": "politica politicas policy policies politique politiques",
        "public": "publico publica publicos publicas public publique publiques",
        "community": "comunidad comunidades community communities communaute",
        "security": "seguridad security securite",
        "transparency": "transparencia transparency transparence",
        "citizen": "ciudadano ciudadana ciudadanos ciudadanas citizen citizens citoyen",
        "world": "mundo world monde",
        "america": "america amerique",
        "action": "accion action",
        "social": "social sociale",
        "civil": "civil civile",
        "water": "agua water eau",
        "life": "vida life vie",
    }.items()
    for word in words.split()
}
"""Words of the field that names have in several languages."""

_SMALL = frozenset(
    "de del la las el los y e o u en para por con a al un una the of and for in on to at by with from du des le les "
    "l d s et pour da do das dos di und der die fur".split()
)
_ROMAN = frozenset("ii iii iv vi vii viii ix".split())
_GENERIC = frozenset(_CONCEPTS.values())
_IN_FIELD = frozenset(_TRANSLATED.values())
_PARENTHESIS = re.compile(r"\(([^()]*)\)")

_WEIGHT_GENERIC = 0.2
_WEIGHT_IN_FIELD = 0.6
_COMMON = 5
"""A word may stand in so many names before it begins to count for less."""
_LIKE = 0.8
"""How much of two words must be the same for one to be the other, misspelled."""
_FEWEST_LETTERS = 5
"""A shorter word is never taken for another that is misspelled, nor for a whole name within another."""

_LONGEST_ACRONYM = 10

_NOTHING = (0.0, "")
_SAME_NAME = 0.97
_SAME_WORDS = 0.93
_MOST_BY_NAME = 0.99
_WORDS_AT_BEST = 0.9
_WITHIN_AT_LEAST, _WITHIN_BY_SHARE = 0.6, 0.25
_TELLS_NOTHING = 0.5
_BY_ACRONYM = 0.62
_BY_WEBSITE = 0.6
_WITH_WEBSITE = 0.4
_OTHER_COUNTRY = 0.8
_OTHER_NUMBER = 0.5

_SHARED_HOSTS = ("facebook.com", "twitter.com", "x.com", "instagram.com", "linkedin.com", "youtube.com", "google.com",
                 "wordpress.com", "blogspot.com", "wixsite.com", "weebly.com", "github.io", "gob.mx", "org.mx",
                 "com.mx", "wikipedia.org", "bit.ly", "linktr.ee")  # fmt: skip
"""Hosts with pages of many bodies: only what stands below them tells one from another."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a name, taken apart."""

    text: str
    name: str
    """Folded, without the legal form."""
    words: frozenset[str]
    """What tells it from others: words like Foundation in one language, no small words."""
    numbers: frozenset[str]
    joined: str
    """The folded name in one word, as names are written at times."""
    is_short: bool = False
    """An acronym."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two organizations may be the same, or may not."""

    by: str
    """identifier, name, words, similar, within, acronym, website; against it: other-country, other-number."""
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class Party:
    """What is compared of an organization."""

    key: str
    forms: tuple[Form, ...]
    identifiers: frozenset[tuple[str, str]] = frozenset()
    """Normalised."""
    country: str | None = None
    states: frozenset[str] = frozenset()
    """States that it belongs to, or that its names name."""
    website: str | None = None
    """Host."""


@dataclass(frozen=True, slots=True)
class Found:
    """Two organizations that may be the same, and how surely."""

    score: float
    is_same: bool
    """An identifier decides it."""
    reasons: tuple[Reason, ...]


def _word(word: str) -> str:
    return _CONCEPTS.get(word) or _TRANSLATED.get(word) or word


@lru_cache(maxsize=300_000)
def _taken_apart(text: str, is_short: bool) -> Form:
    name = fold_name(text)
    words = [_word(word) for word in name.split() if word not in _SMALL]
    numbers = frozenset(word for word in words if any(map(str.isdigit, word)) or word in _ROMAN)
    return Form(text, name, frozenset(words or name.split()), numbers, name.replace(" ", ""), is_short)


def form_of(text: str, *, is_short: bool = False) -> list[Form]:
    """The forms that a text gives: itself, and what it has in parentheses; one word in capitals is an acronym too."""
    found = [_taken_apart(text, is_short)]
    inside = _PARENTHESIS.search(text)
    if inside and not is_short:
        outside = (text[: inside.start()] + " " + text[inside.end() :]).strip()
        if outside:
            found.append(_taken_apart(outside, False))
        if 2 <= len(inside[1]) <= _LONGEST_ACRONYM and " " not in inside[1].strip():
            found.append(_taken_apart(inside[1].strip(), True))
    if text.isupper() and len(text) <= _LONGEST_ACRONYM and " " not in text and not is_short:
        found.append(_taken_apart(text, True))
    return [form for form in found if form.words]


def states_named(form: Form, names: Mapping[str, str]) -> set[str]:
    """The states whose name stands in another one; `names`: folded name of a state -> its code."""
    padded = f" {form.name} "
    return {state for name, state in names.items() if f" {name} " in padded}


def host_of(website: str | None) -> str | None:
    """What tells a website from others: its host, unless pages of many bodies stand there."""
    if website is None:
        return None
    try:
        host = (urlsplit(website).hostname or "").removeprefix("www.")
    except ValueError:
        return None
    return None if not host or host in _SHARED_HOSTS or host.endswith(_SHARED_ENDS) else host


_SHARED_ENDS = ("facebook.com", "linkedin.com", "youtube.com", "instagram.com", "twitter.com", "google.com")


# --- two organizations ---------------------------------------------------------------------------------------------


class _Weights(dict[str, float]):
    """How much each word tells: 1 for a rare one, less for one of many names or of none in particular."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        """`counts`: word -> how many names it stands in."""
        super().__init__()
        self._counts = counts

    def __missing__(self, word: str) -> float:
        """The weight of a word that was not asked for yet."""
        base = _WEIGHT_GENERIC if word in _GENERIC else _WEIGHT_IN_FIELD if word in _IN_FIELD else 1.0
        found = base / (1 + log10(max(1.0, self._counts.get(word, 0) / _COMMON)))
        self[word] = found
        return found

    def total(self, words: Iterable[str]) -> float:
        """The weight of several."""
        return sum(map(self.__getitem__, words))


def compare(first: Party, second: Party, counts: Mapping[str, int] | None = None) -> Found:
    """How surely two are the same, and why. `counts`: word -> how many names it stands in, where that is known."""
    return _compare(first, second, _Weights(counts or {}))


def _compare(first: Party, second: Party, weights: _Weights) -> Found:
    shared = sorted(one for one in first.identifiers & second.identifiers if is_proof(one[0]))
    if shared:
        text = "-".join(shared[0])
        return Found(1.0, True, (Reason("identifier", text, text),))
    score, reason = _by_names(first, second, weights)
    reasons = [reason] if reason else []
    if first.website is not None and first.website == second.website:
        reasons.append(Reason("website", first.website, second.website))
        score = max(_BY_WEBSITE, 1 - (1 - score) * (1 - _WITH_WEBSITE))
    if not reasons:
        return Found(0.0, False, ())
    if first.country and second.country and first.country != second.country:
        reasons.append(Reason("other-country", first.country, second.country))
        score *= _OTHER_COUNTRY
    for scheme in sorted(_schemes(first) & _schemes(second)):
        reasons.append(Reason("other-number", *("-".join(_number(one, scheme)) for one in (first, second))))
        score *= _OTHER_NUMBER
        break
    return Found(round(min(score, _MOST_BY_NAME), 3), False, tuple(reasons))


def _schemes(party: Party) -> set[str]:
    return {scheme for scheme, _ in party.identifiers if is_proof(scheme) and scheme != "360G"}


def _number(party: Party, scheme: str) -> tuple[str, str]:
    return min(one for one in party.identifiers if one[0] == scheme)


def _by_names(first: Party, second: Party, weights: _Weights) -> tuple[float, Reason | None]:
    if first.states and second.states and not first.states & second.states:
        return 0.0, None
    best: tuple[float, str, Form, Form] | None = None
    for one in first.forms:
        for other in second.forms:
            score, by = _by_forms(one, other, weights)
            if score > 0 and (best is None or score > best[0]):
                best = score, by, one, other
    if best is None:
        return 0.0, None
    score, by, one, other = best
    return score, Reason(by, one.text, other.text)


def _by_forms(one: Form, other: Form, weights: _Weights) -> tuple[float, str]:
    if one.is_short or other.is_short:
        return (_BY_ACRONYM, "acronym") if _is_acronym(one, other) else _NOTHING
    if one.numbers != other.numbers and one.numbers and other.numbers:
        return _NOTHING
    if one.name == other.name:
        return _SAME_NAME, "name"
    if one.words == other.words or one.joined == other.joined:
        return _SAME_WORDS, "words"
    return _by_words(one, other, weights)


def _by_words(one: Form, other: Form, weights: _Weights) -> tuple[float, str]:
    """By the share of two names that is the same, by weight, misspelled words for as much as they are alike."""
    common = one.words & other.words
    same = 2 * weights.total(common)
    left, right = one.words - common, set(other.words - common)
    is_within = not left or not right
    matched = set(common)
    for word in sorted(left):
        likeness, nearest = _nearest(word, right)
        if nearest is not None:
            right.remove(nearest)
            matched.add(word)
            same += likeness * (weights[word] + weights[nearest])
    share = same / (weights.total(one.words) + weights.total(other.words))
    if not _tells(matched):
        return _WORDS_AT_BEST * _TELLS_NOTHING * share, "similar"
    if is_within:
        return max(_WORDS_AT_BEST * share, _WITHIN_AT_LEAST + _WITHIN_BY_SHARE * share), "within"
    return _WORDS_AT_BEST * share, "similar"


def _is_acronym(one: Form, other: Form) -> bool:
    """An acronym is that of the other, is its whole name, or is made of the first letters of its words."""
    short, long = (one, other) if one.is_short else (other, one)
    if len(short.joined) < 2:
        return False
    if short.joined == long.joined:
        return True
    return not long.is_short and short.joined == _initials(long)


def _nearest(word: str, others: Iterable[str]) -> tuple[float, str | None]:
    best: tuple[float, str | None] = (0.0, None)
    if len(word) < _FEWEST_LETTERS or word.isdigit():
        return best
    for other in sorted(others):
        if len(other) >= _FEWEST_LETTERS:
            likeness = Levenshtein.normalized_similarity(word, other, score_cutoff=_LIKE)
            if likeness > best[0]:
                best = likeness, other
    return best


def _tells(words: Iterable[str]) -> bool:
    """Whether the words can be a name by themselves."""
    telling = [word for word in words if word not in _GENERIC and word not in _IN_FIELD]
    return len(telling) > 1 or any(len(word) >= _FEWEST_LETTERS for word in telling)


# --- many organizations --------------------------------------------------------------------------------------------

MOST_SHARING = 50
"""Organizations with one word in common of which each is compared with each."""
_MOST_OF_A_WORD = 25
"""Names that a word stands in, for it to make them worth comparing by itself."""
_PROBES = 3
"""Of a name so many words, the rarest, are looked up in the others."""
_NEIGHBOURS = 2
"""Names that follow in the alphabet, read forwards and backwards, and are looked at for misspellings."""
_MOST_LOOKED_UP = 3000
"""Organizations of one word that are looked at for one organization."""
_FILE = "parties"
_NEAR = 0.5
"""The share of two names that must be the same, misspelled words apart."""


class Index:
    """Organizations by the words of their names."""

    def __init__(self, parties: Sequence[Party]) -> None:
        """Of organizations with one `key` each."""
        self.parties = parties
        self.place = {party.key: at for at, party in enumerate(parties)}
        self.by_word: dict[str, list[int]] = defaultdict(list)
        self.by_identifier: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_website: dict[str, list[int]] = defaultdict(list)
        for at, party in enumerate(parties):
            for word in {word for form in party.forms for word in form.words}:
                self.by_word[word].append(at)
            for name in _whole_names(party.forms):
                self.by_name[name].append(at)
            for identifier in party.identifiers:
                if is_proof(identifier[0]):
                    self.by_identifier[identifier].append(at)
            if party.website is not None:
                self.by_website[party.website].append(at)
        self._weights = _Weights({word: len(found) for word, found in self.by_word.items()})

    def compare(self, first: Party, second: Party) -> Found:
        """How surely two are the same, and why."""
        return _compare(first, second, self._weights)

    def probes(self, party: Party) -> set[str]:
        """The rarest words of its names: what is the same as it has one of them, unless it is misspelled."""
        found: set[str] = set()
        for form in party.forms:
            telling = sorted({word for word in form.words if word not in _GENERIC}, key=self._rarity)
            found.update(telling[:_PROBES])
        return found

    def _rarity(self, word: str) -> tuple[int, str]:
        return len(self.by_word.get(word, ())), word

    def candidates(self, party: Party) -> list[tuple[Found, Party]]:
        """The organizations that may be the same as one, which need not be in the index, best first."""
        near: set[int] = set()
        for identifier in party.identifiers:
            near.update(self.by_identifier.get(identifier, ()))
        for name in _whole_names(party.forms):
            near.update(self.by_name.get(name, ())[:MOST_SHARING])
        if party.website is not None:
            near.update(self.by_website.get(party.website, ())[:MOST_SHARING])
        near.update(self._sharing(party))
        own = self.place.get(party.key)
        found = [(self.compare(party, self.parties[at]), self.parties[at]) for at in near if at != own]
        found = [(one, other) for one, other in found if one.score > 0]
        return sorted(found, key=lambda pair: (-pair[0].score, pair[1].key))

    def _sharing(self, party: Party) -> list[int]:
        """Those that share the heaviest words with it, the shortest names first."""
        weights: dict[int, float] = defaultdict(float)
        for word in self._looked_up(party):
            weight = self._weights[word]
            for at in self.by_word[word][:_MOST_LOOKED_UP]:
                weights[at] += weight
        shortest = self._lightest
        ordered = sorted(weights, key=lambda at: (-weights[at] / (weights[at] + shortest[at]), self.parties[at].key))
        return ordered[:MOST_SHARING]

    @cached_property
    def _lightest(self) -> list[float]:
        """Of each organization the weight of the name that has the least."""
        return [min((total for _, total in weighed), default=1.0) for weighed in self._weighed]

    def _looked_up(self, party: Party) -> set[str]:
        words: set[str] = set()
        for word in {word for form in party.forms for word in form.words if word not in _GENERIC}:
            if word in self.by_word:
                words.add(word)
            elif len(word) >= _FEWEST_LETTERS:
                words.update(self._misspelled(word))
        # Of words that stand in very many names the rarer ones decide.
        return set(sorted(words, key=self._rarity)[:6])

    def _misspelled(self, word: str) -> Iterator[str]:
        for other in self._words_of_length(len(word)):
            if Levenshtein.normalized_similarity(word, other, score_cutoff=_LIKE):
                yield other

    @cached_property
    def _by_length(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list)
        for word in self.by_word:
            found[len(word)].append(word)
        return found

    def _words_of_length(self, length: int) -> Iterator[str]:
        for near in range(length - length // _FEWEST_LETTERS, length + length // _FEWEST_LETTERS + 1):
            yield from self._by_length.get(near, ())

    def pairs(self, part: int = 0, parts: int = 1) -> tuple[dict[tuple[int, int], float], set[int]]:
        """All pairs that may be the same, by their places, with scores; and which organizations share too much.

        What is found is the same in whatever number of parts it is sought, and in one part no less than its share.
        Compared are those that share an identifier, a website, a whole name, a rare word, or two words together. What
        stands in more names than `MOST_SHARING` is compared with none of them by that: told, not hidden.
        """
        crowded: set[int] = set()
        met = chain(self._by_a_word(part, parts), self._by_groups(crowded, part, parts), self._neighbours(part, parts))
        found: dict[tuple[int, int], float] = {}
        for one, other in met:
            pair = (one, other) if self.parties[one].key < self.parties[other].key else (other, one)
            if pair not in found:
                score = self.compare(self.parties[pair[0]], self.parties[pair[1]]).score
                if score >= FEWEST:
                    found[pair] = score
        return found, crowded

    @cached_property
    def _probes(self) -> list[set[str]]:
        return [self.probes(party) for party in self.parties]

    def _by_a_word(self, part: int, parts: int) -> Iterator[tuple[int, int]]:
        """Those that share a rare word."""
        probes = self._probes
        for at in range(part, len(self.parties), parts):
            for word in probes[at]:
                group = self.by_word[word]
                if len(group) > _MOST_OF_A_WORD:
                    continue
                for other in group:
                    # One that looks the same word up has met this one, or will.
                    if (other > at or word not in probes[other]) and other != at and self._is_near(at, other):
                        yield at, other

    @cached_property
    def _together(self) -> dict[tuple[str, str], list[int]]:
        """Couples of words that are common, each with those that have them both."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for at, words in enumerate(self._probes):
            common = sorted(word for word in words if len(self.by_word[word]) > _MOST_OF_A_WORD)
            for couple in combinations(common, 2):
                found[couple].append(at)
        return found

    def _by_groups(self, crowded: set[int], part: int, parts: int) -> Iterator[tuple[int, int]]:
        """Those that share an identifier, a name, a website, or two words; `crowded` is told who is left out."""
        for groups in (self.by_identifier, self.by_name, self.by_website, self._together):
            for group in islice(groups.values(), part, None, parts):
                if len(group) > MOST_SHARING:
                    crowded.update(group)
                    continue
                for one, other in combinations(group, 2):
                    if groups is not self._together or self._is_near(one, other):
                        yield one, other

    @cached_property
    def _weighed(self) -> list[list[tuple[frozenset[str], float]]]:
        return [[(form.words, self._weights.total(form.words)) for form in party.forms] for party in self.parties]

    def _is_near(self, one: int, other: int) -> bool:
        """A quick look at two that share a word: what misspelled words alone could make the same is not compared."""
        weights = self._weights
        for words, total in self._weighed[one]:
            for others, against in self._weighed[other]:
                common = words & others
                if common and (
                    2 * sum([weights[word] for word in common]) > _NEAR * (total + against) or common in (words, others)
                ):
                    return True
        return False

    @cached_property
    def _alphabets(self) -> list[list[tuple[str, int]]]:
        """The names in order, read forwards and backwards."""
        names = [(form.joined, at) for at, party in enumerate(self.parties) for form in party.forms]
        long = [(name, at) for name, at in names if len(name) >= _FEWEST_LETTERS]
        return [sorted(long), sorted((name[::-1], at) for name, at in long)]

    def _neighbours(self, part: int, parts: int) -> Iterator[tuple[int, int]]:
        for ordered in self._alphabets:
            for start in range(part, len(ordered), parts):
                name, at = ordered[start]
                for other_name, other in ordered[start + 1 : start + 1 + _NEIGHBOURS]:
                    if at != other and Levenshtein.normalized_similarity(name, other_name, score_cutoff=_LIKE):
                        yield at, other


def _whole_names(forms: Iterable[Form]) -> set[str]:
    """What a name is as a whole: in one word, and by its first letters."""
    found = set()
    for form in forms:
        found.add(form.joined)
        initials = _initials(form)
        if initials and not form.is_short:
            found.add(initials)
    return found


def _initials(form: Form) -> str | None:
    words = [word for word in form.name.split() if word not in _SMALL]
    return "".join(word[0] for word in words) if len(words) > 2 else None


Pairs = tuple[dict[tuple[str, str], float], set[str]]
"""Keys of two, the smaller first -> score; and the organizations that were not compared by all of their words."""


def pairs_of(index: Index, part: int = 0, parts: int = 1) -> Pairs:
    """All pairs that may be the same, or a part of them."""
    found, crowded = index.pairs(part, parts)
    keys = [party.key for party in index.parties]
    return {(keys[one], keys[other]): score for (one, other), score in found.items()}, {keys[at] for at in crowded}


def save(index: Index, folder: Path) -> None:
    """Put what an index is made from where another process opens it."""
    (folder / _FILE).write_bytes(pickle.dumps(index.parties, protocol=5))


def opened(folder: Path) -> Index:
    """The index that was saved there."""
    return Index(pickle.loads((folder / _FILE).read_bytes()))  # noqa: S301 - from ourselves, in a folder of our own
