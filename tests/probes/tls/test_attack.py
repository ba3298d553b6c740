"""Servers that would pass for better than they are, if too little were taken for an answer."""

from __future__ import annotations

import asyncio
import base64
import socket
import struct
import subprocess

import pytest

from auditor.facts.tls import Offer, Version
from auditor.probes.tls.scan import facts_of, scan
from tests.probes.net.running import run
from tests.probes.net.servers import serve

from . import scripted
from .conftest import server_at
from .scripted import CLOSE, HANDSHAKE_FAILURE, HANG, PROTOCOL_VERSION, RESET, alert, extension, flight
from .test_trouble import OTHER, SUITE, looked_at, offers, only

RC4 = 0x0005
DHE = 0x009E


def weak(heard):
    """Two versions, one of them old, and a broken suite in each."""
    suites = {Version.TLS1_2: (SUITE, OTHER, RC4), Version.TLS1_0: (0x002F, RC4)}.get(heard.version, ())
    picked = next((suite for suite in heard.suites if suite in suites), None)
    return flight(heard.version, picked) if picked else alert(HANDSHAKE_FAILURE)


@pytest.mark.parametrize("limit", [1, 2, 4])
@pytest.mark.parametrize(
    "too_many", [CLOSE, RESET, alert(0, level=1), alert(scripted.INTERNAL_ERROR)], ids=["fin", "rst", "notify", "error"]
)
def test_a_server_that_takes_few_connections_at_once(limit, too_many):
    """Whom it turns away for that reason has asked for nothing that it refuses."""
    busy = 0

    async def handler(reader, writer):
        nonlocal busy
        if busy >= limit:
            if too_many == RESET:
                sock = writer.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            await reader.read(65536)
            writer.write(too_many if too_many != CLOSE else b"")
            return
        busy += 1
        try:
            head = await reader.readexactly(5)
            body = await reader.readexactly(int.from_bytes(head[3:], "big"))
            await asyncio.sleep(0.01)
            writer.write(weak(scripted.read(body, 1)))
            await asyncio.wait_for(reader.read(), 5)
        except OSError:
            pass
        finally:
            busy -= 1

    async def main():
        async with serve(handler) as running:
            return facts_of(await scan(server_at(running.port)), "x", ())

    fact = run(main())
    found = {offer.version: len(offer.suites) for offer in fact.versions if offer.suites}
    assert (found, fact.doubt) == ({Version.TLS1_2: 3, Version.TLS1_0: 2}, "")


def test_a_server_that_has_had_enough_and_says_goodbye():
    def answer(heard):
        return alert(0, level=1) if heard.number > 8 else weak(heard)

    fact, _ = looked_at(answer)
    assert fact.offer(Version.TLS1_2).complete is False
    assert fact.session.compression is None


def test_groups_of_a_server_that_takes_no_hello_of_tls13_without_a_key_are_not_known():
    def answer(heard):
        if heard.version is Version.TLS1_3 and len(heard.extensions[51]) > 2 and 0x1301 in heard.suites:
            extensions = extension(43, b"\x03\x04") + extension(51, b"\x00\x1d\x00\x20" + bytes(32))
            return scripted.record(scripted.hello(Version.TLS1_3, 0x1301, extensions=extensions))
        return alert(109 if heard.version is Version.TLS1_3 else PROTOCOL_VERSION)

    fact, _ = looked_at(answer)
    assert (fact.groups, fact.groups_complete) == ((), False)


def test_a_server_that_hangs_on_hellos_of_tls13_with_a_key_has_not_refused_them():
    def answer(heard):
        if heard.version is Version.TLS1_3:
            return HANG if len(heard.extensions[51]) > 2 else alert(109)
        return weak(heard)

    fact, _ = looked_at(answer, seconds=0.2)
    assert fact.offer(Version.TLS1_3).offer is Offer.UNKNOWN


