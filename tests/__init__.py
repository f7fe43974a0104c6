"""The tests of Tejido."""
