"""What servers have to keep to: one configuration of a TLS guideline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.model import Gap


@dataclass(frozen=True, slots=True)
class TlsGuideline:
    """Mozilla's server side TLS guideline (https://ssl-config.mozilla.org/guidelines), or one in its form."""

    NEEDS: ClassVar[tuple[str, ...]] = (
        "`policy.tls.profile` and `policy.tls.guideline` or `policy.tls.guideline_file`",
    )

    name: str
    """For messages: ``Mozilla 6.0 intermediate``."""
    versions: tuple[str, ...]
    """Those that may be negotiated."""
    suites: tuple[str, ...]
    """IANA names of those that may be negotiated, in any version."""
    groups: tuple[str, ...]
    """Names as in the registry: ``x25519``, ``secp256r1``."""
    dh_bits: int = 2048
    """The least for finite-field groups; 0: none at all."""
    gaps: tuple[Gap, ...] = ()