def test_early_data_cannot_be_told_where_tls13_cannot():
    fact, _ = looked_at(
        only(Version.TLS1_2, [SUITE], lambda heard: HANG if heard.version is Version.TLS1_3 else alert(70)), seconds=0.2
    )
    assert fact.offer(Version.TLS1_3).offer is Offer.UNKNOWN
    assert fact.session.early_data is None


def test_old_curves_that_cannot_be_told():
    """It answers no hello without a curve of today."""

    def answer(heard):
        if heard.version is not Version.TLS1_2:
            return alert(PROTOCOL_VERSION)
        curves = heard.extensions[10][2:]
        if b"\x00\x17" not in [curves[at : at + 2] for at in range(0, len(curves), 2)]:
            return HANG if len(curves) > 16 else alert(HANDSHAKE_FAILURE)
        return with_curve(b"\x03\x00\x17") if SUITE in heard.suites else alert(HANDSHAKE_FAILURE)

    fact, _ = looked_at(answer, seconds=0.2)
    assert (fact.groups, fact.old_curves, fact.old_curves_complete) == (("secp256r1",), (), False)


def with_curve(curve):
    exchange = scripted.message(12, curve + b"\x01\x04" + bytes(10))
    return scripted.record(
        scripted.hello(Version.TLS1_2, SUITE) + scripted.message(11, bytes(3)) + exchange + scripted.message(14, b"")
    )


@pytest.mark.parametrize("rest", [b"\x01" + bytes(20), b""], ids=["explicit", "nothing"])
def test_a_curve_that_is_not_named_is_not_known(rest):
    def answer(heard):
        if heard.version is not Version.TLS1_2 or SUITE not in heard.suites:
            return alert(HANDSHAKE_FAILURE)
        return with_curve(rest) if rest else scripted.record(scripted.hello(Version.TLS1_2, SUITE))

    fact, _ = looked_at(answer, seconds=0.2)
    assert (fact.groups, fact.groups_complete, fact.old_curves_complete) == ((), False, False)


def test_the_finite_field_behind_a_hint_for_the_key():
    """RFC 4279 section 3: with a pre-shared key, a hint stands before the parameters."""
    prime = b"\x00\x40" + b"\xff" * 64

    def answer(heard):
        if heard.version is not Version.TLS1_2 or 0x00AA not in heard.suites:
            return alert(HANDSHAKE_FAILURE)
        exchange = scripted.message(12, b"\x00\x04hint" + prime + b"\x00\x01\x02\x00\x01\x02")
        return scripted.record(scripted.hello(Version.TLS1_2, 0x00AA) + exchange + scripted.message(14, b""))

    assert looked_at(answer)[0].dh_bits == (("TLS_DHE_PSK_WITH_AES_128_GCM_SHA256", 512),)


def test_a_version_that_does_not_exist_is_no_refusal():
    def answer(heard):
        if heard.version is Version.TLS1_3 and 0x1301 in heard.suites:
            draft = extension(43, b"\x7f\x1c") + extension(51, b"\x00\x1d")
            return scripted.record(scripted.hello(Version.TLS1_3, 0x1301, extensions=draft))
        return weak(heard)

    assert offers(looked_at(answer)[0])["TLSv1.3"] == ("unknown", "it answers with a version that does not exist")


def test_another_version_in_the_middle_of_a_list_hides_the_rest():
    """It has a version for each suite: behind the one that it answers in another version there may be more."""

    def answer(heard):
        if heard.version not in (Version.TLS1_2, Version.TLS1_0):
            return alert(PROTOCOL_VERSION)
        for suite, version in ((SUITE, Version.TLS1_2), (0x002F, Version.TLS1_0), (RC4, Version.TLS1_2)):
            if suite in heard.suites and version.value <= heard.version.value:
                return flight(version, suite)
        return alert(HANDSHAKE_FAILURE)

    fact, _ = looked_at(answer)
    assert fact.offer(Version.TLS1_2).complete is False or len(fact.offer(Version.TLS1_2).suites) == 2


