"""The report as JSON, version 1, and back."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.errors import UsageError
from auditor.report.model import Report

_INVISIBLE = re.compile(r"[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def render(report: Report) -> str:
    """The report as indented JSON; keys in the model's order, lists already sorted."""
    text = json.dumps(report.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False)
    # JSON escapes control characters; direction overrides and the like are escaped here, the same value in JSON
    return _INVISIBLE.sub(lambda m: f"\\u{ord(m[0]):04x}", text) + "\n"


def load(path: Path) -> Report:
    """Read a saved report.

    Raises:
        UsageError: not readable, not JSON, or not a report of version 1.
    """
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(
            f"{path}: not a report of version 1: {place}: {first['msg']}; make one with `audit run --report json=FILE`"
        ) from None


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the report."""
    document = Report.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **document}
