"""Networks of the five documents, with numbers counted by hand from the seed files."""

from itertools import combinations
from typing import Any

import networkx as nx
import pytest
from fastapi.testclient import TestClient

from app.graph.selection import CERTAINTIES, Selection, select
from tests.graph import twins
from tests.graph.asking import TIES, edges_of, ids, nodes_of, same_order, together, tripartite
from tests.graph.seeds import seed_facts

GRANTEES = (
    "mexico-evalua casede insyde intersecta quinto-elemento fondo-semillas cipe educacion-y-ciudadania "
    "controlatugobierno editorial-animal dialogo-y-movimiento justicia-para-nuestras-hijas borde-politico ficdcm "
    "solidarity-center tierra-comun mexiro laboratorio-litigio-estructural"
).split()
NED = Selection(funder=ids("ned"))
USAID = Selection(funder=ids("usaid"))
SLP_PARTNERS = [
    "labmex",
    "slp-ago",
    "slp-court",
    "slp-intercultural-university",
    "slp-womens-institute",
    "slp-womens-justice-center",
]


def pairs(found: dict[str, Any]) -> dict[tuple[str, str], Any]:
    """(source, target) without prefixes -> weight."""
    return {
        (edge["source"].partition(":")[2], edge["target"].partition(":")[2]): edge["weight"] for edge in found.values()
    }


# NED


def test_ned_funds_eighteen_partners_once_each() -> None:
    answer = tripartite(seed_facts(), NED)
    assert pairs(edges_of(answer, "funds")) == {("ned", grantee): 1 for grantee in GRANTEES}
    assert all(edge["basis"] == ["attributed"] for edge in edges_of(answer, "funds").values())
    assert all(edge["documents"] == ["doc-ned-2020"] for edge in answer["edges"])
    assert answer["graph"]["counts"]["selected_projects"] == 18


def test_the_money_of_ned_is_one_supplement_and_seventeen_unknown_amounts() -> None:
    money = tripartite(seed_facts(), NED)["graph"]["money"]
    assert money["status"] == "lower_bound"
    ((one,), unknown) = money["sums"], money["unknown_amounts"]
    assert (one["currency"], one["amount_minor"], one["presumed_currency"]) == ("USD", 5_500_000, True)
    assert len(unknown) == 17
    assert "f-ned2020-14" not in unknown
    in_pesos = tripartite(seed_facts(), Selection(funder=ids("ned"), currency=ids("MXN")))["graph"]["money"]
    assert (in_pesos["sums"], in_pesos["unknown_amounts"]) == ([], unknown)


def test_ned_works_in_six_states_two_unnamed_groups_and_twelve_times_nationwide() -> None:
    """Grant 8 names its three states; the seven of grant 2 and the three of 17 stay unnamed; 9 and 10 say none."""
    answer = tripartite(seed_facts(), NED)
    states = ["MX-BCN", "MX-CAM", "MX-CHH", "MX-JAL", "MX-MEX", "MX-VER"]
    assert list(nodes_of(answer, "state")) == [f"state:{state}" for state in states]
    groups = nodes_of(answer, "state_group")
    assert {ref: (node["count"], node["unnamed_count"]) for ref, node in groups.items()} == {
        "state_group:sg1": (7, 7),
        "state_group:sg3": (3, 3),
    }
    assert answer["graph"]["counts"]["edges"]["works_in"] == {"certain": 6, "possible": 2, "nationwide": 12}
    assert answer["graph"]["counts"]["nodes"] == {"country": 1, "organization": 19, "state": 6, "state_group": 2}


def test_stated_facts_keep_the_grantees_and_drop_the_attributed_edges() -> None:
    answer = tripartite(seed_facts(), Selection(funder=ids("ned"), basis=ids("stated")))
    assert edges_of(answer, "funds") == {}
    assert set(nodes_of(answer, "organization")) == {f"org:{grantee}" for grantee in GRANTEES}
    assert len(edges_of(answer, "works_in")) == 20
    assert answer["graph"]["counts"]["selected_projects"] == 18
    assert answer["graph"]["left_out"]["facts_of_other_basis"]["count"] == 18


# Sonora


def test_sonora_is_certain_in_two_projects_and_possible_in_seven() -> None:
    """sg2 and sg10 are wholly named; sg5 names Sonora; sg9 is how far a tool was passed on."""

    def projects(certainty: str) -> set[str]:
        return set(select(seed_facts(), Selection(state=ids("MX-SON"), certainty=ids(certainty))).projects)

    assert projects("certain") == {"conjusticia", "cj-court-committees"}
    assert projects("possible") == {
        "ned2020-02",
        "ned2020-17",
        "red-dh",
        "cj-prosecution-policies",
        "cj-imm",
        "cj-gender-units",
        "cj-labmex",
    }
    assert projects("nationwide") == {
        *(f"ned2020-{number:02}" for number in (1, 3, 4, 5, 6, 13, 14, 15, 16, 18)),
        "al-integrity-icon",
        "al-participatory-exploration",
        "iri-nsjp",
    }
    counts = tripartite(seed_facts(), Selection(state=ids("MX-SON")))["graph"]["counts"]
    assert counts["projects"] == {"certain": 2, "possible": 7, "nationwide": 13}


