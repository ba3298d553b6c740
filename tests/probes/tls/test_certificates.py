"""Chains as bytes: what is found in them without any server."""

from __future__ import annotations

import time
from pathlib import Path

import certifi
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import TlsSettings
from auditor.facts.certificates import Cause, Problem, ServedChain
from auditor.probes.net.trust import ssl_context
from auditor.probes.tls.anchors import Anchors, Authorities, anchors_of, public_roots
from auditor.probes.tls.certificates import read_chain
from auditor.probes.tls.reading import UnreadableCertificate, read_certificate
from auditor.probes.tls.verdicts import Verdict, Verdicts

from .made import DAY, HOST, NOW, below, make, root

ROOT = root()
CA = below(ROOT)
LEAF = make("leaf", by=CA)
ONLY = Authorities([ROOT.der])
TRUSTED = Anchors(ONLY)
NOBODY = Anchors()
YES = Verdict(True, path=(LEAF.der, CA.der, ROOT.der))


def read(*served, anchors=TRUSTED, host=HOST, when=NOW, **options) -> ServedChain:
    return read_chain("https://x", host, [one.der for one in served], anchors=anchors, when=when, **options)


def causes(chain: ServedChain) -> list[tuple[str, int | None]]:
    return [(problem.cause.value, problem.position) for problem in chain.problems]


def test_what_openssl_accepts():
    says = [read_certificate(one.der).says for one in (LEAF, CA, ROOT)]
    assert read(LEAF, CA, verdicts=Verdicts(YES, YES), protocol="TLSv1.3") == ServedChain(
        "https://x",
        HOST,
        protocol="TLSv1.3",
        certificates=(says[0], says[1]),
        path=(0, 1),
        anchor=says[2],
        verified=True,
        trusted=True,
    )


def test_nothing_is_trusted_without_a_verdict():
    chain = read(LEAF, CA)
    assert (chain.verified, chain.trusted, chain.problems, chain.path) == (None, None, (), (0, 1))


def test_texts_name_the_certificate_at_fault():
    old = below(ROOT, "Old", begins=NOW - 9 * DAY, ends=NOW - DAY)
    future = make(
        by=old, names=("a.test", "b.test", "c.test", "d.test", "e.test", "f.test", "g.test"), begins=NOW + DAY
    )
    assert [problem.text for problem in read(future, old).problems] == [
        "the certificate is not valid before 2026-11-25 18:00 UTC",
        'certificate 1 "Old" has expired on 2026-11-23 18:00 UTC',
        "the certificate is for a.test, b.test, c.test, d.test, e.test and 2 more, not for api.example.com",
    ]


def test_no_name():
    assert [problem.text for problem in read(make(HOST, by=CA, names=None), CA).problems] == [
        'the certificate names no host (subjectAltName); "api.example.com" as its common name does not count'
    ]


def test_a_missing_intermediate_can_be_had_somewhere():
    [problem] = read(make(by=CA, issuer_at="http://ca.example/i.der")).problems
    assert problem == Problem(
        Cause.INCOMPLETE,
        'the certificate is issued by "Intermediate", which is neither served nor trusted: the intermediate '
        "certificate is missing (to be had at http://ca.example/i.der), or the authority is not known here",
        0,
    )


def test_a_leaf_that_only_it_could_be_seen_is_not_called_incomplete():
    assert causes(read(LEAF, whole=False)) == [("unknown-root", 0)]


def test_an_unknown_root():
    assert [p.text for p in read(LEAF, CA, anchors=NOBODY).problems] == [
        'certificate 1 "Intermediate" is issued by "Root", which is neither served nor trusted: it is not known here, '
        "or a further intermediate certificate is missing"
    ]
    assert [p.text for p in read(LEAF, CA, ROOT, anchors=NOBODY).problems] == [
        'the chain ends at certificate 2 "Root", a root that is not trusted'
    ]


