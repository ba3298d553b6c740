"""The engine against real servers: nginx with OpenSSL, configured in many ways."""

from __future__ import annotations

import socket
import ssl
import warnings

import pytest
from cryptography import x509

from auditor.facts.tls import Offer, Session, Version
from auditor.probes.tls.registry import suites
from auditor.probes.tls.scan import facts_of, scan
from tests.probes.net.running import run

from .conftest import server_at
from .nginx import NAME, SERVERS

GCM = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256")
ECDSA = (
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
)
RSA = tuple(suite.replace("ECDSA", "RSA") for suite in ECDSA)
CURVES = ("secp256r1", "secp384r1", "secp521r1", "x25519", "x448")
FFDHE = ("ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192")


def offered(server):
    return {offer.version: offer.suites for offer in server.versions if offer.offer is Offer.YES}


def refused(server):
    return {offer.version for offer in server.versions if offer.offer is Offer.NO}


OLD = {Version.SSL3, Version.TLS1_0, Version.TLS1_1}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("strong", {Version.TLS1_2: ECDSA, Version.TLS1_3: GCM}),
        ("server-order", {Version.TLS1_2: ECDSA, Version.TLS1_3: GCM}),
        ("both-keys", {Version.TLS1_2: (*ECDSA, *RSA), Version.TLS1_3: GCM}),
        ("tls13", {Version.TLS1_3: GCM}),
        ("tls13-p384", {Version.TLS1_3: GCM}),
        ("tls13-x448", {Version.TLS1_3: GCM}),
        ("tls13-ffdhe", {Version.TLS1_3: GCM}),
        ("tls13-ccm", {Version.TLS1_3: ("TLS_AES_128_CCM_SHA256",)}),
        ("client-certificate-13", {Version.TLS1_3: GCM}),
        (
            "rsa-exchange",
            {
                Version.TLS1_2: (
                    "TLS_RSA_WITH_AES_128_CBC_SHA",
                    "TLS_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_RSA_WITH_AES_256_CBC_SHA",
                )
            },
        ),
        (
            "null",
            {
                Version.TLS1_2: (
                    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
                    "TLS_ECDH_anon_WITH_NULL_SHA",
                    "TLS_RSA_WITH_NULL_SHA256",
                )
            },
        ),
        ("dhe1024", {Version.TLS1_2: ("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",)}),
    ],
)
def test_versions_and_suites(fact, name, expected):
    server = fact(name)
    assert offered(server) == expected
    assert refused(server) == set(Version) - set(expected)
    assert all(offer.complete and offer.reason for offer in server.versions)


@pytest.mark.parametrize("name", SERVERS)
def test_the_same_suites_as_an_independent_client_finds(fact, nginx, name):
    """OpenSSL, one suite at a time. It cannot choose among those of TLS 1.3, so there it tells the version only."""
    server = fact(name)
    for version, protocol in _PROTOCOLS.items():
        assert server.offer(version).suites == _found_by_openssl(nginx[name], protocol), version
    if name == "tls13-ccm":  # which OpenSSL does not offer by itself
        return
    one = _handshake(nginx[name], ssl.TLSVersion.TLSv1_3)
    assert (server.offer(Version.TLS1_3).offer is Offer.YES) == bool(one), "TLS 1.3"
    assert not one or one in server.offer(Version.TLS1_3).suites


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("strong", (*FFDHE, *CURVES)),
        ("tls13-p384", ("secp384r1",)),
        ("tls13-x448", ("x448",)),
        ("tls13-ffdhe", ("ffdhe3072",)),
        ("rsa-exchange", ()),
        ("null", CURVES),
        ("one-curve", ("secp384r1",)),
        ("old-curve", ("x25519",)),
    ],
)
def test_groups(fact, name, groups):
    server = fact(name)
    assert (server.groups, server.groups_complete) == (groups, True)
    assert server.old_curves == (("secp224r1",) if name == "old-curve" else ())


def test_a_curve_of_the_certificate_stays_on_offer(nginx):
    """OpenSSL refuses a client without the certificate's own curve, whatever else it could agree on."""
    server = facts_of(run(scan(server_at(nginx["ec-12"]))), "x", ())
    assert (server.groups, server.groups_complete) == (CURVES, True)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("strong", Session(False, True, True, True, False)),
        ("tls13", Session(False, None, None, None, False)),
        ("early", Session(False, None, None, None, True, 16384)),
        ("no-tickets", Session(False, None, None, None, False)),
        ("tls13-ffdhe", Session(False, None, None, None, None)),  # no group in common for a whole handshake
        ("tls13-x448", Session(False, None, None, None, False)),
        ("tls13-ccm", Session(False, None, None, None, False)),
        ("weak", Session(False, True, True, True, False)),
        ("rsa-exchange", Session(False, True, True, None, False)),
        ("client-certificate-13", Session(False, None, None, None, False)),
    ],
)
def test_session(fact, name, expected):
    assert fact(name).session == expected


def test_the_size_of_finite_fields(fact):
    assert fact("dhe1024").dh_bits == (("TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", 1024),)
    assert {bits for _, bits in fact("weak").dh_bits} == {1024}
    assert fact("strong").dh_bits == ()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("strong", False), ("client-certificate", True), ("client-certificate-13", True), ("tls13-ffdhe", None)],
)
def test_client_certificates(fact, name, wanted):
    assert fact(name).client_certificate is wanted


def test_the_chain_of_tls13_comes_encrypted(scanned, ca):
    heard = scanned("tls13").heard
    assert len(heard.chain) == 1
    x509.load_der_x509_certificate(heard.chain[0]).verify_directly_issued_by(_root(ca))
    assert (heard.finished, heard.goodbye, heard.tickets, heard.staple) == (True, True, 2, b"")


def _root(ca):
    return x509.load_pem_x509_certificate(ca.cert_pem.bytes())


def test_few_connections(fact):
    assert fact("strong").connections <= 40


_PROTOCOLS = {
    Version.TLS1_0: ssl.TLSVersion.TLSv1,
    Version.TLS1_1: ssl.TLSVersion.TLSv1_1,
    Version.TLS1_2: ssl.TLSVersion.TLSv1_2,
}


def _found_by_openssl(port, protocol):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
    every = [cipher for cipher in context.get_ciphers() if cipher["protocol"] != "TLSv1.3"]
    if not _handshake(port, protocol):
        return ()
    names = {cipher["name"]: suites()[cipher["id"] & 0xFFFF] for cipher in every}
    return tuple(sorted(names[name] for name in names if _handshake(port, protocol, name)))


def _handshake(port, protocol, cipher="ALL:COMPLEMENTOFALL"):
    """The suite of a handshake; empty: there was none."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.set_ciphers(f"{cipher}:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = protocol
    try:
        with (
            socket.create_connection(("127.0.0.1", port), 5) as sock,
            context.wrap_socket(sock, server_hostname=NAME) as tls,
        ):
            return tls.cipher()[0]
    except OSError:
        return ""
