from __future__ import annotations

import asyncio
import socket
import ssl
import time
import warnings
from datetime import UTC, datetime, timedelta

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.checklist.model import NetworkSettings, Supabase, TlsSettings
from auditor.errors import Unavailable
from auditor.facts.policy import TlsPolicy
from auditor.facts.web import CertificateSeen, Hop, PlainAnswer, PlainHttp
from auditor.model import Gap
from auditor.probes import web
from auditor.probes.web import certificates, plain_http, read_certificate
from checks.https.certificate_not_expiring import certificate_not_expiring
from checks.https.certificate_trusted import certificate_trusted
from checks.https.http_redirects import http_redirects
from tests.probes.net.running import run
from tests.probes.net.servers import serve, silent
from tests.probes.stand import CLOSE, HANG, RESET, answer, page, routes, site, way

API = "api.example.com"
APP = "app.example.com"
DEEP = "/audit/of/redirects"
ASKED = sorted(["/", "/health", f"{DEEP}?page=2"])
NO_FRONTEND = frozenset({"frontend"})
HERE = {API: "127.0.0.1", APP: "127.0.0.1"}
UNSET = Gap(
    "frontend",
    "the checklist names no frontend in [env.test]",
    "add `frontend` to [env.test], or put it in `absent` if the stack has none",
)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def asked(respond, **options) -> tuple[PlainHttp, list[str], int]:
    """What plain HTTP says of the API, whose https port nobody listens on; and what the server was asked."""

    async def main():
        async with site(respond) as server:
            network = NetworkSettings(http_port=server.port)
            values = {"api": f"https://{API}", "absent": NO_FRONTEND, "resolve": HERE, **options}
            async with way(network=network, **values) as to:
                return await plain_http(to.environment, to.http, to.dialer), server.paths, server.port

    return run(main())


def verdicts(found: PlainHttp) -> list[str]:
    return [str(finding.outcome) for finding in http_redirects(found)]