def test_a_public_root_that_the_checklist_leaves_out():
    known = Anchors(known=ONLY)
    [problem] = read(LEAF, CA, anchors=known).problems
    assert (problem.cause, problem.position) == (Cause.UNKNOWN_ROOT, 1)
    assert "a public authority that the checklist does not trust" in problem.text


@pytest.mark.parametrize("known", [Authorities(), ONLY], ids=len)
def test_whether_the_root_is_public(known):
    chain = read(LEAF, CA, anchors=Anchors(ONLY, known))
    assert chain.public is (known is ONLY)


def test_the_same_root_in_another_certificate_is_as_public():
    again = root(ends=NOW + 99 * DAY)
    assert again.der != ROOT.der
    assert read(LEAF, CA, anchors=Anchors(ONLY, Authorities([again.der]))).public


def test_a_root_of_that_name_only_is_not():
    other = root(kind="ec-521")
    assert not read(LEAF, CA, anchors=Anchors(ONLY, Authorities([other.der]))).public


def test_an_expired_root():
    gone = root("Gone", begins=NOW - 99 * DAY, ends=NOW - DAY)
    leaf = make(by=gone)
    chain = read(leaf, anchors=Anchors(Authorities([gone.der])))
    assert chain.problems == (Problem(Cause.EXPIRED, 'the root "Gone" has expired on 2026-11-23 18:00 UTC', None),)


def test_an_expired_certificate_beside_the_way_harms_nobody():
    aside = below(root("Old root"), "Aside", begins=NOW - 9 * DAY, ends=NOW - DAY)
    assert causes(read(LEAF, aside, CA)) == []


def test_two_ways():
    """Cross-signed: one issuer has a root that nobody knows."""
    twin = below(root("Other root"))
    for served in ((LEAF, twin, CA), (LEAF, CA, twin)):
        chain = read(*served)
        assert (causes(chain), served[chain.path[1]], chain.anchor.subject) == ([], CA, "Root")


class TestDisagreement:
    def test_what_openssl_refuses_for_no_reason_found_here(self):
        no = Verdict(False, "permitted subtree violation", 47)
        assert read(LEAF, CA, verdicts=Verdicts(no, no)).problems == (
            Problem(Cause.REFUSED, "OpenSSL refuses it: permitted subtree violation", None),
        )

    @pytest.mark.parametrize(
        ("code", "words"),
        [(10, "certificate has expired"), (62, "hostname mismatch"), (20, "unable to get local issuer"), (9999, "new")],
    )
    def test_a_reason_that_is_not_found_here(self, code, words):
        no = Verdict(False, words, code)
        chain = read(LEAF, CA, verdicts=Verdicts(no, Verdict(True, path=YES.path)))
        assert [problem.text for problem in chain.problems] == [f"OpenSSL refuses it: {words}"]

    def test_another_reason_than_the_one_found_here(self):
        no = Verdict(False, "certificate has expired", 10)
        chain = read(make(by=CA, names=("other.test",)), CA, verdicts=Verdicts(no, Verdict(True)))
        assert causes(chain) == [("other-name", 0), ("refused", None)]

    def test_what_openssl_accepts_and_is_wrong(self):
        chain = read(LEAF, CA, host="other.test", when=NOW + 900 * DAY, verdicts=Verdicts(YES, YES))
        assert (causes(chain), chain.verified) == ([("expired", 0), ("other-name", 0)], True)

    def test_a_broken_handshake_is_no_refusal(self):
        broken = Verdict(None, "it hung up")
        chain = read(LEAF, CA, verdicts=Verdicts(broken, broken))
        assert (chain.problems, chain.verified, chain.refusal) == ((), None, "it hung up")


