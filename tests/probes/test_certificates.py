"""Real servers on 127.0.0.1, and what the audit says of their certificates."""

from __future__ import annotations

import asyncio
import hashlib
import socket
import ssl
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from auditor.checklist.model import Supabase, TlsSettings
from auditor.errors import Unavailable
from auditor.facts.certificates import Cause, Certificates, Key, ServedChain
from auditor.facts.policy import TlsPolicy
from auditor.model import Gap
from auditor.probes import certificates as probes
from auditor.probes.certificates import certificates, database_certificates
from auditor.redact import Secret
from checks.database.certificate_verifies import certificate_verifies
from checks.https.certificate_already_valid import certificate_already_valid
from checks.https.certificate_keys_strong import certificate_keys_strong
from checks.https.certificate_not_expiring import certificate_not_expiring
from checks.https.certificate_signatures_strong import certificate_signatures_strong
from checks.https.certificate_trusted import certificate_trusted
from checks.https.chain_complete import chain_complete
from checks.https.host_name_covered import host_name_covered
from checks.https.must_staple_honoured import must_staple_honoured
from checks.https.pins_met import pins_met
from checks.https.private_lifetime_short import private_lifetime_short
from tests.probes.net.running import run
from tests.probes.net.servers import serve, silent
from tests.probes.stand import way
from tests.probes.tls.made import DAY, below, make, root, staple, weakened

API, APP = "api.example.com", "app.example.com"
NO_FRONTEND = frozenset({"frontend"})
HERE = {API: "127.0.0.1", APP: "127.0.0.1"}
NOW = datetime.now(UTC).replace(microsecond=0)
FRESH = {"begins": NOW - DAY, "ends": NOW + 89 * DAY}
ROOT = root(**{**FRESH, "ends": NOW + 1000 * DAY})
CA = below(ROOT, **{**FRESH, "ends": NOW + 500 * DAY})
GOOD = make("the api", by=CA, names=(API, "192.0.2.7"), **FRESH)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("certificates")
    (made / "root.pem").write_bytes(ROOT.pem)
    return made


@pytest.fixture
def trusting(folder):
    return TlsSettings(folder / "root.pem", "custom")


