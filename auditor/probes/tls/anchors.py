"""The certificate authorities that an analysis of a chain knows: the trusted ones, and others to name by."""

from __future__ import annotations

import re
import ssl
import warnings
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path

from cryptography import x509

from auditor.checklist.model import TlsSettings
from auditor.probes.tls.reading import Read, UnreadableCertificate, read_certificate

_BLOCK = re.compile(rb"-----BEGIN (?:TRUSTED )?CERTIFICATE-----.+?-----END (?:TRUSTED )?CERTIFICATE-----", re.DOTALL)


class Authorities:
    """Certificates to be found by their names. There are many, and few are ever asked for.

    Args:
        ders: the certificates. Those that cannot be read are left out: no chain can be shown to lead to them.
    """

    def __init__(self, ders: Iterable[bytes] = ()) -> None:
        self._ders = tuple(dict.fromkeys(ders))

    def __len__(self) -> int:
        return len(self._ders)

    def __contains__(self, der: bytes) -> bool:
        return der in self._ders

    def named(self, name: x509.Name) -> Iterator[Read]:
        """Those that bear a name."""
        for der in self._by_name.get(name.public_bytes(), ()):
            try:
                yield read_certificate(der)
            except UnreadableCertificate:
                continue

    @cached_property
    def _by_name(self) -> dict[bytes, list[bytes]]:
        found: dict[bytes, list[bytes]] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what other versions will refuse
            for der in self._ders:
                try:
                    name = x509.load_der_x509_certificate(der).subject.public_bytes()
                except (ValueError, TypeError):
                    continue
                found.setdefault(name, []).append(der)
        return found


class Anchors:
    """Which authorities there are.

    Args:
        trusted: those that the checklist trusts.
        known: Mozilla's roots, trusted or not.
    """

    def __init__(self, trusted: Authorities | None = None, known: Authorities | None = None) -> None:
        self.trusted = trusted or Authorities()
        self.known = known or Authorities()

    def is_public(self, one: Read) -> bool:
        """Whether a certificate has the key and the name of one of Mozilla's roots."""
        return any(root.says.spki_sha256 == one.says.spki_sha256 for root in self.known.named(one.x509.subject))


def anchors_of(tls: TlsSettings, trusting: ssl.SSLContext) -> Anchors:
    """The authorities that the checklist trusts, and the public ones.

    A system that keeps its authorities in a folder only, one hashed name each, shows none here: OpenSSL reads them as
    it needs them. The verdict is OpenSSL's; this is for the words.

    Args:
        tls: whom to trust.
        trusting: a context that does.
    """
    ders = [bytes(der) for der in trusting.get_ca_certs(binary_form=True)]
    if tls.trust in ("custom", "both") and tls.ca_file:
        ders += _of_file(tls.ca_file)  # OpenSSL lists authorities only, and trusts whatever is in the file
    return Anchors(Authorities(ders), public_roots())


@cache
def public_roots() -> Authorities:
    """The roots of Mozilla's programme, as ``certifi`` ships them."""
    import certifi

    return Authorities(_of_file(Path(certifi.where())))


def _of_file(path: Path) -> Iterator[bytes]:
    try:
        blocks = _BLOCK.findall(path.read_bytes())
    except OSError:  # OpenSSL has read it a moment ago
        return
    for block in blocks:
        try:
            yield ssl.PEM_cert_to_DER_cert(block.decode("ascii"))
        except ValueError:  # one that OpenSSL reads in its own way
            continue
