"""A Redis within the test process, reached by TCP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from fakeredis import TcpFakeServer
from limits.storage import RedisStorage
from redis import Redis


@contextmanager
def redis_server(port: int = 0) -> Iterator[str]:
    """Its URL, on a free port if none is given."""
    server = TcpFakeServer(("127.0.0.1", port))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    url = f"redis://127.0.0.1:{server.server_address[1]}/0"
    try:
        # It hangs up after every error, and a script that is not known yet is one; a true Redis does not.
        with Redis.from_url(url) as client:
            for script in (RedisStorage.SCRIPT_ACQUIRE_SLIDING_WINDOW, RedisStorage.SCRIPT_SLIDING_WINDOW):
                client.script_load(script)
        yield url
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
