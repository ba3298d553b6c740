"""What the name of a cipher suite says about it."""

from __future__ import annotations

import re
from collections.abc import Iterable

_BROKEN = (
    ("without encryption", re.compile(r"_WITH_NULL_|^TLS_SHA(256|384)_")),
    ("without authentication", re.compile(r"_anon_|ECDH_anon|_NULL_WITH_NULL")),
    ("export grade", re.compile(r"EXPORT")),
    ("RC4", re.compile(r"_RC4_")),
    ("DES or RC2", re.compile(r"_DES_CBC|_DES40_|_RC2_")),
    ("3DES", re.compile(r"_3DES_")),
    ("IDEA or SEED", re.compile(r"_IDEA_|_SEED_")),
    ("MD5", re.compile(r"_MD5$")),
)
"""RFC 9325 section 4.2.1: what must or should not be negotiated. 3DES: CVE-2016-2183."""

_DATED = (
    ("without forward secrecy", re.compile(r"^(?:TLS|SSL)_(?!.*(?:ECDHE|DHE|ECCPWD|anon)_)\w+_WITH_")),
    ("CBC", re.compile(r"_CBC_")),
    ("short authentication tag", re.compile(r"_CCM_8")),
    ("pre-standard numbers", re.compile(r"^(?:OLD|SSL)_")),
    ("finite-field key exchange", re.compile(r"_DHE_")),
    ("national cipher", re.compile(r"_(?:CAMELLIA|ARIA|SM4|GOST\w*|28147|KUZNYECHIK|MAGMA)")),
)
"""Nothing that can be broken today, and nothing that a current client needs."""


def broken(suite: str) -> tuple[str, ...]:
    """Why nobody should negotiate a suite; empty: no such reason.

    Args:
        suite: its IANA name.
    """
    return tuple(why for why, pattern in _BROKEN if pattern.search(suite))


def dated(suite: str) -> tuple[str, ...]:
    """Why a suite is not up to date; empty: no such reason.

    Args:
        suite: its IANA name.
    """
    return tuple(why for why, pattern in _DATED if pattern.search(suite))


def forward_secret(suite: str) -> bool:
    """Whether what was recorded stays secret when the server's key is lost later (RFC 9325 section 6.3)."""
    return "without forward secrecy" not in dated(suite)


def by_reason(suites: Iterable[str], *, every: bool = False) -> dict[str, list[str]]:
    """Suites by what is wrong with them, sorted; one with several reasons stands at the gravest.

    Args:
        suites: IANA names.
        every: also those that are not broken: by why they are dated, or as the others.
    """
    found: dict[str, list[str]] = {}
    for suite in sorted(suites):
        reasons = broken(suite) or ((dated(suite) or ("other",)) if every else ())
        if reasons:
            found.setdefault(reasons[0], []).append(suite)
    return found


def told(groups: dict[str, list[str]]) -> str:
    """``13 CBC, 9 without forward secrecy``: how many suites have which fault.

    Args:
        groups: as :func:`by_reason` gives them.
    """
    ordered = sorted(groups.items(), key=lambda group: -len(group[1]))
    return ", ".join(f"{len(suites)} {reason}" for reason, suites in ordered)
