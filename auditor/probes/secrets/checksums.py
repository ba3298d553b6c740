"""Checksums in tokens: what fails one is random text, whatever its shape."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Callable

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def crc_base62(text: bytes) -> bytes:
    """The six characters that GitHub and npm put after the random part: its CRC32 in base 62.

    Source: https://github.blog/engineering/behind-githubs-new-authentication-token-formats/
    """
    number, digits = zlib.crc32(text), ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(6, "0").encode("ascii")


def _github(token: bytes) -> bool:
    random = token.rpartition(b"_")[2]
    return crc_base62(random[:-6]) == random[-6:]


def supabase_self_hosted(token: bytes) -> bool:
    """Whether the last eight characters are those that a self-hosted Supabase computes. Others say nothing by it."""
    body, _, check = token.rpartition(b"_")
    digest = hashlib.sha256(b"supabase-self-hosted|" + body).digest()
    return base64.urlsafe_b64encode(digest)[:8] == check


CHECKS: dict[str, Callable[[bytes], bool]] = {"github-checksum": _github, "npm-checksum": _github}
"""What the column ``check`` of the rules may say. A name that is not here checks nothing."""