def test_a_warning_that_the_handshake_failed_and_then_the_end_is_a_refusal():
    def answer(heard):
        return alert(HANDSHAKE_FAILURE, level=1) if heard.version is Version.TLS1_0 else weak(heard)

    async def handler(reader, writer):
        head = await reader.readexactly(5)
        writer.write(answer(scripted.read(await reader.readexactly(int.from_bytes(head[3:], "big")), 1)))

    async def main():
        async with serve(handler) as running:
            return facts_of(await scan(server_at(running.port, seconds=0.3)), "x", ())

    assert offers(run(main()))["TLSv1"] == ("no", "alert handshake_failure")


def test_silence_for_the_old_versions_does_not_hide_the_new_one():
    """As behind a firewall that drops hellos of old versions."""

    def answer(heard):
        return weak(heard) if heard.version is Version.TLS1_2 else HANG if heard.version < Version.TLS1_2 else alert(70)

    fact, _ = looked_at(answer, seconds=0.2)
    assert fact.offer(Version.TLS1_0).offer is Offer.UNKNOWN
    assert fact.offer(Version.TLS1_2).complete
    assert fact.session.compression is False


SECP160R1 = base64.b64decode(
    "MIIBVjCCARSgAwIBAgIUSb/W4Wx+0/tWxIV/UBg5os57WIkwCgYIKoZIzj0EAwIwGjEYMBYGA1UEAwwPdGxzLmV4YW1wbGUuY29t"
    "MB4XDTI2MTEyNTE4MTMwOFoXDTI2MTIyNTE4MTMwOFowGjEYMBYGA1UEAwwPdGxzLmV4YW1wbGUuY29tMD4wEAYHKoZIzj0CAQYF"
    "K4EEAAgDKgAErXoMxq7+ReGQ8RptnzxA6BVpEKGp5Z3oAOvFMLaVtw14WrK/qbDxdaNTMFEwHQYDVR0OBBYEFME1BXgYz5jz5Lx9"
    "S7vDd95qTeXYMB8GA1UdIwQYMBaAFME1BXgYz5jz5Lx9S7vDd95qTeXYMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDMAAw"
    "LQIUEGfY4PX8bsGUeYKpdthn69+fMtYCFQD26RzA4UUiv179XKX3yvJCda4y2w=="
)
"""A certificate with a key on a curve that no library knows any more."""


@pytest.mark.parametrize("groups_of_13", [False, True])
def test_a_certificate_with_a_curve_that_cannot_be_named(groups_of_13):
    """Such a server refuses whoever does not offer its own curve, and that says nothing about the others."""
    chain = scripted.long(scripted.long(SECP160R1))
    ecdsa = 0xC02B

    def answer(heard):
        if groups_of_13 and heard.version is Version.TLS1_3 and 0x1301 in heard.suites:
            retry = extension(43, b"\x03\x04") + extension(51, b"\x00\x1d")
            return scripted.record(scripted.hello(Version.TLS1_3, 0x1301, extensions=retry))
        if heard.version is not Version.TLS1_2 or ecdsa not in heard.suites or b"\x00\x10" not in heard.extensions[10]:
            return alert(HANDSHAKE_FAILURE)
        exchange = scripted.message(12, b"\x03\x00\x1d\x01\x04" + bytes(10))
        return scripted.record(
            scripted.hello(Version.TLS1_2, ecdsa) + scripted.message(11, chain) + exchange + scripted.message(14, b"")
        )

    fact, _ = looked_at(answer)
    assert fact.old_curves_complete is False
    assert groups_of_13 or (fact.groups, fact.groups_complete) == ((), False)


def test_a_retry_that_only_wants_its_cookie_back(ca, tmp_path):
    """As `openssl s_server -stateless` asks for when the first key would do."""
    issued = ca.issue_cert("tls.example.com")
    (tmp_path / "key.pem").write_bytes(issued.private_key_and_cert_chain_pem.bytes())
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", "key.pem", "-stateless", "-quiet"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            fact = run(_once_there(port))
        finally:
            process.kill()
    assert fact.session.early_data is False


async def _once_there(port):
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.transport.abort()
            break
    return facts_of(await scan(server_at(port)), "x", ())
