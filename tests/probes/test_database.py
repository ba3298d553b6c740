from __future__ import annotations

import asyncio
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import Absent, Unavailable
from auditor.facts.database import DatabaseTransport, PlaintextAnswer
from auditor.probes import database
from auditor.probes.audit_logs.settings import log_settings
from auditor.probes.database import (
    database_transport,
    read_plaintext_answer,
    refuses_plaintext,
)
from auditor.redact import Secret
from checks.database.plaintext_refused import plaintext_refused
from tests.probes.net.running import run
from tests.probes.net.servers import serve, silent
from tests.probes.stand import way

HBA = 'no pg_hba.conf entry for host "10.0.0.1", user "app", database "app", '
FIELDS = [b"C", b"M", b"\0", b"28000", b"no encryption", b"\xff", b"SSL required"]
BOUNDED = settings(deadline=None, max_examples=200)


def error(code: str, message: str) -> bytes:
    return b"".join(f"{key}{value}\0".encode() for key, value in (("S", "FATAL"), ("C", code), ("M", message))) + b"\0"


def message(kind: bytes, payload: bytes) -> bytes:
    return kind + struct.pack("!i", len(payload) + 4) + payload


class TestFirstMessage:
    @pytest.mark.parametrize(
        ("method", "said"),
        [
            (0, "trust"),
            (3, "cleartext password"),
            (5, "md5"),
            (7, "GSSAPI"),
            (9, "SSPI"),
            (10, "SASL"),
            (77, "77"),
            (-1, "-1"),
        ],
    )
    def test_any_authentication_means_that_it_is_let_in(self, method, said):
        assert read_plaintext_answer("db:5432", b"R", struct.pack("!i", method) + b"rest") == PlaintextAnswer(
            "db:5432", True, f"it asked for authentication: {said}"
        )

    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("28000", f"{HBA}no encryption"),
            ("28000", f"{HBA}SSL off"),
            ("28000", 'pg_hba.conf rejects connection for host "10.0.0.1", user "app", database "app", no encryption'),
            ("08P01", "SSL required"),
            ("", "FATAL: SSL is required for this connection"),
        ],
    )
    def test_refused_for_want_of_tls(self, code, text):
        assert refuses_plaintext(code, text)
        assert read_plaintext_answer("db:5432", b"E", error(code, text)) == PlaintextAnswer("db:5432", False, text)

    @pytest.mark.parametrize(
        ("code", "text"),
        [
            ("28000", 'no pg_hba.conf entry for host "10.0.0.1", user "app", database "app", SSL encryption'),
            ("28P01", "password authentication failed"),
            ("53300", "sorry, too many clients already"),
            ("57P03", "the database system is starting up"),
            ("3D000", 'database "no encryption" does not exist'),
            ("28000", 'role "no encryption" does not exist'),
            ("28000", "aucune entrée dans pg_hba.conf pour l'hôte « 10.0.0.1 », aucun chiffrement"),
            ("", ""),
        ],
    )
    def test_refused_for_another_reason(self, code, text):
        assert not refuses_plaintext(code, text)
        with pytest.raises(Unavailable) as caught:
            read_plaintext_answer("db:5432", b"E", error(code, text))
        assert caught.value.reason == f"db:5432 refused the connection for a reason of its own: {text}"

    @pytest.mark.parametrize(
        ("kind", "payload"),
        [(b"R", b""), (b"R", b"\0\0\0"), (b"N", b""), (b"S", b""), (b"H", b"TTP/1.1"), (b"", b""), (b"v", b"")],
    )
    def test_no_message_of_postgresql(self, kind, payload):
        with pytest.raises(Unavailable) as caught:
            read_plaintext_answer("db:5432", kind, payload)
        assert caught.value.reason == "db:5432 does not answer as PostgreSQL does"

    @given(st.sampled_from([b"R", b"E", b"N", b"S", b"", b"\xff"]) | st.binary(max_size=1), st.binary(max_size=80))
    @BOUNDED
    def test_any_bytes_are_read_or_refused(self, kind, payload):
        try:
            answer = read_plaintext_answer("db:5432", kind, payload)
        except Unavailable:
            return
        assert answer.accepted == (kind == b"R")

    @given(st.lists(st.sampled_from(FIELDS), max_size=12).map(b"".join))
    @BOUNDED
    def test_any_error_is_read_or_refused(self, payload):
        try:
            assert not read_plaintext_answer("db:5432", b"E", payload).accepted
        except Unavailable:
            return


def asked(handler, **environment) -> tuple[DatabaseTransport, str]:
    async def main():
        async with serve(handler) as server:
            url = f"postgresql://app:secret-password@127.0.0.1:{server.port}/shop"
            async with way(database=Secret(url, "url"), **environment) as to:
                return await database_transport(to.databases, to.dialer), f"127.0.0.1:{server.port}"

    return run(main())


