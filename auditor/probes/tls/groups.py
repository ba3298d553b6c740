"""In which groups a server exchanges keys."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.tls import Version
from auditor.probes.tls.ask import Reply
from auditor.probes.tls.elimination import Asker, Found, Question, chain, chains
from auditor.probes.tls.hello import Hello
from auditor.probes.tls.registry import CURVES, GROUPS, OLD_CURVES, suite

_CHAINS = 5
_BY_NAME = {"secp256r1": 0x0017, "secp384r1": 0x0018, "secp521r1": 0x0019, "secp224r1": 0x0015, "secp256k1": 0x0016,
            "brainpoolP256r1": 0x001A, "brainpoolP384r1": 0x001B, "brainpoolP512r1": 0x001C}  # fmt: skip


async def groups13(asker: Asker, suites: tuple[int, ...]) -> Found:
    """The groups of TLS 1.3, from HelloRetryRequests.

    Args:
        asker: asks the server.
        suites: those that it accepts.
    """
    question = _question(asker, Version.TLS1_3, suites)
    return await chains(asker, question, GROUPS, _CHAINS)


async def curves(asker: Asker, version: Version, replies: dict[int, Reply], good: bool) -> tuple[Found, Found]:
    """The curves of TLS 1.2 and older, from key exchanges: the good ones, and those that are deprecated.

    A server whose certificate has a curve of its own refuses whoever does not offer that one too: it stays on offer,
    at the end, and where the server prefers it, what else it would take cannot be told.

    Args:
        asker: asks the server.
        version: the newest of those versions on offer.
        replies: the suites that it accepts there.
        good: ask for the good ones too.
    """
    usable = {number: reply for number, reply in replies.items() if reply.curve}
    if not usable:
        told = not any("_ECDHE_" in suite(number) or "_ECDH_anon" in suite(number) for number in replies)
        return Found(complete=told), Found(complete=told)
    free = tuple(number for number in usable if "_ECDSA_" not in suite(number))
    anchor = -1 if free else certificate_curve(usable)
    if anchor == 0:  # a refusal may be about that one
        return Found(complete=False), Found(complete=False)
    question = _question(asker, version, free or tuple(usable), anchor)
    found = Found()
    if good:
        found = await chain(asker, question, [curve for curve in CURVES if curve != anchor])
        if anchor in CURVES:
            found.replies |= (await chain(asker, replace(question, last=-1), [anchor])).replies
    return found, await chain(asker, question, [curve for curve in OLD_CURVES if curve != anchor])


def certificate_curve(replies: dict[int, Reply]) -> int:
    """The curve of the key in the server's certificate; -1: it has none; 0: one that nobody can tell.

    Args:
        replies: answers with the server's chain.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    found = -1
    for reply in replies.values():
        try:
            key = x509.load_der_x509_certificate(reply.chain[0]).public_key()
        except (ValueError, TypeError, IndexError, UnsupportedAlgorithm):
            found = 0
            continue
        if isinstance(key, EllipticCurvePublicKey):
            return _BY_NAME.get(key.curve.name, 0)
    return found


def _question(asker: Asker, version: Version, suites: tuple[int, ...], last: int = -1) -> Question:
    name = asker.server.server_name

    def hello(groups: tuple[int, ...]) -> Hello:
        return Hello(version, suites, groups, name)

    def picked(reply: Reply) -> int:
        if version is Version.TLS1_3:
            return reply.hello.group if reply.hello else -1
        return reply.curve

    return Question(version, hello, picked, last)
