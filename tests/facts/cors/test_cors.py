from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.cors import Ask, CorsAnswer, CorsGroup, Reply
from auditor.facts.cors_causes import Cause, causes
from auditor.facts.cors_verdicts import curl, table
from tests.checks.cors.made import APP, EVIL, cors, group, letting, matching

ASKED = CorsAnswer("GET /", Ask.FOREIGN, EVIL, 200)


@pytest.mark.parametrize(
    ("lines", "reply"),
    [
        ((), Reply.REFUSED),
        (("",), Reply.REFUSED),
        (("*",), Reply.EVERYONE),
        ((EVIL,), Reply.REFLECTED),
        ((EVIL, EVIL), Reply.BROKEN),
        (("*", "*"), Reply.BROKEN),
        (("", EVIL), Reply.BROKEN),
        ((f"{APP}, {EVIL}",), Reply.BROKEN),
        ((f"{APP} {EVIL}",), Reply.BROKEN),
        ((f"{EVIL},",), Reply.REFUSED),
        ((APP,), Reply.REFUSED),
        ((EVIL.upper(),), Reply.REFUSED),
        ((f"{EVIL}/",), Reply.REFUSED),
        (("null",), Reply.REFUSED),
    ],
)
def test_what_a_browser_makes_of_it(lines, reply):
    assert replace(ASKED, allow_origin=lines).reply is reply


@pytest.mark.parametrize(("status", "reply"), [(200, "let in"), (204, "let in"), (301, "refused"), (400, "refused")])
def test_a_preflight_counts_when_it_is_fine(status, reply):
    assert replace(ASKED, status=status, asked_method="GET", allow_origin=(EVIL,)).reply == reply


def test_null_and_signs_are_let_in_as_they_are():
    assert replace(ASKED, origin="null", allow_origin=("null",)).reply is Reply.REFLECTED
    odd = "https://app.example.com,.x.invalid"
    assert replace(ASKED, origin=odd, allow_origin=(odd,)).reply is Reply.REFLECTED
    assert replace(ASKED, origin="", allow_origin=("",)).reply is Reply.REFUSED


@pytest.mark.parametrize(
    ("lines", "expected"),
    [((), False), (("true",), True), (("True",), False), (("true", "true"), False), (("true, true",), False)],
)
def test_credentials(lines, expected):
    assert replace(ASKED, allow_credentials=lines).credentials is expected


@pytest.mark.parametrize(
    ("vary", "cache", "varies", "public"),
    [
        ((), (), False, False),
        (("Accept, origin",), ("public",), True, True),
        (("Accept", "Origin"), ("s-maxage=60",), True, True),
        (("*",), ("max-age=60",), True, False),
        (("Originals",), ("public, no-store",), False, False),
        (("Accept-Encoding",), ("private, s-maxage=1",), False, False),
    ],
)
def test_caches(vary, cache, varies, public):
    answer = replace(ASKED, vary=vary, cache_control=cache)
    assert (answer.varies, answer.public_cache) == (varies, public)


def found(answering, **more) -> list[Cause]:
    one = group(answering)
    return [cause.cause for cause in causes(cors(one, **more), one)]


@pytest.mark.parametrize(
    ("answering", "expected"),
    [
        (letting(APP), []),
        (matching(lambda _: True), [Cause.REFLECTS]),
        (matching(lambda _: True, credentials=False), [Cause.REFLECTS_OPENLY]),
        (lambda question: matching(lambda _: question.cookie)(question), [Cause.REFLECTS_COOKIE]),
        (matching(lambda origin: APP in origin), [Cause.PREFIX]),
        (matching(lambda origin: "app.example.com" in origin), [Cause.SUBSTRING, Cause.DOWNGRADE][:1]),
        (matching(lambda origin: origin.endswith("app.example.com")), [Cause.SUFFIX]),
        (matching(lambda origin: origin.endswith(".example.com")), [Cause.SUBDOMAIN, Cause.DOWNGRADE]),
        (matching(lambda origin: origin.endswith(".example.com"), credentials=False),
         [Cause.DOWNGRADE, Cause.UNDECLARED]),
        (letting("null", credentials=False), [Cause.UNDECLARED]),
        (letting("null", "http://localhost:3000"), [Cause.NULL, Cause.LOCAL]),
    ],
)  # fmt: skip
def test_the_most_general_cause(answering, expected):
    assert found(answering) == expected


def test_declared_origins_are_no_fault():
    admin = "https://admin.example.com"
    answer = replace(ASKED, ask=Ask.SUBDOMAIN, origin=admin, allow_origin=(admin,), allow_credentials=("true",))
    one = CorsGroup("GET /", "https://api.example.com/", ("GET /",), (answer,))
    assert [cause.cause for cause in causes(cors(one), one)] == [Cause.SUBDOMAIN]
    assert causes(cors(one, trusted=(APP, admin)), one) == ()


def test_the_table_tells_who_was_let_in_first():
    rows = table(group(letting(APP, "null")).answers)
    assert rows[0] == {"origin": APP, "kind": "trusted", "answer": "let in with credentials"}
    assert {"origin": "null", "kind": "null", "answer": "let in with credentials (2)"} in rows[:4]
    assert rows[-1]["answer"].startswith(("refused (200)", "no CORS headers (200)"))
    assert len(rows) <= 25


def test_a_command_holds_no_secret_and_is_one_to_the_shell():
    answer = replace(ASKED, origin="https://a'b.invalid", cookie=True, bearer=True)
    assert curl(answer, "https://api.example.com/a?b='c") == (
        "curl -si -H 'Origin: https://a'\\''b.invalid' -H 'Cookie: audit=1' "
        "-H \"Authorization: Bearer $AUDIT_BEARER\" 'https://api.example.com/a?b='\\''c'"
    )
