from __future__ import annotations

import pytest

from auditor.facts.cors import CorsAnswer

EVIL = "https://evil.invalid"


def answer(origins=(), credentials=()):
    return CorsAnswer("GET /", EVIL, "foreign", False, False, 200, origins, credentials)


@pytest.mark.parametrize(
    ("origins", "allows", "reflects"),
    [
        ((), False, False),
        (("*",), True, False),
        ((EVIL,), True, True),
        ((EVIL, EVIL), False, True),
        (("*", "*"), False, False),
        (("https://app.example.com",), False, False),
        ((f"{EVIL}, {EVIL}",), False, False),
        (("null",), False, False),
    ],
)
def test_whom_it_allows(origins, allows, reflects):
    assert (answer(origins).allows, answer(origins).reflects) == (allows, reflects)


@pytest.mark.parametrize(
    ("credentials", "expected"),
    [((), False), (("true",), True), (("True",), False), (("true", "true"), False), (("false",), False)],
)
def test_credentials(credentials, expected):
    assert answer(credentials=credentials).credentials is expected
