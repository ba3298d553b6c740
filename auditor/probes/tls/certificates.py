"""Reads a served chain and names everything that is wrong with it: DER and verdicts in, facts out.

OpenSSL stops at the first thing that it does not like, and calls a missing intermediate and an unknown root by the same
name. So the chain is looked at here too, and each cause is named with the certificate at fault. The verdict stays
OpenSSL's: what it refuses for no reason that is found here is a problem in its own words, and what it accepts is a
problem nevertheless when one is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from auditor.facts.certificates import Cause, Certificate, Problem, ServedChain
from auditor.probes.tls.anchors import Anchors
from auditor.probes.tls.names import covers
from auditor.probes.tls.paths import Way, find_way, issuer_among, self_signed
from auditor.probes.tls.reading import Read, UnreadableCertificate, read_certificate
from auditor.probes.tls.staples import read_staple
from auditor.probes.tls.verdicts import Verdict, Verdicts

MOST_CERTIFICATES = 100
"""Of one chain."""
_SHOWN_NAMES = 5
_SERVER = frozenset({"1.3.6.1.5.5.7.3.1", "2.5.29.37.0"})
"""serverAuth and anyExtendedKeyUsage."""


def read_chain(
    subject: str,
    host: str,
    ders: Sequence[bytes],
    *,
    anchors: Anchors,
    when: datetime,
    verdicts: Verdicts = Verdicts(),  # noqa: B008  it is frozen
    protocol: str = "",
    whole: bool = True,
    staple: bytes | None = None,
) -> ServedChain:
    """What a served chain says, and every problem that it has.

    Args:
        subject: whose it is, for reports.
        host: the name or address that it must carry.
        ders: the certificates as they were served, the leaf first.
        anchors: whom to trust.
        when: now.
        verdicts: OpenSSL's. Without them nothing counts as trusted.
        protocol: negotiated version.
        whole: False when only the leaf could be seen.
        staple: the stapled OCSP response; empty: asked for and not given; None: not asked for.

    Raises:
        UnreadableCertificate: there is none, there are too many, or one of them cannot be read.
    """
    served = tuple(_read_all(subject, ders))
    way = _known_way(served, verdicts.authority) or find_way(served, anchors)
    problems = [*_authority(served, way, anchors, verdicts.authority, whole), *_roles(served, way)]
    problems += [*_dates(served, way, when), *_names(served[0], host)]
    problems += _unexplained(problems, verdicts)
    issuers = (*served[1:], way.anchor) if way.anchor else served[1:]
    return ServedChain(
        subject=subject,
        host=host,
        protocol=protocol,
        certificates=tuple(one.says for one in served),
        whole=whole,
        path=way.path,
        anchor=way.anchor.says if way.anchor else None,
        public=bool(way.anchor and anchors.is_public(way.anchor)),
        verified=verdicts.whole.accepted,
        trusted=verdicts.authority.accepted,
        refusal=verdicts.whole.words or verdicts.authority.words,
        pinned=verdicts.pinned,
        problems=tuple(problems),
        staple_asked=staple is not None,
        staple=read_staple(staple, served[0], issuers, when) if staple else None,
    )


def _read_all(subject: str, ders: Sequence[bytes]) -> Iterator[Read]:
    if not ders:
        raise UnreadableCertificate(f"{subject} presents no certificate")
    if len(ders) > MOST_CERTIFICATES:
        raise UnreadableCertificate(f"{subject} presents {len(ders)} certificates, more than anyone would read")
    for position, der in enumerate(ders):
        try:
            yield read_certificate(der)
        except UnreadableCertificate as error:
            which = "the certificate" if position == 0 else f"certificate {position} of the chain"
            raise UnreadableCertificate(f"{which} of {subject}: {error.reason}") from None


def _known_way(served: tuple[Read, ...], verdict: Verdict) -> Way | None:
    """The way that OpenSSL has taken."""
    if not verdict.accepted or not verdict.path:
        return None
    positions = {one.der: position for position, one in reversed(list(enumerate(served)))}
    path = tuple(positions[der] for der in verdict.path if der in positions)
    try:
        return Way(path, read_certificate(verdict.path[-1]))
    except UnreadableCertificate:
        return Way(path)


def _called(served: tuple[Read, ...], position: int) -> str:
    return "the certificate" if position == 0 else f'certificate {position} "{served[position].says.subject}"'


def _authority(
    served: tuple[Read, ...], way: Way, anchors: Anchors, verdict: Verdict, whole: bool
) -> Iterator[Problem]:
    """Why the chain leads to nobody who is trusted."""
    if verdict.accepted or way.anchor:
        return
    end = way.path[-1]
    last, called = served[end], _called(served, end)
    if self_signed(last):
        yield _of_a_root(end, called)
    elif root := issuer_among(anchors.known, last):
        text = f'{called} is issued by "{root.says.subject}", a public authority that the checklist does not trust'
        yield Problem(Cause.UNKNOWN_ROOT, text, end)
    elif way.forged is not None:
        text = f"{called} has not been signed with the key of {_called(served, way.forged)}, whose name it gives"
        yield Problem(Cause.BAD_SIGNATURE, text, end)
    else:
        yield _of_nobody(last.says, end, called, whole)


def _of_a_root(end: int, called: str) -> Problem:
    if end == 0:
        return Problem(Cause.SELF_SIGNED, "the certificate is self-signed: no authority vouches for it", 0)
    return Problem(Cause.UNKNOWN_ROOT, f"the chain ends at {called}, a root that is not trusted", end)


def _of_nobody(last: Certificate, end: int, called: str, whole: bool) -> Problem:
    """A leaf on its own lacks its intermediate. Servers leave out roots: a longer chain lacks a root, most probably."""
    issued = f'{called} is issued by "{last.issuer}", which is neither served nor trusted'
    if end or not whole:
        more = "it is not known here, or a further intermediate certificate is missing"
        return Problem(Cause.UNKNOWN_ROOT, f"{issued}: {more}", end)
    where = f" (to be had at {last.issuers[0]})" if last.issuers else ""
    text = f"{issued}: the intermediate certificate is missing{where}, or the authority is not known here"
    return Problem(Cause.INCOMPLETE, text, 0)


def _roles(served: tuple[Read, ...], way: Way) -> Iterator[Problem]:
    """What each certificate of the path may be used for."""
    anchor = way.anchor.der if way.anchor else b""
    for position in way.path:
        one, called = served[position], _called(served, position)
        if one.der == anchor or one.says.flaw:
            continue
        if position and not one.says.authority:
            text = f"{called} is no authority (basicConstraints), and has signed another one"
            yield Problem(Cause.NOT_AN_AUTHORITY, text, position)
        if not position and one.says.authority and not one.says.self_issued:
            text = "the certificate is one of an authority: who takes it could issue others"
            yield Problem(Cause.LEAF_IS_AUTHORITY, text, 0)
        if one.usages is not None and not one.usages & _SERVER:
            yield Problem(Cause.PURPOSE, f"{called} is not meant for servers (extended key usage)", position)


def _dates(served: tuple[Read, ...], way: Way, when: datetime) -> Iterator[Problem]:
    listed: list[tuple[int | None, Read]] = [(position, served[position]) for position in way.path]
    if way.anchor and all(one.der != way.anchor.der for _, one in listed):
        listed.append((None, way.anchor))
    for position, one in listed:
        called = f'the root "{one.says.subject}"' if position is None else _called(served, position)
        if one.says.not_after < when:
            text = f"{called} has expired on {one.says.not_after:%Y-%m-%d %H:%M} UTC"
            yield Problem(Cause.EXPIRED, text, position)
        if one.says.not_before > when:
            text = f"{called} is not valid before {one.says.not_before:%Y-%m-%d %H:%M} UTC"
            yield Problem(Cause.NOT_YET_VALID, text, position)


def _names(leaf: Read, host: str) -> Iterator[Problem]:
    if leaf.says.flaw or covers(leaf.dns, leaf.addresses, host):
        return  # of names that cannot be read only OpenSSL can tell
    if not leaf.says.names_count:
        common = f'; "{leaf.says.subject}" as its common name does not count' if leaf.says.subject else ""
        yield Problem(Cause.NO_NAME, f"the certificate names no host (subjectAltName){common}", 0)
        return
    shown = ", ".join(leaf.says.names[:_SHOWN_NAMES])
    more = leaf.says.names_count - _SHOWN_NAMES
    text = f"the certificate is for {shown}{f' and {more} more' if more > 0 else ''}, not for {host}"
    yield Problem(Cause.OTHER_NAME, text, 0)


def _unexplained(problems: Sequence[Problem], verdicts: Verdicts) -> Iterator[Problem]:
    """Refusals for which nothing was found here."""
    causes = frozenset(problem.cause for problem in problems)
    refusals = [one for one in (verdicts.authority, verdicts.whole) if not one.explained_by(causes)]
    for words in dict.fromkeys(one.words for one in refusals):
        yield Problem(Cause.REFUSED, f"OpenSSL refuses it: {words}")
