from __future__ import annotations

import gzip
import os
import re
import string
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.paths.seen import Seen, text_of
from auditor.probes.paths.signatures import environment, unpacked
from auditor.probes.paths.table import TABLE, rows
from tests.facts.headers.fuzz import spliced
from tests.probes.paths.samples import PEM, TEXTS, VALUE, samples

ROWS = dict(rows())
FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))


def short(value: bytes | str) -> str:
    """The id of a test's parameter."""
    return re.sub(r"[^\w./-]+", "_", str(value))[:30]


def seen(body: bytes | str, *, whole: bool = True) -> Seen:
    content = body.encode() if isinstance(body, str) else body
    return Seen("/x", 200, "", content, text_of(content), whole)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return samples(tmp_path_factory.mktemp("samples"))


def test_there_is_a_sample_for_every_path(files):
    assert sorted(files) == sorted(path for row in TABLE for path in row.paths)


def test_no_path_stands_twice_and_none_is_published_on_purpose():
    paths = [path for row in TABLE for path in row.paths]
    assert len(set(paths)) == len(paths) <= 72
    assert not any(path.startswith("/.well-known") for path in paths)


def test_each_sample_is_recognised_and_its_values_stay_where_they_are(files):
    for path, content in files.items():
        said = ROWS[path].recognise(seen(content))
        assert said, path
        assert VALUE not in said
        assert ROWS[path].recognise(seen(content[:4096], whole=len(content) <= 4096)), path


def test_each_sample_is_told_from_the_others(files):
    taken = {
        (path, other.recognise)
        for path, content in files.items()
        for other in TABLE
        if other.recognise is not ROWS[path].recognise and other.recognise(seen(content))
    }
    assert taken == {
        ("/.git/config", ROWS["/.env"].recognise),  # its lines are assignments too
        ("/.svn/wc.db", ROWS["/db.sqlite3"].recognise),
        ("/db.sqlite3", ROWS["/.svn/wc.db"].recognise),
        ("/backup.sql.gz", ROWS["/backup.zip"].recognise),
        ("/dump.sql.gz", ROWS["/backup.zip"].recognise),
    }


@pytest.mark.parametrize("path", ROWS)
def test_pages_and_short_words_are_no_file(path):
    page = "<!doctype html><html><head><title>Index</title></head><body><pre>{}</pre>"
    bodies = [
        "",
        "\0",
        "ok",
        "Not found",
        "404 page not found\n",
        "null",
        "{}",
        "[]",
        '{"detail":"Not Found"}',
        "<html>",
    ]
    bodies += [page.format(text) for text in TEXTS.values() if not text.startswith("<")]
    bodies += [
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
        "// a\nvar b=1;",
        "%PDF-1.7\n",
        "GIF89a",
    ]
    assert [body[:40] for body in bodies if ROWS[path].recognise(seen(body))] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A=1", "1 variable"),
        ("A=1\nB=\n\n# c\n", "2 variables"),
        ("export A=1", "1 variable"),
        ("  a = b\r\nc=d\r\n", "2 variables"),
        (f"A={VALUE}\nSTRIPE_SECRET_KEY=x\nDATABASE_URL=y", "3 variables, STRIPE_SECRET_KEY, DATABASE_URL among them"),
        ("A_KEY=1\nB_KEY=1\nC_KEY=1\nD_KEY=1", "4 variables, A_KEY, B_KEY, C_KEY among them"),
        (f'K="{PEM.strip()}"\nA=1', "2 variables"),
        ("A='x\ny\nz'\nB=1", "2 variables"),
        ("A='x\nB=1\nC=2", "3 variables"),
        ("A=1\nB=2\nC=3\nhello", "3 variables"),
        ("A=1\nhello\nworld", ""),
        ("# only\n# comments", ""),
        ("hello", ""),
        ("var a = 1;", ""),
        ("=1", ""),
        ("1A=1", ""),
        ("<A=1", ""),
        ('{"A":"B=1"}', ""),
        (f"{'A' * 200}=1", ""),
    ],
    ids=short,
)
def test_environment(text, said):
    assert environment(seen(text)) == said


