"""Facts about operations that answer strangers."""

from __future__ import annotations

from auditor.facts.open_operations import OpenOperation, OpenOperations

API = "https://api.example.com"


def one(path="/x", *, secured=False, declared=False, **content) -> OpenOperation:
    """One that answered with a list of two."""
    given = {"kind": "a list", "items": 2, "keys": ("id",)} | content
    return OpenOperation(f"GET {path}", API + path, 200, secured, declared, **given)


def outcomes(check, *answers, asked=4, gaps=()) -> list[str]:
    """What a check says of them."""
    found = OpenOperations(f"{API}/openapi.json", asked, asked - len(answers), answers, (), gaps)
    return [str(finding.outcome) for finding in check(found)]
