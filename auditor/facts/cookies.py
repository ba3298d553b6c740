"""Cookies as servers set them. The value of a cookie is a secret: it is never kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SetCookie:
    """One Set-Cookie header."""

    name: str
    value_length: int
    """Characters."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Names in lower case, in order, duplicates included (RFC 6265 section 5.2: the last one counts)."""