def test_in_sonora_two_courts_work_and_nobody_named_is_paid() -> None:
    answer = tripartite(seed_facts(), Selection(state=ids("MX-SON")))
    assert pairs(edges_of(answer)) == {("slp-court", "MX-SLP"): 1, ("sonora-court", "MX-SON"): 1}
    assert all(edge["shared_project"] == [] for edge in answer["edges"])


def test_possible_edges_weigh_nothing() -> None:
    answer = tripartite(seed_facts(), Selection(state=ids("MX-SON"), certainty=ids("possible")))
    funds = pairs(edges_of(answer, "funds"))
    assert funds == {("ned", "casede"): 0, ("ned", "mexiro"): 0, ("usaid", "documenta"): 0}
    assert {edge["certainty"] for edge in edges_of(answer, "funds").values()} == {"possible"}


def test_a_borough_and_a_community_are_their_state() -> None:
    answer = tripartite(seed_facts(), Selection(state=ids("MX-CMX")))
    (edge,) = answer["edges"]
    assert (edge["source"], edge["target"], edge["weight"]) == ("org:accountability-lab-mexico", "state:MX-CMX", 2)
    assert {"project_state:g08", "project_state:g12"} <= set(edge["records"])


# USAID


def test_usaid_pays_one_named_partner_and_two_unnamed() -> None:
    plain = tripartite(seed_facts(), USAID)
    assert pairs(edges_of(plain, "funds")) == {("usaid", "documenta"): 1}
    (edge,) = edges_of(plain, "funds").values()
    assert (edge["regranted"], edge["money"]["status"]) == (["f-conjusticia-documenta"], "unknown")
    assert plain["graph"]["counts"]["selected_projects"] == 10
    unnamed = tripartite(seed_facts(), USAID, ["unnamed"])
    assert pairs(edges_of(unnamed, "funds")) == {
        ("usaid", "documenta"): 1,
        ("usaid", "u-cj-first-time"): 1,
        ("usaid", "u-cj-partners"): 1,
    }
    shares = edges_of(unnamed)["org:usaid~funds~party:u-cj-partners"]["money"]["shares"]
    assert shares == [{"funding": "f-conjusticia-local", "percent": 30.0, "qualifier": "nearly"}]


def test_partners_of_usaid_work_in_san_luis_potosi_and_sonora() -> None:
    """Documenta is alone in LABMEX; six share the mobile service; two courts have a state each."""
    found = edges_of(tripartite(seed_facts(), USAID), "works_in")
    assert pairs(found) == {
        ("documenta", "MX-SLP"): 1,
        ("documenta", "MX"): 0,
        ("documenta", "sg11"): 0,
        **{(partner, "MX-SLP"): 2 if partner == "slp-court" else 1 for partner in SLP_PARTNERS},
        ("sonora-court", "MX-SON"): 1,
    }
    assert [edge["shared_project"] for edge in found.values() if edge["source"] == "org:documenta"] == [[], [], []]
    both = found["org:slp-court~works_in~state:MX-SLP"]["shared_project"]
    assert both == ["cj-mobile-community-service"]


def test_usaid_supports_eight_by_participation_seven_of_them_inherited() -> None:
    found = edges_of(tripartite(seed_facts(), USAID, ["supports"]), "supports")
    supported = {edge["target"].removeprefix("org:"): edge["inherited_projects"] for edge in found.values()}
    assert supported == {
        "gov-mexico": [],
        **{partner: ["cj-mobile-community-service"] for partner in SLP_PARTNERS},
        "slp-court": ["cj-court-committees", "cj-mobile-community-service"],
        "sonora-court": ["cj-court-committees"],
    }


def test_red_dh_is_kept_as_a_project_though_nobody_in_it_is_known() -> None:
    assert "project:red-dh" not in nodes_of(tripartite(seed_facts(), USAID))
    without = tripartite(seed_facts(), USAID)["graph"]["left_out"]["projects_without_known_partner"]
    assert without["ids"] == [
        "cj-annual-program-statement",
        "cj-gender-units",
        "cj-imm",
        "cj-proposal-workshops",
        "cj-prosecution-policies",
        "conjusticia",
        "red-dh",
    ]
    answer = tripartite(seed_facts(), USAID, ["projects"])
    touching = {edge["id"] for edge in answer["edges"] if "project:red-dh" in (edge["source"], edge["target"])}
    assert touching == {
        "org:usaid~funds_project~project:red-dh",
        "project:red-dh~located_in~country:MX",
        "project:red-dh~located_in~state_group:sg4",
    }
    assert len(nodes_of(answer, "project")) == 10
    assert len(edges_of(answer, "part_of")) == 8


