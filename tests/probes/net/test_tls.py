from __future__ import annotations

import asyncio
import datetime as dt
import random
import ssl

import pytest
import trustme

from auditor.checklist.model import TlsSettings
from auditor.errors import Unavailable
from auditor.probes.net.dial import Dialer
from auditor.probes.net.failures import Failure, Unreachable
from auditor.probes.net.traffic import Traffic
from auditor.probes.net.trust import ssl_context

from .running import run
from .servers import serve, silent
from .test_http import client

NAME = "api.example.com"
HERE = {NAME: "127.0.0.1"}


@pytest.fixture
def trusting(ca_file):
    return TlsSettings(ca_file, "custom")


def failing(tls, settings, **options):
    async def main():
        async with serve(tls=tls) as server, client(resolve=HERE, tls=settings) as http:
            with pytest.raises(Unreachable) as caught:
                await http.get(f"https://{NAME}:{server.port}/")
            assert caught.value.kind is Failure.TLS
            where = f"127.0.0.1:{server.port} ({NAME})"
            assert (await http.get(f"https://{NAME}:{server.port}/", verify=False)).body == b"ok"
            return caught.value.reason.replace(where, "X"), caught.value

    return run(main())


def test_the_name_is_kept_where_the_address_is_overridden(server_tls, trusting):
    async def main():
        tls = server_tls(NAME)
        async with serve(tls=tls) as server, client(resolve={"API.Example.com.": "127.0.0.1"}, tls=trusting) as http:
            for host in (NAME, "api.EXAMPLE.com", f"{NAME}."):
                found = await http.get(f"https://{host}:{server.port}/")
                assert found.peer == f"127.0.0.1:{server.port}"
            assert server.server_names == [NAME]
            assert [headers["host"] for _, headers, _ in server.requests] == [f"{NAME}:{server.port}"] * 3

    run(main())


def test_untrusted(server_tls, trusting):
    said, error = failing(server_tls(NAME, issuer=trustme.CA()), trusting)
    assert said == "the certificate of X does not verify: unable to get local issuer certificate"
    assert "ca_file" in error.hint
    assert isinstance(error.__cause__, ssl.SSLCertVerificationError)


def test_wrong_host(server_tls, trusting):
    said, _ = failing(server_tls("other.example.com"), trusting)
    assert said == f"the certificate of X does not verify: Hostname mismatch, certificate is not valid for '{NAME}'"


def test_expired(server_tls, trusting):
    day = dt.timedelta(days=1)
    now = dt.datetime.now(dt.UTC)
    said, _ = failing(server_tls(NAME, not_before=now - 2 * day, not_after=now - day), trusting)
    assert said == "the certificate of X does not verify: certificate has expired"


def test_lines_that_were_not_verified_are_not_shared(server_tls, trusting):
    async def main():
        async with serve(tls=server_tls("other.example.com")) as server, client(resolve=HERE, tls=trusting) as http:
            await http.get(f"https://{NAME}:{server.port}/", verify=False)
            with pytest.raises(Unreachable):
                await http.get(f"https://{NAME}:{server.port}/")

    run(main())


def test_an_address_in_the_url(server_tls, trusting):
    async def main():
        async with serve(tls=server_tls("127.0.0.1")) as server, client(tls=trusting) as http:
            assert (await http.get(f"https://127.0.0.1:{server.port}/")).body == b"ok"
            assert server.server_names == [None]

    run(main())


def says(data):
    """A server that lets the client begin, says one thing and closes."""

    async def handler(reader, writer):
        await reader.read(100)
        writer.write(data)
        await writer.drain()

    return handler


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "X does not speak TLS"),
        (b"220 smtp.example.com ESMTP\r\n", "X does not speak TLS"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "TLS with X failed: "),  # the alert handshake_failure
        (b"", "X cut the connection during the TLS handshake"),
    ],
)
def test_no_handshake(trusting, data, said):
    async def main():
        async with serve(says(data)) as server, client(resolve=HERE, tls=trusting) as http:
            with pytest.raises(Unreachable) as caught:
                await http.get(f"https://{NAME}:{server.port}/")
            assert caught.value.kind is (Failure.TLS if data else Failure.RESET)
            return caught.value.reason.replace(f"127.0.0.1:{server.port} ({NAME})", "X")

    assert run(main()).startswith(said)


def test_http_to_a_tls_port(server_tls):
    async def main():
        async with serve(tls=server_tls(NAME)) as server, client(resolve=HERE) as http:
            with pytest.raises(Unreachable) as caught:
                await http.get(f"http://{NAME}:{server.port}/")
            assert caught.value.kind in (Failure.RESET, Failure.PROTOCOL)

    run(main())