def server_side(folder, leaf, *others, **options) -> ssl.SSLContext:
    """The server's side of TLS, which presents these certificates in this order."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(leaf.pem + b"".join(one.pem for one in others))
    key.write_bytes(leaf.key_pem)
    context.load_cert_chain(chain, key)
    for name, value in options.items():
        setattr(context, name, value)
    return context


class Presented:
    """A server of TLS, and what the audit says of it."""

    def __init__(self, tls, settings, *, host=API, handler=silent, listens="127.0.0.1"):
        async def main():
            place = f"[{host}]" if ":" in host else host
            async with (
                serve(handler, tls=tls, host=listens) as server,
                way(api=f"https://{place}:{server.port}", absent=NO_FRONTEND, resolve=HERE, tls=settings) as to,
            ):
                return await certificates(to.environment, to.dialer), server

        self.found, self.server = run(main())

    @property
    def chain(self) -> ServedChain:
        assert self.found.gaps[1:] == ()
        [chain] = self.found.chains
        return chain

    @property
    def causes(self) -> list[tuple[str, int | None]]:
        return [(problem.cause.value, problem.position) for problem in self.chain.problems]

    def failing(self) -> list[str]:
        """Ids of the checks that fail, in the order of the ids; every finding else passes or does not apply."""
        return [name for name, outcomes in outcomes_of(self.found).items() if "fail" in outcomes]


CHECKS = {
    "TLS001": certificate_trusted,
    "TLS002": lambda found: certificate_not_expiring(found, TlsPolicy()),
    "TLS020": chain_complete,
    "TLS021": host_name_covered,
    "TLS022": certificate_keys_strong,
    "TLS023": certificate_signatures_strong,
    "TLS024": must_staple_honoured,
    "TLS026": private_lifetime_short,
    "TLS027": pins_met,
    "TLS028": certificate_already_valid,
}


def outcomes_of(found: Certificates) -> dict[str, list[str]]:
    return {name: [str(finding.outcome) for finding in check(found)] for name, check in CHECKS.items()}


def test_a_good_server(folder, trusting):
    presented = Presented(server_side(folder, GOOD, CA), trusting)
    chain = presented.chain
    leaf, intermediate = chain.certificates
    assert chain == ServedChain(
        f"https://{API}:{presented.server.port}",
        API,
        protocol="TLSv1.3",
        certificates=(leaf, intermediate),
        path=(0, 1),
        anchor=chain.anchor,
        verified=True,
        trusted=True,
    )
    assert (leaf.subject, leaf.issuer, leaf.names) == ("the api", "Intermediate", (API, "192.0.2.7"))
    assert (leaf.not_after, leaf.key) == (NOW + 89 * DAY, Key("EC", 256, "secp256r1"))
    assert leaf.sha256 == hashlib.sha256(GOOD.der).hexdigest()
    assert chain.anchor.sha256 == hashlib.sha256(ROOT.der).hexdigest()
    assert presented.failing() == []
    # one handshake, and one hello that asks for a certificate of the other kind of key
    assert (presented.server.server_names, presented.server.connections) == ([API, API], 1)


SELF = make("self", kind="rsa-2048", ca=True, **FRESH)
RETIRED = below(ROOT, "Retired", begins=NOW - 100 * DAY, ends=NOW - DAY)
PLAIN = make("Plain", by=ROOT, names=None, **FRESH)
TWIN = below(root("Other root", **FRESH, kind="ec-521"), kind="ec-256", **FRESH)
BOUND = below(ROOT, "Bound", extensions=[x509.NameConstraints([x509.DNSName("other.test")], None)], **FRESH)
CASES = {
    "expired": ((make(by=CA, begins=NOW - 9 * DAY, ends=NOW - 2 * DAY), CA), [("expired", 0)], ["TLS002"]),
    "not yet valid": (
        (make(by=CA, begins=NOW + 5 * DAY, ends=NOW + 90 * DAY), CA),
        [("not-yet-valid", 0)],
        ["TLS028"],
    ),
    "six days left": ((make(by=CA, begins=NOW - DAY, ends=NOW + 6 * DAY), CA), [], ["TLS002"]),
    "another name": ((make(by=CA, names=("other.test",), **FRESH), CA), [("other-name", 0)], ["TLS021"]),
    "a common name only": ((make(API, by=CA, names=None, **FRESH), CA), [("no-name", 0)], ["TLS021"]),
    "a wildcard": ((make(by=CA, names=("*.example.com",), **FRESH), CA), [], []),
    "a wildcard of two labels": ((make(by=CA, names=("*.com",), **FRESH), CA), [("other-name", 0)], ["TLS021"]),
    "a wildcard inside": ((make(by=CA, names=("a*.example.com",), **FRESH), CA), [("other-name", 0)], ["TLS021"]),
    "a wildcard below": (
        (make(by=CA, names=("*.api.example.com",), **FRESH), CA),
        [("other-name", 0)],
        ["TLS021"],
    ),
    "a name with a dot at its end": (
        (make(by=CA, names=(f"{API}.",), **FRESH), CA),
        [("other-name", 0)],
        ["TLS021"],
    ),
    "self-signed": ((SELF,), [("self-signed", 0)], ["TLS001"]),
    "no intermediate": ((GOOD,), [("incomplete-chain", 0)], ["TLS001", "TLS020"]),
    "an unknown root": (
        (make(by=root("Strange"), **FRESH), root("Strange")),
        [("unknown-root", 1)],
        ["TLS001"],
    ),
    "an intermediate that has expired": (
        (make(by=RETIRED, **FRESH), RETIRED),
        [("expired", 1)],
        ["TLS002"],
    ),
    "an issuer that is none": (
        (make(by=PLAIN, **FRESH), PLAIN),
        [("issuer-is-no-authority", 1)],
        ["TLS001"],
    ),
    "another purpose": (
        (make(by=CA, usages=[ExtendedKeyUsageOID.CLIENT_AUTH], **FRESH), CA),
        [("purpose", 0)],
        ["TLS001"],
    ),
    "an authority as a leaf": ((make(by=CA, ca=True, **FRESH), CA), [("leaf-is-an-authority", 0)], ["TLS001"]),
    "another key than its issuer's": (
        (make(by=CA, signed_by=PLAIN.key, **FRESH), below(ROOT, kind="ec-521", **FRESH)),
        [("bad-signature", 0)],
        ["TLS001"],
    ),
    "the root included": ((GOOD, CA, ROOT), [], []),
    "the wrong order": ((GOOD, ROOT, CA), [], []),
    "superfluous ones": ((GOOD, PLAIN, CA, SELF), [], []),
    "a cross-signed intermediate": ((GOOD, CA, TWIN), [], []),
    "a cross-signed intermediate, the strange one first": (
        (GOOD, TWIN, CA),
        [("refused", None)],  # OpenSSL does not turn back, and so do many clients
        ["TLS001"],
    ),
    "801 days of a private authority": (
        (make(by=CA, begins=NOW - 400 * DAY, ends=NOW + 401 * DAY), CA),
        [],
        ["TLS026"],
    ),
    "must-staple, and no staple": ((make(by=CA, must_staple=True, **FRESH), CA), [], ["TLS024"]),
    "Ed25519": ((make(by=CA, kind="ed25519", **FRESH), CA), [], []),
    "P-521": ((make(by=CA, kind="ec-521", **FRESH), CA), [], []),
    "a name that its authority must not vouch for": (
        (make(by=BOUND, **FRESH), BOUND),
        [("refused", None)],
        ["TLS001"],
    ),
    "RSA-1024": ((make(by=CA, kind="rsa-1024", **FRESH), CA), [], ["TLS022"]),
    "a signature in PSS": (
        (make(by=SELF, kind="rsa-2048", pss=True, **FRESH), SELF),
        [("unknown-root", 1)],
        ["TLS001"],
    ),
    "RSA-1024, SHA-1, self-signed": (
        (weakened(make("old", kind="rsa-1024", ca=True, begins=NOW - DAY, ends=NOW + 800 * DAY)),),
        [("self-signed", 0)],
        ["TLS001", "TLS022", "TLS023", "TLS026"],
    ),
    "everything at once": (
        (make("old", kind="rsa-1024", names=("other.test",), begins=NOW - 900 * DAY, ends=NOW - DAY),),
        [("self-signed", 0), ("expired", 0), ("other-name", 0)],
        ["TLS001", "TLS002", "TLS021", "TLS022", "TLS026"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_cause_is_named_apart(folder, trusting, case):
    served, causes, failing = CASES[case]
    presented = Presented(server_side(folder, *served), trusting)
    assert (presented.causes, presented.failing()) == (causes, failing)
    assert presented.chain.verified is (not causes or presented.chain.refusal == "")


def test_the_causes_are_openssls_too(folder, trusting):
    """Only what it stops at, where several things are wrong."""
    said = {}
    for case in ("expired", "not yet valid", "another name", "self-signed", "no intermediate"):
        said[case] = Presented(server_side(folder, *CASES[case][0]), trusting).chain.refusal
    assert said == {
        "expired": "certificate has expired",
        "not yet valid": "certificate is not yet valid",
        "another name": f"Hostname mismatch, certificate is not valid for '{API}'",
        "self-signed": "self-signed certificate",
        "no intermediate": "unable to get local issuer certificate",
    }


def digests(made) -> tuple[str, str]:
    from auditor.probes.tls.reading import read_certificate

    says = read_certificate(made.der).says
    return says.sha256, says.spki_sha256


class TestTwoKeys:
    """A server with one certificate for elliptic curves and one for RSA."""

    @staticmethod
    def look(folder, trusting, other, *more) -> Presented:
        context = server_side(folder, other, *more)
        (folder / "chain.pem").write_bytes(GOOD.pem + CA.pem)
        (folder / "key.pem").write_bytes(GOOD.key_pem)
        context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
        return Presented(context, trusting)

    def test_both_are_looked_at(self, folder, trusting):
        presented = self.look(folder, trusting, make("for RSA", by=CA, kind="rsa-2048", **FRESH), CA)
        first, second = presented.found.chains
        assert (first.certificates[0].subject, second.certificates[0].subject) == ("the api", "for RSA")
        assert second.subject == f"{first.subject} (RSA certificate)"
        assert (first.protocol, second.protocol, second.verified) == ("TLSv1.3", "TLSv1.2", True)
        assert presented.failing() == []

    def test_the_one_that_new_clients_never_see_fails(self, folder, trusting):
        old = make("for RSA", by=CA, kind="rsa-1024", begins=NOW - 9 * DAY, ends=NOW - DAY)
        presented = self.look(folder, trusting, old, CA)
        assert presented.failing() == ["TLS002", "TLS022"]
        findings = [f for f in CHECKS["TLS002"](presented.found) if f.outcome == "fail"]
        assert [f.subject for f in findings] == [f"https://{API}:{presented.server.port} (RSA certificate)"]


class TestPins:
    @pytest.mark.parametrize("form", [0, 1], ids=["certificate", "key"])
    def test_a_self_signed_certificate(self, folder, form):
        pin = digests(SELF)[form]
        presented = Presented(server_side(folder, SELF), TlsSettings(pins=(pin,)))
        assert (presented.chain.pinned, presented.chain.verified, presented.causes) == (pin, True, [])
        assert presented.failing() == []

    def test_an_authority_of_the_chain(self, folder):
        pin = digests(CA)[0]
        presented = Presented(server_side(folder, GOOD, CA), TlsSettings(pins=(pin,)))
        assert (presented.chain.pinned, presented.chain.path, presented.failing()) == (pin, (0, 1), [])

    def test_a_leaf_without_its_chain(self, folder):
        assert Presented(server_side(folder, GOOD), TlsSettings(pins=(digests(GOOD)[0],))).failing() == []

    def test_a_pin_does_not_excuse_name_and_dates(self, folder):
        old = make(names=("other.test",), begins=NOW - 9 * DAY, ends=NOW - DAY)
        presented = Presented(server_side(folder, old), TlsSettings(pins=(digests(old)[0],)))
        assert presented.causes == [("expired", 0), ("other-name", 0)]
        assert presented.failing() == ["TLS002", "TLS021"]
        assert (presented.chain.verified, presented.chain.trusted) == (False, True)

    def test_a_certificate_that_did_not_sign_the_leaf_vouches_for_nothing(self, folder):
        presented = Presented(server_side(folder, SELF, CA), TlsSettings(pins=(digests(CA)[0],)))
        assert presented.failing() == ["TLS001"]
        assert presented.chain.trusted is False

    def test_a_pin_of_nothing_served(self, folder, trusting):
        presented = Presented(server_side(folder, GOOD, CA), replace(trusting, pins=(digests(SELF)[0],)))
        assert presented.failing() == ["TLS027"]


class TestTrust:
    def test_a_self_signed_certificate_as_an_authority(self, folder):
        (folder / "self.pem").write_bytes(SELF.pem)
        presented = Presented(server_side(folder, SELF), TlsSettings(folder / "self.pem", "custom"))
        assert (presented.failing(), presented.chain.path) == ([], (0,))

    def test_only_the_systems(self, folder):
        assert Presented(server_side(folder, GOOD, CA), TlsSettings(folder / "root.pem", "system")).failing() == [
            "TLS001"
        ]

    def test_both(self, folder):
        assert Presented(server_side(folder, GOOD, CA), TlsSettings(folder / "root.pem", "both")).failing() == []

    def test_a_ca_file_that_is_not_there(self, tmp_path):
        async def main():
            async with way(api=f"https://{API}", tls=TlsSettings(tmp_path / "none.pem", "custom")) as to:
                return await certificates(to.environment, to.dialer)

        with pytest.raises(Unavailable, match="cannot be read"):
            run(main())


class TestAddresses:
    def test_ipv4(self, folder, trusting):
        served = server_side(folder, make(by=CA, names=("127.0.0.1",), **FRESH), CA)
        assert Presented(served, trusting, host="127.0.0.1").failing() == []

    def test_a_dns_name_that_looks_like_one(self, folder, trusting):
        names = x509.SubjectAlternativeName([x509.DNSName("127.0.0.1")])
        served = server_side(folder, make(by=CA, names=None, extensions=[names], **FRESH), CA)
        presented = Presented(served, trusting, host="127.0.0.1")
        assert presented.causes == [("other-name", 0)]
        assert presented.chain.verified is False

    def test_ipv6(self, folder, trusting):
        served = server_side(folder, make(by=CA, names=("::1",), **FRESH), CA)
        assert Presented(served, trusting, host="::1", listens="::1").failing() == []

    def test_a_dot_at_the_end(self, folder, trusting):
        assert Presented(server_side(folder, GOOD, CA), trusting, host=f"{API}.").failing() == []


class TestStaple:
    def test_it_came(self, folder, trusting, monkeypatch):
        leaf = make(by=CA, must_staple=True, **FRESH)
        answer = staple(leaf, CA, begins=NOW - DAY, ends=NOW + DAY)

        async def served(server):
            return probes.Flight((leaf.der, CA.der), answer)

        monkeypatch.setattr(probes, "served", served)
        presented = Presented(server_side(folder, leaf, CA), trusting)
        assert presented.failing() == []
        assert presented.chain.staple.status == "good"

    def test_nobody_asks_where_nobody_would_answer(self, folder, trusting):
        presented = Presented(server_side(folder, GOOD, CA), trusting)
        assert (presented.chain.staple_asked, presented.server.connections) == (False, 1)

    def test_of_another_certificate_of_the_same_server(self, folder, trusting, monkeypatch):
        async def served(server):
            return probes.Flight((GOOD.der,), b"")

        monkeypatch.setattr(probes, "served", served)
        presented = Presented(server_side(folder, make(by=CA, must_staple=True, **FRESH), CA), trusting)
        assert outcomes_of(presented.found)["TLS024"] == ["error"]


@contextmanager
def blocking(context):
    """A server that shakes hands as OpenSSL does by itself, alerts included."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(10)

        def serve_all():
            while True:
                try:
                    with listener.accept()[0] as raw, context.wrap_socket(raw, server_side=True) as secured:
                        secured.recv(100)
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        thread = threading.Thread(target=serve_all)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


