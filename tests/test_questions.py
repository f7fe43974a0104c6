"""Questions that people ask of the first data set, each answered exactly over HTTP in at most three calls.

An answer is found as a client would find it: by filters, `include=`, and what the API itself says of the unknown.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from fastapi.testclient import TestClient

MOST_CALLS = 3
SHARED = Path(os.environ.get("TEJIDO_SHARED", Path(__file__).parents[2] / "shared"))

UNKNOWN = {"value": None, "status": "unknown"}

NED_GRANTEES = [
    *("mexico-evalua", "casede", "insyde", "intersecta", "quinto-elemento", "fondo-semillas", "cipe"),
    *("educacion-y-ciudadania", "controlatugobierno", "editorial-animal", "dialogo-y-movimiento"),
    *("justicia-para-nuestras-hijas", "borde-politico", "ficdcm", "solidarity-center", "tierra-comun", "mexiro"),
    "laboratorio-litigio-estructural",
]


class Ask:
    """A client that may call three times."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self._calls = 0

    def __call__(self, path: str, **parameters: Any) -> Any:
        """The body of `GET /v1/{path}`; fails on the fourth call, and on anything but 200."""
        self._calls += 1
        assert self._calls <= MOST_CALLS, f"call {self._calls} for one question"
        response = self._client.get(f"/v1/{path}", params=parameters)
        assert response.status_code == 200, response.text
        return response.json()

    def all(self, path: str, **parameters: Any) -> list[Any]:
        """A whole list, in one call."""
        page = self(path, limit=500, **parameters)
        assert page["next"] is None, "the list has further pages"
        return list(page["items"])

    def network(self, name: str, **parameters: Any) -> Any:
        """A network that nothing was cut from."""
        found = self(f"networks/{name}", **parameters)
        assert found["graph"]["truncated"] is False
        return found


@pytest.fixture
def ask(seeded: TestClient) -> Ask:
    """Three calls to the first data set."""
    return Ask(seeded)


@dataclass(frozen=True)
class Question:
    """A question, its exact answer, and how a client finds it."""

    id: str
    text: str
    answer: Any
    find: Callable[[Ask], Any]


SAMPLE: list[Question] = []
"""The questions of sample_questions.json, by their ids."""
FURTHER: list[Question] = []
"""Questions of the same kinds, answered by hand from seed_facts.json."""


def question(id: str, text: str, answer: Any) -> Callable[[Callable[[Ask], Any]], Callable[[Ask], Any]]:  # noqa: A002
    """Registers the way to an answer. Lists in answers are sets, tuples are sequences."""

    def register(find: Callable[[Ask], Any]) -> Callable[[Ask], Any]:
        (SAMPLE if id.startswith("Q") else FURTHER).append(Question(id, text, answer, find))
        return find

    return register


def normal(answer: Any) -> Any:
    """The answer with its lists in one order."""
    if isinstance(answer, dict):
        return {name: normal(value) for name, value in answer.items()}
    if isinstance(answer, tuple):
        return tuple(normal(value) for value in answer)
    if isinstance(answer, list):
        return sorted((normal(value) for value in answer), key=lambda value: json.dumps(value, sort_keys=True))
    return answer


def ids(records: Iterable[Any]) -> list[str]:
    """The ids of records."""
    return [record["id"] for record in records]


def told(counts: dict[str, int]) -> Any:
    """Yes, unknown or no, from the numbers of projects that match certainly, possibly, or as part of the country."""
    if counts["certain"]:
        return True
    return UNKNOWN if counts["possible"] or counts["nationwide"] else False


def figure(indicator: Any) -> Any:
    """An indicator's figure with its qualifier and unit; its status where the figure is unknown."""
    if indicator["value_status"]["value"] != "known":
        return {"value": None, "status": indicator["value_status"]["value"]}
    return {
        "value": int(indicator["value"]),
        "qualifier": indicator["qualifier"].replace("_", " "),
        "unit": indicator["unit"],
    }


def edges(network: Any, relation: str) -> list[tuple[str, str]]:
    """Source and target, without their prefixes, of the network's edges of one relation."""
    return [
        (edge["source"].partition(":")[2], edge["target"].partition(":")[2])
        for edge in network["edges"]
        if edge["relation"] == relation
    ]


def nodes(network: Any, kind: str) -> list[Any]:
    """The network's nodes of one kind."""
    return [node for node in network["nodes"] if node["kind"] == kind]


def states_in(network: Any) -> set[str]:
    """The states in which the network's projects certainly work."""
    return {
        edge["target"].removeprefix("state:")
        for edge in network["edges"]
        if edge["target"].startswith("state:") and edge["certainty"] == "certain"
    }


def chains(ask: Ask, *, through_projects: bool = True, with_states: bool = False) -> "nx.Graph[str]":
    """Organizations joined by money, membership and relations, by the projects that they take part in, and by states.

    Three calls: `/v1/networks/paths` and `/v1/networks/measures` would be one.
    """
    projects = ask.all("projects", include="funding,participations,collaborations,project_states")
    members = ask.all("collaboration-members")
    relations = ask.all("organization-relations")
    graph: nx.Graph[str] = nx.Graph()
    by_collaboration: dict[str, list[Any]] = {}
    for member in members:
        if member["organization"]:
            by_collaboration.setdefault(member["collaboration"], []).append(member)
    for group in by_collaboration.values():
        for one, other in combinations(group, 2):
            if "lead" in (one["role"], other["role"]):
                graph.add_edge(f"org:{one['organization']}", f"org:{other['organization']}")
    for relation in relations:
        if relation["subject"]:
            graph.add_edge(f"org:{relation['subject']}", f"org:{relation['object']}")
    for project in projects:
        ref = project["ref"]
        for row in project["included"]["funding"]:
            if row["funder"] and row["recipient"]:
                graph.add_edge(f"org:{row['funder']}", f"org:{row['recipient']}")
        if through_projects:
            graph.add_node(ref)
            if project["parent"]:
                graph.add_edge(ref, f"project:{project['parent']}")
            for row in project["included"]["participations"]:
                if row["organization"]:
                    graph.add_edge(f"org:{row['organization']}", ref)
            for row in project["included"]["funding"]:
                if row["project"] == project["id"]:
                    graph.add_edges_from((f"org:{end}", ref) for end in (row["funder"], row["recipient"]) if end)
            for collaboration in project["included"]["collaborations"]:
                group = by_collaboration.get(collaboration["id"], [])
                graph.add_edges_from((f"org:{member['organization']}", ref) for member in group)
        if with_states:
            targets = [row for row in project["included"]["project_states"] if row["role"] == "target" and row["state"]]
            graph.add_edges_from((ref, f"state:{row['state']}") for row in targets)
    return graph


def shortest(graph: "nx.Graph[str]", source: str, target: str) -> tuple[str, ...] | None:
    """The ids along the one shortest chain; None where there is none."""
    if not nx.has_path(graph, source, target):
        return None
    (found,) = nx.all_shortest_paths(graph, source, target)
    return tuple(ref.partition(":")[2] for ref in found)


# --- the questions of sample_questions.json ------------------------------------------------------------------------


@question("Q001", "how many grants does the list Mexico 2020 hold", 18)
def _(ask: Ask) -> Any:
    (document,) = ask.all("documents", q="Mexico 2020")
    return ask("projects", document=document["id"], kind="grant", include="total")["total"]


