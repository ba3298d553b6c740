"""TLS servers, made by hand."""

from __future__ import annotations

from dataclasses import replace

from auditor.facts.guideline import TlsGuideline
from auditor.facts.tls import Offer, Session, TlsServer, TlsServers, Version, VersionOffer
from auditor.model import Gap

NAME = "api.example.com:443"
GCM12 = ("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256")
GCM13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384")
REFUSED = "alert protocol_version"

GUIDELINE = TlsGuideline(
    "Mozilla 6.0 intermediate", ("TLSv1.2", "TLSv1.3"), (*GCM13, *GCM12), ("x25519", "secp256r1"), 2048
)


def server(
    suites: dict[str, tuple[str, ...]] | None = None, unknown: dict[str, str] | None = None, **changes
) -> TlsServer:
    """A server that accepts these suites, by version; in others, it refuses or nobody can tell why."""
    suites = {"TLSv1.2": GCM12, "TLSv1.3": GCM13} if suites is None else suites
    unknown = unknown or {}
    offers = []
    for version in Version:
        accepted, doubt = suites.get(version, ()), unknown.get(version, "")
        offer = Offer.YES if accepted else Offer.UNKNOWN if doubt else Offer.NO
        offers.append(VersionOffer(version, offer, accepted, doubt or REFUSED, not doubt))
    made = TlsServer(
        NAME, ("api",), tuple(offers), ("secp256r1", "x25519"), session=Session(False, True, True, True, False)
    )
    return replace(made, **changes)


def judged(check, *servers: TlsServer, guideline: TlsGuideline | None = None):
    """The findings about these servers."""
    facts = TlsServers(servers)
    return list(check(facts, guideline) if guideline else check(facts))


def nothing_to_judge(check, *more):
    """The findings when no origin has https, and when it could not be looked at: the engine tells the gaps."""
    return list(check(TlsServers(()), *more)), list(check(TlsServers((), (Gap("x", "silent"),)), *more))