class TestClientCertificates:
    """Who must show a certificate shows its own all the same."""

    @staticmethod
    def look(context, settings) -> Certificates:
        async def main(port):
            async with way(api=f"https://{API}:{port}", absent=NO_FRONTEND, resolve=HERE, tls=settings) as to:
                return await certificates(to.environment, to.dialer)

        with blocking(context) as port:
            return run(main(port))

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_demanded(self, folder, trusting, version):
        context = server_side(folder, GOOD, CA, verify_mode=ssl.CERT_REQUIRED, maximum_version=version)
        context.load_verify_locations(folder / "root.pem")
        found = self.look(context, trusting)
        assert {name for name, outcomes in outcomes_of(found).items() if "fail" in outcomes} == set()
        assert (found.chains[0].trusted, found.chains[0].path) == (True, (0, 1))

    @pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
    def test_demanded_by_one_that_is_not_trusted(self, folder, trusting, version):
        context = server_side(folder, SELF, verify_mode=ssl.CERT_REQUIRED, maximum_version=version)
        context.load_verify_locations(folder / "root.pem")
        assert [problem.cause for problem in self.look(context, trusting).chains[0].problems] == [Cause.SELF_SIGNED]

    def test_demanded_and_cut_off_without_a_word(self, folder, trusting):
        """No alert, no proof of the key: no pass."""
        context = server_side(folder, GOOD, CA, verify_mode=ssl.CERT_REQUIRED, maximum_version=ssl.TLSVersion.TLSv1_2)
        context.load_verify_locations(folder / "root.pem")
        presented = Presented(context, trusting)
        assert presented.chain.verified is None
        assert "cut the connection during the TLS handshake" in presented.chain.refusal
        assert outcomes_of(presented.found)["TLS001"] == ["error"]
        assert outcomes_of(presented.found)["TLS021"] == ["pass"]


