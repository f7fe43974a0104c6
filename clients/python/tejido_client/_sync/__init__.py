# Written by tools/client_sync.py from _async: `make clients`.
"""The client that waits."""