class TestTrouble:
    def test_no_certificate(self):
        with pytest.raises(UnreadableCertificate, match="https://x presents no certificate"):
            read()

    def test_a_hundred_is_enough(self):
        with pytest.raises(UnreadableCertificate, match="presents 101 certificates"):
            read(*[LEAF] * 101)

    def test_which_one_cannot_be_read_is_told(self):
        for ders, which in (([b"x", CA.der], "the certificate"), ([LEAF.der, b"x"], "certificate 1 of the chain")):
            with pytest.raises(UnreadableCertificate, match=f"^{which} of https://x: it cannot be read"):
                read_chain("https://x", HOST, ders, anchors=TRUSTED, when=NOW)

    def test_extensions_that_cannot_be_read(self):
        broken = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.37"), b"\x05\0")
        chain = read(make(by=CA, extensions=[broken]), CA)
        assert chain.leaf.flaw.startswith("its extensions cannot be read")
        assert causes(chain) == []  # the names are for OpenSSL to judge

    def test_fifty_certificates(self):
        chain = [ROOT]
        for number in range(49):
            chain.append(below(chain[-1], f"CA {number}"))
        chain.append(make(by=chain[-1]))
        found = read(*reversed(chain[1:]))
        assert (found.path, causes(found)) == (tuple(range(50)), [])

    def test_a_crowd_of_the_same_name_costs_no_time(self):
        """Everyone could have signed everyone."""
        crowd = [below(ROOT, "Same", kind="rsa-2048", issuer_name="Same") for _ in range(98)]
        leaf = make(by=crowd[0], signed_by=LEAF.key)
        started = time.monotonic()
        assert causes(read(leaf, *crowd)) != []
        assert time.monotonic() - started < 5

    def test_a_circle(self):
        one = below(ROOT, "One", issuer_name="Two")
        two = below(one, "Two", issuer_name="One")
        chain = read(make(by=one), one, two, anchors=NOBODY)
        assert (chain.anchor, "unknown-root" in dict(causes(chain))) == (None, True)

    @given(st.data())
    @settings(deadline=None, max_examples=200)
    def test_any_change_is_told_or_refused(self, data):
        ders = [bytearray(one.der) for one in (LEAF, CA, ROOT)]
        for _ in range(data.draw(st.integers(1, 4))):
            der = data.draw(st.sampled_from(ders))
            der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
        try:
            chain = read_chain("https://x", HOST, list(map(bytes, ders)), anchors=TRUSTED, when=NOW)
        except UnreadableCertificate:
            return
        assert isinstance(chain, ServedChain)
        assert chain.table()


class TestAnchors:
    @staticmethod
    def of(settings) -> Anchors:
        return anchors_of(settings, ssl_context(settings))

    def test_of_a_file(self, tmp_path):
        file = tmp_path / "ca.pem"
        file.write_bytes(b"# ours\n" + ROOT.pem + b"and\n" + LEAF.pem)
        found = self.of(TlsSettings(file, "custom"))
        assert (len(found.trusted), ROOT.der in found.trusted, LEAF.der in found.trusted) == (2, True, True)
        assert found.known is public_roots()

    def test_of_the_system_and_a_file(self, tmp_path):
        file = tmp_path / "ca.pem"
        file.write_bytes(ROOT.pem)
        both, system = self.of(TlsSettings(file, "both")).trusted, self.of(TlsSettings()).trusted
        assert len(both) == len(system) + 1
        assert [ROOT.der in one for one in (both, system)] == [True, False]

    def test_by_name(self):
        twin, broken = root(kind="ec-521"), b"no certificate"
        found = Authorities([ROOT.der, CA.der, twin.der, broken])
        assert [one.der for one in found.named(ROOT.certificate.subject)] == [ROOT.der, twin.der]
        assert list(found.named(LEAF.certificate.subject)) == []

    def test_the_public_ones_are_public(self):
        roots = public_roots()
        assert len(roots) > 50
        first = x509.load_pem_x509_certificate(Path(certifi.where()).read_bytes())
        assert Anchors(known=roots).is_public(read_certificate(first.public_bytes(Encoding.DER)))
        assert not Anchors(known=roots).is_public(read_certificate(ROOT.der))