def test_the_last_line_of_a_beginning_may_go_on():
    assert environment(seen("A=1\nB=2\nhel", whole=False)) == "2 variables"
    assert environment(seen("A=1", whole=False)) == "1 variable"


@pytest.mark.parametrize("held", ["JBSWY3DPEHPK3PXP" * 2, "Q" * 60 + "_KEY", "abcd_secret", "A1B2C3D4E5"])
def test_what_may_be_a_value_is_not_named(held):
    assert environment(seen(f"{held}=\nDEBUG=1")) == "2 variables"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/.npmrc", "registry=https://registry.npmjs.org/\nlegacy-peer-deps=true\n"),
        ("/.npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}\n"),
        ("/.npmrc", "//registry.npmjs.org/:_authToken=\n//next\n"),
        ("/.pypirc", "[pypi]\nusername = __token__\npassword =\n"),
        ("/.git/HEAD", "ref: refs/heads/main\nand more"),
        ("/.git/HEAD", "3f786850e387550fdab836ed7e6dc881de23001"),
        ("/.git/config", "[user]\nname = a\n"),
        ("/.git/index", "DIRC\0\0\0\5"),
        ("/.htpasswd", "user:plain-text"),
        ("/server.key", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
        ("/server.key", "-----BEGIN PUBLIC KEY-----\nMIIB\n"),
        ("/server.key", "Put -----BEGIN " + "PRIVATE KEY----- into it"),
        ("/docker-compose.yml", "services: are down\n"),
        ("/docker-compose.yml", "version: '3'\n"),
        ("/docker-compose.yml", "a:\n  services:\n    image: x\n"),
        ("/Dockerfile", "FROM the start\n"),
        ("/Dockerfile", "Hello\nFROM x\nRUN y\n"),
        ("/backup.sql", "-- nothing here\n"),
        ("/backup.sql", "Please SELECT a page. CREATE TABLE x\n"),
        ("/backup.zip", "PK"),
        ("/core", b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x03\0"),
        ("/requirements.txt", "ok\n"),
        ("/requirements.txt", "this is not here\n"),
        ("/package.json", '{"name":"x"}'),
        ("/main.py", "import the data from here\n"),
        ("/access.log", "2026-11-25 is a date\n"),
        ("/terraform.tfstate", '{"version":4,"resources":[]}'),
        ("/service-account.json", '{"type":"service_account"}'),
        ("/next.config.js", "module.exports={}"),
    ],
    ids=short,
)
def test_what_is_not_the_file(path, text):
    assert ROWS[path].recognise(seen(text)) == ""


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("/.git/HEAD", "3f786850e387550fdab836ed7e6dc881de23001b\n", "a branch or a commit"),
        ("/backup.sql", b"PGDMP\x01\x0e", "an archive of pg_dump"),
        ("/backup.sql", "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19", "statements of SQL"),
        ("/backup.sql", "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n", "statements of SQL"),
        ("/backup.sql", "SET statement_timeout = 0;\nSET lock_timeout = 0;\n", "statements of SQL"),
        ("/backup.sql", "CREATE TABLE users (id int);", "statements of SQL"),
        (
            "/backup.sql",
            "--\n-- Data for Name: x\n--\n\nCOPY public.users (id, email) FROM stdin;\n",
            "statements of SQL",
        ),
        ("/backup.tar.gz", gzip.compress(b"x" * 600, mtime=0), "data packed with gzip"),
        ("/backup.tar.gz", b"app/.env" + bytes(249) + b"ustar\x0000", "a tar archive"),
        ("/server.key", "PuTTY-User-Key-File-3: ssh-rsa\n", "a private key of PuTTY"),
        ("/server.key", "Bag Attributes\n    friendlyName: x\n" + PEM, "a private key in PEM"),
        ("/.htpasswd", "a:$2y$05$abcdefghijklmnopqrstuv\n", "1 entries"),
        ("/access.log", 'INFO:     127.0.0.1:51234 - "GET /docs HTTP/1.1" 200 OK\n', "1 requests"),
        ("/access.log", '{"level":"info","msg":"x"}\n', "1 lines of JSON"),
        ("/error.log", "[Wed Nov 25 20:00:00.1 2026] [php:error] [pid 7] x\n", "1 lines of Apache"),
        ("/error.log", "2026-11-25 20:00:00,123 ERROR app: x\nTraceback\n  File x\n", "1 lines with a time"),
    ],
    ids=short,
)
def test_other_forms(path, text, said):
    assert ROWS[path].recognise(seen(text)) == said


