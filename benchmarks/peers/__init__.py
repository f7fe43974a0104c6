"""The same work done without Tejido."""