@question("Q002", "whom does NED fund in 2020", NED_GRANTEES)
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", funder="ned", year_from=2020, year_to=2020)
    assert network["graph"]["counts"]["projects"] == {"certain": 18, "possible": 0, "nationwide": 0}
    funds = [edge for edge in network["edges"] if edge["relation"] == "funds"]
    assert {(edge["weight"], tuple(edge["basis"])) for edge in funds} == {(1, ("attributed",))}
    return [recipient for _, recipient in edges(network, "funds")]


@question("Q005", "which organizations do several documents name", [])
def _(ask: Ask) -> Any:
    return [
        organization["id"]
        for organization in ask.all("organizations", include="citations")
        if len({citation["document"] for citation in organization["included"]["citations"]}) > 1
    ]


@question("Q008", "which grantees are media or publishers", ["quinto-elemento", "editorial-animal", "ficdcm"])
def _(ask: Ask) -> Any:
    return [
        organization["id"]
        for organization in ask.all("organizations", kind="media", include="funding")
        if any(row["recipient"] == organization["id"] for row in organization["included"]["funding"])
    ]


@question(
    "Q011",
    "which NED grant of 2020 has an amount, and of what kind",
    {
        "project": "ned2020-14",
        "recipient": "ficdcm",
        "amount": 55000,
        "kind": "supplement",
        "base_amount": None,
    },
)
def _(ask: Ask) -> Any:
    rows = ask.all("funding", funder="ned", year_from=2020, year_to=2020)
    (known,) = [row for row in rows if row["value_status"]["amount"] == "known"]
    base = [row for row in rows if row["project"] == known["project"] and row["kind"] == "grant"]
    assert [row["amount"] for row in base if row["value_status"]["amount"] == "known"] == []
    return {
        "project": known["project"],
        "recipient": known["recipient"],
        "amount": float(known["amount"]),
        "kind": known["kind"],
        "base_amount": None,
    }


@question(
    "Q014",
    "what share of ConJusticia's money goes to local partners",
    {"value": 30, "qualifier": "nearly", "unit": "percent of project funding"},
)
def _(ask: Ask) -> Any:
    (share,) = ask.all("indicators", project="conjusticia", q="funding local partners")
    money = ask("funding", project="conjusticia", include="total")["money"]
    assert [(one["percent"], one["qualifier"]) for one in money["shares"]] == [(30.0, "nearly")]
    return figure(share)


@question("Q017", "who funds Voice2Rep", UNKNOWN)
def _(ask: Ask) -> Any:
    (found,) = [project for project in ask.all("projects", q="Voice2Rep") if project["title"] == "Voice2Rep"]
    funder = found["effective_funder"]
    assert funder["organizations"] == funder["parties"] == []
    return {"value": None, "status": funder["status"]}


@question("Q020", "which named organizations have more than one funder", [])
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", include="supports,unnamed")
    funders: dict[str, set[str]] = {}
    for edge in network["edges"]:
        if edge["relation"] in ("funds", "supports"):
            funders.setdefault(edge["target"], set()).add(edge["source"])
    assert "org:documenta" in funders
    return [ref for ref, found in funders.items() if ref.startswith("org:") and len(found) > 1]


@question("Q023", "who would be left with no known funder if NED withdrew", NED_GRANTEES)
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", include="unnamed")
    funds = edges(network, "funds")
    unclear = {row["recipient"] for row in ask.all("funding", missing="funder") if row["recipient"]}
    others = {recipient for funder, recipient in funds if funder != "ned"}
    left = {recipient for funder, recipient in funds if funder == "ned"} - others
    assert left.isdisjoint(unclear)
    return sorted(left)


@question("Q026", "is Fondo Semillas recorded as a funder", False)
def _(ask: Ask) -> Any:
    profile = ask("organizations/fondo-semillas/profile")
    assert profile["funds"] == {"status": "none_recorded", "items": []}
    assert profile["funders"]["status"] == "known"
    return profile["funds"]["status"] == "known"


@question(
    "Q028",
    "which projects have both a start and an end",
    [{"project": "red-dh", "start": "2020-08", "end": "2025-08"}],
)
def _(ask: Ask) -> Any:
    return [
        {"project": project["id"], "start": project["start_date"], "end": project["end_date"]}
        for project in ask.all("projects")
        if project["value_status"]["start_date"] == project["value_status"]["end_date"] == "known"
    ]


@question(
    "Q031",
    "which lines of IRI's work go on, and which are finished",
    {"ongoing": ["iri-ogp"], "completed": ["iri-nsjp", "iri-lawful"]},
)
def _(ask: Ask) -> Any:
    found: dict[str, list[str]] = {}
    for project in ask.all("projects", partner="iri"):
        found.setdefault(project["project_status"], []).append(project["id"])
    return found


@question("Q033", "where does Documenting Arbitrary Detentions in Mexico work", ["MX-JAL", "MX-MEX", "MX-VER"])
def _(ask: Ask) -> Any:
    title = "Documenting Arbitrary Detentions in Mexico"
    (project,) = ask.all("projects", q=title, include="project_states,state_groups")
    assert [group["unnamed_count"] for group in project["included"]["state_groups"]] == [0]
    return [row["state"] for row in project["included"]["project_states"] if row["role"] == "target"]


@question("Q036", "which projects work in Baja California Sur", [])
def _(ask: Ask) -> Any:
    page = ask("projects", state="Baja California Sur")
    assert page["by_certainty"] == {"certain": 0, "possible": 8, "nationwide": 13}
    return ids(page["items"])


@question("Q039", "which states do IRI's and NED's projects share", [])
def _(ask: Ask) -> Any:
    iri, ned = (
        ask.network("funder-partner-state", include="projects", **{side: name})
        for side, name in (("partner", "iri"), ("funder", "ned"))
    )
    assert sum(group["unnamed_count"] for group in nodes(ned, "state_group")) == 10
    assert states_in(iri)
    assert states_in(ned)
    return sorted(states_in(iri) & states_in(ned))


@question("Q042", "where does IRI's open government programme work", ["MX-GUA", "MX-NLE"])
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", partner="iri", topic="open-government", include="project_states")
    return [row["state"] for row in project["included"]["project_states"] if row["role"] == "target"]


@question(
    "Q045",
    "how many partner states has ConJusticia, and which are named",
    {"count": 8, "named": ["MX-SLP", "MX-SON"], "unnamed": 6},
)
def _(ask: Ask) -> Any:
    (group,) = ask.all("state-groups", project="conjusticia", role="target")
    return {"count": group["count"], "named": group["named"], "unnamed": group["unnamed_count"]}


@question("Q048", "does RED-DH support forensic work in Chihuahua", UNKNOWN)
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", project="red-dh", topic="forensics", state="Chihuahua")
    assert network["graph"]["counts"]["projects"] == {"certain": 0, "possible": 1, "nationwide": 0}
    return told(network["graph"]["counts"]["projects"])


@question("Q051", "which projects work in Mexico City", ["al-civacts", "al-civacts-needs"])
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", state="Mexico City"))


@question(
    "Q054",
    "which states have no named project",
    [
        *("MX-AGU", "MX-BCS", "MX-CHP", "MX-COL", "MX-DUR", "MX-GRO", "MX-HID", "MX-MIC", "MX-MOR", "MX-NAY"),
        *("MX-OAX", "MX-PUE", "MX-ROO", "MX-SIN", "MX-TAB", "MX-TAM", "MX-TLA", "MX-YUC", "MX-ZAC"),
    ],
)
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", include="projects")
    left = {state["id"] for state in ask.all("states")} - states_in(network)
    profile = ask(f"states/{min(left)}/profile")
    assert (profile["status"], profile["certain"]["count"]) == ("unknown", 0)
    assert profile["possible"]["count"] > 0
    return sorted(left)


