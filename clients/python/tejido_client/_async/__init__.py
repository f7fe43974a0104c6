"""The client for asyncio; tools/client_sync.py writes the other one from it."""
