"""Servers that answer in ways in which no good one would: never a no that is none, never a hang."""

from __future__ import annotations

import asyncio
import time

import pytest

from auditor.facts.tls import Offer, Session, Version
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.tls.scan import facts_of, scan
from tests.probes.net.running import run
from tests.probes.net.servers import serve

from . import scripted
from .conftest import server_at
from .scripted import CLOSE, HANDSHAKE_FAILURE, HANG, PROTOCOL_VERSION, RESET, alert, extension, flight, server

SUITE, OTHER = 0xC02F, 0x009C
"""ECDHE_RSA_WITH_AES_128_GCM_SHA256, RSA_WITH_AES_128_GCM_SHA256."""
RENEGOTIATION = extension(0xFF01, b"\x00")


def looked_at(answer, **options):
    async def main():
        async with server(answer) as running:
            scanned = await scan(server_at(running.port, **{"seconds": 0.3, **options}))
            return facts_of(scanned, "x", ()), running

    return run(main())


def refused(answer, **options):
    with pytest.raises(Unreachable) as raised:
        looked_at(answer, **options)
    return raised.value


def only(version, suites, otherwise, **options):
    """A server with these suites in this version; everything else is answered otherwise."""

    def answer(heard):
        if heard.version is not version:
            return otherwise(heard) if callable(otherwise) else otherwise
        picked = next((suite for suite in heard.suites if suite in suites), None)
        return flight(version, picked, **options) if picked else alert(HANDSHAKE_FAILURE)

    return answer


def offers(fact):
    return {offer.version.value: (offer.offer.value, offer.reason) for offer in fact.versions}


def test_a_plain_server():
    fact, _ = looked_at(only(Version.TLS1_2, [SUITE], alert(PROTOCOL_VERSION), extensions=RENEGOTIATION))
    assert offers(fact) == {
        "SSLv3": ("no", "alert protocol_version"),
        "TLSv1": ("no", "alert protocol_version"),
        "TLSv1.1": ("no", "alert protocol_version"),
        "TLSv1.2": ("yes", "alert handshake_failure"),
        "TLSv1.3": ("no", "alert protocol_version"),
    }
    assert fact.suites == ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",)
    assert fact.session == Session(False, True, False, None, False)


@pytest.mark.parametrize("version", list(Version)[:3])
def test_old_versions(version):
    """SSLv3 included, which no TLS library of today can offer."""
    fact, _ = looked_at(only(version, [0x0005, 0x000A], alert(PROTOCOL_VERSION)))
    assert fact.offer(version).offer is Offer.YES
    assert fact.suites == ("TLS_RSA_WITH_3DES_EDE_CBC_SHA", "TLS_RSA_WITH_RC4_128_SHA")


def test_a_server_that_answers_with_the_version_that_it_likes():
    """Many old servers take whatever is on offer as a request for the best that they have."""
    fact, _ = looked_at(
        lambda heard: flight(Version.TLS1_0, 0x002F) if 0x002F in heard.suites else alert(HANDSHAKE_FAILURE)
    )
    assert offers(fact)["TLSv1"] == ("yes", "alert handshake_failure")
    assert [offers(fact)[name][0] for name in ("TLSv1.1", "TLSv1.2")] == ["no", "no"]


def test_compression():
    def answer(heard):
        if heard.version is not Version.TLS1_2 or SUITE not in heard.suites:
            return alert(HANDSHAKE_FAILURE)
        return flight(Version.TLS1_2, SUITE, compression=int(1 in heard.compression))

    assert looked_at(answer)[0].session.compression is True


def test_no_secure_renegotiation():
    assert looked_at(only(Version.TLS1_2, [SUITE], alert(PROTOCOL_VERSION)))[0].session.secure_renegotiation is False


def test_downgrades_are_not_noticed():
    suites = {Version.TLS1_2: SUITE, Version.TLS1_1: 0x002F}

    def answer(heard):
        suite = suites.get(heard.version)
        return flight(heard.version, suite) if suite in heard.suites else alert(HANDSHAKE_FAILURE)

    assert looked_at(answer)[0].session.fallback_refused is False