@question("Q057", "which NED grants give no place at all", ["ned2020-09", "ned2020-10"])
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", funder="ned", placeless=True))


@question("Q060", "where are the three penitentiary centres of the Voice2Rep workshop", UNKNOWN)
def _(ask: Ask) -> Any:
    (centres,) = ask.all("unnamed-parties", q="penitentiary centres")
    assert (centres["count_low"], centres["state"], centres["place"]) == (3, None, None)
    placeless = ask.all("projects", q="Voice2Rep workshops", placeless=True)
    return {"value": None, "status": "unknown" if placeless else "known"}


@question(
    "Q063",
    "who designed and launched the Mobile Community Service, and who convened them",
    {
        "convener": "labmex",
        "lead_of_convener": "documenta",
        "members": [
            *("slp-ago", "slp-court", "slp-intercultural-university", "slp-womens-institute"),
            "slp-womens-justice-center",
        ],
    },
)
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", q="Mobile Community Service", include="participations")
    rows = project["included"]["participations"]
    (convener,) = [row["organization"] for row in rows if row["role"] == "convener"]
    (lead,) = ask.all("organization-relations", subject=convener, kind="led_by")
    return {
        "convener": convener,
        "lead_of_convener": lead["object"],
        "members": [row["organization"] for row in rows if row["role"] == "designer"],
    }


@question("Q066", "which partners tie NED to Jalisco", ["educacion-y-ciudadania"])
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", funder="ned", state="Jalisco")
    assert network["graph"]["counts"]["projects"]["possible"] == 2
    return [partner for partner, state in edges(network, "works_in") if state == "MX-JAL"]


@question("Q069", "who leads LABMEX", ["documenta"])
def _(ask: Ask) -> Any:
    (labmex,) = ask.all("organizations", acronym="LABMEX")
    return [row["object"] for row in ask.all("organization-relations", subject=labmex["id"], kind="led_by")]


@question("Q072", "which named academic institution takes part in a project", ["slp-intercultural-university"])
def _(ask: Ask) -> Any:
    academic = ask.all("organizations", kind="academia", include="participations")
    return [organization["id"] for organization in academic if organization["included"]["participations"]]


@question("Q078", "who both funds and designs a programme", ["usaid"])
def _(ask: Ask) -> Any:
    found: set[str] = set()
    for project in ask.all("projects", kind="program", include="participations"):
        designers = {row["organization"] for row in project["included"]["participations"] if row["role"] == "designer"}
        found |= designers & set(project["effective_funder"]["organizations"])
    return sorted(found)


@question("Q081", "which collaborations are coalitions in the strict sense", ["c12", "c14", "c16", "c25", "c27"])
def _(ask: Ask) -> Any:
    return ids(ask.all("collaborations", kind="coalition"))


@question(
    "Q084",
    "which coalition reported a result, and which",
    {
        "coalition": "c27",
        "project": "iri-lawful",
        "result": "State anti-corruption laws include text that came from the coalitions.",
    },
)
def _(ask: Ask) -> Any:
    ((coalition, result),) = [
        (coalition, finding)
        for coalition in ask.all("collaborations", kind="coalition", include="findings")
        for finding in coalition["included"]["findings"]
        if finding["kind"] == "outcome"
    ]
    return {"coalition": coalition["id"], "project": coalition["project"], "result": result["summary"]}


@question(
    "Q087",
    "which multistakeholder associations exist, and where are they known to act",
    [
        {
            "name": "labmex",
            "named_states": ["MX-SLP"],
            "scope": ["nationwide", "target states in which LABMEX co-designs solutions"],
        }
    ],
)
def _(ask: Ask) -> Any:
    (association,) = ask.all("collaborations", kind="association")
    (organization,) = ask.all("organizations", acronym=association["name"])
    project = ask(f"projects/{association['project']}", include="project_states,state_groups")
    (group,) = project["included"]["state_groups"]
    assert group["value_status"]["count"] == "unknown"
    states = [row["state"] for row in project["included"]["project_states"] if row["state"]]
    scope = [*(["nationwide"] if project["nationwide"] else []), group["label"]]
    return [{"name": organization["id"], "named_states": states, "scope": scope}]


CLUSTERS = ("org:ned", "org:usaid", "org:iri", "org:accountability-lab-mexico")


@question("Q090", "which collaborations join the clusters of NED, USAID, IRI and Accountability Lab", [])
def _(ask: Ask) -> Any:
    graph = chains(ask)
    joined = {
        frozenset(head for head in CLUSTERS if head in component) for component in nx.connected_components(graph)
    } - {frozenset()}
    assert joined == {frozenset([head]) for head in CLUSTERS}
    return [sorted(heads) for heads in joined if len(heads) > 1]


@question(
    "Q093",
    "the shortest chain of organizations from USAID to the Intercultural University",
    ("usaid", "documenta", "labmex", "slp-intercultural-university"),
)
def _(ask: Ask) -> Any:
    return shortest(chains(ask, through_projects=False), "org:usaid", "org:slp-intercultural-university")


@question(
    "Q096",
    "the shortest chain between Codeando México and La Sobremesa",
    ("codeando-mexico", "al-participatory-exploration", "la-sobremesa"),
)
def _(ask: Ask) -> Any:
    graph = chains(ask)
    direct = [edge for edge in graph.edges if all(end.startswith("org:") for end in edge)]
    graph.remove_edges_from(direct)
    return shortest(graph, "org:codeando-mexico", "org:la-sobremesa")


@question("Q099", "is there a chain between Documenta and Justicia para Nuestras Hijas", None)
def _(ask: Ask) -> Any:
    return shortest(chains(ask), "org:documenta", "org:justicia-para-nuestras-hijas")


@question(
    "Q102",
    "how many people did the Mobile Community Service reach",
    {"value": 500, "qualifier": "more than", "unit": "people"},
)
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", q="Mobile Community Service")
    (reach,) = ask.all("indicators", project=project["id"], kind="result", unit="people")
    return figure(reach)


@question("Q105", "how many staff has Accountability Lab México", 3)
def _(ask: Ask) -> Any:
    rows = {row["id"]: row for row in ask.all("indicators", organization="accountability-lab-mexico", unit="people")}
    (known,) = [row for row in rows.values() if row["value_status"]["value"] == "known"]
    other = rows[known["conflicts_with"]]
    assert (other["value_status"]["value"], other["as_shown"]) == ("unknown", "0")
    return int(known["value"])


@question("Q108", "how many journalists will INSYDE train", {"value": 25, "kind": "planned"})
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", partner="insyde", include="indicators")
    (figures,) = [row for row in project["included"]["indicators"] if row["unit"] == "people"]
    assert (figures["qualifier"], project["project_status"]) == ("exact", "planned")
    return {"value": int(figures["value"]), "kind": {"target": "planned"}[figures["kind"]]}


@question("Q111", "what results did RED-DH achieve", UNKNOWN)
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", acronym="RED-DH", include="indicators,findings")
    kinds = {row["kind"] for row in project["included"]["indicators"]}
    assert "context" in kinds
    assert "result" not in kinds
    assert project["included"]["findings"] == []
    return {"value": None, "status": project["project_status"]}