def test_a_damaged_gzip_is_nothing():
    assert unpacked(b"\x1f\x8b\x08nonsense") == b""
    assert unpacked(gzip.compress(b"x" * 10_000_000))[:1] == b"x"
    assert len(unpacked(gzip.compress(bytes(10_000_000)))) == 8192


@FUZZ
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes(body, whole):
    for row in ROWS.values():
        assert isinstance(row.recognise(seen(body, whole=whole)), str)


PIECES = [
    "<title>Index of /",
    "<h1>Index of /",
    "<a href='",
    "A=1\n",
    "services:\n",
    " image:",
    "ref: refs/",
    '{"name":',
    '"',
    "\n",
]
PIECES += [
    "-----BEGIN ",
    "PRIVATE KEY-----",
    "-- dump",
    "CREATE TABLE ",
    "[",
    "]",
    "<",
    ">",
    " ",
    "=",
    ":",
    "FROM x\n",
    "RUN y\n",
]
PIECES += [
    "<project version=",
    "a" * 40,
    "0" * 40,
    "\ufeff",
    "\r",
    "\t",
    "$apr1$",
    "127.0.0.1 - - [25/Nov/2026:",
    "{",
    "\\",
]


@FUZZ
@given(spliced(PIECES, 40), st.booleans())
def test_any_text(text, whole):
    for row in ROWS.values():
        assert isinstance(row.recognise(seen(text, whole=whole)), str)


HOSTILE = [
    *(piece * (65_536 // len(piece)) for piece in PIECES),
    " " * 65_536,
    "\n" * 65_536,
    "a" * 65_536,
    'A="\n' * 16_000,
    "<a " * 21_000,
    "<pre><a href=" * 5000,
    "-" * 65_536,
    "--" + "dum" * 20_000,
    "a " * 32_000,
    "a [" * 20_000,
    "a a a" + "[" * 65_000,
    "COPY " + "FROM " * 13_000,
    "<h1>" + "x - /" * 13_000,
    "<h1>x" * 13_000,
    '[{"name":"' + "\\\\" * 30_000,
    "INFO: " * 11_000,
    "".join(f"{c}:" for c in string.printable * 300),
    "a@" * 32_000,
    "https://" + "a:" * 30_000,
    "https://a:" + "@" * 65_000,
    "0" * 40 + " " + "0" * 40 + " " + "<" * 60_000,
    ("0" * 40 + " " + "1" * 40 + " <> 1 +0000\t") * 600,
    "x[" + "a," * 32_000,
    "2026-11-25 20:00:00" + " INF" * 16_000,
    "{" + '"level' * 10_000,
    "<list>" + "<file mtime=" * 5000,
]


@pytest.mark.parametrize("number", range(len(HOSTILE)))
def test_linear_time(number):
    """All signatures together take a second at most for what an answer may hold, whatever it is."""
    for cut in (1, 2):
        one = seen(HOSTILE[number][: 65_536 // cut], whole=cut == 1)
        started = time.process_time()
        for row in dict.fromkeys(row.recognise for row in ROWS.values()):
            row(one)
        assert time.process_time() - started < 1.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# DATABASE_URL=postgres://a\n#API_KEY = x\n", "2 variables in comments"),
        ("# export A_B=1\n\n", "1 variable in comments"),
        ("# nothing yet\n", ""),
        ("# DATABASE_URL=\n", ""),
        ("# API_KEY=x\nsome words\n", ""),
        ("#!/bin/sh\n", ""),
    ],
)
def test_an_environment_file_of_comments(text, said):
    assert ROWS["/.env"].recognise(seen(text.encode())) == said


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_an_environment_file_of_windows(encoding):
    content = "API_KEY=x\r\nMODE=y\r\n".encode(encoding)
    assert ROWS["/.env"].recognise(seen(content)) == "2 variables, API_KEY among them"
    assert ROWS["/.env"].recognise(seen(content + b"\0\0" * 4)) != ""
