"""What is seen in a source, and what only looks like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.sources import Source, read_source


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("select pg_sleep(1)", {"pg_sleep"}),
        ("select pg_catalog . PG_Sleep (1)", {"pg_sleep"}),
        ('select "Odd ""name"(1)', {'Odd "name'}),
        ("perform core.sing()", {"sing"}),
        ("f/* a */(1)", {"f"}),
        ("f -- a\n(1)", {"f"}),
        ("été(1)", {"été"}),
        ("a$b(1)", {"a$b"}),
        ("-- f(1)", set()),
        ("/* f(1) */", set()),
        ("/* a /* f(1) */ f(2) */ g(3)", {"g"}),
        ("/* a /* b */ ' */ f(1) -- '", {"f"}),
        ("'f(1)'", set()),
        ("'it''s f(1)' g(2)", {"g"}),
        (r"e'\' f(1)' g(2)", {"g"}),
        (r"'\' f(1) --'", {"f"}),
        ("$$ f(1) $$ g(2)", {"g"}),
        ("$a$ $$ f(1) $a$ g(2)", {"g"}),
        ("$1 + f(1)", {"f"}),
        ("'not closed f(1)", set()),
        ("x in (1)", {"in"}),
        ("a =--don't\n sing() --'", {"sing"}),
        ("a */* it's */ sing() --'", {"sing"}),
        ("-- a\r sing()", {"sing"}),
        ("$é$ ' $é$ sing() --'", {"sing"}),
        ("re\u0301(1)", {"re\u0301"}),
        ("ÀB(1)", {"Àb", "àb"}),
        (f"{'x' * 70}(1)", {"x" * 63}),
        ("t.hum", {"hum"}),
    ],
)
def test_calls(text, called):
    assert read_source(text).called == called


@pytest.mark.parametrize(
    ("text", "statement"),
    [
        ("set local role admin", "set"),
        ("begin set role x; end", "set"),
        ("select 1; COPY t to program 'x'", "copy"),
        ("begin return query execute 'select 1'; end", "execute"),
        ("if a then notify b; end if", "notify"),
        ("update t set a = 1", ""),
        ("select l.copy, l.set from l", ""),
        ('select "execute"', ""),
        ("select 'execute'", ""),
        ("-- execute", ""),
        (r'select U&"\0073ing"(1)', "u&"),
    ],
)
def test_statements(text, statement):
    assert read_source(text).statement == statement


@pytest.mark.parametrize(
    ("text", "caller"),
    [
        ("user_id = auth.uid()", True),
        ("user_id = (select auth . uid ( ))", True),
        ("current_setting('request.jwt.claims')", True),
        ("owner = current_user", True),
        ("auth.uid() is not null", False),
        ("(select auth.uid() as uid) is not null", False),
        ("auth.role() = 'authenticated'", False),
        ("(( select auth.role() as role) = 'authenticated'::text)", False),
        ("auth.uid() is not null and owner = auth.uid()", True),
        ("author.uid", False),
        ("raise notice 'not auth.uid()'", False),
        ('owner = "auth"."uid"()', True),
        ("select 1", False),
    ],
)
def test_who_calls(text, caller):
    assert read_source(text).caller is caller


@pytest.mark.parametrize(
    ("text", "session"),
    [
        ("session_user = 'x'", "session_user"),
        ("SESSION_USER", "session_user"),
        ("pg_backend_pid()", "pg_backend_pid"),
        ("'session_user'", ""),
        ("current_user", ""),
    ],
)
def test_the_connection(text, session):
    assert read_source(text).session == session


def test_what_users_write_about_themselves():
    assert read_source("auth.jwt() -> 'user_metadata'").metadata
    assert read_source("u.raw_user_meta_data").metadata
    assert not read_source("-- user_metadata").metadata
    assert not read_source("auth.jwt() -> 'app_metadata'").metadata


@pytest.mark.parametrize("word", ["aal", "amr", "is_anonymous"])
def test_how_the_caller_signed_in(word):
    assert read_source(f"auth.jwt() ->> '{word}'").factors
    assert not read_source(f"x_{word}_y = 1").factors


def test_nothing():
    assert read_source("") == Source()


def test_symbols_and_words():
    found = read_source('core.t.a === "B c" and x')
    assert (found.symbols, found.words) == ({"==="}, {"core", "t", "a", "B c", "and", "x"})


PIECES = st.sampled_from(
    ["/*", "*/", "--", "\n", "'", "''", '"', "$$", "$a$", "e'", "\\", "(", " f", "sing(", ";", "é"]
)


@pytest.mark.parametrize(
    ("text", "headers"),
    [
        ("current_setting('request.headers', true)::json ->> 'x-org'", "request.headers,x-org"),
        ("current_setting('request.headers')::json->>name", "request.headers"),
        ("current_setting('request.jwt.claims')::json ->> 'org'", ""),
    ],
)
def test_headers_of_the_request(text, headers):
    assert read_source(text).headers == headers


@given(st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_read(text):
    read_source(text)


@given(st.text(alphabet=st.characters(exclude_characters="'\\"), max_size=30))
def test_a_literal_hides_nothing_after_it(text):
    assert read_source(f"'{text}' || sing()").called == {"sing"}


@given(st.text(alphabet=st.characters(exclude_characters="*/"), max_size=30), st.integers(0, 5))
def test_a_comment_hides_nothing_after_it(text, depth):
    comment = "/* " * depth + text.join(["*/"] * depth) if depth else ""
    assert read_source(f"{comment} sing()").called >= {"sing"}


@pytest.mark.parametrize("piece", ["/*", "'", '"', "$a$", "$a$ $b$", "e'\\", "(", "; ", "auth .", "begin "])
def test_a_long_text_takes_no_longer_than_its_length(piece):
    """Would not end within the test suite's patience if a token were looked for from each position to the end."""
    read_source(piece * 100_000)
