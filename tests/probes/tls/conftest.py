from __future__ import annotations

import pytest

from auditor.probes.net.dial import Dialer
from auditor.probes.net.traffic import Traffic
from auditor.probes.tls.ask import Server
from auditor.probes.tls.scan import facts_of, scan
from tests.probes.net.running import run

from .nginx import NAME, running


@pytest.fixture(scope="session")
def nginx(ca, tmp_path_factory):
    """Ports by the names of :data:`.nginx.SERVERS`."""
    with running(tmp_path_factory.mktemp("nginx"), ca) as ports:
        yield ports


@pytest.fixture(scope="session")
def scanned(nginx):
    """Scans a server of nginx; each of them once."""
    known = {}

    def look(name):
        if name not in known:
            known[name] = run(scan(server_at(nginx[name])))
        return known[name]

    return look


@pytest.fixture(scope="session")
def fact(scanned):
    """The same, as a fact."""
    return lambda name: facts_of(scanned(name), name, ("frontend",))


def server_at(port: int, **options) -> Server:
    """How to ask a server on 127.0.0.1."""
    dialer = Dialer({NAME: "127.0.0.1"}, "", 8, Traffic(100))
    return Server(dialer, NAME, port, **{"server_name": NAME, "seconds": 2.0, **options})
