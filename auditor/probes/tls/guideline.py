"""Reads the TLS guideline that the policy names."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from auditor.errors import Unavailable
from auditor.facts.guideline import TlsGuideline
from auditor.facts.policy import TlsPolicy
from auditor.registry import probe

_NAMES = {"prime256v1": "secp256r1", "x25519": "x25519", "x448": "x448"}
"""OpenSSL's names of groups, in lower case, and the registry's."""
_DH_BITS = 2048
MAX_BYTES = 1_000_000


@probe(deadline=5.0)
def tls_guideline(policy: TlsPolicy) -> TlsGuideline:
    """One configuration of a guideline, from the files that are shipped or from the team's own."""
    if policy.guideline_file:
        return read_guideline(_own(Path(policy.guideline_file)), policy.profile, Path(policy.guideline_file).name)
    shipped = files("auditor.probes.tls") / "data" / f"mozilla-{policy.guideline}.json"
    name = f"Mozilla {policy.guideline}"
    return read_guideline(shipped.read_text(encoding="utf-8"), policy.profile, name)


def _own(path: Path) -> str:
    hint = "correct `policy.tls.guideline_file`, or leave it out for Mozilla's guideline"
    try:
        with path.open("rb") as file:
            text = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unavailable(f"the guideline {path} cannot be read: {error.strerror}", hint) from error
    if len(text) > MAX_BYTES:
        raise Unavailable(f"the guideline {path} has more than {MAX_BYTES} bytes", hint)
    return text.decode("utf-8", "replace")


def read_guideline(text: str, profile: str, name: str) -> TlsGuideline:
    """One configuration of a guideline.

    Args:
        text: JSON in the form of Mozilla's guidelines.
        profile: the name of the configuration.
        name: of the guideline, for messages.

    Raises:
        Unavailable: it is not in that form, or has no such configuration.
    """
    hint = "see https://ssl-config.mozilla.org/guidelines/latest.json for the form"
    try:
        configurations = json.loads(text)["configurations"]
        known = ", ".join(sorted(configurations))
        if profile not in configurations:
            raise Unavailable(
                f"the guideline {name} has no profile {profile!r}", f"`policy.tls.profile` can be one of: {known}"
            )
        return _guideline(configurations[profile], f"{name} {profile}")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        what = f"it lacks {error}" if isinstance(error, KeyError) else "it is not JSON of that form"
        raise Unavailable(f"the guideline {name} cannot be used: {what}", hint) from None


def _guideline(table: dict[str, Any], name: str) -> TlsGuideline:
    groups = tuple(_NAMES.get(group.lower(), group) for group in table["tls_curves"])
    size = table.get("dh_param_size", _DH_BITS)
    return TlsGuideline(
        name,
        tuple(map(_text, table["tls_versions"])),
        tuple(map(_text, (*table["ciphersuites"], *table["ciphers"]["iana"]))),
        groups,
        int(size) if size is not None else 0,
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value
