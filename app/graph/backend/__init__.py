"""Graphs over arrays, and the NetworkX backend that computes on them. Start with :mod:`app.graph.backend.arrays`."""