class TestOldServers:
    def test_tls_1_0_is_judged_elsewhere(self, folder, trusting):
        old = ssl.TLSVersion.TLSv1
        with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
            context = server_side(folder, GOOD, CA, minimum_version=old, maximum_version=old)
        presented = Presented(context, trusting)
        assert (presented.chain.protocol, presented.failing()) == ("TLSv1", [])

    def test_one_that_openssl_cannot_talk_to(self, folder, trusting, monkeypatch):
        """P-224 is not among the curves that its client offers: the audit's own hello reads the chain."""
        leaf = make(by=CA, kind="ec-224", **FRESH)
        presented = Presented(server_side(folder, leaf, CA), trusting)
        chain = presented.chain
        assert [one.subject for one in chain.certificates] == ["", "Intermediate"]
        assert (chain.verified, chain.trusted, chain.anchor.subject) == (None, None, "Root")
        outcomes = outcomes_of(presented.found)
        assert (outcomes["TLS001"], outcomes["TLS022"]) == (["error"], ["fail"])


class TestTrouble:
    def test_not_encrypted(self):
        async def main():
            async with way(api="http://127.0.0.1:1", absent=NO_FRONTEND) as to:
                return await certificates(to.environment, to.dialer)

        found = run(main())
        assert found.chains == (ServedChain("http://127.0.0.1:1", "127.0.0.1", encrypted=False),)
        assert outcomes_of(found)["TLS001"] == ["fail"]
        assert {tuple(outcomes) for name, outcomes in outcomes_of(found).items() if name != "TLS001"} == {
            ("not-applicable",)
        }

    def test_plain_http_on_the_https_port(self, trusting):
        async def bad_request(reader, writer):
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        presented = Presented(None, trusting, handler=bad_request)
        assert presented.found.chains == ()
        assert "does not speak TLS" in presented.found.gaps[1].reason

    @pytest.mark.parametrize("behaviour", ["hangs", "drips", "closes", "resets"])
    def test_a_server_that_does_not_finish(self, trusting, monkeypatch, behaviour):
        async def handler(reader, writer):
            if behaviour == "hangs":
                await silent(reader, writer)
            await reader.read(100)
            if behaviour == "drips":
                record = b"\x16\x03\x03\x40\x00" + bytes(100)
                for byte in record:
                    writer.write(bytes((byte,)))
                    await writer.drain()
                    await asyncio.sleep(0.05)
            if behaviour == "closes":
                writer.close()

        monkeypatch.setattr(probes, "_SECONDS", 0.3)
        presented = Presented(None, trusting, handler=handler)
        assert presented.found.chains == ()
        [gap] = presented.found.gaps[1:]
        expected = "no answer to the TLS handshake" if behaviour in ("hangs", "drips") else "cut the connection"
        assert expected in gap.reason

    def test_nobody_listens(self, trusting):
        async def main():
            async with way(api="https://127.0.0.1:1", frontend="https://name.invalid", tls=trusting) as to:
                return await certificates(to.environment, to.dialer)

        found = run(main())
        assert found.chains == ()
        assert [gap.reason.split(" by ")[0].split(" (")[0] for gap in found.gaps] == [
            "the name name.invalid does not resolve",
            "connection refused",
        ]

    def test_each_origin_is_looked_at_once(self, folder, trusting):
        async def main():
            both = make(by=CA, names=(API, APP), **FRESH)
            async with serve(tls=server_side(folder, both, CA)) as server:
                port = server.port
                async with way(
                    frontend=f"https://{APP}:{port}",
                    api=f"https://{API}:{port}/v1",
                    supabase=Supabase(f"https://{API}:{port}"),
                    resolve=HERE,
                    tls=trusting,
                ) as to:
                    return await certificates(to.environment, to.dialer), server

        found, server = run(main())
        assert [c.subject for c in found.chains] == [f"https://{APP}:{server.port}", f"https://{API}:{server.port}"]
        assert server.connections == 2

    def test_it_says_which_surfaces_are_missing(self):
        async def main():
            async with way(absent=frozenset({"api"})) as to:
                return await certificates(to.environment, to.dialer)

        assert run(main()).gaps == (
            Gap(
                "frontend",
                "the checklist names no frontend in [env.test]",
                "add `frontend` to [env.test], or put it in `absent` if the stack has none",
            ),
            Gap("api", "the checklist declares api absent", absent=True),
        )


