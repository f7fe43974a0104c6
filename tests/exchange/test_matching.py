"""Which organizations may be the same by their names, and which only look so."""

from random import Random

import pytest

from app.exchange.matching import FEWEST, Index, Party, compare, form_of, host_of, pairs_of, states_named

STATES = {"sonora": "MX-SON", "san luis potosi": "MX-SLP", "nuevo leon": "MX-NLE", "sinaloa": "MX-SIN"}


def party(key: str, *names: str, acronym: str | None = None, **fields: object) -> Party:
    forms = [form for name in names for form in form_of(name)]
    if acronym:
        forms += form_of(acronym, is_short=True)
    states = frozenset(state for form in forms for state in states_named(form, STATES))
    return Party(key, tuple(forms), **({"states": states} | fields))  # type: ignore[arg-type]


def score(one: str, other: str) -> tuple[float, list[str]]:
    found = compare(party("one", one), party("other", other))
    back = compare(party("other", other), party("one", one))
    assert found.score == back.score
    assert not found.is_same
    return found.score, [reason.by for reason in found.reasons]


@pytest.mark.parametrize(
    ("one", "other", "by"),
    [
        ("Borde Político", "BORDE POLITICO, A C", "name"),
        ("Diálogo y Movimiento, A.C.", "Dialogo y Movimiento AC", "name"),
        ("Example Works, Inc.", "Example Works Ltd", "name"),
        ("Fundación Río Claro", "Rio Claro Foundation", "words"),
        ("Fondation Río Claro", "Fundación Rio Claro, A.C.", "words"),
        ("Instituto de Justicia Procesal", "Institute for Procesal Justice", "words"),
        ("Centro de Derechos Humanos Tepeyac", "Tepeyac Human Rights Center", "words"),
        ("MéxicoEvalúa", "México Evalúa", "words"),
        ("Semillas Fondo", "Fondo Semillas", "words"),
        ("México Evalúa, Centro de Análisis de Políticas Públicas, A.C.", "Mexico Evalua", "within"),
        ("Intersecta", "Intersecta, Organización para la Igualdad", "within"),
        ("Fondo Semillas", "Fondo Semilas", "similar"),
        ("Educación y Ciudadanía", "EDUCACION Y CIUDADANIA AC", "name"),
        ("International Republican Institute", "IRI", "acronym"),
        ("Institute of Open Water (IOW)", "IOW", "name"),
    ],
)
def test_the_same_body_is_found_however_it_is_written(one: str, other: str, by: str) -> None:
    found, reasons = score(one, other)
    assert found >= FEWEST
    assert reasons == [by] or (by == "name" and reasons == ["acronym"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lab", "LABMEX"),
        ("Lab", "Accountability Lab"),
        ("Lab", "Laboratorio de Litigio Estructural"),
        ("LABMEX", "Laboratorio de Litigio Estructural"),
        ("LABMEX", "Quinto Elemento, Laboratorio de Investigación e Innovación Periodística"),
        ("Laboratorio de Litigio Estructural", "El Quinto Elemento, Laboratorio de Investigación"),
        ("Documenta", "Documenting the Truth"),
        ("Documenta", "Documentaries for Peace"),
        ("Comité externo de Sonora", "Comité externo de San Luis Potosí"),
        ("Tribunal Superior de Sonora", "Tribunal Superior de Sinaloa"),
        ("Juzgado 1 de lo Civil", "Juzgado 2 de lo Civil"),
        ("Distrito Norte II", "Distrito Norte III"),
        ("Fundación para el Desarrollo", "Fundación para la Educación"),
        ("Universidad Autónoma", "Universidad Nacional"),
        ("Centro de Estudios", "Instituto de Estudios"),
        ("Red de Mujeres", "Red de Jóvenes"),
    ],
)
def test_what_only_looks_the_same_is_no_candidate(one: str, other: str) -> None:
    assert score(one, other)[0] < FEWEST


def test_a_state_that_it_belongs_to_keeps_two_apart_where_the_names_do_not() -> None:
    one, other = (party(state, "Instituto de las Mujeres", states=frozenset({state})) for state in ("MX-SLP", "MX-SON"))
    assert compare(one, other).score == 0
    assert compare(one, party("x", "Instituto de las Mujeres", states=frozenset())).score > 0.9