# Years


def test_years_are_certain_where_they_are_written() -> None:
    """2020: the 18 grants, RED-DH (to 2025) and ConJusticia. 2024: RED-DH and two editions. 21 have no date at all."""
    for year, certain, possible in ((2020, 20, 21), (2024, 3, 41), (2019, 0, 21)):
        counts = tripartite(seed_facts(), Selection(year_from=year, year_to=year))["graph"]["counts"]
        assert counts["projects"] == {"certain": certain, "possible": possible, "nationwide": 0}
        assert counts["undated_projects"] == 21
    in_2020 = tripartite(seed_facts(), Selection(year_from=2020, year_to=2020))
    assert len(edges_of(in_2020, "funds")) == 18
    assert edges_of(tripartite(seed_facts(), Selection(year_from=2024, year_to=2024)), "funds") == {}


# Clusters


def clusters(*, with_states: bool) -> list[set[str]]:
    """Organizations joined by funds, participation, parenthood and membership, and by states where asked for."""
    answer = tripartite(seed_facts(), include=["projects", "unnamed", "supports"])
    graph = nx.Graph(
        (edge["source"], edge["target"])
        for edge in [*answer["edges"], *together(seed_facts(), ties=["collaboration"], include=["unnamed"])["edges"]]
        if edge["target"].startswith(("org:", "party:", "project:"))
    )
    for project in seed_facts().projects.values():
        if project.parent is not None:
            graph.add_edge(f"project:{project.id}", f"project:{project.parent}")
    if with_states:
        graph.add_edges_from(
            (edge["source"], edge["target"])
            for edge in edges_of(answer, "works_in").values()
            if edge["target"].startswith("state:")
        )
    found = [{ref for ref in component if ref.startswith("org:")} for component in nx.connected_components(graph)]
    return sorted((component for component in found if component), key=sorted)


def test_four_clusters_meet_only_in_nuevo_leon() -> None:
    apart, with_states = clusters(with_states=False), clusters(with_states=True)
    heads = ["org:accountability-lab-mexico", "org:iri", "org:ned", "org:usaid"]
    assert len(apart) == 4
    assert [sum(head in one for one in apart) for head in heads] == [1, 1, 1, 1]
    assert len(with_states) == 3
    assert any({"org:accountability-lab-mexico", "org:iri"} <= one for one in with_states)
    answer = tripartite(seed_facts())
    of_state: dict[str, set[int]] = {}
    for edge in edges_of(answer, "works_in").values():
        if edge["target"].startswith("state:"):
            number = next(number for number, one in enumerate(apart) if edge["source"] in one)
            of_state.setdefault(edge["target"], set()).add(number)
    assert [state for state, numbers in of_state.items() if len(numbers) > 1] == ["state:MX-NLE"]


# Who works together


def test_declared_ties_among_named_organizations_are_twenty() -> None:
    """c30: the lead with five and these five with each other; c22: only the lead with four; c29: one; c32: nobody."""
    answer = together(seed_facts(), ties=["collaboration"])
    found = pairs(edges_of(answer))
    members = [one for one in SLP_PARTNERS if one != "labmex"]
    lab = ["abrimos-info", "civic-house", "codeando-mexico", "la-sobremesa"]
    assert found == {
        **{("labmex", member): 1 for member in members},
        **dict.fromkeys(combinations(members, 2), 1),
        **{(min("accountability-lab-mexico", one), max("accountability-lab-mexico", one)): 1 for one in lab},
        ("abrimos-info", "accountability-lab-mexico"): 2,
        ("documenta", "labmex"): 1,
    }
    assert len(list(combinations(members, 2))) == 10
    assert len(found) == 20
    assert ("slp-court", "sonora-court") not in found
    assert not any(edge["planned_collaborations"] for edge in answer["edges"])


def test_planned_collaborations_are_counted_apart_from_those_that_exist() -> None:
    """With unnamed parties 45 pairs are tied, and 28 only by what is planned."""
    answer = together(seed_facts(), ties=["collaboration"], include=["unnamed"])
    planned = [edge for edge in answer["edges"] if edge["weight"] == 0]
    assert (len(answer["edges"]) - len(planned), len(planned)) == (45, 28)
    assert all(edge["planned_collaborations"] and not edge["collaborations"] for edge in planned)
    assert edges_of(answer)["org:iri~collaboration~party:u-iri-ogp-network"]["collaborations"] == ["c24", "c25"]


