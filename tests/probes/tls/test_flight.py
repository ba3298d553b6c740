"""What only the audit's own hello can ask for, of a real nginx."""

from __future__ import annotations

import os
import socket
import subprocess
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import pytest

from auditor.checklist.model import TlsSettings
from auditor.facts.certificates import Certificates
from auditor.probes.certificates import look
from auditor.probes.tls.flight import Flight, served, served_for
from auditor.probes.tls.handshake import Client
from checks.https.must_staple_honoured import must_staple_honoured
from tests.probes.net.running import run
from tests.probes.net.servers import serve, silent

from .conftest import server_at
from .made import DAY, below, make, root, staple
from .nginx import NAME, _executable, _wait

NOW = datetime.now(UTC).replace(microsecond=0)
FRESH = {"begins": NOW - DAY, "ends": NOW + 89 * DAY}
ROOT = root(**FRESH)
CA = below(ROOT, **FRESH)
MUST = make("must", by=CA, names=(NAME,), must_staple=True, **FRESH)
TWO = make("rsa", by=CA, names=(NAME,), kind="rsa-2048", **FRESH)
ANSWER = staple(MUST, CA, begins=NOW - DAY, ends=NOW + DAY, delegated=True)
REVOKED = staple(MUST, CA, status="revoked", begins=NOW - DAY, ends=NOW + DAY)
SERVERS = {
    "tls12": "ssl_protocols TLSv1.2; ssl_stapling on; ssl_stapling_file good.der;",
    "tls13": "ssl_protocols TLSv1.3; ssl_stapling on; ssl_stapling_file good.der;",
    "revoked": "ssl_protocols TLSv1.2 TLSv1.3; ssl_stapling on; ssl_stapling_file revoked.der;",
    "without": "ssl_protocols TLSv1.2 TLSv1.3;",
    "two": "ssl_protocols TLSv1.2 TLSv1.3; ssl_certificate rsa.pem; ssl_certificate_key rsa.key;",
}


@contextmanager
def running(folder):
    for name, made in (("ec", MUST), ("rsa", TWO)):
        (folder / f"{name}.pem").write_bytes(made.pem + CA.pem)
        (folder / f"{name}.key").write_bytes(made.key_pem)
    (folder / "good.der").write_bytes(ANSWER)
    (folder / "revoked.der").write_bytes(REVOKED)
    with ExitStack() as opened:
        listeners = [opened.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in SERVERS]
        ports = {name: one.getsockname()[1] for name, one in zip(SERVERS, listeners, strict=True)}
        pair = "ssl_certificate ec.pem; ssl_certificate_key ec.key;"
        blocks = [f"server {{ listen 127.0.0.1:{ports[name]} ssl; {pair} {own} }}" for name, own in SERVERS.items()]
        head = "daemon off; master_process off; pid nginx.pid; error_log /dev/null; events { worker_connections 64; }"
        (folder / "nginx.conf").write_text(f"{head}\nhttp {{ access_log off;\n" + "\n".join(blocks) + "\n}\n")
        fds = [one.fileno() for one in listeners]
        environ = {"PATH": os.defpath, "NGINX": "".join(f"{fd};" for fd in fds)}
        command = [_executable(folder), "-e", "stderr", "-p", f"{folder}/", "-c", folder / "nginx.conf"]
        process = subprocess.Popen(command, env=environ, pass_fds=fds, cwd=folder, stderr=subprocess.PIPE)
    try:
        _wait(process, ports["without"])
        yield ports
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def ports(tmp_path_factory):
    with running(tmp_path_factory.mktemp("stapling")) as found:
        yield found


STAPLED = {"tls12": ANSWER, "tls13": ANSWER, "revoked": REVOKED, "without": b""}


@pytest.mark.parametrize("name", STAPLED)
def test_chain_and_staple(ports, name):
    assert run(served(server_at(ports[name]))) == Flight((MUST.der, CA.der), STAPLED[name])


FOR_RSA = {"two": (TWO.der, CA.der), "tls12": ()}


@pytest.mark.parametrize("name", FOR_RSA)
def test_a_chain_for_each_kind_of_key(ports, name):
    server = server_at(ports[name])
    assert run(served_for(server, "RSA")) == FOR_RSA[name]
    assert run(served_for(server, "ECDSA")) == (MUST.der, CA.der)


def test_in_tls_1_3_there_is_no_telling(ports):
    assert run(served_for(server_at(ports["tls13"]), "ECDSA")) == ()


def test_nobody_answers():
    async def main():
        async with serve(silent) as server:
            asked = server_at(server.port, seconds=0.1)
            return await served(asked), await served_for(asked, "RSA")

    assert run(main()) == (None, ())


@pytest.mark.parametrize(
    ("name", "outcome"), [("tls12", "pass"), ("tls13", "pass"), ("revoked", "fail"), ("without", "fail")]
)
def test_must_staple_is_judged(ports, tmp_path, name, outcome):
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    client = Client(TlsSettings(tmp_path / "root.pem", "custom"))
    chain = run(look("https://x", server_at(ports[name]), client, (), NOW))
    assert (chain.verified, chain.staple_asked, chain.problems) == (True, True, ())
    assert [finding.outcome for finding in must_staple_honoured(Certificates((chain,), NOW))] == [outcome]
