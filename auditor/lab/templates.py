"""Reads the files of ``data``, and fills in their ``@name@`` places."""

from __future__ import annotations

import re
from pathlib import Path

DATA = Path(__file__).parent / "data"

_PLACE = re.compile(r"@([a-z_]+)@")


def read(name: str) -> str:
    """The text of a file of ``data``."""
    return (DATA / name).read_text(encoding="utf-8")


def fill(text: str, **values: object) -> str:
    """The text with its places filled in. A place without a value is a KeyError."""
    return _PLACE.sub(lambda place: str(values[place[1]]), text)