class TestPlainHttp:
    def test_served_in_the_clear(self):
        found, paths, port = asked(routes({"/": answer(200, "hello"), "/health": answer(200)}))
        base = f"http://{API}:{port}"
        assert found == PlainHttp(
            (
                PlainAnswer(f"{base}/", hops=(Hop(f"{base}/", 200),)),
                PlainAnswer(f"{base}{DEEP}", hops=(Hop(f"{base}{DEEP}", 404),)),
                PlainAnswer(f"{base}/health", hops=(Hop(f"{base}/health", 200),)),
            ),
            (Gap("frontend", "the checklist declares frontend absent", absent=True),),
        )
        assert sorted(paths) == ASKED
        assert verdicts(found) == ["fail"]

    def test_redirected(self):
        closed = free_port()
        target = f"https://{API}:{closed}/home?token=abc#part"
        found, _, port = asked(lambda _: answer(301, Location=target))
        base = f"http://{API}:{port}"
        assert found.answers[0] == PlainAnswer(f"{base}/", hops=(Hop(f"{base}/", 301, f"https://{API}:{closed}/home"),))
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize("status", [200, 201, 401])
    def test_a_location_without_a_redirect_is_not_followed(self, status):
        found, paths, _ = asked(lambda _: answer(status, Location="/elsewhere"))
        assert sorted(paths) == ASKED
        assert verdicts(found) == ["fail"]

    def test_another_scheme_is_not_followed(self):
        found, paths, _ = asked(lambda _: answer(301, Location=f"ftp://{API}/"))
        assert sorted(paths) == ASKED
        assert [one.hops[0].location for one in found.answers] == [f"ftp://{API}/"] * 3
        assert verdicts(found) == ["fail"]

    def test_upgrade_required(self):
        found, _, port = asked(lambda _: answer(426, Upgrade="TLS/1.3"))
        assert found.answers[0].hops == (Hop(f"http://{API}:{port}/", 426),)
        assert verdicts(found) == ["pass"]

    def test_a_chain_in_the_clear(self):
        chain = routes({"/": answer(302, Location="/a"), "/a": answer(302, Location="b")}, answer(200))
        found, paths, port = asked(chain, health="/b")
        base = f"http://{API}:{port}"
        assert found.answers[0].hops == (
            Hop(f"{base}/", 302, f"{base}/a"),
            Hop(f"{base}/a", 302, f"{base}/b"),
            Hop(f"{base}/b", 200),
        )
        assert sorted(paths) == ["/", "/a", f"{DEEP}?page=2", "/b", "/b"]
        assert verdicts(found) == ["fail", "fail"]

    def test_a_loop_ends(self):
        loop = routes({"/": answer(302, Location="/")}, answer(302, Location="/"))
        found, paths, port = asked(loop, health="/x")
        base = f"http://{API}:{port}"
        assert found.answers[0] == PlainAnswer(f"{base}/", hops=(Hop(f"{base}/", 302, f"{base}/"),), loop=True)
        assert [(len(one.hops), one.loop) for one in found.answers] == [(1, True), (2, True), (2, True)]
        assert len(paths) == 5
        assert verdicts(found) == ["fail"]

    def test_redirects_without_end_end(self):
        found, paths, _ = asked(lambda request: answer(302, Location=f"/{request.number}"), health="/x")
        assert [(len(one.hops), one.endless) for one in found.answers] == [(8, True)] * 3
        assert len(paths) == 24

    def test_path_and_query_are_kept(self):
        found, _, _ = asked(lambda request: answer(308, Location=f"https://{API}:1{request.path}"))
        assert [one.keeps for one in found.answers] == [None, True, None]
        assert [one.hops[0].location for one in found.answers][1] == f"https://{API}:1{DEEP}"

    def test_path_and_query_are_lost(self):
        found, _, _ = asked(lambda _: answer(308, Location=f"https://{API}:1/"))
        assert [one.keeps for one in found.answers] == [None, False, None]
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize(
        ("body", "by"),
        [
            ("<meta http-equiv=refresh content='0;url=https://api.example.com/'>", "meta refresh"),
            ("<script>window.location.href = 'https://' + location.host</script>", "script"),
            ("<script>location.replace('https://api.example.com')</script>", "script"),
            ("<script>if (location.protocol == 'http:') {}</script>", ""),
            ("hello", ""),
        ],
    )
    def test_redirected_by_the_page(self, body, by):
        found, _, _ = asked(lambda _: page(body))
        assert {one.hops[0].by_page for one in found.answers} == {by}
        assert verdicts(found) == ["fail"]

    def test_every_address_is_asked(self, monkeypatch):
        async def main():
            async with (
                site(lambda _: answer(301, Location=f"https://{API}:1/")) as good,
                way(api=f"https://{API}", absent=NO_FRONTEND, network=NetworkSettings(http_port=good.port)) as to,
            ):

                async def addresses(*_, **__):
                    return ("127.0.0.1", "127.0.0.2", "2001:db8::1")

                monkeypatch.setattr(to.dialer._resolver, "addresses", addresses)
                return await plain_http(to.environment, to.http, to.dialer)

        found = run(main())
        assert [(one.address, one.refused) for one in found.answers] == [
            ("127.0.0.1", False),
            ("127.0.0.2", True),
            ("", False),
            ("", False),
        ], "what no route leads to is left out"
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize(
        "target",
        ["http://other.example.com/", "https://other.example.com/", "//other.example.com", "ftp://x/", "data:x"],
    )
    def test_other_hosts_are_not_followed(self, target):
        found, paths, _ = asked(lambda _: answer(301, Location=target))
        assert [len(one.hops) for one in found.answers] == [1, 1, 1]
        assert len(paths) == 3

    @pytest.mark.parametrize("location", ["https://[", "http://[::1", "https://", "//[", ""])
    def test_a_location_that_leads_nowhere(self, location):
        found, _, port = asked(lambda _: answer(301, Location=location))
        assert found.answers[0].hops == (Hop(f"http://{API}:{port}/", 301),)
        assert verdicts(found) == ["fail"]

    @pytest.mark.parametrize("location", ["https://api.example.com:99999/", f"https://{API}:0/"])
    def test_a_location_that_cannot_be_asked(self, location):
        found, _, _ = asked(lambda _: answer(301, Location=location))
        assert "fail" not in verdicts(found)
        assert len(found.answers) + len(found.gaps) == 4

    def test_back_to_plain_http(self, server_tls):
        def respond(asked_):
            return answer(301, Location=f"https://{API}:{secure.port}/") if asked_.path == "/" else page("login")

        def back(_):
            return answer(302, Location=f"http://{API}:{port}/login")

        secure = port = None

        async def main():
            nonlocal secure, port
            async with site(respond) as server, site(back, tls=server_tls("other.example.com")) as secure:
                port = server.port
                network = NetworkSettings(http_port=port)
                origin = f"https://{API}"
                async with way(network=network, api=origin, health="/", absent=NO_FRONTEND, resolve=HERE) as to:
                    return await plain_http(to.environment, to.http, to.dialer)

        found = run(main())
        assert found.answers[:1] == (
            PlainAnswer(
                f"http://{API}:{port}/",
                hops=(
                    Hop(f"http://{API}:{port}/", 301, f"https://{API}:{secure.port}/"),
                    Hop(f"https://{API}:{secure.port}/", 302, f"http://{API}:{port}/login"),
                    Hop(f"http://{API}:{port}/login", 200),
                ),
            ),
        )
        finding = next(iter(http_redirects(found)))
        assert "comes back to plain HTTP" in finding.message

    def test_nobody_listens(self):
        async def main():
            network = NetworkSettings(http_port=free_port())
            async with way(network=network, api=f"https://{API}", absent=NO_FRONTEND, resolve=HERE) as to:
                return await plain_http(to.environment, to.http, to.dialer)

        found = run(main())
        assert [one.refused for one in found.answers] == [True] * 3
        assert verdicts(found) == ["pass"]

    @pytest.mark.parametrize("behaviour", [CLOSE, RESET])
    def test_closed_without_an_answer(self, behaviour):
        found, _, port = asked(lambda _: behaviour)
        assert found.answers[0] == PlainAnswer(f"http://{API}:{port}/", refused=True)

    def test_a_server_that_hangs_is_a_gap_and_hides_nothing(self, monkeypatch):
        monkeypatch.setattr(web, "_SECONDS", 0.3)
        started = time.monotonic()
        found, _, port = asked(lambda request: HANG if request.path == "/" else answer(301, Location=f"https://{API}/"))
        assert time.monotonic() - started < 5
        assert [one.url for one in found.answers] == [f"http://{API}:{port}{DEEP}", f"http://{API}:{port}/health"]
        assert found.gaps[1].subject == f"http://{API}:{port}/"
        assert found.gaps[1].reason == f"no complete answer from http://{API}:{port} within 0.3 s"

    def test_hanging_hosts_cost_their_seconds_once(self, monkeypatch):
        monkeypatch.setattr(web, "_SECONDS", 0.5)
        started = time.monotonic()
        supabase = Supabase("https://supabase.example.com")
        found, paths, _ = asked(
            lambda _: HANG,
            absent=frozenset(),
            frontend=f"https://{APP}",
            supabase=supabase,
            resolve={**HERE, "supabase.example.com": "127.0.0.1"},
        )
        assert time.monotonic() - started < 1.5
        assert (found.answers, len(found.gaps), len(paths)) == ((), 7, 7)

    @pytest.mark.parametrize("data", [b"220 smtp.example.com\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28\r\n\r\n"])
    def test_another_protocol_is_a_gap(self, data):
        found, _, _ = asked(lambda _: data)
        assert (found.answers, len(found.gaps)) == ((), 4)

    def test_a_header_without_end_is_a_gap(self):
        found, _, _ = asked(lambda _: b"HTTP/1.1 301 X\r\nLocation: https://" + b"x" * 10_000_000)
        assert (found.answers, len(found.gaps)) == ((), 4)

    def test_a_server_that_drips_is_a_gap(self, monkeypatch):
        monkeypatch.setattr(web, "_SECONDS", 0.4)

        async def drip(reader, writer):
            for byte in b"HTTP/1.1 301 Moved Permanently\r\nLocation: https://api.example.com/\r\n":
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.05)

        async def main():
            async with serve(drip) as server:
                network = NetworkSettings(http_port=server.port)
                async with way(network=network, api=f"https://{API}", absent=NO_FRONTEND, resolve=HERE) as to:
                    return await plain_http(to.environment, to.http, to.dialer)

        started = time.monotonic()
        found = run(main())
        assert time.monotonic() - started < 3
        assert (found.answers, len(found.gaps)) == ((), 4)

    def test_an_origin_in_plain_http_is_asked_where_it_is(self):
        async def main():
            async with (
                site(lambda _: page("hello")) as server,
                way(frontend=server.origin(), absent=frozenset({"api"})) as to,
            ):
                return await plain_http(to.environment, to.http, to.dialer), server

        found, server = run(main())
        assert [one.url for one in found.answers] == [f"{server.origin()}/"]
        assert verdicts(found) == ["fail"]

    def test_no_port_of_plain_http(self):
        async def main():
            async with way(api=f"https://{API}", network=NetworkSettings(http_port=0)) as to:
                return await plain_http(to.environment, to.http, to.dialer)

        assert run(main()) == PlainHttp((), (UNSET,))

    def test_the_usual_port_is_left_out_of_the_address(self):
        environment = {"frontend": "https://[::1]:8443", "api": f"https://{API}:8443"}

        async def main():
            async with way(**environment) as to:
                return web._plain_urls(environment, to.environment)

        assert run(main()) == [
            "http://[::1]/",
            f"http://[::1]{DEEP}?page=2",
            f"http://{API}/",
            f"http://{API}{DEEP}?page=2",
            f"http://{API}/health",
        ]

    def test_the_budget_is_a_gap(self):
        found, _, _ = asked(lambda _: answer(200), budget=1)
        assert [len(found.answers), len(found.gaps)] == [1, 3]
        assert "budget of 1 requests is used up" in found.gaps[1].reason