@question("Q114", "how many people did all projects together reach", UNKNOWN)
def _(ask: Ask) -> Any:
    rows = ask.all("indicators", kind="result", unit="people")
    assert {row["qualifier"] for row in rows} >= {"more_than", "exact"}
    statuses = {row["value_status"]["value"] for row in rows}
    return {"value": None, "status": "unknown" if "unknown" in statuses else "known"}


@question("Q116", "which projects deal with digital security", ["ned2020-16"])
def _(ask: Ask) -> Any:
    (topic,) = ask.all("topics", q="digital security")
    return ids(ask.all("projects", topic=topic["id"]))


@question(
    "Q119",
    "which projects serve indigenous people",
    ["ned2020-11", "ned2020-15", "cj-mobile-community-service"],
)
def _(ask: Ask) -> Any:
    return [group["project"] for group in ask.all("beneficiary-groups", q="indigenous")]


@question("Q122", "which anti-corruption projects work in San Luis Potosí", [])
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", topic="anti-corruption", state="San Luis Potosí", include="projects")
    assert network["graph"]["counts"]["projects"] == {"certain": 0, "possible": 1, "nationwide": 0}
    return ids(nodes(network, "project"))


@question(
    "Q125",
    "which projects are about access to justice, with their named states",
    {
        "ned2020-11": ["MX-CAM"],
        "ned2020-12": ["MX-CHH"],
        "al-voice2rep": ["MX-NLE"],
        "al-v2r-assessment": [],
        "cj-labmex": ["MX-SLP"],
        "cj-mobile-community-service": ["MX-SLP"],
    },
)
def _(ask: Ask) -> Any:
    return {
        project["id"]: [row["state"] for row in project["included"]["project_states"] if row["state"]]
        for project in ask.all("projects", topic="access-to-justice", include="project_states")
    }


@question(
    "Q127",
    "which self-assessment tools did ConJusticia make, and for whom",
    {"t-imm": "attorney general offices and state courts", "t-gender-tool": "gender units of state courts"},
)
def _(ask: Ask) -> Any:
    return {
        tool["id"]: tool["audience"]
        for project in ask.all("projects", parent="conjusticia", include="tools")
        for tool in project["included"]["tools"]
        if tool["kind"] == "self_assessment"
    }


@question("Q130", "which tools are platforms", ["t-borde-platform", "t-labmex", "t-mexiro-online"])
def _(ask: Ask) -> Any:
    return ids(ask.all("tools", kind="platform"))


@question(
    "Q134",
    "which paragraph says that Documenta leads LABMEX",
    {"doc": "004_a4220f95ee593440.txt", "para": 28, "heading": "Support Innovation and Collaboration"},
)
def _(ask: Ask) -> Any:
    (relation,) = ask.all("organization-relations", subject="labmex", object="documenta", kind="led_by")
    evidence = ask("evidence", record=relation["ref"])
    (place,) = evidence["items"][0]["citations"]
    (document,) = [document for document in evidence["documents"] if document["id"] == place["document"]]
    return {"doc": document["file_name"], "para": place["paragraph"], "heading": place["heading"]}


# --- further questions of the same kinds ---------------------------------------------------------------------------


@question("inventory-1", "how many organizations are recorded", 43)
def _(ask: Ask) -> Any:
    return ask("organizations", include="total", limit=1)["total"]


@question("inventory-2", "which organizations are only mentioned", ["change-org-argentina", "scjn", "un"])
def _(ask: Ask) -> Any:
    return ids(ask.all("organizations", context_only=True))


@question(
    "inventory-3",
    "which public institutions belong to San Luis Potosí",
    ["slp-ago", "slp-court", "slp-womens-institute", "slp-womens-justice-center"],
)
def _(ask: Ask) -> Any:
    return ids(ask.all("organizations", kind="government", state="MX-SLP"))


@question(
    "inventory-4",
    "which projects are direct components of ConJusticia",
    [
        *("cj-annual-program-statement", "cj-court-committees", "cj-gender-units", "cj-imm", "cj-labmex"),
        *("cj-proposal-workshops", "cj-prosecution-policies"),
    ],
)
def _(ask: Ask) -> Any:
    (programme,) = ask.all("projects", acronym="ConJusticia")
    return ids(ask.all("projects", parent=programme["id"]))


@question("inventory-5", "who implements RED-DH", UNKNOWN)
def _(ask: Ask) -> Any:
    graph = ask.network("funder-partner-state", project="red-dh")["graph"]
    without = graph["left_out"]["projects_without_known_partner"]["ids"]
    return {"value": None, "status": "unknown" if "red-dh" in without else "known"}


@question("inventory-6", "in which country is Accountability Lab", UNKNOWN)
def _(ask: Ask) -> Any:
    found = ask("organizations/accountability-lab")
    return {"value": found["country"], "status": found["value_status"]["country"]}


@question("inventory-7", "how many collaborations are recorded", 38)
def _(ask: Ask) -> Any:
    return ask("collaborations", include="total", limit=1)["total"]


@question(
    "funding-1",
    "how much did NED commit in 2020",
    {"status": "lower_bound", "sums": [("USD", 5_500_000, True)], "unknown_amounts": 17},
)
def _(ask: Ask) -> Any:
    money = ask("funding", funder="ned", year_from=2020, year_to=2020, include="total", limit=1)["money"]
    return {
        "status": money["status"],
        "sums": [(one["currency"], one["amount_minor"], one["presumed_currency"]) for one in money["sums"]],
        "unknown_amounts": len(money["unknown_amounts"]),
    }


@question("funding-2", "how much did Documenta receive, and through which programme", ("unknown", "conjusticia"))
def _(ask: Ask) -> Any:
    page = ask("funding", recipient="documenta", include="total")
    (row,) = page["items"]
    return page["money"]["status"], row["through_project"]


@question("funding-3", "who pays for the Mobile Community Service, and through what", (["usaid"], "cj-labmex"))
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", q="Mobile Community Service")
    return project["effective_funder"]["organizations"], project["effective_funder"]["inherited_from"]


@question("funding-4", "who funds IRI's open government programme", UNKNOWN)
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", partner="iri", topic="open-government")
    return {"value": None, "status": project["effective_funder"]["status"]}


@question("funding-5", "who receives money from an unknown funder", ["accountability-lab-mexico"])
def _(ask: Ask) -> Any:
    return [row["recipient"] for row in ask.all("funding", missing="funder")]


@question("funding-6", "who funds whom by the texts alone", [("usaid", "documenta")])
def _(ask: Ask) -> Any:
    return edges(ask.network("funder-partner-state", basis="stated,implied"), "funds")


@question("funding-7", "how many projects have no known funder", 16)
def _(ask: Ask) -> Any:
    return ask.network("funder-partner-state")["graph"]["left_out"]["projects_without_known_funder"]["count"]


@question("funding-8", "which unnamed parties receive USAID's money", ["u-cj-partners", "u-cj-first-time"])
def _(ask: Ask) -> Any:
    return [row["recipient_party"] for row in ask.all("funding", funder="usaid") if row["recipient_party"]]


@question(
    "time-1",
    "which projects run in 2024, and how many may",
    (["red-dh", "al-integrity-icon-sustainability-2024", "al-integrity-icon-youth-2024"], 41),
)
def _(ask: Ask) -> Any:
    page = ask("projects", year_from=2024, year_to=2024)
    return ids(page["items"]), page["by_certainty"]["possible"]


