from __future__ import annotations

import pytest

from auditor.facts.tls import Version
from auditor.probes.tls.hello import Hello, body, encode
from auditor.probes.tls.registry import CURVES, GROUPS, OLD_CURVES, group, suite, suites, suites_of

from .scripted import read

NAME = "tls.example.com"


def offered(hello, **options):
    return read(body(hello, **options), 1)


def test_sslv3_has_no_extensions_and_says_what_it_knows_by_a_suite():
    heard = offered(Hello(Version.SSL3, (5, 10), server_name=NAME))
    assert (heard.version, heard.suites, heard.extensions) == (Version.SSL3, (5, 10, 0x00FF), {})
    assert encode(Hello(Version.SSL3, (5,)))[:3] == b"\x16\x03\x00"


@pytest.mark.parametrize("version", [Version.TLS1_0, Version.TLS1_1, Version.TLS1_2])
def test_old_versions(version):
    heard = offered(Hello(version, (0xC02F,), server_name=NAME))
    assert (heard.version, heard.suites, heard.compression) == (version, (0xC02F,), b"\x00")
    assert heard.extensions[0] == b"\x00\x12\x00\x00\x0f" + NAME.encode()
    assert set(heard.extensions) - {21} == {0, 10, 11, 13, 23, 35, 0xFF01}
    assert _numbers(heard.extensions[10]) == [*CURVES, *OLD_CURVES]


def test_tls13_offers_nothing_older_and_no_key():
    heard = offered(Hello(Version.TLS1_3, (0x1301,)))
    assert heard.version is Version.TLS1_3
    assert heard.extensions[43] == b"\x02\x03\x04"
    assert heard.extensions[51] == b"\x00\x00"
    assert _numbers(heard.extensions[10]) == list(GROUPS)


def test_options():
    heard = offered(Hello(Version.TLS1_2, (1,), (0x1D,), compression=True, staple=True, fallback=True))
    assert (heard.suites, heard.compression) == ((1, 0x5600), b"\x01\x00")
    assert heard.extensions[5] == b"\x01\x00\x00\x00\x00"
    assert _numbers(heard.extensions[10]) == [0x1D]
    assert offered(Hello(Version.TLS1_3, (0x1301,)), cookie=b"\x00\x02ab").extensions[44] == b"\x00\x02ab"


@pytest.mark.parametrize("name", ["192.0.2.7", "2001:db8::7", ""])
def test_an_address_is_no_name(name):
    assert 0 not in offered(Hello(Version.TLS1_2, (1,), server_name=name)).extensions


def test_no_hello_has_a_length_that_some_load_balancers_cannot_take():
    """RFC 7685: between 256 and 511 bytes."""
    for number in range(1, 260):
        for version in (Version.TLS1_0, Version.TLS1_2, Version.TLS1_3):
            length = len(body(Hello(version, tuple(range(number)), server_name=NAME)))
            assert length < 256 or length >= 512


def test_suites_of_a_version():
    assert suites_of(Version.TLS1_3)[:3] == (0x1301, 0x1302, 0x1303)
    assert set(suites_of(Version.TLS1_2)) | set(suites_of(Version.TLS1_3)) == set(suites())
    assert not set(suites_of(Version.TLS1_2)) & set(suites_of(Version.TLS1_3))
    old = {suite(number) for number in suites_of(Version.TLS1_0)}
    assert {"TLS_RSA_WITH_RC4_128_MD5", "TLS_PSK_WITH_AES_128_CBC_SHA256"} < old
    assert not [name for name in old if "GCM" in name or "CCM" in name or "POLY1305" in name]


def test_names_of_what_has_none():
    assert (suite(0xFFFE), group(0xFFFE), group(0x001D), group(0x0001)) == ("0xFFFE", "0xFFFE", "x25519", "sect163k1")


def _numbers(data):
    assert int.from_bytes(data[:2], "big") == len(data) - 2
    return [int.from_bytes(data[at : at + 2], "big") for at in range(2, len(data), 2)]