@pytest.mark.parametrize(
    ("otherwise", "reason"),
    [
        (HANG, "no answer to a TLS hello within 0.3 s"),
        (RESET, "it cuts the connection (RST)"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "it answers with plain HTTP instead of TLS"),
        (b"\x16\x03\x01\xff\xff", "it answers with a record of 65535 bytes"),
        (b"\x16\x03\x01\x00\x04\x02\xff\xff\xff", "it answers with a handshake message of 16777215 bytes"),
        (scripted.record(scripted.message(2, bytes(10))), "it answers with a message that ends too early"),
        (scripted.record(scripted.message(11, b"")), "it answers with a handshake that does not begin with a hello"),
        (flight(Version.TLS1_0, 0xC0FF), "it picks what was not offered"),
        (alert(scripted.UNRECOGNIZED_NAME), "it answers with the alert unrecognized_name"),
    ],
)
def test_what_is_no_answer_is_no_refusal(otherwise, reason):
    def answer(heard):
        return otherwise if heard.version is Version.TLS1_0 else only(Version.TLS1_2, [SUITE], alert(70))(heard)

    fact, _ = looked_at(answer)
    assert offers(fact)["TLSv1"] == ("unknown", reason)
    assert offers(fact)["TLSv1.2"][0] == "yes"
    assert fact.doubt == f"what else it accepts in TLSv1 cannot be told: {reason}"


def test_a_closed_connection_is_a_refusal_as_long_as_the_server_answers():
    fact, _ = looked_at(only(Version.TLS1_2, [SUITE], CLOSE))
    assert offers(fact)["TLSv1"] == ("no", "closes the connection")


@pytest.mark.parametrize("end", [CLOSE, RESET, HANG])
def test_a_server_that_has_had_enough(end):
    """A rate limit: after some connections nothing is answered any more, and nothing is known."""

    def answer(heard):
        if heard.number > 8:
            return end
        return flight(Version.TLS1_2, SUITE) if SUITE in heard.suites else alert(HANDSHAKE_FAILURE)

    fact, running = looked_at(answer)
    assert fact.offer(Version.TLS1_2).complete is False
    assert all(offer.reason.startswith("alert") for offer in fact.versions if offer.offer is Offer.NO)
    assert running.connections < 60


def test_a_moment_of_trouble_is_asked_again():
    """Every third connection is cut at first: the second, quiet try tells."""

    def answer(heard):
        if heard.number % 3 == 0 and heard.number < 12:
            return RESET
        return only(Version.TLS1_2, [SUITE, OTHER], alert(PROTOCOL_VERSION))(heard)

    fact, _ = looked_at(answer)
    assert len(fact.suites) == 2
    assert fact.doubt == ""


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        (HANG, Failure.TIMEOUT, "cannot be asked about its TLS: no answer to a TLS hello within 0.3 s"),
        (RESET, Failure.RESET, "cannot be asked about its TLS: it cuts the connection (RST)"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", Failure.PROTOCOL, "does not speak TLS: it answers with SSH instead of TLS"),
        (CLOSE, Failure.TLS, "negotiates no version of TLS: closes the connection"),
        (alert(HANDSHAKE_FAILURE), Failure.TLS, "negotiates no version of TLS: alert handshake_failure"),
        (alert(112), Failure.TLS, "does not speak TLS: it answers with the alert unrecognized_name"),
    ],
)
def test_no_tls_at_all(answer, kind, reason):
    failure = refused(lambda _: answer)
    assert failure.kind is kind
    assert failure.reason.split(" ", 1)[1] == reason