@question("time-2", "when does ConJusticia begin and end", {"start": ("2020", "year"), "end": UNKNOWN})
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", acronym="ConJusticia")
    return {
        "start": (project["start_date"], project["start_precision"]),
        "end": {"value": project["end_date"], "status": project["value_status"]["end_date"]},
    }


@question("time-3", "how many projects have no known start", 21)
def _(ask: Ask) -> Any:
    return ask("projects", missing="start_date", include="total", limit=1)["total"]


@question("time-4", "did RED-DH run in 2019, in 2022", (False, True))
def _(ask: Ask) -> Any:
    return tuple(
        told(
            ask.network("funder-partner-state", project="red-dh", year_from=year, year_to=year)["graph"]["counts"][
                "projects"
            ]
        )
        for year in (2019, 2022)
    )


@question("time-5", "did Voice2Rep run in 2022", UNKNOWN)
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", project="al-voice2rep", year_from=2022, year_to=2022)
    assert network["graph"]["counts"]["undated_projects"] == 1
    return told(network["graph"]["counts"]["projects"])


@question("time-6", "what does Accountability Lab México only plan", ["al-civacts", "al-v2r-stage2"])
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", partner="accountability-lab-mexico", project_status="planned"))


@question(
    "geography-1",
    "which projects work in Nuevo León",
    ["al-integrity-icon", "al-voice2rep", "iri-lawful", "iri-ogp"],
)
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", state="Nuevo Leon"))


@question(
    "geography-2",
    "which projects are of the whole country",
    [
        *("ned2020-01", "ned2020-02", "ned2020-03", "ned2020-04", "ned2020-05", "ned2020-06", "ned2020-13"),
        *("ned2020-14", "ned2020-15", "ned2020-16", "ned2020-17", "ned2020-18", "al-integrity-icon"),
        *("al-participatory-exploration", "iri-nsjp", "red-dh", "cj-labmex"),
    ],
)
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", nationwide=True))


@question("geography-3", "does LABMEX work in Jalisco", UNKNOWN)
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", project="cj-labmex", state="Jalisco")
    return told(network["graph"]["counts"]["projects"])


@question("geography-4", "does Documenting Arbitrary Detentions work in the State of México", True)
def _(ask: Ask) -> Any:
    (project,) = ask.all("projects", q="Documenting Arbitrary Detentions")
    network = ask.network("funder-partner-state", project=project["id"], state="Estado de México")
    return told(network["graph"]["counts"]["projects"])


@question(
    "geography-5",
    "what is done in Yuguelito, and in which state is that",
    (["al-civacts", "al-civacts-needs"], "MX-CMX"),
)
def _(ask: Ask) -> Any:
    (place,) = ask.all("places", q="Yuguelito", include="project_states,within_place")
    work = [row["project"] for row in place["included"]["project_states"] if row["role"] == "target"]
    return work, place["included"]["within_place"]["within_state"]


@question("geography-6", "does any project work in Argentina", False)
def _(ask: Ask) -> Any:
    (place,) = ask.all("places", q="Argentina", include="project_states")
    assert {row["role"] for row in place["included"]["project_states"]} == {"context"}
    return any(row["role"] == "target" for row in place["included"]["project_states"])


@question("geography-7", "what is planned for northern Mexico", ["al-v2r-stage2"])
def _(ask: Ask) -> Any:
    (place,) = ask.all("places", q="northern Mexico")
    return [row["project"] for row in ask.all("project-states", place=place["id"], role="planned")]


@question("geography-8", "in which states does IRI work", ["MX-COA", "MX-GUA", "MX-NLE", "MX-QUE"])
def _(ask: Ask) -> Any:
    profile = ask("organizations/iri/profile")
    return [edge["target"].removeprefix("state:") for edge in profile["works_in"]["certain"]]


@question("partners-1", "which courts host an external committee", ["slp-court", "sonora-court"])
def _(ask: Ask) -> Any:
    return [row["organization"] for row in ask.all("participations", role="host")]


@question("partners-2", "who is only a source of data", ["ofac", "u-mx-fiscal-control"])
def _(ask: Ask) -> Any:
    return [row["organization"] or row["party"] for row in ask.all("participations", role="data_source")]


@question("partners-3", "is the Open Government Partnership a partner of anyone", False)
def _(ask: Ask) -> Any:
    profile = ask("organizations/ogp/profile")
    assert {row["role"] for row in profile["organization"]["included"]["participations"]} == {"standard_setter"}
    return profile["works_with"]["status"] == "known"


@question("partners-4", "does Change.org Argentina take part in anything", False)
def _(ask: Ask) -> Any:
    profile = ask("organizations/change-org-argentina/profile")
    assert profile["funders"]["status"] == profile["works_with"]["status"] == "none_recorded"
    return profile["projects"]["status"] == "known"


@question("partners-5", "which named partners has HackCorruption", ["accountability-lab-mexico", "abrimos-info"])
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", project="al-hackcorruption")
    return [node["id"].removeprefix("org:") for node in nodes(network, "organization")]


@question("partners-6", "of what is Accountability Lab México a chapter", ["accountability-lab"])
def _(ask: Ask) -> Any:
    rows = ask.all("organization-relations", subject="accountability-lab-mexico", kind="chapter_of")
    return [row["object"] for row in rows]


@question("coalition-1", "which coalitions are only planned", ["c12", "c14", "c16"])
def _(ask: Ask) -> Any:
    return ids(ask.all("collaborations", kind="coalition", collaboration_status="planned"))


@question("coalition-2", "which coalitions act in Nuevo León", ["c25", "c27"])
def _(ask: Ask) -> Any:
    return ids(ask.all("collaborations", kind="coalition", state="MX-NLE"))


@question("coalition-3", "is there any consortium", [])
def _(ask: Ask) -> Any:
    assert ask("search", q="consortium")["total"] == 0
    return ids(ask.all("collaborations", q="consortium"))


@question("coalition-4", "are NED's grantees a coalition", {"declared": 0, "sharing a funder": 153})
def _(ask: Ask) -> Any:
    network = ask.network("coalitions", funder="ned", tie="collaboration,funder")
    declared = Counter(edge["declared"] for edge in network["edges"])
    return {"declared": declared[True], "sharing a funder": declared[False]}


@question(
    "coalition-5",
    "who talked with whom in the Participatory Exploration",
    [
        ("abrimos-info", "accountability-lab-mexico"),
        ("accountability-lab-mexico", "civic-house"),
        ("accountability-lab-mexico", "codeando-mexico"),
        ("accountability-lab-mexico", "la-sobremesa"),
    ],
)
def _(ask: Ask) -> Any:
    return edges(
        ask.network("coalitions", project="al-participatory-exploration", tie="collaboration"), "collaboration"
    )


@question("coalition-6", "which committees exist", ["c32", "c33", "c35"])
def _(ask: Ask) -> Any:
    return ids(ask.all("collaborations", kind="committee"))


@question(
    "indicator-1",
    "what share of ConJusticia's activities do local communities lead",
    {"value": 50, "qualifier": "exact", "unit": "percent of activities"},
)
def _(ask: Ask) -> Any:
    (share,) = ask.all("indicators", project="conjusticia", unit="percent of activities")
    return figure(share)