class TestDatabase:
    """PostgreSQL: TLS begins after an SSLRequest."""

    @staticmethod
    def look(settings, context=None, *, answer=b"S", host=API):
        async def handler(reader, writer):
            assert await reader.readexactly(8) == b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
            writer.write(answer)
            await writer.drain()
            if context and answer == b"S":
                await writer.start_tls(context)
            await silent(reader, writer)

        async def main():
            async with serve(handler) as server:
                url = Secret(f"postgresql://app:secret@{host}:{server.port}/app", "database URL")
                async with way(database=url, resolve=HERE, tls=settings) as to:
                    return await database_certificates(to.databases, to.dialer), server.port

        found, port = run(main())
        return found, [str(finding.outcome) for finding in certificate_verifies(found, TlsPolicy())], port

    def test_verified(self, folder, trusting):
        found, outcomes, port = self.look(trusting, server_side(folder, GOOD, CA))
        [chain] = found.chains
        assert (chain.subject, chain.host, chain.verified, outcomes) == (f"{API}:{port}", API, True, ["pass"])

    def test_every_cause_is_told(self, folder, trusting):
        old = make(kind="rsa-1024", names=("other.test",), begins=NOW - 9 * DAY, ends=NOW - DAY)
        found, outcomes, _ = self.look(trusting, server_side(folder, old))
        assert [p.cause.value for p in found.chains[0].problems] == ["self-signed", "expired", "other-name"]
        assert outcomes == ["fail"] * 4

    def test_without_tls(self, trusting):
        found, outcomes, port = self.look(trusting, answer=b"N")
        assert found.chains == (ServedChain(f"{API}:{port}", API, encrypted=False),)
        assert outcomes == ["fail"]

    @pytest.mark.parametrize("answer", [b"E", b"SS", b""])
    def test_another_answer_is_a_gap(self, trusting, answer, monkeypatch):
        monkeypatch.setattr(probes, "_SECONDS", 0.3)
        found, outcomes, port = self.look(trusting, answer=answer)
        assert (found.chains, outcomes, [gap.subject for gap in found.gaps]) == ((), [], [f"{API}:{port}"])

    def test_a_unix_socket(self, trusting):
        async def main():
            url = Secret("postgresql:///app?host=/tmp", "database URL")
            async with way(database=url, tls=trusting) as to:
                return await database_certificates(to.databases, to.dialer)

        found = run(main())
        assert (found.chains, found.gaps) == ((), ())
        assert [f.outcome for f in certificate_verifies(found, TlsPolicy())] == ["not-applicable"]