def test_a_drip():
    """A byte now and then: the whole answer has its deadline, not each byte."""

    async def handler(reader, writer):
        for byte in b"\x16\x03\x03\x40\x00" + bytes(1000):
            writer.write(bytes((byte,)))
            await asyncio.sleep(0.05)

    async def main():
        async with serve(handler) as running:
            await scan(server_at(running.port, seconds=0.3))

    begun = time.monotonic()
    with pytest.raises(Unreachable, match="no answer to a TLS hello"):
        run(main())
    assert time.monotonic() - begun < 5


def test_endless_warnings():
    async def handler(reader, writer):
        while True:
            writer.write(alert(112, level=1) * 1000)
            await writer.drain()

    async def main():
        async with serve(handler) as running:
            await scan(server_at(running.port))

    with pytest.raises(Unreachable, match="sends more than"):
        run(main())


def test_a_warning_before_the_hello_is_no_refusal():
    """As some servers answer a name that they do not know."""
    fact, _ = looked_at(_warned)
    assert fact.suites == ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",)


def _warned(heard):
    if heard.version is not Version.TLS1_2 or SUITE not in heard.suites:
        return alert(HANDSHAKE_FAILURE)
    return alert(112, level=1) + flight(Version.TLS1_2, SUITE)


def test_an_alert_after_the_hello_takes_it_back():
    """A server that picks a suite and then cannot sign for it accepts no such handshake."""

    def answer(heard):
        if heard.version is Version.TLS1_0 and 0x002F in heard.suites:
            return scripted.record(scripted.hello(Version.TLS1_0, 0x002F)) + alert(scripted.INTERNAL_ERROR)
        return only(Version.TLS1_2, [SUITE], alert(PROTOCOL_VERSION))(heard)

    assert offers(looked_at(answer)[0])["TLSv1"][0] == "no"


@pytest.mark.parametrize("rest", [b"", b"\x16\x03\x03\x10\x00half"])
def test_what_was_picked_counts_when_the_rest_never_comes(rest):
    def answer(heard):
        if heard.version is not Version.TLS1_2 or SUITE not in heard.suites:
            return alert(HANDSHAKE_FAILURE)
        return scripted.record(scripted.hello(Version.TLS1_2, SUITE)) + rest

    assert looked_at(answer, seconds=0.2)[0].suites == ("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",)


def test_a_server_that_takes_no_hello_of_tls13_without_a_key():
    def answer(heard):
        if heard.version is Version.TLS1_3 and len(heard.extensions[51]) > 2 and 0x1301 in heard.suites:
            extensions = extension(43, b"\x03\x04") + extension(51, b"\x00\x1d\x00\x20" + bytes(32))
            return scripted.record(scripted.hello(Version.TLS1_3, 0x1301, extensions=extensions))
        return alert(109 if heard.version is Version.TLS1_3 else PROTOCOL_VERSION)

    fact, _ = looked_at(answer)
    assert offers(fact)["TLSv1.3"][0] == "yes"
    assert fact.offer(Version.TLS1_3).suites == ("TLS_AES_128_GCM_SHA256",)


def test_nobody_listens():
    async def main():
        async with serve(b"") as running:
            port = running.port
        await scan(server_at(port))

    with pytest.raises(Unreachable) as raised:
        run(main())
    assert raised.value.kind is Failure.REFUSED
    assert raised.value.reason.startswith("connection refused by 127.0.0.1:")


@pytest.mark.parametrize("end", [CLOSE, RESET, HANG])
def test_a_server_that_answers_once(end):
    failure = refused(lambda heard: flight(Version.TLS1_2, SUITE) if heard.number == 1 else end)
    assert "has answered one TLS hello and then no more" in failure.reason


def test_the_name_goes_into_the_hello_and_an_address_does_not():
    seen = []

    def answer(heard):
        seen.append(heard.extensions.get(0))
        return alert(HANDSHAKE_FAILURE)

    for name in ("tls.example.com.", "127.0.0.1", "::1", ""):
        seen.clear()
        refused(answer, server_name=name)
        wanted = b"\x00\x12\x00\x00\x0ftls.example.com" if name.startswith("tls") else None
        assert set(seen) - {None} == ({wanted} if wanted else set())