@question("indicator-2", "how many figures are lost", 11)
def _(ask: Ask) -> Any:
    return ask("indicators", missing="value", include="total", limit=1)["total"]


@question(
    "indicator-3",
    "which figures does the RED-DH page give as background",
    {"i31": (200_000, "more_than"), "i32": (100, "more_than"), "i33": (9000, "more_than")},
)
def _(ask: Ask) -> Any:
    rows = ask.all("indicators", project="red-dh", kind="context")
    return {row["id"]: (int(row["value"]), row["qualifier"]) for row in rows}


@question("indicator-4", "how many outlets launch each story of Editorial Animal", (6, 8, "range"))
def _(ask: Ask) -> Any:
    (outlets,) = ask.all("indicators", unit="media outlets")
    return int(outlets["value"]), int(outlets["value_high"]), outlets["qualifier"]


@question("indicator-5", "how many women in prison did Voice2Rep reach", UNKNOWN)
def _(ask: Ask) -> Any:
    (women,) = ask.all("indicators", q="women in prison reached")
    return figure(women)


@question("indicator-6", "which figures contradict each other", [("i22", "i20")])
def _(ask: Ask) -> Any:
    return [(row["id"], row["conflicts_with"]) for row in ask.all("indicators") if row["conflicts_with"]]


@question(
    "indicator-7",
    "how much did proposals to the call grow",
    {"value": 4, "qualifier": "exact", "unit": "times"},
)
def _(ask: Ask) -> Any:
    (growth,) = ask.all("indicators", q="growth of proposals")
    return figure(growth)


@question(
    "topic-1",
    "which projects fight corruption",
    ["ned2020-17", "al-hackcorruption", "al-hackcorruption-land", "al-hackcorruption-sanctions", "iri-lawful"],
)
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", topic="anti-corruption"))


@question("topic-2", "which of USAID's projects fight corruption", [])
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", funder="usaid", topic="anti-corruption"))


@question("topic-3", "which projects are about public procurement", ["al-hackcorruption-sanctions"])
def _(ask: Ask) -> Any:
    return ids(ask.all("projects", topic="public-procurement"))


@question(
    "topic-4",
    "which organizations litigate strategically",
    ["dialogo-y-movimiento", "laboratorio-litigio-estructural"],
)
def _(ask: Ask) -> Any:
    network = ask.network("funder-partner-state", topic="strategic-litigation")
    return [node["id"].removeprefix("org:") for node in nodes(network, "organization") if "partner" in node["roles"]]


@question(
    "topic-5",
    "what is Voice2Rep about",
    ["access-to-justice", "gender-equality", "narratives-arts", "prison-population"],
)
def _(ask: Ask) -> Any:
    return [row["topic"] for row in ask("projects/al-voice2rep")["topics"]]


@question("tool-1", "which tools were handed over", ["t-gender-tool"])
def _(ask: Ask) -> Any:
    return ids(ask.all("tools", tool_status="transferred"))


@question("tool-2", "which tools has Mexiro", {"t-mexiro-observatory": "active", "t-mexiro-online": "planned"})
def _(ask: Ask) -> Any:
    return {tool["id"]: tool["tool_status"] for tool in ask.all("tools", owner="mexiro")}


@question("tool-3", "which tools belong to two unnamed organizations", ["t-land-tracking", "t-transparency-layer"])
def _(ask: Ask) -> Any:
    (party,) = ask.all("unnamed-parties", q="two CSOs reached through HackCorruption", include="tools")
    return ids(party["included"]["tools"])


@question("tool-4", "can the government's open data portal be used, and who owns it", ("abandoned", None, "government"))
def _(ask: Ask) -> Any:
    (tool,) = ask.all("tools", kind="portal", include="owner_party")
    return tool["tool_status"], tool["owner"], tool["included"]["owner_party"]["kind"]


@question("provenance-1", "do the texts say that NED funds México Evalúa", "attributed")
def _(ask: Ask) -> Any:
    evidence = ask("evidence", edge="org:ned~funds~org:mexico-evalua")
    (row,) = [item for item in evidence["items"] if item["kind"] == "funding"]
    assert evidence["edge"]["basis"] == ["attributed"]
    return row["basis"]


@question("provenance-2", "which documents speak of work in Nuevo León", ["doc-alab-2023", "doc-iri-mexico"])
def _(ask: Ask) -> Any:
    return ids(ask("states/MX-NLE/profile")["documents"])


@question("provenance-3", "in which paragraph does the supplement stand", [("doc-ned-2020", 42)])
def _(ask: Ask) -> Any:
    (row,) = ask.all("funding", kind="supplement", include="citations")
    return [
        (citation["document"], citation["paragraph"])
        for citation in row["included"]["citations"]
        if "$" in citation["cue"]
    ]


@question("provenance-4", "under which licence are the documents", dict.fromkeys(range(5), UNKNOWN))
def _(ask: Ask) -> Any:
    return {
        number: {"value": document["licence"], "status": document["value_status"]["licence"]}
        for number, document in enumerate(ask.all("documents"))
    }


@question("provenance-5", "who published the RED-DH page", UNKNOWN)
def _(ask: Ask) -> Any:
    (document,) = ask.all("documents", q="Countering Human Rights Violations")
    return {"value": document["publisher"], "status": document["value_status"]["publisher"]}


@question("lessons-1", "which lessons are opinions", ["l08", "l09", "l10", "l11", "l12", "l13", "l14"])
def _(ask: Ask) -> Any:
    return ids(ask.all("findings", kind="lesson", viewpoint="interviewee"))


@question("lessons-2", "what is said of the grassroots, and by whom", {"l01": "document", "l14": "interviewee"})
def _(ask: Ask) -> Any:
    return {finding["id"]: finding["viewpoint"] for finding in ask.all("findings", theme="grassroots")}


@question("lessons-3", "which of NED's grants report an outcome", [])
def _(ask: Ask) -> Any:
    projects = ask.all("projects", funder="ned", include="findings")
    assert {project["project_status"] for project in projects} == {"planned"}
    return [project["id"] for project in projects if project["included"]["findings"]]


@question(
    "state-groups-1",
    "which projects work in counted states, none of them named",
    ["ned2020-02", "ned2020-17", "red-dh", "cj-prosecution-policies", "cj-imm", "cj-gender-units"],
)
def _(ask: Ask) -> Any:
    groups = ask.all("state-groups", role="target")
    return [group["project"] for group in groups if not group["named"] and group["unnamed_count"] != 0]


@question("state-groups-2", "how far did the tool for gender units spread", (23, [], 23))
def _(ask: Ask) -> Any:
    (group,) = ask.all("state-groups", role="dissemination")
    return group["count"], group["named"], group["unnamed_count"]


@question("state-groups-3", "in how many states does LABMEX design solutions", (UNKNOWN, ["MX-SLP"]))
def _(ask: Ask) -> Any:
    (group,) = ask.all("state-groups", missing="count")
    return {"value": group["count"], "status": group["value_status"]["count"]}, group["named"]


@question("unnamed-1", "how many local partners has ConJusticia", (130, "more_than"))
def _(ask: Ask) -> Any:
    (party,) = ask.all("unnamed-parties", q="local partners of ConJusticia")
    return party["count_low"], party["count_qualifier"]


@question("unnamed-2", "which academic parties are unnamed", ["u-insyde-university", "u-lle-schools", "u-c27-academia"])
def _(ask: Ask) -> Any:
    return ids(ask.all("unnamed-parties", kind="academia"))


