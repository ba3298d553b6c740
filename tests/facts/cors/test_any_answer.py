"""Whatever a server says is judged, and comes to an end."""

from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, CorsGroup
from auditor.facts.cors_causes import causes
from auditor.findings import plain
from auditor.registry import builtin_checks
from tests.facts.headers.fuzz import FUZZ, spliced

CHECKS = [check for check in builtin_checks().checks if check.item == "cors" and check.needs() == (CorsAnswers,)]
ORIGINS = ["", "null", "https://app.example.com", "https://a.invalid", "http://localhost:3000"]
LINES = st.lists(
    st.one_of(st.sampled_from([*ORIGINS, "*", "true", "TRUE"]), spliced([*ORIGINS, ",", " ", "*"], 4)), max_size=3
).map(tuple)
WORDS = st.lists(spliced(["Origin", "*", ",", " ", "public", "no-store", "max-age=1", "GET", "DELETE"], 5), max_size=2)
ANSWERS = st.builds(
    CorsAnswer,
    endpoint=st.sampled_from(["GET /a", "POST /a"]),
    ask=st.sampled_from(Ask),
    origin=st.sampled_from(ORIGINS),
    status=st.sampled_from([200, 204, 302, 400, 401, 404, 429, 500]),
    allow_origin=LINES,
    allow_credentials=LINES,
    asked_method=st.sampled_from(["", "GET", "DELETE"]),
    cookie=st.booleans(),
    bearer=st.booleans(),
    allow_methods=WORDS.map(tuple),
    vary=WORDS.map(tuple),
    cache_control=WORDS.map(tuple),
    challenge=st.sampled_from(["", "bearer", "key"]),
    redirect=st.sampled_from(["", "https://b/"]),
)


@given(st.lists(st.lists(ANSWERS, max_size=8).map(tuple), max_size=3), st.booleans())
@settings(parent=FUZZ, max_examples=FUZZ.max_examples // 50)
def test_any_answers_are_judged(groups, declared):
    made = tuple(
        CorsGroup(f"{'GET' if number % 2 else 'POST'} /{number}", "https://api.example.com/", ("GET /a",), answers)
        for number, answers in enumerate(groups)
    )
    cors = CorsAnswers("https://api.example.com", ("https://app.example.com",), declared, groups=made)
    for check in CHECKS:
        for finding in check.function(cors):
            plain(finding)
    for group in made:
        found = [one.cause for one in causes(cors, group)]
        assert len(found) == len(set(found))
        assert all(one.answers for one in causes(cors, group))


def test_long_lines_take_no_time():
    answer = CorsAnswer("GET /a", Ask.TRUSTED, "https://app.example.com", 200, ("a, " * 20_000,), ("true" * 20_000,))
    answers = (answer, *(replace(answer, ask=ask, vary=("Origin," * 20_000,)) for ask in Ask))
    group = CorsGroup("GET /a", "https://api.example.com/a", ("GET /a",), answers)
    cors = CorsAnswers("https://api.example.com", ("https://app.example.com",), groups=(group,))
    started = time.process_time()
    findings = [finding for check in CHECKS for finding in check.function(cors)]
    assert findings
    assert time.process_time() - started < 5