def test_an_identifier_decides_and_another_one_in_its_register_speaks_against_it() -> None:
    number, another = ("MX-RFC", "ABC680524P76"), ("MX-RFC", "XYZ680524P76")
    one = party("one", "Agua Clara", identifiers=frozenset({number}))
    same = compare(one, party("two", "Something Else", identifiers=frozenset({number})))
    assert (same.score, same.is_same, [reason.by for reason in same.reasons]) == (1.0, True, ["identifier"])
    against = compare(one, party("two", "Agua Clara", identifiers=frozenset({another})))
    assert against.score < FEWEST
    assert [(one.by, one.first, one.second) for one in against.reasons][1:] == [
        ("other-number", "MX-RFC-ABC680524P76", "MX-RFC-XYZ680524P76")
    ]
    loose = frozenset({("other", "1")})
    assert not compare(party("one", "A B", identifiers=loose), party("two", "C D", identifiers=loose)).score


def test_countries_and_websites_count() -> None:
    here, there = (party(code, "Agua Clara", country=code) for code in ("MX", "CO"))
    apart = compare(here, there)
    assert apart.score < compare(here, here).score
    assert [one.by for one in apart.reasons] == ["name", "other-country"]
    host = host_of("https://www.agua.example/x")
    by_page = compare(party("one", "Agua", website=host), party("two", "Wells of Light", website=host))
    assert [one.by for one in by_page.reasons] == ["website"]
    assert by_page.score >= FEWEST
    assert host_of("https://facebook.com/agua") is None
    assert host_of("https://m.facebook.com/agua") is None
    assert host_of(None) is None
    assert host_of("https://[") is None


def test_a_name_alone_is_never_certain() -> None:
    found = compare(party("one", "Agua Clara"), party("two", "Agua Clara"))
    assert found.score < 1
    assert not found.is_same


def test_rare_words_count_for_more_than_words_of_many_names() -> None:
    many = {"norte": 5000, "tepehuan": 1}
    rare = compare(party("a", "Tepehuan Norte"), party("b", "Tepehuan Alta"), many).score
    common = compare(party("a", "Tepehuan Norte"), party("b", "Alta Norte"), many).score
    assert rare > common


def test_states_are_named_by_whole_words() -> None:
    assert states_named(form_of("Comité de Nuevo León, A.C.")[0], STATES) == {"MX-NLE"}
    assert states_named(form_of("Sonorama")[0], STATES) == set()


def world(count: int) -> list[Party]:
    """Organizations with invented names, one in ten of them a second time, written otherwise."""
    random = Random(7)
    syllables = "ba ce di fo gu la me ni po ru sa te vi xo za".split()
    words = ["".join(random.choices(syllables, k=3)) for _ in range(3000)]
    parties = []
    for number in range(count):
        name = f"Fundación {random.choice(words)} {random.choice(words)} {random.choice(words)}"
        parties.append(party(f"o{number:05}", name + ", A.C."))
        if number % 10 == 0:
            first, *rest = name.split()[1:]
            parties.append(party(f"t{number:05}", " ".join([*rest, first.upper(), "Foundation"])))
    return parties


def test_all_pairs_are_those_that_comparing_each_with_each_finds() -> None:
    parties = world(250)
    index = Index(parties)
    by_hand = {
        (one.key, other.key)
        for one in parties
        for other in parties
        if one.key < other.key and index.compare(one, other).score >= FEWEST
    }
    found, crowded = pairs_of(index)
    assert found.keys() == by_hand
    assert {(f"o{number:05}", f"t{number:05}") for number in range(0, 250, 10)} <= by_hand
    assert not crowded
    in_parts: dict[tuple[str, str], float] = {}
    for part in range(3):
        in_parts |= pairs_of(index, part, 3)[0]
    assert in_parts == found


def test_what_is_found_for_one_is_what_is_found_among_all() -> None:
    parties = world(250)
    index = Index(parties)
    found, _ = pairs_of(index)
    for one in parties[::25]:
        own = {(score, *pair) for pair, score in found.items() if one.key in pair}
        alone = {
            (near.score, *sorted((one.key, other.key))) for near, other in index.candidates(one) if near.score >= FEWEST
        }
        assert alone == own


def test_a_misspelled_name_is_found_where_no_word_is_shared() -> None:
    parties = [*world(100), party("x", "Documentalia"), party("y", "Documentelia")]
    assert ("x", "y") in pairs_of(Index(parties))[0]
    asked = party("", "Documentolia")
    assert {other.key for _, other in Index(parties).candidates(asked)} >= {"x", "y"}


def test_crowds_are_not_compared_each_with_each_and_told() -> None:
    parties = [party(f"o{number:03}", "Comité Ciudadano de Agua") for number in range(120)]
    found, crowded = pairs_of(Index(parties))
    assert len(crowded) == 120
    # But for neighbours in the alphabet.
    assert len(found) < 250
    near = Index(parties).candidates(parties[0])
    assert len(near) >= 49
