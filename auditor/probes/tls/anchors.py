"""The certificate authorities that an analysis of a chain knows: the trusted ones, and others to name by."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from auditor.checklist.model import TlsSettings
from auditor.probes.net.trust import ssl_context
from auditor.probes.tls.reading import Read, UnreadableCertificate, read_certificate


@dataclass(frozen=True, slots=True)
class Anchors:
    """Which authorities there are."""

    trusted: tuple[Read, ...] = ()
    known: tuple[Read, ...] = ()
    """Mozilla's roots, trusted or not."""

    def is_trusted(self, one: Read) -> bool:
        """Whether this very certificate is a trusted authority."""
        return any(one.der == anchor.der for anchor in self.trusted)

    def is_public(self, one: Read) -> bool:
        """Whether it has the key and the name of one of Mozilla's roots."""
        return any(
            one.says.spki_sha256 == root.says.spki_sha256 and one.x509.subject == root.x509.subject
            for root in self.known
        )


def anchors_of(tls: TlsSettings) -> Anchors:
    """The authorities that the checklist trusts, and the public ones.

    A system that keeps its authorities in a folder only, one hashed name each, shows none here: OpenSSL reads them as
    it needs them. The verdict is OpenSSL's; this is for the words.

    Args:
        tls: whom to trust.

    Raises:
        Unavailable: the CA file is missing, empty or not PEM.
    """
    ders = [bytes(der) for der in ssl_context(tls).get_ca_certs(binary_form=True)]
    if tls.trust in ("custom", "both") and tls.ca_file:
        ders += _of_file(tls.ca_file)  # OpenSSL lists authorities only, and trusts whatever is in the file
    return Anchors(tuple(_read_all(dict.fromkeys(ders))), public_roots())


@cache
def public_roots() -> tuple[Read, ...]:
    """The roots of Mozilla's programme, as ``certifi`` ships them."""
    import certifi

    return tuple(_read_all(_of_file(Path(certifi.where()))))


def _of_file(path: Path) -> list[bytes]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = x509.load_pem_x509_certificates(path.read_bytes())
    except (ValueError, OSError):
        return []  # OpenSSL has read it, in one form or another: what it trusts is in its own list
    return [one.public_bytes(Encoding.DER) for one in found]


def _read_all(ders: Iterable[bytes]) -> Iterator[Read]:
    for der in ders:
        try:
            yield read_certificate(der)
        except UnreadableCertificate:
            continue