def test_the_eighteen_grantees_share_a_funder_and_nothing_else_is_said_of_them() -> None:
    answer = together(seed_facts(), NED, ["funder", "collaboration", "project"])
    assert set(pairs(edges_of(answer, "funder"))) == set(combinations(sorted(GRANTEES), 2))
    assert len(edges_of(answer)) == 153
    assert all(edge["shared"] == ["org:ned"] and not edge["declared"] for edge in answer["edges"])
    assert len(edges_of(together(seed_facts(), ties=["funder"]))) == 153


def test_seventeen_pairs_share_a_project() -> None:
    found = pairs(edges_of(together(seed_facts(), ties=["project"])))
    assert found == {
        **dict.fromkeys(combinations(sorted(SLP_PARTNERS), 2), 1),
        ("abrimos-info", "accountability-lab-mexico"): 1,
        ("slp-court", "sonora-court"): 1,
    }
    assert len(found) == 17


def test_twenty_two_pairs_share_a_state() -> None:
    """Seven work in San Luis Potosí (21 pairs); two in Nuevo León; each other state has one."""
    found = pairs(edges_of(together(seed_facts(), ties=["state"])))
    in_slp = sorted([*SLP_PARTNERS, "documenta"])
    assert found == {
        **dict.fromkeys(combinations(in_slp, 2), 1),
        ("accountability-lab-mexico", "iri"): 1,
    }
    assert len(found) == 22


def test_journalism_and_safety_of_journalists_tie_three_grantees() -> None:
    found = edges_of(together(seed_facts(), NED, ["topic"]))
    assert found["org:insyde~topic~org:quinto-elemento"]["shared"] == ["topic:journalism", "topic:journalist-safety"]
    assert found["org:casede~topic~org:insyde"]["shared"] == ["topic:journalist-safety"]
    assert found["org:editorial-animal~topic~org:insyde"]["shared"] == ["topic:journalism"]
    assert "org:casede~topic~org:editorial-animal" not in found


# All of it at once


@pytest.mark.parametrize(
    "selection",
    [
        USAID,
        Selection(state=ids("MX-NLE"), basis=ids("stated", "implied"), certainty=frozenset(CERTAINTIES)),
        Selection(organization=ids("accountability-lab-mexico"), year_from=2024, certainty=ids("possible")),
    ],
    ids=["usaid", "nuevo-leon", "lab"],
)
def test_the_networks_of_the_seed_are_the_twins(selection: Selection) -> None:
    facts = seed_facts()
    for include in ([], ["projects", "unnamed", "supports"]):
        answer, twin = tripartite(facts, selection, include), twins.tripartite(facts, selection, set(include))
        found = edges_of(answer)
        assert found.keys() == twin["edges"].keys()
        for name, edge in found.items():
            shown = edge | ({"money": same_order(edge["money"])} if "money" in edge else {})
            assert {key: value for key, value in shown.items() if key != "money"} == {
                key: value for key, value in twin["edges"][name].items() if key != "money"
            }
        assert set(nodes_of(answer)) == set(twin["nodes"])
    for unnamed in (False, True):
        answer = together(facts, selection, ["collaboration", "project", "funder", "state"], ["unnamed"] * unnamed)
        ties = {"collaboration", "project", "funder", "state"}
        assert edges_of(answer) == twins.coalition_edges(facts, selection, ties, unnamed=unnamed)


@pytest.mark.parametrize(
    "parameters", ["", "?funder=usaid&include=projects,unnamed,supports", "?state=NL&year_from=2020"]
)
def test_the_service_answers_with_the_same_networks(seeded: TestClient, parameters: str) -> None:
    """What it reads from its tables is what stands in the seed files."""
    selections = {
        "": Selection(),
        "?funder=usaid&include=projects,unnamed,supports": USAID,
        "?state=NL&year_from=2020": Selection(state=ids("MX-NLE"), year_from=2020),
    }
    include = ["projects", "unnamed", "supports"] if "include" in parameters else []
    served = seeded.get(f"/v1/networks/funder-partner-state{parameters}").json()
    own = tripartite(seed_facts(), selections[parameters], include)
    assert served["edges"] == own["edges"]
    assert served["nodes"] == own["nodes"]
    assert served["graph"]["left_out"] == own["graph"]["left_out"]
    if not include:
        served = seeded.get(f"/v1/networks/coalitions{parameters}").json()
        own = together(seed_facts(), selections[parameters], TIES)
        assert (served["nodes"], served["edges"]) == (own["nodes"], own["edges"])
