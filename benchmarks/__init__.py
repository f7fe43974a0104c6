"""Measurements of Tejido beside its peers, on generated data: each prints a ratio taken in one run."""
