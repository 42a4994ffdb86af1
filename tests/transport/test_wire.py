"""Against a real server on this machine: what only sockets do."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from landedcost.errors import BadAnswer, ProviderTimeout, Unreachable
from landedcost.ports import Flow, Request, Response, fetch, gather
from landedcost.transport import Channel, Policy, Through, Transport

Runner = Callable[[Transport, Flow[Any]], Any]
SLOW = Policy(deadline_ms=500, timeout_ms=500, attempts=1)
ONCE = Policy(attempts=1)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        return

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self._whole(f"{self.headers['content-type']} {body.decode()}".encode())

    def do_GET(self) -> None:
        self.server.ports.append(self.client_address[1])  # type: ignore[attr-defined]
        getattr(self, f"_{self.path.strip('/').partition('?')[0]}")()

    def _whole(self, body: bytes = b"fine", **headers: str) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def _gzip(self) -> None:
        self._whole(gzip.compress(b"0" * 50_000_000), content_encoding="gzip")

    def _not_gzip(self) -> None:
        self._whole(b"plain", content_encoding="gzip")

    def _hang(self) -> None:
        time.sleep(3)

    def _drip_head(self) -> None:
        for byte in b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + b"x: y\r\n" * 100:
            self._slowly(bytes([byte]))

    def _drip_body(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        for _ in range(1_000):
            self._slowly(b".")

    def _slowly(self, data: bytes) -> None:
        if self.server.ended.wait(0.05):  # type: ignore[attr-defined]
            raise BrokenPipeError
        self.wfile.write(data)
        self.wfile.flush()

    def _reset(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "1000")
        self.end_headers()
        self.wfile.write(b"only so far")
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def _slow(self) -> None:
        time.sleep(0.2)
        self._whole()

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            self.close_connection = True


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        return


@pytest.fixture
def server() -> Iterator[Any]:
    made = Server(("127.0.0.1", 0), Handler)
    made.ports = []  # type: ignore[attr-defined]
    made.ended = threading.Event()  # type: ignore[attr-defined]
    made.url = f"http://127.0.0.1:{made.server_port}"  # type: ignore[attr-defined]
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.ended.set()  # type: ignore[attr-defined]
    made.shutdown()
    made.server_close()
    thread.join(5)


def get(url: str, policy: Policy | None = None) -> Flow[Response]:
    channel = Channel.open("server", policy)
    return (yield Through(channel, fetch(Request("GET", url))))


def test_connections_are_used_again(server: Any) -> None:
    with closing(Transport()) as transport:
        for _ in range(5):
            assert transport.run(get(f"{server.url}/whole")).text == "fine"
    assert len(set(server.ports)) == 1


def test_forms_json_and_bodies_arrive(server: Any, run: Runner) -> None:
    def post(**more: Any) -> str:
        request = Request("POST", server.url, **more)
        transport = Transport()
        with closing(transport):
            return str(run(transport, fetch(request)).text)

    assert post(json={"ä": [1, "b", True, None]}) == 'application/json {"ä":[1,"b",true,null]}'
    assert post(form={"a": "b c", "d": "&"}) == "application/x-www-form-urlencoded a=b+c&d=%26"
    kind = {"content-type": "text/xml"}
    assert post(body=b"<a/>", headers=kind) == "text/xml <a/>"


@pytest.mark.parametrize("path", ["hang", "drip_head", "drip_body"])
def test_a_server_that_takes_its_time_does_not_take_ours(
    server: Any, run: Runner, path: str
) -> None:
    transport = Transport(SLOW)
    start = time.monotonic()
    with closing(transport), pytest.raises(ProviderTimeout):
        run(transport, get(f"{server.url}/{path}", SLOW))
    assert 0.4 < time.monotonic() - start < 2.5


def test_a_connection_cut_in_the_middle(server: Any, run: Runner) -> None:
    transport = Transport(ONCE)
    with closing(transport), pytest.raises(Unreachable, match="broke off"):
        run(transport, get(f"{server.url}/reset", ONCE))


def test_nobody_there(run: Runner) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        transport = Transport(ONCE)
        with closing(transport), pytest.raises(Unreachable, match="no connection"):
            run(transport, get(f"http://127.0.0.1:{port}/", ONCE))


def test_a_bomb_that_unpacks_to_more_than_may_be_read(server: Any, run: Runner) -> None:
    policy = Policy(max_bytes=1_000_000)
    transport = Transport(policy)
    with closing(transport), pytest.raises(BadAnswer, match="above 1,000,000 bytes"):
        run(transport, get(f"{server.url}/gzip", policy))


def test_what_is_not_packed_as_it_says(server: Any, run: Runner) -> None:
    transport = Transport(ONCE)
    with closing(transport), pytest.raises(BadAnswer, match="cannot be unpacked"):
        run(transport, get(f"{server.url}/not_gzip", ONCE))


def test_requests_of_a_gather_are_under_way_together(server: Any, run: Runner) -> None:
    def flow() -> Flow[Any]:
        return (yield from gather(*(get(f"{server.url}/slow?{n}") for n in range(5))))

    transport = Transport()
    start = time.monotonic()
    with closing(transport):
        assert len(run(transport, flow())) == 5
    assert time.monotonic() - start < 0.95