@question("unnamed-3", "how many groups does Fondo Semillas support", UNKNOWN)
def _(ask: Ask) -> Any:
    network = ask.network("coalitions", organization="fondo-semillas", tie="collaboration", include="unnamed")
    (party,) = nodes(network, "unnamed_party")
    found = ask(f"unnamed-parties/{party['id'].removeprefix('party:')}")
    return {"value": found["count_low"], "status": found["value_status"]["count_low"]}


@question("unnamed-4", "which unnamed bodies belong to Nuevo León", ["u-nl-defenders-office"])
def _(ask: Ask) -> Any:
    return ids(ask("states/MX-NLE/profile")["unnamed_parties"])


# --- the tests -----------------------------------------------------------------------------------------------------


def asked(question: Question) -> str:
    """The name of a question's test."""
    return f"{question.id} {question.text}"


@pytest.mark.parametrize("question", SAMPLE, ids=asked)
def test_three_calls_answer_the_sample_question(ask: Ask, question: Question) -> None:
    assert normal(question.find(ask)) == normal(question.answer)


@pytest.mark.parametrize("question", FURTHER, ids=asked)
def test_three_calls_answer_the_further_question(ask: Ask, question: Question) -> None:
    assert normal(question.find(ask)) == normal(question.answer)


PROSE = {"Q084": ("result",), "Q087": ("scope",)}
"""Parts of answers that are words, which the two readers chose for themselves."""


def _without_prose(answer: Any, names: tuple[str, ...]) -> Any:
    if isinstance(answer, list):
        return [_without_prose(one, names) for one in answer]
    if isinstance(answer, dict) and names:
        return {name: value for name, value in answer.items() if name not in names}
    return answer


def test_the_answers_here_are_those_of_the_sample_questions() -> None:
    path = SHARED / "facts" / "sample_questions.json"
    if not path.is_file():
        pytest.skip(f"{path} is not there; TEJIDO_SHARED names its folder")
    given = {
        one["id"]: tuple(one["answer"]) if one["answer_type"] == "path" else one["answer"]
        for one in json.loads(path.read_text(encoding="utf-8"))["questions"]
    }
    here = {one.id: one.answer for one in SAMPLE}
    assert sorted(here) == sorted(given)
    for name, answer in given.items():
        words = PROSE.get(name, ())
        assert normal(_without_prose(here[name], words)) == normal(_without_prose(answer, words)), name


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Mexico Evalua", "org:mexico-evalua"),
        ("MEXICO EVALUA A C", "org:mexico-evalua"),
        ("Mexico Evalua Centro de Analisis de Politicas Publicas", "org:mexico-evalua"),
        ("casede", "org:casede"),
        ("SC", "org:solidarity-center"),
        ("CIPE", "org:cipe"),
        ("DocsMX", "org:ficdcm"),
        ("quinto elemento", "org:quinto-elemento"),
        ("Documenta", "org:documenta"),
        ("usaid", "org:usaid"),
        ("Poder Judicial del Estado de Sonora", "org:sonora-court"),
        ("Fiscalia General del Estado de San Luis Potosi", "org:slp-ago"),
        ("Nuevo Leon", "state:MX-NLE"),
        ("New León", "state:MX-NLE"),
        ("N.L.", "state:MX-NLE"),
        ("NL", "state:MX-NLE"),
        ("North Baja California", "state:MX-BCN"),
        ("Coahuila", "state:MX-COA"),
        ("coahuila de zaragoza", "state:MX-COA"),
        ("Veracruz de Ignacio de la Llave", "state:MX-VER"),
        ("Queretaro", "state:MX-QUE"),
        ("DF", "state:MX-CMX"),
        ("Mexico City", "state:MX-CMX"),
        ("Estado de Mexico", "state:MX-MEX"),
        ("Edomex", "state:MX-MEX"),
        ("acceso a la justicia", "topic:access-to-justice"),
        ("RED-DH", "project:red-dh"),
        ("conjusticia", "project:conjusticia"),
        ("Iztapalapa", "place:iztapalapa"),
    ],
)
def test_the_first_thing_found_is_the_one_that_people_mean(ask: Ask, typed: str, found: str) -> None:
    assert ask("search", q=typed)["items"][0]["ref"] == found


# --- user stories --------------------------------------------------------------------------------------------------


def test_story_1_a_funders_year_shows_every_grant_and_how_many_amounts_are_missing(ask: Ask) -> None:
    grants = ask.all("projects", funder="ned", year_from=2020, year_to=2020, include="funding,project_states")
    assert len(grants) == 18
    for grant in grants:
        (row,) = grant["included"]["funding"]
        assert row["recipient"]
        assert grant["summary"]
        places = [place for place in grant["included"]["project_states"] if place["role"] == "target"]
        assert places or grant["id"] in {"ned2020-09", "ned2020-10"}
    money = ask("funding", funder="ned", year_from=2020, year_to=2020, include="total", limit=1)["money"]
    assert (money["status"], len(money["unknown_amounts"]), money["sums"][0]["amount_minor"]) == (
        "lower_bound",
        17,
        5_500_000,
    )


def test_story_2_a_states_page_keeps_what_is_there_apart_from_what_may_be(ask: Ask) -> None:
    profile = ask("states/MX-NLE/profile")
    assert [profile[certainty]["count"] for certainty in ("certain", "possible", "nationwide")] == [4, 8, 12]
    assert {"org:iri", "org:accountability-lab-mexico"} <= set(profile["certain"]["partners"])
    assert profile["certain"]["funders"] == []
    assert {card["funder_status"] for card in profile["certain"]["projects"]} == {"unknown"}
    assert {"org:ned", "org:usaid"} <= set(profile["possible"]["funders"])
    assert all(card["state_groups"] for card in profile["possible"]["projects"])


def test_story_3_organizations_with_experience_in_a_topic_are_found_by_state(ask: Ask) -> None:
    network = ask.network("funder-partner-state", topic="access-to-justice")
    certain = [(who, where) for who, where in edges(network, "works_in") if where.startswith("MX-")]
    assert {where: sorted(who for who, there in certain if there == where) for _, where in certain} == {
        "MX-CAM": ["dialogo-y-movimiento"],
        "MX-CHH": ["justicia-para-nuestras-hijas"],
        "MX-NLE": ["accountability-lab-mexico"],
        "MX-SLP": [
            *("documenta", "labmex", "slp-ago", "slp-court", "slp-intercultural-university"),
            *("slp-womens-institute", "slp-womens-justice-center"),
        ],
    }


def test_story_7_first_time_recipients_are_counted_and_tied_to_what_helped_them(ask: Ask) -> None:
    (party,) = ask.all("unnamed-parties", q="for the first time", include="funding")
    (row,) = party["included"]["funding"]
    assert (party["count_low"], party["count_qualifier"]) == (5, "exact")
    assert (row["funder"], row["project"], row["through_project"]) == (
        "usaid",
        "cj-annual-program-statement",
        "conjusticia",
    )
    (workshops,) = ask.all("projects", parent=row["through_project"], kind="workshop", include="indicators")
    assert [figure(one)["value"] for one in workshops["included"]["indicators"]] == [50]


