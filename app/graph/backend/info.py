"""What the backend tells NetworkX of itself, whenever NetworkX is imported: so nothing is imported here."""

from typing import Any

__all__ = ["CHEAP", "FUNCTIONS", "NAME", "info"]

NAME = "tejido"
"""The backend's name, in ``backend=`` and in ``nx.config.backend_priority``."""

POSITIVE = "Weights must be positive; with others NetworkX computes it."
NOT_NEGATIVE = "Weights must not be negative; with such NetworkX computes it."
ANY_SHORTEST = "Of several shortest paths it may take another than NetworkX, the same one every time. " + NOT_NEGATIVE
SINGLE_THREADED = (
    "Computed by NetworKit on one thread. Another partition than NetworkX's for the same seed, of about the same "
    "modularity; the same one every time for the same graph, order of nodes and seed. "
)

FUNCTIONS: dict[str, str] = {
    "adamic_adar_index": "",
    "all_pairs_shortest_path_length": "",
    "all_shortest_paths": POSITIVE,
    "articulation_points": "In the order of nodes.",
    "average_clustering": NOT_NEGATIVE,
    "average_shortest_path_length": NOT_NEGATIVE,
    "betweenness_centrality": "Sampled sources are NetworkX's for the same seed. " + POSITIVE,
    "biconnected_component_edges": "",
    "biconnected_components": "",
    "bidirectional_dijkstra": ANY_SHORTEST,
    "bidirectional_shortest_path": "",
    "bridges": "",
    "closeness_centrality": NOT_NEGATIVE,
    "clustering": NOT_NEGATIVE,
    "collaboration_weighted_projected_graph": "",
    "connected_components": "",
    "constraint": POSITIVE + " Given `nodes`, the graph must be undirected and without self-loops.",
    "core_number": "Undirected graphs.",
    "degree_centrality": "",
    "dijkstra_path": ANY_SHORTEST,
    "dijkstra_path_length": NOT_NEGATIVE,
    "edge_betweenness_centrality": "Sampled sources are NetworkX's for the same seed. " + POSITIVE,
    "effective_size": "Undirected graphs without self-loops. With weights always what NetworkX gives for "
    "`nodes=list(G)`: for `nodes=None` NetworkX 3.6 divides by the maxima of the wrong nodes. " + POSITIVE,
    "ego_graph": NOT_NEGATIVE,
    "eigenvector_centrality": "",
    "eigenvector_centrality_numpy": "",
    "has_bridges": "",
    "has_path": "",
    "in_degree_centrality": "",
    "is_biconnected": "",
    "is_connected": "",
    "is_strongly_connected": "",
    "is_weakly_connected": "",
    "jaccard_coefficient": "",
    "k_core": "Undirected graphs.",
    "leiden_communities": SINGLE_THREADED + "`max_level` is not supported; weights must be positive.",
    "louvain_communities": SINGLE_THREADED
    + "Undirected graphs, positive weights, default `threshold` and `max_level`.",
    "modularity": "",
    "node_connected_component": "",
    "number_connected_components": "",
    "number_strongly_connected_components": "",
    "number_weakly_connected_components": "",
    "out_degree_centrality": "",
    "overlap_weighted_projected_graph": "",
    "pagerank": "",
    "preferential_attachment": "",
    "projected_graph": "`multigraph=True` is left to NetworkX.",
    "resource_allocation_index": "",
    "shortest_path": ANY_SHORTEST,
    "shortest_path_length": NOT_NEGATIVE,
    "single_source_dijkstra": ANY_SHORTEST,
    "single_source_dijkstra_path": ANY_SHORTEST,
    "single_source_dijkstra_path_length": NOT_NEGATIVE,
    "single_source_shortest_path": "",
    "single_source_shortest_path_length": "",
    "single_target_shortest_path_length": "",
    "strongly_connected_components": "",
    "transitivity": "Undirected graphs.",
    "triangles": "",
    "weakly_connected_components": "",
    "weighted_projected_graph": "",
}
"""What is computed on the arrays, with what differs from NetworkX or is left to it."""

CHEAP = frozenset(
    "bidirectional_dijkstra bidirectional_shortest_path degree_centrality dijkstra_path dijkstra_path_length ego_graph "
    "has_path in_degree_centrality node_connected_component out_degree_centrality".split()
)
"""Functions that cost a plain graph less than its conversion."""


def info() -> dict[str, Any]:
    """The entry point ``networkx.backend_info``."""
    return {
        "backend_name": NAME,
        "project": "tejido",
        "package": "app.graph.backend",
        "short_summary": "Computes on the arrays of Tejido's graphs, with SciPy and NetworKit.",
        "functions": {name: {"additional_docs": notes} if notes else {} for name, notes in FUNCTIONS.items()},
    }
