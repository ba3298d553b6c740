from __future__ import annotations

import socket

import pytest

from auditor.checklist.model import NetworkSettings
from auditor.errors import Absent, Unavailable
from auditor.facts.tls import Offer, Version
from auditor.probes.tls.servers import SSL_REQUEST, database_tls, tls_servers
from auditor.redact import Secret
from tests.probes.net.running import run
from tests.probes.net.servers import serve
from tests.probes.stand import way

from . import scripted
from .nginx import NAME
from .scripted import alert, flight

SUITE = 0xC02F


def looked_at(**environment):
    async def main():
        async with way(**environment) as given:
            return await tls_servers(given.environment, given.dialer), given.traffic

    return run(main())


def test_each_origin_once(nginx):
    origin = f"https://{NAME}:{nginx['tls13']}"
    found, traffic = looked_at(frontend=origin, api=origin, resolve={NAME: "127.0.0.1"})
    [server] = found.servers
    assert (server.name, server.surfaces, found.gaps) == (f"{NAME}:{nginx['tls13']}", ("frontend", "api"), ())
    assert server.offer(Version.TLS1_3).offer is Offer.YES
    assert (traffic.requests, traffic.connections) == (0, server.connections)


def test_only_what_is_https(nginx):
    found, _ = looked_at(frontend="http://app.example.com", absent=frozenset({"api"}))
    assert (found.servers, [gap.absent for gap in found.gaps]) == ((), [True])


def test_what_cannot_be_asked_is_a_gap_and_hides_nothing(nginx):
    found, _ = looked_at(
        frontend="https://nowhere.invalid",
        api=f"https://{NAME}:{nginx['tls13']}",
        resolve={NAME: "127.0.0.1"},
    )
    assert [server.surfaces for server in found.servers] == [("api",)]
    [gap] = found.gaps
    assert gap.subject == "nowhere.invalid:443"
    assert "does not resolve" in gap.reason


def test_from_the_source_address(nginx):
    async def main():
        async def handler(reader, writer):
            writer.write(alert(scripted.HANDSHAKE_FAILURE))
            await writer.drain()

        async with serve(handler) as server:
            environment = {
                "frontend": f"https://{NAME}:{server.port}",
                "absent": frozenset({"api"}),
                "resolve": {NAME: "127.0.0.1"},
                "network": NetworkSettings(source_address="127.0.0.3"),
            }
            async with way(**environment) as given:
                await tls_servers(given.environment, given.dialer)
            return set(server.peers)

    assert run(main()) == {"127.0.0.3"}


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_one_address_of_each_family(monkeypatch):
    """The same name, and a TLS of its own behind each family."""

    async def main():
        async def handler(reader, writer):
            head = await reader.readexactly(5)
            heard = scripted.read(await reader.readexactly(int.from_bytes(head[3:], "big")), 1)
            ours = heard.version is Version.TLS1_2 and SUITE in heard.suites
            writer.write(flight(Version.TLS1_2, SUITE) if ours else alert(scripted.PROTOCOL_VERSION))
            await writer.drain()

        async with serve(handler) as server:

            async def addresses(*_args, **_options):
                return ("127.0.0.1", "127.0.0.2", "::1")

            origin = f"https://{NAME}:{server.port}"
            async with way(frontend=origin, absent=frozenset({"api"})) as given:
                monkeypatch.setattr(given.dialer, "addresses", addresses)
                return await tls_servers(given.environment, given.dialer), server.port

    found, port = run(main())
    assert [server.name for server in found.servers] == [f"{NAME}:{port} (127.0.0.1)"]
    assert [gap.subject for gap in found.gaps if not gap.absent] == [f"{NAME}:{port} (::1)"]


# The database.


def database_at(port, handler_answer=None, **environment):
    url = Secret(f"postgresql://app:secret@{NAME}:{port}/app", "database URL")

    async def main():
        async with way(database=url, resolve={NAME: "127.0.0.1"}, **environment) as given:
            return await database_tls(given.databases, given.dialer)

    return main()


def served(answer):
    """PostgreSQL's side of an SSLRequest, and then the scripted answers."""

    async def handler(reader, writer):
        assert await reader.readexactly(8) == b"\0\0\0\x08" + SSL_REQUEST.to_bytes(4, "big")
        if answer != b"S":
            writer.write(answer)
            await writer.drain()
            return
        writer.write(b"S")
        head = await reader.readexactly(5)
        heard = scripted.read(await reader.readexactly(int.from_bytes(head[3:], "big")), 1)
        ours = heard.version is Version.TLS1_2 and SUITE in heard.suites
        writer.write(flight(Version.TLS1_2, SUITE) if ours else alert(scripted.HANDSHAKE_FAILURE))
        await writer.drain()

    async def main():
        async with serve(handler) as server:
            return await database_at(server.port), server

    return run(main())


def test_after_an_ssl_request():
    found, server = served(b"S")
    [one] = found.servers
    assert (one.name, one.surfaces) == (f"{NAME}:{server.port}", ("database",))
    assert one.suites == ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",)
    assert server.peak <= 2, "each question is a process at the database"


def test_a_database_without_tls():
    found, server = served(b"N")
    assert (found.servers, found.without, found.gaps) == ((), (f"{NAME}:{server.port}",), ())
    assert server.connections <= 2


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"E", "does not answer as PostgreSQL does"),
        (b"HTTP/1.1", "does not answer as PostgreSQL does"),
        (b"", "closes"),
    ],
)
def test_what_is_no_database(answer, reason):
    found, _ = served(answer)
    assert (found.servers, found.without) == ((), ())
    [gap] = found.gaps
    assert reason in gap.reason


def test_a_real_postgresql_without_tls(cluster):
    assert run(database_at(cluster.port)).without == (f"{NAME}:{cluster.port}",)


def test_no_network_and_no_database():
    async def over(**environment):
        async with way(**environment) as given:
            await database_tls(given.databases, given.dialer)

    with pytest.raises(Unavailable, match="Unix socket"):
        run(over(database=Secret("postgresql:///app?host=/run/postgresql", "database URL")))
    with pytest.raises(Absent):
        run(over(absent=frozenset({"database"})))