def test_story_9_coalitions_of_a_state_come_with_lead_goal_and_whether_they_exist(ask: Ask) -> None:
    found = ask.all(
        "collaborations", state="MX-NLE", kind="coalition,network", include="collaboration_members,findings"
    )
    assert {
        one["id"]: (
            one["collaboration_status"],
            [member["organization"] for member in one["included"]["collaboration_members"] if member["role"] == "lead"],
            len(one["included"]["findings"]),
        )
        for one in found
    } == {
        "c19": ("active", ["accountability-lab-mexico"], 0),
        "c24": ("active", ["iri"], 0),
        "c25": ("forming", ["iri"], 0),
        "c27": ("ended", ["iri"], 1),
    }
    assert all(one["goal"] for one in found)


def test_story_9_coalitions_of_a_topic_are_found_through_their_network(ask: Ask) -> None:
    network = ask.network(
        "coalitions", topic="anti-corruption", collaboration_kind="coalition", tie="collaboration", include="unnamed"
    )
    existing = {one for edge in network["edges"] for one in edge["collaborations"]}
    planned = {one for edge in network["edges"] for one in edge["planned_collaborations"]}
    assert (existing, planned) == ({"c27"}, {"c16"})


def test_story_10_who_pays_for_a_topic_and_with_what_kind_of_money(ask: Ask) -> None:
    paid = [
        (row["funder"], row["kind"])
        for project in ask.all("projects", topic="digital-security", include="funding")
        for row in project["included"]["funding"]
    ]
    assert paid == [("ned", "grant")]
    (call,) = ask.all("projects", kind="call")
    assert call["effective_funder"]["organizations"] == ["usaid"]


def test_story_13_tools_say_who_owns_them_and_whether_they_were_handed_over(ask: Ask) -> None:
    tools = ask.all("tools")
    assert len(tools) == 18
    assert all(tool["owner"] or tool["owner_party"] for tool in tools)
    assert Counter(tool["tool_status"] for tool in tools)["transferred"] == 1


def test_story_14_what_a_funder_calls_local_keeps_its_qualifiers(ask: Ask) -> None:
    rows = ask.all("indicators", project="conjusticia", kind="result")
    assert {row["unit"]: (int(row["value"]), row["qualifier"]) for row in rows} == {
        "percent of activities": (50, "exact"),
        "percent of project funding": (30, "nearly"),
        "partners": (130, "more_than"),
        "groups": (80, "nearly"),
    }


def test_story_15_every_edge_of_the_whole_network_has_a_basis_and_evidence(ask: Ask) -> None:
    network = ask.network("funder-partner-state", include="projects,supports,unnamed")
    assert network["edges"]
    for edge in network["edges"]:
        assert edge["basis"], edge["id"]
        assert edge["records"], edge["id"]
        assert edge["documents"], edge["id"]
    graph = nx.node_link_graph(network, edges="edges")
    assert graph.number_of_edges() == len(network["edges"])


def test_stories_15_and_16_the_four_clusters_meet_only_in_nuevo_leon(ask: Ask) -> None:
    graph = chains(ask, with_states=True)
    states = [node for node in graph if node.startswith("state:")]
    without = graph.copy()
    without.remove_nodes_from(states)
    assert nx.number_connected_components(without) == 4
    assert nx.number_connected_components(graph) == 3
    without_one = graph.copy()
    without_one.remove_node("state:MX-NLE")
    assert nx.number_connected_components(without_one) == 4


def test_story_17_labmex_joins_more_sectors_than_anyone(ask: Ask) -> None:
    network = ask.network("coalitions", tie="collaboration")
    kinds = {node["id"]: node["organization_kind"] for node in network["nodes"]}
    around: dict[str, set[str]] = {}
    for edge in network["edges"]:
        for one, other in ((edge["source"], edge["target"]), (edge["target"], edge["source"])):
            around.setdefault(one, set()).add(kinds[other])
    assert around["org:labmex"] == {"ngo", "government", "academia"}
    assert max(around, key=lambda ref: (len(around[ref]), ref == "org:labmex")) == "org:labmex"


def test_story_18_collaborations_are_listed_by_kind_with_members_named_or_counted(ask: Ask) -> None:
    found = ask.all("collaborations", include="collaboration_members", sort="kind")
    assert len(found) == 38
    assert Counter(one["kind"] for one in found)["coalition"] == 5
    members = [member for one in found for member in one["included"]["collaboration_members"]]
    assert all(one["included"]["collaboration_members"] for one in found)
    assert all((member["organization"] is None) != (member["party"] is None) for member in members)


def test_story_19_announced_activities_are_not_told_as_achievements(ask: Ask) -> None:
    planned = ask.all("projects", project_status="planned", funder="ned", include="indicators,findings")
    kinds = {row["kind"] for project in planned for row in project["included"]["indicators"]}
    assert kinds == {"target", "resource"}
    assert [project["id"] for project in planned if project["included"]["findings"]] == []
    assert len(ask.all("findings", kind="outcome")) == 15


def test_story_20_lessons_come_by_theme_and_say_whose_view_they_are(ask: Ask) -> None:
    lessons = ask.all("findings", kind="lesson", sort="theme")
    assert Counter(lesson["viewpoint"] for lesson in lessons) == {"document": 14, "interviewee": 7}
    assert all(lesson["theme"] and lesson["document"] for lesson in lessons)
    (apart,) = [lesson for lesson in lessons if lesson["theme"] == "fragmentation"]
    assert apart["document"] == "doc-alab-2023"


def test_story_21_an_edge_leads_to_document_heading_and_paragraph_and_says_if_it_is_written_there(ask: Ask) -> None:
    evidence = ask("evidence", edge="org:ned~funds~org:ficdcm")
    (row,) = [item for item in evidence["items"] if item["ref"] == "funding:f-ned2020-14"]
    assert row["basis"] == "attributed"
    assert "the text does not name it" in row["basis_in_words"]
    assert 42 in [place["paragraph"] for place in row["citations"]]
    assert {place["heading"] for place in row["citations"]} == {"Promoting the Rights of Vulnerable Communities"}
    assert [document["publisher_basis"] for document in evidence["documents"]] == ["attributed"]


def test_story_22_a_programmes_figures_keep_background_apart_from_results(ask: Ask) -> None:
    figures = ask.all("indicators", project="red-dh", include="citations")
    assert Counter(row["kind"] for row in figures) == {"context": 3, "coverage": 1}
    assert all(row["unit"] and row["qualifier"] and row["included"]["citations"] for row in figures)


def test_story_23_a_court_sees_which_states_have_what(ask: Ask) -> None:
    groups = [
        (project["id"], group["role"], group["count"], tuple(group["named"]))
        for project in ask.all("projects", parent="conjusticia", include="state_groups")
        for group in project["included"]["state_groups"]
    ]
    assert sorted(groups, key=str) == sorted(
        [
            ("cj-court-committees", "target", 2, ("MX-SLP", "MX-SON")),
            ("cj-gender-units", "dissemination", 23, ()),
            ("cj-gender-units", "target", 8, ()),
            ("cj-imm", "target", 6, ()),
            ("cj-labmex", "target", None, ("MX-SLP",)),
            ("cj-prosecution-policies", "target", 4, ()),
        ],
        key=str,
    )


def test_story_24_one_id_is_found_by_every_form_of_a_name(ask: Ask) -> None:
    forms = ("Mexico Evalua", "MÉXICO EVALÚA AC", "México Evalúa, Centro de Análisis de Políticas Públicas, A.C.")
    assert {ask("search", q=form)["items"][0]["ref"] for form in forms} == {"org:mexico-evalua"}
