"""Which certificate authorities the audit trusts: ``[env.*.tls]``."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

from auditor.checklist.model import TlsSettings
from auditor.errors import Unavailable


def ssl_context(tls: TlsSettings, *, verify: bool = True) -> ssl.SSLContext:
    """A context to connect to servers with.

    Made by hand instead of by ``ssl.create_default_context``, which became stricter with Python 3.13 (RFC 5280 strict
    mode): a verdict must not depend on the Python that the audit runs on.

    Args:
        tls: whom to trust: ``system``, ``custom`` (only ``ca_file``) or ``both``.
        verify: False to look at a server whatever its certificate is.

    Raises:
        Unavailable: the CA file is missing, empty or not PEM; the path is in the text.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        # a server that is too old to be talked to safely is looked at all the same
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:!aNULL:!eNULL:@SECLEVEL=0")
        return context
    if tls.trust in ("system", "both"):
        _trust_system(context)
    if tls.trust in ("custom", "both"):
        _trust_file(context, tls.ca_file)
    return context


def system_file() -> Path:
    """The system's certificate authorities as one file, for software that takes nothing else."""
    named = ssl.get_default_verify_paths().cafile
    if named:
        return Path(named)
    import certifi

    return Path(certifi.where())


def _trust_system(context: ssl.SSLContext) -> None:
    """The system's store; Mozilla's as ``certifi`` ships it where there is none, as in slim containers."""
    context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    folder = ssl.get_default_verify_paths().capath  # read by OpenSSL as it goes, so it does not count below
    hashed = bool(folder) and os.access(folder, os.R_OK) and any(Path(folder).iterdir())
    if not context.cert_store_stats()["x509_ca"] and not hashed:
        import certifi

        context.load_verify_locations(cafile=certifi.where())


def _trust_file(context: ssl.SSLContext, path: Path | None) -> None:
    hint = "set [env.*.tls] ca_file to a PEM file with the root certificates"
    if path is None:
        raise Unavailable("only an own CA is trusted, and no ca_file names it", hint)
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError as error:
        raise Unavailable(f"the CA file {path} holds no certificate in PEM form", hint) from error
    except OSError as error:
        raise Unavailable(f"the CA file {path} cannot be read: {error.strerror}", hint) from error
