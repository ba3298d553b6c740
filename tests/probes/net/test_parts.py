"""The parts that need no server."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from auditor.errors import Unavailable
from auditor.probes.net.dsn import read_dsn
from auditor.probes.net.response import Response
from auditor.probes.net.statements import first_word, refuse_unless_reading
from auditor.probes.net.target import target
from auditor.probes.net.traffic import Traffic
from auditor.redact import Secret


def test_the_package_itself_imports_nothing():
    program = (
        "import sys, auditor.probes.net\n"
        "heavy = {'httpx', 'httpcore', 'h11', 'psycopg', 'asyncio', 'ssl', 'pydantic'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def response(body=b"", *headers, **changes):
    return Response("https://api.example.com/x?key=1", "GET", 200, headers, body, **changes)


class TestResponse:
    @pytest.mark.parametrize(
        ("kind", "body", "text"),
        [
            ("text/html", "é".encode(), "é"),
            ("text/html; charset=ISO-8859-1", b"\xe9", "é"),
            ('text/html; boundary=x; Charset="utf-8"', b"\xef\xbb\xbfx", "x"),
            ("text/html; charset=nonsense", "é".encode(), "é"),
            ("text/html; charset=hex", b"zz", "zz"),
            ("text/html; charset=idna", b"\xff", "�"),
            ("text/html; charset=\0", b"x", "x"),
            ("text/html; charset=", b"\xff", "�"),
            ("text/html; charset=utf-16", b"\xff\xfeh\0i\0", "hi"),
        ],
    )
    def test_text(self, kind, body, text):
        assert response(body, ("Content-Type", kind)).text() == text

    def test_json(self):
        assert response(b'{"a": [1]}').json() == {"a": [1]}

    @pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b"9" * 10_000, b"\xff"])
    def test_what_is_no_json(self, body):
        with pytest.raises(Unavailable) as caught:
            response(body).json()
        assert str(caught.value) == "https://api.example.com/x answered 200 with something that is not JSON"

    def test_half_a_json(self):
        with pytest.raises(Unavailable, match="was not read to its end: it is longer than 2 bytes"):
            response(b"12", truncated=True, why_truncated="it is longer than 2 bytes").json()


class TestTarget:
    @pytest.mark.parametrize(
        ("url", "host", "port", "authority", "path"),
        [
            ("https://API.example.com", "api.example.com", 443, "api.example.com", "/"),
            ("http://api.example.com:80/a", "api.example.com", 80, "api.example.com", "/a"),
            ("https://api.example.com.:8443/?q", "api.example.com", 8443, "api.example.com:8443", "/?q"),
            ("http://[::1]:8080/x", "::1", 8080, "[::1]:8080", "/x"),
            ("https://münchen.example/ü", "xn--mnchen-3ya.example", 443, "xn--mnchen-3ya.example", "/%C3%BC"),
            ("https://h/a//../b;c?d=%2F&e=%zz#f", "h", 443, "h", "/a//../b;c?d=%2F&e=%zz"),
            ("https://u:p@h/", "h", 443, "h", "/"),
        ],
    )
    def test_taken_apart(self, url, host, port, authority, path):
        found = target(url)
        assert (found.host, found.port, found.authority, found.path) == (host, port, authority, path)

    def test_no_password_in_the_message(self):
        with pytest.raises(Unavailable) as caught:
            target("https://user:hunter2hunter2@h:99999/?token=hunter2hunter2")
        assert "hunter2" not in caught.value.reason


class TestStatements:
    @pytest.mark.parametrize(
        "sql",
        [
            "select 1",
            "  WITH x AS (select 1) table x",
            "(((select 1)))",
            "--x\nselect 1",
            "/* a /* b */ c */ values (1)",
            "explain select 1",
            "show all",
            "\n\t-- a\n-- b\n/**/ ( /**/ table x",
        ],
    )
    def test_reading(self, sql):
        refuse_unless_reading(sql)

    @pytest.mark.parametrize(
        ("sql", "word"),
        [
            ("", ""),
            ("--", ""),
            ("/*", ""),
            ("/* select 1", ""),
            ("; select 1", ""),
            ("1", ""),
            ("do $$", "DO"),
            ("-1", ""),
            ("/* select */ insert into x", "INSERT"),
            ("set local role x", "SET"),
            ("selecté", "SELECT"),
        ],
    )
    def test_first_word(self, sql, word):
        assert first_word(sql) == word

    def test_long_input_takes_no_time(self):
        assert first_word("/*" * 200_000) == ""
        assert first_word("(-- \n" * 200_000) == ""


class TestTraffic:
    def test_the_budget_holds_among_threads(self):
        traffic = Traffic(1000)
        refused = []

        def spend():
            for _ in range(500):
                try:
                    traffic.spend_request("h")
                except Unavailable:
                    refused.append(1)

        threads = [threading.Thread(target=spend) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert traffic.requests == traffic.requests_by_host["h"] == 1000
        assert len(refused) == 3000


class TestDsn:
    def dsn(self, url):
        return read_dsn(Secret(url, "URL"), "database")

    @pytest.mark.parametrize(
        ("url", "targets", "user", "name", "sslmode"),
        [
            ("postgresql://u:p@h/d", (("h", 5432),), "u", "d", "prefer"),
            ("postgres://u@[::1]:1/d?sslmode=require", (("::1", 1),), "u", "d", "require"),
            ("postgresql://u@a:1,b/d", (("a", 1), ("b", 5432)), "u", "d", "prefer"),
            ("postgresql://u@a,b/d?port=7", (("a", 7), ("b", 7)), "u", "d", "prefer"),
            ("host=h user=u password='it''s'", (("h", 5432),), "u", "u", "prefer"),
            ("host=h hostaddr=192.0.2.1 user=u", (("h", 5432),), "u", "u", "prefer"),
            ("postgresql:///d?host=/run/pg&user=u", (), "u", "d", "prefer"),
            ("postgresql+asyncpg://u:p@h/d?ssl=verify-full", (("h", 5432),), "u", "d", "verify-full"),
            ("postgresql+psycopg2://u:p%40@h/d?sslmode=require&ssl=true&schema=x", (("h", 5432),), "u", "d", "require"),
            ("postgres://u:p@h/d?ssl=false", (("h", 5432),), "u", "d", "disable"),
        ],
    )
    def test_read(self, url, targets, user, name, sslmode, monkeypatch):
        for variable in ("PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGSSLMODE"):
            monkeypatch.delenv(variable, raising=False)
        if url.startswith("host=h user"):
            url = url.replace("''", r"\'")
        found = self.dsn(url)
        assert (found.targets, found.user, found.name, found.sslmode) == (targets, user, name, sslmode)

    def test_the_password_is_not_shown(self):
        found = self.dsn("postgresql://u:hunter2hunter2@h/d")
        assert found.password == "hunter2hunter2"
        assert "hunter2" not in repr(found) + found.where

    @pytest.mark.parametrize(
        "url", ["nonsense", "http://h/", "postgresql://u:hunter2%ZZ@h/d", "postgresql://h:1x/d", "\udcff", "\0", ""]
    )
    def test_what_is_none_is_not_quoted(self, url):
        with pytest.raises(Unavailable) as caught:
            self.dsn(url)
        assert caught.value.reason in (
            "the value of database is not a PostgreSQL URL",
            "the value of database has ports that do not fit its hosts",
        )
