"""Words for origins that nobody has."""

from __future__ import annotations

import secrets


def new_word() -> str:
    """A word that is on nobody's list: letters alone, for patterns such as ``[a-z]+``."""
    return "".join(secrets.choice("bcdfghjkmnpqrstvwxz") for _ in range(6))
