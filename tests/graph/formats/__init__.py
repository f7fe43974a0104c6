"""The formats of networks, each read back by what it is for."""
