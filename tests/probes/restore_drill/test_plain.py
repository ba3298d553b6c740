"""What psql is given of a plain dump."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probes.restore_drill.outcomes import Undone
from auditor.probes.restore_drill.plain import Text, _demand_restricted_mode, extensions_of, first_look, restorable
from auditor.probes.restore_drill.scratch import Ended, Scratch
from auditor.probes.restore_drill.server import Server
from tests.probes.net.running import run
from tests.probes.restore_drill.fuzz import FUZZ

HEAD = """\
--
-- PostgreSQL database dump
--

\\restrict abcDEF123

-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
CREATE DATABASE app WITH TEMPLATE = template0;

\\connect app

CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA extensions;
CREATE EXTENSION IF NOT EXISTS "uuid-ossp" WITH SCHEMA public;
"""
BODY = """\
-- Name: users; Type: TABLE; Schema: public; Owner: app
CREATE TABLE public.users (
    id integer
);

ALTER TABLE public.users OWNER TO app;

-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: app

COPY public.users (id) FROM stdin;
\\N
\\connect other
ALTER TABLE public.users OWNER TO app;
\\.
-- PostgreSQL database dump complete
\\unrestrict abcDEF123
"""


def given_of(text: str, wanted: str = "", *, wait: bool = False, cluster: bool = False) -> tuple[str, Text]:
    learnt = Text(wanted=wanted, cluster=cluster)
    lines = restorable(text.encode().splitlines(keepends=True), learnt, wait_for_connect=wait)
    return b"".join(lines).decode(), learnt


def test_the_beginning():
    assert first_look(HEAD.encode()) == (15, False, True)
    assert first_look(b"SELECT 1;\n") == (0, False, False)
    assert first_look(b"-- PostgreSQL database cluster dump\n") == (0, True, False)
    assert extensions_of(HEAD.encode()) == ({"vector": "extensions", "uuid-ossp": "public"}, False)


def test_extensions_of_another_database_of_the_cluster():
    made = b"CREATE EXTENSION IF NOT EXISTS %s WITH SCHEMA public;\n"
    head = b"\\connect one\n" + made % b"citext" + b"\\connect app\n" + made % b"hstore"
    assert extensions_of(head, "app") == ({"hstore": "public"}, False)
    table = b"-- Name: t; Type: TABLE; Schema: public; Owner: app\n"
    assert extensions_of(head + table, "app") == ({"hstore": "public"}, True)
    assert extensions_of(head + b"\\connect two\n" + made % b"cube", "app") == ({"hstore": "public"}, True)
    assert extensions_of(head, "else") == ({}, False)


def test_what_is_about_the_database_itself():
    head = """\
\\connect app

-- Name: DATABASE app; Type: COMMENT; Schema: -; Owner: app

COMMENT ON DATABASE app IS 'x';

-- Name: app; Type: DATABASE PROPERTIES; Schema: -; Owner: app

ALTER DATABASE app SET timezone TO 'UTC';

\\connect app

SELECT 1;
"""
    text = Text()
    given = b"".join(restorable(head.encode().splitlines(True), text, wait_for_connect=True)).split()
    assert (given, text.databases) == ([b"SELECT", b"1;"], ["app", "app"])


def test_owners_go_and_rows_stay():
    said, learnt = given_of(BODY)
    assert said.splitlines() == [
        "-- Name: users; Type: TABLE; Schema: public; Owner: app",
        "CREATE TABLE public.users (",
        "    id integer",
        ");",
        "",
        "",
        "",
        "-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: app",
        "",
        "COPY public.users (id) FROM stdin;",
        "\\N",
        "\\connect other",
        "ALTER TABLE public.users OWNER TO app;",
        "\\.",
        "-- PostgreSQL database dump complete",
        "",
    ]
    assert learnt == Text(complete=True, entries=[(1, "TABLE public.users"), (8, "TABLE DATA public.users")], tables=1)


def test_what_is_said_before_it_connects_goes():
    said, learnt = given_of(HEAD + BODY, wait=True)
    assert "CREATE DATABASE" not in said
    assert "CREATE TABLE public.users (" in said
    assert (learnt.database, learnt.complete) == ("app", True)


def test_one_database_of_several():
    names = ("a_one", '"app"', "-reuse-previous=on \"dbname='x y'\"")
    text = "".join(f"\n\\connect {name}\nCREATE TABLE {name[-3:-1]}(\n" for name in names)
    said, learnt = given_of(text, "app", wait=True, cluster=True)
    assert said == "\n\n\n\n\nCREATE TABLE pp(\n\n\n\n"
    assert (learnt.database, learnt.databases) == ("app", ["a_one", "app", "x y"])
    assert not learnt.complete


@pytest.mark.parametrize(
    "line", ["\\! id", "\\connect", "\\restrict a b", "\\i /etc/passwd", "select 1 \\! id", "\\copy a from b"]
)
def test_other_commands_reach_psql_which_refuses_them(line):
    assert given_of(f"{line}\n")[0] == f"{line}\n"


@pytest.mark.parametrize(
    "end", ["-- PostgreSQL database dump complete", "-- PostgreSQL database cluster dump complete"]
)
def test_the_end_of_a_cluster(end):
    assert given_of(f"{end}\n", cluster=True)[1].complete == ("cluster" in end)


@given(st.lists(st.binary(max_size=60) | st.sampled_from((HEAD + BODY).encode().splitlines())))
@FUZZ
def test_as_many_lines_come_out(lines):
    lines = [line.replace(b"\n", b"") + b"\n" for line in lines]
    for wait in (False, True):
        out = list(restorable(lines, Text(wanted="app"), wait_for_connect=wait))
        assert len(out) == len(lines)
        assert all(here in (line, b"\n") for here, line in zip(out, lines, strict=True))


@pytest.mark.parametrize(
    ("output", "messages", "refused"),
    [
        (b"", "error: backslash commands are restricted; only \\unrestrict is allowed\n", False),
        (b"obeyed\n", "error: invalid command \\restrict\n", True),
        (b"obeyed\n", "", True),
        (b"", "error: something else\n", True),
    ],
)
def test_a_psql_that_would_obey_is_not_used(tmp_path, output, messages, refused):
    """Shaped by what psql 15.18 and an older one say."""

    class Old(Scratch):
        async def run(self, argv, **_):
            return Ended(0, output, messages)

    server = Server(Old(1 << 30), tmp_path, 15)
    if not refused:
        run(_demand_restricted_mode(server, "key"))
        return
    with pytest.raises(Undone, match="psql has no restricted mode here") as caught:
        run(_demand_restricted_mode(server, "key"))
    assert "CVE-2025-8714" in caught.value.hint