class Presented:
    """A server of TLS, and what the audit says of it."""

    def __init__(self, tls, settings, *, handler=silent):
        async def main():
            async with (
                serve(handler, tls=tls) as server,
                way(api=f"https://{API}:{server.port}", absent=NO_FRONTEND, resolve=HERE, tls=settings) as to,
            ):
                return await certificates(to.environment, to.dialer), server

        self.found, self.server = run(main())
        self.verdict = [str(finding.outcome) for finding in certificate_trusted(self.found)]

    @property
    def seen(self) -> CertificateSeen:
        [seen] = self.found.seen
        return seen


@pytest.fixture
def trusting(ca_file):
    return TlsSettings(ca_file, "custom")


class TestCertificates:
    def test_trusted(self, server_tls, trusting):
        ends = datetime.now(UTC).replace(microsecond=0) + timedelta(days=6)
        presented = Presented(server_tls(API, "192.0.2.7", common_name="the api", not_after=ends), trusting)
        seen = presented.seen
        assert seen == CertificateSeen(
            f"https://{API}:{presented.server.port}",
            encrypted=True,
            trusted=True,
            subject="the api",
            issuer=seen.issuer,
            names=(API, "192.0.2.7"),
            not_before=seen.not_before,
            not_after=ends,
            protocol="TLSv1.3",
        )
        assert presented.verdict == ["pass"]
        assert presented.server.server_names == [API, API]
        assert [f.outcome for f in certificate_not_expiring(presented.found, TlsPolicy())] == ["fail"]
        assert [f.outcome for f in certificate_not_expiring(presented.found, TlsPolicy(timedelta(days=5)))] == ["pass"]

    @pytest.mark.parametrize("trust", ["system", "custom"])
    def test_of_a_ca_that_nobody_knows(self, server_tls, ca_file, trust):
        presented = Presented(server_tls(API, issuer=trustme.CA()), TlsSettings(ca_file, trust))
        assert presented.seen.problem == "unable to get local issuer certificate"
        assert presented.seen.names == (API,)
        assert presented.verdict == ["fail"]

    def test_of_another_host(self, server_tls, trusting):
        presented = Presented(server_tls(APP), trusting)
        assert presented.seen.problem == f"Hostname mismatch, certificate is not valid for '{API}'"
        assert presented.verdict == ["fail"]

    def test_of_the_name_as_a_common_name_only(self, server_tls, trusting):
        presented = Presented(server_tls(APP, common_name=API), trusting)
        assert (presented.seen.subject, presented.verdict) == (API, ["fail"])

    def test_expired(self, server_tls, trusting):
        day = timedelta(days=1)
        now = datetime.now(UTC)
        presented = Presented(server_tls(API, not_before=now - 3 * day, not_after=now - day), trusting)
        assert presented.seen.problem == "certificate has expired"
        assert presented.verdict == ["fail"]
        assert [f.outcome for f in certificate_not_expiring(presented.found, TlsPolicy())] == ["fail"]

    def test_not_yet_valid(self, server_tls, trusting):
        day = timedelta(days=1)
        now = datetime.now(UTC)
        presented = Presented(server_tls(API, not_before=now + day, not_after=now + 90 * day), trusting)
        assert presented.seen.problem == "certificate is not yet valid"

    def test_without_its_intermediate(self, ca, ca_file, trusting):
        intermediate = ca.create_child_ca()
        leaf = intermediate.issue_cert(API)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with leaf.cert_chain_pems[0].tempfile() as chain, leaf.private_key_pem.tempfile() as key:
            context.load_cert_chain(chain, key)
        presented = Presented(context, trusting)
        assert presented.seen.problem == "unable to get local issuer certificate"
        assert presented.verdict == ["fail"]

    def test_not_encrypted(self):
        async def main():
            async with way(api="http://127.0.0.1:1", absent=NO_FRONTEND) as to:
                return await certificates(to.environment, to.dialer)

        found = run(main())
        assert found.seen == (CertificateSeen("http://127.0.0.1:1", encrypted=False),)
        assert [f.outcome for f in certificate_trusted(found)] == ["fail"]
        assert [f.outcome for f in certificate_not_expiring(found, TlsPolicy())] == ["not-applicable"]

    def test_plain_http_on_the_https_port_is_a_gap(self, trusting):
        async def bad_request(reader, writer):
            await reader.read(100)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        presented = Presented(None, trusting, handler=bad_request)
        assert presented.found.seen == ()
        assert "does not speak TLS" in presented.found.gaps[1].reason
        assert presented.verdict == []

    def test_a_server_that_hangs_is_a_gap(self, trusting, monkeypatch):
        async def main():
            async with (
                serve(silent) as server,
                way(api=f"https://{API}:{server.port}", absent=NO_FRONTEND, resolve=HERE, tls=trusting) as to,
            ):
                connection = to.dialer.connection
                monkeypatch.setattr(to.dialer, "connection", lambda *a, **o: connection(*a, **o, timeout=0.3))
                return await certificates(to.environment, to.dialer)

        found = run(main())
        assert found.seen == ()
        assert "no answer to the TLS handshake" in found.gaps[1].reason

    def test_each_origin_is_looked_at_once(self, server_tls, trusting):
        async def main():
            async with serve(tls=server_tls(API, APP)) as server:
                port = server.port
                async with way(
                    frontend=f"https://{APP}:{port}",
                    api=f"https://{API}:{port}/v1",
                    supabase=Supabase(f"https://{API}:{port}"),
                    resolve=HERE,
                    tls=trusting,
                ) as to:
                    return await certificates(to.environment, to.dialer), server

        found, server = run(main())
        assert [seen.origin for seen in found.seen] == [f"https://{APP}:{server.port}", f"https://{API}:{server.port}"]
        assert server.connections == 4

    def test_nobody_listens(self, trusting):
        async def main():
            async with way(api=f"https://127.0.0.1:{free_port()}", frontend="https://name.invalid", tls=trusting) as to:
                return await certificates(to.environment, to.dialer)

        found = run(main())
        assert found.seen == ()
        assert [gap.reason.split(" by ")[0].split(" (")[0] for gap in found.gaps] == [
            "the name name.invalid does not resolve",
            "connection refused",
        ]

    def test_a_ca_file_that_is_not_there(self, tmp_path):
        async def main():
            async with way(api=f"https://{API}", tls=TlsSettings(tmp_path / "none.pem", "custom")) as to:
                return await certificates(to.environment, to.dialer)

        with pytest.raises(Unavailable, match="cannot be read"):
            run(main())


