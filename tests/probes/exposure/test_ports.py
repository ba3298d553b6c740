"""Servers that speak, or misspeak, the protocols that are looked for. The audit is told to trust 127.0.0.1."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.open_port_verdicts import port_verdicts
from auditor.facts.open_ports import Access, From, OpenPorts
from auditor.facts.policy import ExposurePolicy
from auditor.probes.exposure import ports
from auditor.probes.exposure.greetings import SERVICES
from auditor.probes.exposure.ports import open_ports
from auditor.redact import Secret
from tests.probes.net.running import run
from tests.probes.net.servers import reset, serve, silent
from tests.probes.stand import way

OPEN, LOCKED = Access.OPEN, Access.LOCKED


def says(first: bytes = b"", *, to: bytes | None = None, then: bytes = b""):
    """A server that speaks first, or answers what begins with some bytes, and closes."""

    async def handler(reader, writer):
        writer.write(first)
        await writer.drain()
        if to is not None:
            asked = await reader.read(4096)
            if asked.startswith(to):
                writer.write(then)
                await writer.drain()
        writer.close()
        await writer.wait_closed()

    return handler


def web(body: str | dict, status: int = 200, **headers: str):
    content = body if isinstance(body, str) else json.dumps(body)
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    reply = f"HTTP/1.1 {status} X\r\n{lines}Content-Length: {len(content)}\r\nConnection: close\r\n\r\n{content}"
    return says(to=b"GET ", then=reply.encode())


MYSQL = b"\x4a\0\0\0\x0a8.0.39\0" + b"\x08\0\0\0abcdefgh\0" + b"\xff\xff" + b"\0" * 40
MYSQL_REFUSED = b"\x45\0\0\0\xff\x6a\x04Host '203.0.113.9' is not allowed to connect to this MySQL server"
MONGO = (
    (90).to_bytes(4, "little") + b"\x07\0\0\0\1\0\0\0" + (2013).to_bytes(4, "little")
    + b"\0\0\0\0\0" + b"\x45\0\0\0\x08isWritablePrimary\0\1\x10maxWireVersion\0\x19\0\0\0"
)  # fmt: skip
SPOKEN = [
    ("postgresql", says(to=b"\0\0\0\x08\x04\xd2\x16\x2f", then=b"S"), LOCKED),
    ("postgresql", says(to=b"\0\0\0\x08\x04\xd2\x16\x2f", then=b"N"), LOCKED),
    ("mysql", says(MYSQL), LOCKED),
    ("mysql", says(MYSQL_REFUSED), LOCKED),
    ("redis", says(to=b"PING", then=b"+PONG\r\n"), OPEN),
    ("redis", says(to=b"PING", then=b"-NOAUTH Authentication required.\r\n"), LOCKED),
    ("redis", says(to=b"PING", then=b"-DENIED Redis is running in protected mode"), LOCKED),
    ("mongodb", says(to=b"", then=MONGO), LOCKED),
    ("memcached", says(to=b"version", then=b"VERSION 1.6.31\r\n"), OPEN),
    ("elasticsearch", web({"cluster_name": "c", "tagline": "You Know, for Search"}), OPEN),
    ("elasticsearch", web({"error": {"type": "security_exception"}}, 401), LOCKED),
    ("etcd", web({"etcdserver": "3.5.1", "etcdcluster": "3.5.0"}), OPEN),
    ("docker", web({"ApiVersion": "1.47", "GoVersion": "go1.22"}), OPEN),
    ("ollama", web({"models": []}), OPEN),
    ("prometheus", web('{"status":"success","data":{"version":"2.53.0","revision":"a"}}'), OPEN),
    ("alertmanager", web({"cluster": {}, "versionInfo": {}, "uptime": "x"}), OPEN),
    ("node-exporter", web("# HELP node_cpu_seconds_total x\nnode_cpu_seconds_total 1\n"), OPEN),
    ("grafana", web({"database": "ok", "version": "11.1.0", "commit": "x"}), LOCKED),
    ("pgadmin", web("<html><title>pgAdmin 4</title>"), LOCKED),
    ("minio", web("<Error/>", 403, Server="MinIO"), LOCKED),
    ("rabbitmq", web("<!DOCTYPE html><title>RabbitMQ Management</title>"), LOCKED),
]


def look(services, *, trust=True, environment=None) -> OpenPorts:
    """The fact, of a frontend on 127.0.0.1 with these services beside it."""

    async def main():
        async with AsyncExitStack() as stack:
            given = []
            for name, handler in services:
                server = await stack.enter_async_context(serve(handler))
                given.append((name, server.port))
            policy = ExposurePolicy(ports=tuple(given), trust_private_peer=trust)
            where = environment or {"frontend": "http://127.0.0.1:1", "absent": frozenset({"api"})}
            to = await stack.enter_async_context(way(**where))
            return await open_ports(to.environment, policy, to.dialer, to.databases)

    return run(main())


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(ports, "_ANSWER_SECONDS", 0.5)


def test_what_speaks_a_protocol_is_recognised():
    found = look([(name, handler) for name, handler, _ in SPOKEN])
    titles = {service.name: service.title for service in SERVICES}
    told = sorted((one.service, str(one.access)) for one in found.ports)
    assert told == sorted((titles[name], str(access)) for name, _, access in SPOKEN)
    assert {one.seen_from for one in found.ports} == {From.TRUSTED}
    assert {name for name, _, _ in SPOKEN} == set(titles)


CATCH_ALLS = {
    "closes": says(),
    "ssh": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "smtp": says(b"220 mail.example.com ESMTP\r\n"),
    "ok": says(to=b"", then=b"OK\r\n"),
    "error": says(to=b"", then=b"-ERR unknown command 'GET'\r\n"),
    "spa": web('<!doctype html><div id="root"></div>'),
    "json": web({"status": "ok", "version": "1", "name": "x"}),
    "400": says(to=b"", then=b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<html>400</html>"),
    "401": web({"error": "Unauthorized"}, 401, WWW_Authenticate="Basic realm=x"),
    "tls alert": says(to=b"", then=b"\x15\x03\x03\0\x02\x02\x28"),
    "noise": says(to=b"", then=bytes(range(256)) * 40),
    "redirect": web("", 301, Location="https://app.example.com/"),
}


@pytest.mark.parametrize("handler", CATCH_ALLS.values(), ids=CATCH_ALLS)
def test_what_listens_is_not_what_was_looked_for(handler):
    found = look([(service.name, handler) for service in SERVICES])
    assert found.ports == ()
    host = found.hosts[0]
    assert sorted((*host.others, *host.mute)) == sorted(host.ports)


def test_an_echo_is_nothing():
    async def echo(reader, writer):
        while data := await reader.read(4096):
            writer.write(data)
            await writer.drain()

    assert look([(service.name, echo) for service in SERVICES]).ports == ()


@pytest.mark.parametrize("handler", [silent, reset])
def test_silence_and_cut_connections_say_nothing_of_the_service(handler):
    found = look([("redis", handler), ("ollama", handler)])
    (host,) = found.hosts
    assert (found.ports, host.others, host.mute) == ((), (), host.ports)
    (finding,) = port_verdicts(found, OPEN, "without credentials")
    assert str(finding.outcome) == "error"
    assert finding.message.endswith("and says nothing: what it is, nobody can tell")


def test_words_of_another_protocol_are_no_silence():
    found = look([("redis", says(b"SSH-2.0-OpenSSH_9.6\r\n"))])
    (host,) = found.hosts
    assert (found.ports, host.others, host.mute) == ((), host.ports, ())


def test_nobody_listens():
    async def main():
        policy = ExposurePolicy(ports=(("redis", 1), ("etcd", 2)), trust_private_peer=True)
        async with way(frontend="http://127.0.0.1:9", absent=frozenset({"api"})) as to:
            return await open_ports(to.environment, policy, to.dialer, to.databases)

    found = run(main())
    assert found.hosts[0].refused == (1, 2)
    (finding,) = port_verdicts(found, OPEN, "without credentials")
    assert (str(finding.outcome), finding.message) == (
        "pass",
        "no service answers without credentials at 2 usual ports",
    )


def test_the_audits_own_machine_says_nothing_of_outside():
    found = look([("redis", says(to=b"PING", then=b"+PONG\r\n"))], trust=False)
    assert (found.hosts, found.ports) == ((), ())
    assert [str(one.outcome) for one in port_verdicts(found, OPEN, "x")] == ["not-applicable"]


@pytest.mark.parametrize(
    ("name", "address"),
    [("shop.vercel.app", "203.0.113.1"), ("abc.supabase.co", "203.0.113.1"), ("app.example.com", "104.16.1.1"),
     ("app.example.com", "2606:4700::1"), ("db.abc.eu-west-1.rds.amazonaws.com", "203.0.113.1")],
)  # fmt: skip
def test_hosts_of_others_are_not_asked(name, address):
    async def main():
        given = {"frontend": f"https://{name}", "absent": frozenset({"api"}), "resolve": {name: address}}
        async with way(**given) as to:
            found = await open_ports(to.environment, ExposurePolicy(), to.dialer, to.databases)
            return found, to.traffic.connections

    found, connections = run(main())
    assert (found.hosts, connections) == ((), 0)
    assert [host for host, _ in found.not_asked] == [name]


def test_the_database_is_asked_at_its_own_port():
    async def main():
        async with serve(says(to=b"\0\0\0\x08", then=b"S")) as server:
            given = {
                "absent": frozenset({"api", "frontend"}),
                "database": Secret(f"postgresql://u@127.0.0.1:{server.port}/d", "database URL"),
            }
            policy = ExposurePolicy(ports=(("redis", 1),), trust_private_peer=True)
            async with way(**given) as to:
                return await open_ports(to.environment, policy, to.dialer, to.databases), server.port

    found, port = run(main())
    assert [(one.service, one.port, one.access) for one in found.ports] == [("PostgreSQL", port, LOCKED)]


def test_seen_from_inside_is_no_failure():
    found = look([("redis", says(to=b"PING", then=b"+PONG\r\n"))])
    from dataclasses import replace

    inside = replace(found, ports=tuple(replace(one, seen_from=From.INSIDE) for one in found.ports))
    assert [str(one.outcome) for one in port_verdicts(found, OPEN, "x")] == ["fail"]
    assert [str(one.outcome) for one in port_verdicts(inside, OPEN, "x")] == ["error"]


@given(st.binary(max_size=400))
def test_any_bytes(answer):
    for service in SERVICES:
        service.recognise(answer)
        service.recognise(b"HTTP/1.1 200 OK\r\n\r\n" + answer)


@pytest.mark.parametrize("piece", [b'"version"', b"node_", b"1\r\n", b'"database":"ok"', b"www-authenticate: "])
def test_a_long_answer_takes_no_longer_than_it_must(piece):
    for service in SERVICES:
        service.recognise(b"HTTP/1.1 401 X\r\nTransfer-Encoding: chunked\r\n\r\n" + piece * (16_000 // len(piece)))


def test_an_unknown_host_is_a_gap():
    async def main():
        async with way(frontend="https://nowhere.invalid", absent=frozenset({"api"})) as to:
            return await open_ports(to.environment, ExposurePolicy(), to.dialer, to.databases)

    assert [gap.subject for gap in run(main()).gaps if not gap.absent] == ["nowhere.invalid"]


def test_one_address_of_each_family_is_asked():
    asked = ports._addresses(("192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"))
    assert asked == ("192.0.2.1", "2001:db8::1")
