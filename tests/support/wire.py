"""A wire between the service and a database server, which a test may hold up, or cut at a word."""

import socket
import threading
from contextlib import suppress
from typing import Self

_HOST = "127.0.0.1"


class Wire:
    """Takes connections on a free port of 127.0.0.1 and passes on what comes, to one server and back."""

    def __init__(self, port: int) -> None:
        """`port`: where the server listens."""
        self._server_port = port
        self._listener = socket.create_server((_HOST, 0))
        self._flows = threading.Event()
        self._flows.set()
        self._lock = threading.Lock()
        self._word: bytes | None = None
        self._arrives = False
        self.was_lost = threading.Event()
        """What was to be lost is lost."""
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._sockets: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._flows.set()
        # The end of a socket does not wake the thread that waits for a connection on it.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(10)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    @property
    def port(self) -> int:
        """Where it takes connections."""
        return int(self._listener.getsockname()[1])

    def hold(self) -> None:
        """Pass nothing on any more, and tell nobody: what is sent waits, and connections are taken as before."""
        self._flows.clear()

    def release(self) -> None:
        """Pass everything on again, what waited too."""
        self._flows.set()

    def cut(self) -> None:
        """End all connections."""
        with self._lock:
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def lose(self, word: bytes, *, arrives: bool) -> None:
        """Cut the next connection that sends this word to the server: before it arrives, or before it is answered."""
        self.was_lost.clear()
        with self._lock:
            self._word, self._arrives = word, arrives

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._connect, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _connect(self, client: socket.socket) -> None:
        with client, suppress(ConnectionRefusedError), socket.create_connection((_HOST, self._server_port)) as server:
            with self._lock:
                self._sockets += (client, server)
            is_lost = threading.Event()
            back = threading.Thread(target=self._pass_on, args=(server, client, is_lost), daemon=True)
            back.start()
            self._pass_on(client, server, is_lost, watches=True)
            back.join()
            with self._lock:
                self._sockets.remove(client)
                self._sockets.remove(server)

    def _pass_on(
        self, source: socket.socket, sink: socket.socket, is_lost: threading.Event, *, watches: bool = False
    ) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                if watches and self._is_to_be_lost(data):
                    is_lost.set()
                    if not self._arrives:
                        break
                elif is_lost.is_set():
                    break
                sink.sendall(data)
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        if is_lost.is_set():
            self.was_lost.set()

    def _is_to_be_lost(self, data: bytes) -> bool:
        with self._lock:
            if self._word is None or self._word not in data:
                return False
            self._word = None
            return True