def test_a_storm_of_cancellations_leaves_every_place_free(server_tls, trusting):
    chance = random.Random(2)

    async def main():
        async with (
            serve(tls=server_tls(NAME)) as server,
            client(resolve=HERE, tls=trusting, concurrency=3, budget=10_000) as http,
        ):
            url = f"https://{NAME}:{server.port}/"
            for number in range(30):
                tasks = [asyncio.create_task(http.get(url, keep_alive=bool(number % 2))) for _ in range(6)]
                await asyncio.sleep(chance.random() * 0.03)
                for task in chance.sample(tasks, 3):
                    task.cancel()
                done = await asyncio.gather(*tasks, return_exceptions=True)
                assert all(isinstance(one, asyncio.CancelledError) or one.status == 200 for one in done)
            async with asyncio.timeout(5):
                for _ in range(3):
                    await http._dialer.places(NAME).take()
            assert server.peak <= 3

    run(main())


def test_a_handshake_that_hangs():
    async def main():
        async with serve(silent) as server:
            dialer = Dialer({}, "", 2, Traffic(1))
            with pytest.raises(Unreachable) as caught:
                async with dialer.connection("127.0.0.1", server.port, timeout=0.3, tls=ssl_context(TlsSettings())):
                    pass
            assert caught.value.kind is Failure.TIMEOUT
            assert caught.value.reason == (f"no answer to the TLS handshake from 127.0.0.1:{server.port} within 0.3 s")
            async with dialer.connection("127.0.0.1", server.port), dialer.connection("127.0.0.1", server.port):
                pass  # both places are free

    run(main())


def test_both_trusts_the_system_and_the_file(ca_file):
    system = ssl_context(TlsSettings()).cert_store_stats()["x509_ca"]
    assert ssl_context(TlsSettings(ca_file, "custom")).cert_store_stats()["x509_ca"] == 1
    assert ssl_context(TlsSettings(ca_file, "both")).cert_store_stats()["x509_ca"] == system + 1


def test_without_a_system_store_mozillas_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert ssl_context(TlsSettings()).cert_store_stats()["x509_ca"] > 50


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "the CA file {} cannot be read: No such file or directory"),
        (b"", "the CA file {} holds no certificate in PEM form"),
        (
            b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n",
            "the CA file {} holds no certificate in PEM form",
        ),
    ],
)
def test_a_ca_file_that_cannot_be_used(tmp_path, content, said):
    path = tmp_path / "root.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Unavailable) as caught:
        ssl_context(TlsSettings(path, "custom"))
    assert caught.value.reason == said.format(path)
    assert "ca_file" in caught.value.hint


def test_custom_without_a_file():
    with pytest.raises(Unavailable, match="no ca_file"):
        ssl_context(TlsSettings(None, "custom"))


def test_a_ca_file_that_cannot_be_used_takes_nothing(tmp_path):
    async def main():
        async with serve() as server, client(tls=TlsSettings(tmp_path / "no.pem", "custom"), concurrency=1) as http:
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await http.get(f"https://127.0.0.1:{server.port}/")
            assert (await http.get(f"http://127.0.0.1:{server.port}/")).status == 200
            assert http._traffic.requests == 1

    run(main())


class TestPreamble:
    """Protocols that begin in the clear and go on in TLS."""

    @staticmethod
    def upgraded(tls, trusting, said=b"S", wanted=b"S", **options):
        async def handler(reader, writer):
            assert await reader.readexactly(5) == b"hello"
            writer.write(said)
            await writer.drain()
            if said == b"S":
                await writer.start_tls(tls)
            await silent(reader, writer)

        async def preamble(reader, writer):
            writer.write(b"hello")
            if await reader.read(1) != wanted:
                raise Unavailable("no TLS there")

        async def main():
            dialer = Dialer(HERE, "", 1, Traffic(100))
            async with serve(handler) as server:
                try:
                    async with dialer.connection(
                        NAME, server.port, tls=ssl_context(trusting), preamble=preamble, **options
                    ) as (_, writer):
                        return writer.get_extra_info("ssl_object").version()
                finally:
                    async with asyncio.timeout(5):
                        await dialer.places(NAME).take()  # it was given back, whatever came

        return run(main())

    def test_it_goes_on_in_tls(self, server_tls, trusting):
        assert self.upgraded(server_tls(NAME), trusting) == "TLSv1.3"

    def test_the_certificate_counts(self, server_tls, trusting):
        with pytest.raises(Unreachable, match="does not verify: Hostname mismatch"):
            self.upgraded(server_tls("other.example.com"), trusting)

    def test_the_preamble_ends_it(self, server_tls, trusting):
        with pytest.raises(Unavailable, match="no TLS there"):
            self.upgraded(server_tls(NAME), trusting, said=b"N")

    def test_what_is_said_too_early_is_not_taken_for_encrypted(self, server_tls, trusting):
        with pytest.raises(Unreachable, match="cut the connection during the TLS handshake"):
            self.upgraded(server_tls(NAME), trusting, said=b"SX")

    def test_a_peer_that_says_no_more(self, server_tls, trusting):
        with pytest.raises(Unreachable, match="no answer to the TLS handshake"):
            self.upgraded(server_tls(NAME), trusting, said=b"T", wanted=b"T", timeout=0.3)