def saying(data: bytes, received: list[bytes] | None = None):
    async def handler(reader, writer):
        size = struct.unpack("!i", await reader.readexactly(4))[0]
        body = await reader.readexactly(size - 4)
        if received is not None:
            received.append(body)
        writer.write(data)
        await writer.drain()

    return handler


class TestDoor:
    def test_accepted(self):
        received = []
        found, server = asked(saying(message(b"R", struct.pack("!i", 10) + b"SCRAM-SHA-256\0\0"), received))
        assert found == DatabaseTransport((PlaintextAnswer(server, True, "it asked for authentication: SASL"),))
        assert received == [struct.pack("!i", 196608) + b"user\0app\0database\0shop\0\0"]
        assert [f.outcome for f in plaintext_refused(found)] == ["fail"]

    def test_refused(self):
        found, server = asked(saying(message(b"E", error("28000", f"{HBA}no encryption"))))
        assert found == DatabaseTransport((PlaintextAnswer(server, False, f"{HBA}no encryption"),))
        assert [f.outcome for f in plaintext_refused(found)] == ["pass"]

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "closed the connection without a word"),
            (b"R\0\0", "does not answer as PostgreSQL does"),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not answer as PostgreSQL does"),
            (b"E\0\0\0\x64SFATAL", "does not answer as PostgreSQL does"),
            (b"R\0\0\0\0", "does not answer as PostgreSQL does"),
            (b"R\xff\xff\xff\xff", "does not answer as PostgreSQL does"),
            (message(b"E", error("53300", "sorry, too many clients already")), "sorry, too many clients already"),
        ],
    )
    def test_what_proves_nothing_is_a_gap(self, data, said):
        found, server = asked(saying(data))
        assert found.answers == ()
        [gap] = found.gaps
        assert gap.subject == server
        assert said in gap.reason
        assert list(plaintext_refused(found)) == []

    def test_silence_is_a_gap(self, monkeypatch):
        monkeypatch.setattr(database, "_ANSWER_SECONDS", 0.2)
        found, server = asked(silent)
        assert [gap.reason for gap in found.gaps] == [f"no answer from {server} within 0.2 s"]

    def test_a_huge_message_is_not_waited_for(self, monkeypatch):
        monkeypatch.setattr(database, "_ANSWER_SECONDS", 0.3)

        async def endless(reader, writer):
            writer.write(b"E\x7f\xff\xff\xff")
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()

        found, _ = asked(endless)
        assert len(found.gaps[0].reason) < 10_000

    def test_nobody_listens(self):
        async def main():
            async with way(database=Secret("postgresql://app@127.0.0.1:1/app", "url")) as to:
                return await database_transport(to.databases, to.dialer)

        found = run(main())
        assert [gap.subject for gap in found.gaps] == ["127.0.0.1:1"]

    def test_each_server_is_asked_once(self):
        connections = []

        async def main():
            refusing = message(b"E", error("28000", f"{HBA}no encryption"))
            async with serve(saying(refusing)) as one, serve(saying(refusing)) as other:
                hosts = f"127.0.0.1:{one.port},127.0.0.1:{other.port}"
                urls = [f"postgresql://{user}@{hosts}/app" for user in ("app", "audit")]
                async with way(database=Secret(urls[0], "url"), auditor_database=Secret(urls[1], "url")) as to:
                    found = await database_transport(to.databases, to.dialer)
                connections.extend([one.connections, other.connections])
                return found

        assert len(run(main()).answers) == 2
        assert connections == [1, 1]

    def test_a_unix_socket(self):
        async def main():
            async with way(database=Secret("postgresql:///app?host=/var/run/postgresql&user=app", "url")) as to:
                await database_transport(to.databases, to.dialer)

        with pytest.raises(Unavailable, match="Unix socket"):
            run(main())

    def test_absent_or_not_named(self):
        async def main(**environment):
            async with way(**environment) as to:
                await database_transport(to.databases, to.dialer)

        with pytest.raises(Absent):
            run(main(absent=frozenset({"database"})))
        with pytest.raises(Unavailable, match="names no database"):
            run(main())

    def test_a_real_server(self, cluster):
        async def main(user):
            async with way(database=Secret(cluster.url(user), "url")) as to:
                return await database_transport(to.databases, to.dialer)

        [let_in] = run(main("owner")).answers
        assert (let_in.accepted, let_in.message) == (True, "it asked for authentication: SASL")
        [refused] = run(main("tls_only")).answers
        assert not refused.accepted
        assert refused.message.endswith(", no encryption")


def test_both_probes_can_be_stopped():
    async def main():
        async with serve(silent) as server:
            url = Secret(f"postgresql://a@127.0.0.1:{server.port}/a", "url")
            async with way(database=url) as to:
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(0.2):
                        await asyncio.gather(database_transport(to.databases, to.dialer), log_settings(to.databases))

    run(main())
