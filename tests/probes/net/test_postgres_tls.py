"""TLS between libpq and the server, straight and through the relay."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from auditor.checklist.model import TlsSettings
from auditor.errors import Unavailable
from auditor.probes.net.failures import Failure

from .running import run
from .servers import serve
from .test_postgres import database

pytestmark = pytest.mark.lab

NAME = "db.example.com"


@asynccontextmanager
async def front(cluster, tls):
    """Answers SSLRequest, and passes on to PostgreSQL what comes out of TLS."""
    names: list[str | None] = []
    tls.sni_callback = lambda _sock, name, _context: names.append(name)

    async def handler(reader, writer):
        assert await reader.readexactly(8) == b"\0\0\0\x08\x04\xd2\x16\x2f"
        writer.write(b"S")
        await writer.drain()
        await writer.start_tls(tls)
        back, out = await asyncio.open_connection("127.0.0.1", cluster.port)

        async def passing(source, target):
            while data := await source.read(65536):
                target.write(data)
                await target.drain()

        both = [asyncio.create_task(passing(reader, out)), asyncio.create_task(passing(back, writer))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            out.transport.abort()

    async with serve(handler) as server:
        server.server_names = names
        yield server


def logging_in(cluster, tls, source, settings=None, **query):
    async def main():
        async with front(cluster, tls) as server:
            url = cluster.url(**query).replace(f"127.0.0.1:{cluster.port}", f"{NAME}:{server.port}")
            one = database(url, resolve={NAME: "127.0.0.1"}, source=source, tls=settings)
            try:
                async with one.session(timeout=5) as session, session.transaction() as found:
                    assert await found.rows("select 1") == [(1,)]
            except Unavailable as error:
                error.said = error.reason.replace(f"{NAME}:{server.port}/app", "X")
                return error
            assert server.server_names == [NAME]
            return None

    return run(main())


def test_verified_by_the_name_with_the_checklists_ca(cluster, server_tls, ca_file, source):
    tls = server_tls(NAME)
    assert logging_in(cluster, tls, source, TlsSettings(ca_file, "custom"), sslmode="verify-full") is None


def test_the_urls_own_root_certificate_wins(cluster, server_tls, ca_file, source, tmp_path):
    settings = TlsSettings(tmp_path / "nothing.pem", "custom")
    query = {"sslmode": "verify-full", "sslrootcert": str(ca_file)}
    assert logging_in(cluster, server_tls(NAME), source, settings, **query) is None


def test_another_name(cluster, server_tls, ca_file, source):
    tls = server_tls("other.example.com")
    error = logging_in(cluster, tls, source, TlsSettings(ca_file, "custom"), sslmode="verify-full")
    assert error.kind is Failure.TLS
    assert error.said == "the certificate of X is for another name"
    assert logging_in(cluster, tls, source, TlsSettings(ca_file, "custom"), sslmode="verify-ca") is None


def test_require_does_not_verify(cluster, server_tls, source):
    assert logging_in(cluster, server_tls("other.example.com"), source, sslmode="require") is None


def test_no_root_certificate_at_all(cluster, server_tls, source, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    error = logging_in(cluster, server_tls(NAME), source, sslmode="verify-full")
    assert error.kind is Failure.TLS
    assert "there is no root certificate" in error.said
    assert "ca_file" in error.hint


def test_untrusted(cluster, server_tls, source, ca_file):
    import trustme

    tls = server_tls(NAME, issuer=trustme.CA())
    error = logging_in(cluster, tls, source, TlsSettings(ca_file, "custom"), sslmode="verify-full")
    assert error.kind is Failure.TLS
    assert error.said.startswith("the certificate of X does not verify")


@pytest.mark.parametrize("query", [{"sslmode": "verify-full"}, {}])
def test_the_systems_roots(cluster, server_tls, source, ca_file, monkeypatch, query):
    error = logging_in(cluster, server_tls(NAME), source, sslrootcert="system", **query)
    assert error.kind is Failure.TLS
    assert error.said.startswith("the certificate of X does not verify")
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    assert logging_in(cluster, server_tls(NAME), source, sslrootcert="system", **query) is None
