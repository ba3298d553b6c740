"""Values with a few escapes in them, as serialisers of pages write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.secrets.scanner import Scanner
from auditor.probes.site.unescaped import scan
from auditor.redact import Secret
from tests.probes.planted import TOKENS

URL = "postgres://app:" + "MFLZDe1f8rESQe" + "@db.shop-prod.dev:5432/app?sslmode=require"
PLACE = "https://app.example.com/"


def found(text: str, *known: Secret):
    return scan(Scanner(known), text.encode(), PLACE)


@pytest.mark.parametrize("escapes", ["/", "/:@?=", "="])
@pytest.mark.parametrize("form", ["\\u{:04x}", "\\u{:04X}", "\\\\u{:04x}"])
@pytest.mark.parametrize("known", [True, False])
def test_a_url(escapes, form, known):
    written = "".join(form.format(ord(one)) if one in escapes else one for one in URL)
    text = f'x\n["\u00e9 \\u003C", "{written}"]'
    one = next(one for one in found(text, *([Secret(URL, "the database")] if known else [])) if one.exact is known)
    assert (one.line, one.kind == "the database") == (2, known)
    assert text.split("\n")[1][one.column - 1 :].startswith(("postgres", "MFLZ"))


def test_each_place_is_told_once():
    token = TOKENS["Stripe secret key"]
    once = [(one.line, one.column) for one in found(f'["{token}"]')]
    assert [(one.line, one.column) for one in found(f'["{token}","\\u002F"]')] == once


@given(
    st.lists(st.sampled_from(["\\", "u002F", "u00", "3c", "\n", "é", URL, '"', "\\u002f"]), max_size=12).map("".join)
)
@settings(deadline=None, max_examples=200)
def test_any_text(text):
    lines = text.split("\n")
    for one in found(text):
        assert 1 <= one.line <= len(lines)
        assert 1 <= one.column <= len(lines[one.line - 1]) + 1