KEY = ec.generate_private_key(ec.SECP256R1())
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def der(*, subject=(), names=None, serial=1) -> bytes:
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in subject])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(serial)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    if names is not None:
        built = built.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return built.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


PLAIN_DER = der(subject=[(NameOID.COMMON_NAME, "api.example.com")], names=[x509.DNSName(API)])
MORE_DER = (der(names=[]), der(subject=[(NameOID.COUNTRY_NAME, "FR")]))


class TestReadCertificate:
    def test_what_it_says(self):
        assert read_certificate("https://x", PLAIN_DER, "TLSv1.2", "self-signed certificate") == CertificateSeen(
            "https://x",
            encrypted=True,
            trusted=False,
            problem="self-signed certificate",
            subject=API,
            issuer=API,
            names=(API,),
            not_before=NOW,
            not_after=NOW + timedelta(days=1),
            protocol="TLSv1.2",
        )

    @pytest.mark.parametrize(
        ("subject", "shown"),
        [
            ([(NameOID.ORGANIZATION_NAME, "Example")], "Example"),
            ([(NameOID.COUNTRY_NAME, "FR")], "C=FR"),
            ([], ""),
            ([(NameOID.COMMON_NAME, "naïve 🐘")], "naïve 🐘"),
        ],
    )
    def test_whom_it_is_for(self, subject, shown):
        assert read_certificate("https://x", der(subject=subject), "TLSv1.3", "").subject == shown

    def test_without_names(self):
        assert read_certificate("https://x", der(), "TLSv1.3", "").names == ()

    def test_names_of_other_kinds_are_left_out(self):
        names = [
            x509.RFC822Name("a@example.com"),
            x509.DNSName("xn--nave-6pa.example"),
            x509.UniformResourceIdentifier("https://x"),
        ]
        assert read_certificate("https://x", der(names=names), "TLSv1.3", "").names == ("xn--nave-6pa.example",)

    @pytest.mark.parametrize(
        "data",
        [b"", b"\x30", b"\x30\x03\x02\x01\x01", b"-----BEGIN CERTIFICATE-----", PLAIN_DER[:-1], PLAIN_DER + b"\0"],
        ids=["empty", "cut", "a number", "PEM", "one byte less", "one byte more"],
    )
    def test_what_is_no_certificate(self, data):
        with pytest.raises(Unavailable, match=r"^the certificate of https://x cannot be read"):
            read_certificate("https://x", data, "TLSv1.3", "")

    def test_a_version_that_does_not_exist(self):
        data = PLAIN_DER.replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x09", 1)
        assert data != PLAIN_DER
        with pytest.raises(Unavailable, match="cannot be read"):
            read_certificate("https://x", data, "TLSv1.3", "")

    def test_an_extension_that_is_there_twice(self):
        built = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(x509.Name([]))
        built = built.public_key(KEY.public_key()).serial_number(1).not_valid_before(NOW).not_valid_after(NOW)
        built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(API)]), critical=False)
        made_up = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), b"\x05\0")
        built = built.add_extension(made_up, critical=False)
        data = built.sign(KEY, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
        # the made-up extension becomes a second one of the names
        data = data.replace(b"\x55\x1d\x63", b"\x55\x1d\x11")
        with pytest.raises(Unavailable, match="Duplicate"):
            read_certificate("https://x", data, "TLSv1.3", "")

    def test_nothing_is_warned_of(self):
        """A serial number of zero is against RFC 5280, and no news to whoever audits a server."""
        data = PLAIN_DER.replace(b"\x02\x01\x01", b"\x02\x01\x00", 1)
        with pytest.warns(UserWarning, match="serial number"):
            x509.load_der_x509_certificate(data)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert read_certificate("https://x", data, "TLSv1.3", "").subject == API

    @given(st.data())
    @settings(deadline=None, max_examples=400)
    def test_any_bytes_are_read_or_refused(self, data):
        raw = bytearray(data.draw(st.sampled_from([PLAIN_DER, *MORE_DER])))
        for _ in range(data.draw(st.integers(0, 4))):
            raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
        try:
            seen = read_certificate("https://x", bytes(raw), "TLSv1.3", "")
        except Unavailable:
            return
        assert isinstance(seen, CertificateSeen)

    @given(st.binary(max_size=100))
    @settings(deadline=None, max_examples=100)
    def test_random_bytes_are_refused(self, data):
        with pytest.raises(Unavailable):
            read_certificate("https://x", data, "TLSv1.3", "")


def test_both_probes_say_which_surfaces_are_missing():
    async def main():
        async with way(absent=frozenset({"api"})) as to:
            return await asyncio.gather(
                certificates(to.environment, to.dialer), plain_http(to.environment, to.http, to.dialer)
            )

    seen, plain = run(main())
    absent = Gap("api", "the checklist declares api absent", absent=True)
    assert seen.gaps == plain.gaps == (UNSET, absent)
