"""The shipped checklist, read without validation: quick enough for ``audit list``."""

from __future__ import annotations

import tomllib
from pathlib import Path

from auditor.model import Level


def default_path() -> Path:
    """Where the shipped checklist is: beside this module in a wheel, at the root of a source checkout."""
    packaged = Path(__file__).with_name("default.toml")
    return packaged if packaged.exists() else Path(__file__).parents[2] / "checklist.toml"


def default_levels() -> dict[str, Level]:
    """Item id to its level in the shipped checklist."""
    document = tomllib.loads(default_path().read_text(encoding="utf-8"))
    return {item_id: Level(item["level"]) for item_id, item in document["items"].items()}
