"""A plugin for pytest that forbids the network, so that no test asks a live source by mistake.

Write ``pytest_plugins = ["landedcost.testing.pytest_plugin"]`` into ``conftest.py``. A test that
means to use the network is marked ``@pytest.mark.network``; this machine itself may always be
reached.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from ..errors import PluginError

_HERE = ("127.", "::1", "localhost", "0.0.0.0")


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "network: this test means to use the network")


class NetworkForbidden(PluginError):
    """A test tried to reach another machine."""

    default_code = "network_forbidden"


def _refuse(host: object) -> None:
    if isinstance(host, bytes):
        host = host.decode()
    if host is None or str(host).startswith(_HERE) or host == "":
        return
    raise NetworkForbidden(
        f"a test tried to reach {host}",
        hint="use landedcost.testing.fakes, or mark the test `network`",
    )


@pytest.fixture(autouse=True)
def forbid_the_network(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Let no socket leave this machine, unless the test is marked ``network``."""
    if request.node.get_closest_marker("network") is not None:
        yield
        return
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse(address[0])
        connect(self, address)

    def guarded_look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        _refuse(host)
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)
    yield
