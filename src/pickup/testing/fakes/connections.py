"""The sockets of a fake server: HTTP/1.1 with keep-alive on loopback, and all the ways in which a reply can go wrong.

It knows nothing about videos: what is answered is decided by an `Answerer`.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Lock, Thread
from typing import Protocol

from pickup.testing.fakes.wire import Reply, Request, Sending, decode_request

LOOPBACK = "127.0.0.1"
_HUGE_BYTES = 2**40
_MOST_ZEROS = 64 * 2**20
_BLOCK = bytes(2**16)
_SLOW_PIECES = 20
_LOOK_S = 0.02
_PATIENCE_S = 10.0
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
"""SO_LINGER with a time of zero: closing sends RST, not FIN."""


class Answerer(Protocol):
    """What decides the answers."""

    def answer(self, head: Request, *, read: Callable[[], Request]) -> Reply:
        """The reply to a request of which only the head was read; `read` reads the whole."""

    def sent(self, head: Request, reply: Reply) -> None:
        """The reply went out, or broke as it was meant to."""


class Connections(ThreadingHTTPServer):
    """Listens on loopback, a daemon thread for each connection; `close` ends them all and waits for them."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 1024

    def __init__(self, answerer: Answerer, *, port: int) -> None:
        self.answerer = answerer
        self._open: set[socket.socket] = set()
        self._changed = Condition(Lock())
        self._thread: Thread | None = None
        super().__init__((LOOPBACK, port), _Handler)

    @property
    def url(self) -> str:
        """Without a path."""
        return f"http://{LOOPBACK}:{self.server_port}"

    def start(self) -> None:
        """Begins to answer, in a thread."""
        self._thread = Thread(target=self.serve_forever, kwargs={"poll_interval": _LOOK_S}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends every connection; stalled callers see it closed."""
        if self._thread is not None:
            self.shutdown()
            self._thread.join()
        with self._changed:
            for each in self._open:
                with suppress(OSError):  # it may have ended by itself
                    each.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._open, timeout=_PATIENCE_S)
        self.server_close()

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Notes the connection, then gives it a thread."""
        if isinstance(request, socket.socket):
            with self._changed:
                self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Closes a connection; one that is to be reset without the FIN that would come first."""
        if not isinstance(request, socket.socket):
            return
        try:
            if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE)) == _RESET_ON_CLOSE:
                request.close()
            else:
                super().shutdown_request(request)
        finally:
            with self._changed:
                self._open.discard(request)
                self._changed.notify_all()

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Shows an error on stderr, unless the caller only went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server_version = "pickup-fake"
    disable_nagle_algorithm = True
    connection: socket.socket
    server: Connections

    def _take(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}

        def decoded(body: bytes) -> Request:
            return decode_request(method=self.command, target=self.path, headers=headers, body=body)

        head = decoded(b"")
        reply = self.server.answerer.answer(head, read=lambda: decoded(self._body()))
        with suppress(ConnectionError):  # whoever gave up has been answered too
            self._send(reply)
        self.server.answerer.sent(head, reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = _take  # noqa: N815 - the base class asks for it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Says nothing: the fake tells what it does."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return self._chunks()
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def _send(self, reply: Reply) -> None:
        if reply.sending is Sending.RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
            self.close_connection = True
        elif reply.sending is Sending.NEVER:
            self.close_connection = True
            self.connection.recv(1)  # until the caller or `Connections.close` ends it
        elif reply.sending is Sending.TRUNCATED:
            self.close_connection = True
            self.connection.sendall(self._head(reply, length=len(reply.body)) + reply.body[: len(reply.body) // 2])
        elif reply.sending is Sending.HUGE:
            self.close_connection = True
            self.connection.sendall(self._head(reply, length=_HUGE_BYTES) + reply.body)
            for _ in range(_MOST_ZEROS // len(_BLOCK)):
                self.connection.sendall(_BLOCK)
        elif reply.sending is Sending.SLOW:
            self._trickle(reply)
        else:
            body = b"" if self.command == "HEAD" else reply.body
            self.connection.sendall(self._head(reply, length=len(reply.body)) + body)

    def _trickle(self, reply: Reply) -> None:
        self.connection.sendall(self._head(reply, length=len(reply.body)))
        step = max(1, -(-len(reply.body) // _SLOW_PIECES))
        starts = range(0, len(reply.body), step)
        for start in starts:
            time.sleep(reply.slow_s / len(starts))
            self.connection.sendall(reply.body[start : start + step])

    def _head(self, reply: Reply, *, length: int) -> bytes:
        phrase = HTTPStatus(reply.status).phrase if reply.status in set(HTTPStatus) else "Unknown"
        lines = [f"HTTP/1.1 {reply.status} {phrase}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in reply.headers.items()]
        lines.append(f"Content-Length: {length}")
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")
