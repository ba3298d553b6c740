"""What a server negotiates over TLS, as it has answered."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from auditor.facts.suites import by_reason, told
from auditor.model import Gap

_FEW = 8
"""So many suites a person reads."""


class Version(StrEnum):
    """A version of the protocol, by the name that guidelines and server configurations use."""

    SSL3 = "SSLv3"
    TLS1_0 = "TLSv1"
    TLS1_1 = "TLSv1.1"
    TLS1_2 = "TLSv1.2"
    TLS1_3 = "TLSv1.3"


class Offer(StrEnum):
    """Whether a server has something on offer."""

    YES = "yes"
    """It has picked it."""
    NO = "no"
    """It has refused with an alert, or by closing the connection in order."""
    UNKNOWN = "unknown"
    """It was silent, has cut the connection or has talked nonsense, again and again: never a no."""


@dataclass(frozen=True, slots=True)
class VersionOffer:
    """One version, and what can be negotiated in it."""

    version: Version
    offer: Offer
    suites: tuple[str, ...] = ()
    """IANA names of the accepted cipher suites, sorted."""
    reason: str = ""
    """How it refused, or why nobody can tell; of the suites, when only those are not fully known."""
    complete: bool = True
    """False when some suites got no clear answer: there may be more than those listed."""


def _told(offer: VersionOffer) -> str:
    if len(offer.suites) <= _FEW:
        return ", ".join(offer.suites) or offer.reason
    return f"{len(offer.suites)}: {told(by_reason(offer.suites, every=True))}"


@dataclass(frozen=True, slots=True)
class Session:
    """How the server behaves around the key exchange. None: could not be tried, or says nothing here."""

    compression: bool | None = None
    """TLS compression was picked (CRIME, CVE-2012-4929)."""
    secure_renegotiation: bool | None = None
    """RFC 5746 is confirmed. Only TLS 1.2 and older have renegotiation."""
    extended_master_secret: bool | None = None
    """RFC 7627. Only TLS 1.2 and older lack it."""
    fallback_refused: bool | None = None
    """A needless downgrade is noticed (TLS_FALLBACK_SCSV, RFC 7507)."""
    early_data: bool | None = None
    """Session tickets allow 0-RTT data (RFC 8446 section 2.3)."""
    early_data_bytes: int = 0
    """How much of it."""


@dataclass(frozen=True, slots=True)
class TlsServer:
    """One server, at one address."""

    name: str
    """``host:port``, and the address behind it when the name has several: ``api.example.com:443 (192.0.2.7)``."""
    surfaces: tuple[str, ...]
    """What it serves: ``frontend``, ``api``, ``supabase``, ``database``."""
    versions: tuple[VersionOffer, ...]
    """Every version of :class:`Version`, the oldest first."""
    groups: tuple[str, ...] = ()
    """Groups of the key exchange, sorted; from TLS 1.3 where it is on offer, else from TLS 1.2."""
    groups_complete: bool = True
    old_curves: tuple[str, ...] = ()
    """Curves of TLS 1.2 and older that RFC 8422 has deprecated."""
    old_curves_complete: bool = True
    dh_bits: tuple[tuple[str, int], ...] = ()
    """Finite-field groups of TLS 1.2 and older: suite to size."""
    session: Session = Session()
    client_certificate: bool | None = None
    """The server asks the client for a certificate."""
    connections: int = 0
    """How many it took to find out."""

    def offer(self, version: Version) -> VersionOffer:
        """What is known about one version."""
        return next(offer for offer in self.versions if offer.version is version)

    @property
    def suites(self) -> tuple[str, ...]:
        """Every accepted suite of every version, sorted."""
        return tuple(sorted({suite for offer in self.versions for suite in offer.suites}))

    @property
    def finite_fields(self) -> tuple[str, ...]:
        """Accepted suites whose key exchange names a finite field."""
        return tuple(suite for suite in self.suites if "_DHE_" in suite or "_DH_anon_" in suite)

    @property
    def doubt(self) -> str:
        """Which versions' suites are not fully known, and why; empty: there is no doubt."""
        doubtful = [offer for offer in self.versions if not offer.complete]
        names = ", ".join(offer.version.value for offer in doubtful)
        return f"what else it accepts in {names} cannot be told: {doubtful[0].reason}" if doubtful else ""

    def table(self) -> list[dict[str, str]]:
        """Versions and suites as evidence: one row a version. Many suites are counted by what is wrong with them."""
        return [
            {"version": offer.version.value, "offered": offer.offer.value, "suites": _told(offer)}
            for offer in self.versions
        ]


@dataclass(frozen=True, slots=True)
class TlsServers:
    """TLS of every web origin."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`frontend`, `api`, `supabase.url` of the environment",
        "some thirty TCP connections to each server, eight at a time, from where the audit runs",
    )

    servers: tuple[TlsServer, ...]
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class DatabaseTls:
    """TLS of the database, after an SSLRequest."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`database` and `auditor_database`: host and port",
        "some thirty TCP connections to the server, two at a time; no login",
    )

    servers: tuple[TlsServer, ...]
    without: tuple[str, ...] = ()
    """``host:port`` of servers that offer no TLS."""
    gaps: tuple[Gap, ...] = ()
