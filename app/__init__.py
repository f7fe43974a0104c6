"""Tejido: who funds whom, where, and who works together, with evidence."""

__version__ = "0.1.0"
