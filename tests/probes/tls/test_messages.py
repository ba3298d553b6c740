from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.tls import Version
from auditor.probes.tls.messages import (
    Alert,
    Clear,
    Malformed,
    Message,
    read_alert,
    read_certificates,
    read_certificates13,
    read_curve,
    read_dh_bits,
    read_extensions,
    read_server_hello,
    read_staple,
)

from .scripted import alert, extension, flight, hello, message, record

READERS = (
    read_alert,
    read_certificates,
    read_certificates13,
    read_curve,
    read_dh_bits,
    read_extensions,
    read_server_hello,
    read_staple,
)


def heard(*pieces):
    clear = Clear()
    return [found for piece in pieces for found in clear.feed(piece)]


def test_a_message_over_several_records_and_several_messages_in_one():
    body = bytes(range(200))
    assert heard(record(message(11, body) + message(14, b""))) == [Message(11, body), Message(14, b"")]
    data = message(11, body)
    assert heard(record(data[:3]) + record(data[3:90]), record(data[90:])) == [Message(11, body)]


def test_byte_by_byte():
    data = flight(Version.TLS1_2, 0xC02F) + alert(0, level=1)
    assert heard(*(data[at : at + 1] for at in range(len(data)))) == heard(data)
    assert len(heard(data)) == 4


def test_warnings_are_passed_over():
    assert heard(alert(112, level=1), alert(40)) == [Alert(40)]
    assert heard(alert(0, level=1)) == [Alert(0)]


def test_alerts_have_names():
    assert [Alert(number).name for number in (40, 70, 200)] == ["handshake_failure", "protocol_version", "number 200"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\n", "plain HTTP instead of TLS"),
        (b"SSH-2.0-x\r\n", "SSH instead of TLS"),
        (b"220 mail\r\n", "SMTP or FTP instead of TLS"),
        (b"<html>", "markup instead of TLS"),
        (b"\x00", "something that is not TLS"),
        (b"\x16\x02", "something that is not TLS"),
        (b"\x16\x03\x03\x48\x01", "a record of 18433 bytes"),
        (record(b"\x02\x04\x00\x01"), "a handshake message of 262145 bytes"),
        (record(b"\x02", 21), "an alert of the wrong length"),
    ],
)
def test_nonsense(data, reason):
    with pytest.raises(Malformed) as raised:
        heard(data)
    assert str(raised.value) == reason


def test_a_hello():
    found = read_server_hello(hello(Version.TLS1_2, 0xC02F, compression=1, extensions=extension(23, b""))[4:])
    assert (found.version, found.suite, found.compression, found.extensions) == (Version.TLS1_2, 0xC02F, 1, {23: b""})
    assert (found.retry, found.group) == (False, 0)


def test_a_hello_of_tls13_says_its_version_in_an_extension():
    extensions = extension(43, b"\x03\x04") + extension(51, b"\x00\x1d")
    random = bytes.fromhex("CF21AD74E59A6111BE1D8C021E65B891C2A211167ABB8C5E079E09E2C8A8339C")  # RFC 8446, 4.1.3
    found = read_server_hello(hello(Version.TLS1_2, 0x1301, extensions=extensions, random=random)[4:])
    assert (found.version, found.retry, found.group) == (Version.TLS1_3, True, 0x001D)


def test_a_hello_of_a_version_that_does_not_exist():
    assert read_server_hello(b"\x03\x09" + bytes(32) + b"\x00\xc0\x2f\x00").version is None


def test_chains():
    one, two = b"\x00\x00\x02ab", b"\x00\x00\x01c"
    assert read_certificates(b"\x00\x00\x09" + one + two) == (b"ab", b"c")
    staple = extension(5, b"\x01\x00\x00\x03ocs")
    entries = one + len(staple).to_bytes(2, "big") + staple + two + b"\x00\x00"
    assert read_certificates13(b"\x00" + len(entries).to_bytes(3, "big") + entries) == ((b"ab", b"c"), b"ocs")


def test_key_exchanges():
    assert read_dh_bits(b"\x00\x05\x00\x01" + bytes(3)) == 25
    assert (read_curve(b"\x03\x00\x1d"), read_curve(b"\x01\x00\x1d")) == (0x1D, 0)


@given(st.binary(max_size=400))
@settings(max_examples=4000, deadline=None)
def test_any_bytes(data):
    for read in READERS:
        with contextlib.suppress(Malformed):
            read(data)
    with contextlib.suppress(Malformed):
        heard(data)


EDIT = 6
"""Bytes that say what to change: two where, one how much goes and how much comes, three that come."""


@given(st.binary(min_size=EDIT, max_size=4 * EDIT))  # drawn at once: hypothesis takes long over each draw
@settings(max_examples=6000, deadline=None)
def test_flights_with_bytes_changed_cut_and_put_in(data):
    """All that can happen is what the module says: messages, alerts, or Malformed."""
    whole = bytearray(
        flight(Version.TLS1_2, 0xC02F, extensions=extension(0xFF01, b"\x00") + extension(35, b""))
        + record(message(11, b"\x00\x00\x07\x00\x00\x04cert") + message(22, b"\x01\x00\x00\x02ok"))
        + alert(40)
    )
    for at in range(0, len(data) - EDIT + 1, EDIT):
        place = int.from_bytes(data[at : at + 2], "big") % len(whole)
        goes, comes = data[at + 2] & 3, data[at + 2] >> 2 & 3
        whole[place : place + goes] = data[at + 3 : at + 3 + comes]
    with contextlib.suppress(Malformed):
        for found in heard(bytes(whole)):
            if isinstance(found, Message):
                for read in READERS:
                    with contextlib.suppress(Malformed):
                        read(found.body)
