from __future__ import annotations

import asyncio
import ssl

import pytest

from auditor.checklist.model import TlsSettings
from auditor.probes.tls.handshake import Client, Witnessed, _look
from auditor.probes.tls.verdicts import Verdict, Verdicts
from tests.probes.net.running import run
from tests.probes.net.servers import serve, silent

from .conftest import server_at
from .made import DAY, NOW, make
from .nginx import NAME

FRESH = {"names": (NAME,), "begins": NOW - 900 * DAY, "ends": NOW + 9000 * DAY}
ONE, OTHER = make("one", **FRESH), make("other", kind="rsa-2048", **FRESH)


def server_side(folder, made) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (folder / "both.pem").write_bytes(made.pem + made.key_pem)
    context.load_cert_chain(folder / "both.pem")
    return context


def trusting(folder, made) -> TlsSettings:
    (folder / "ca.pem").write_bytes(made.pem)
    return TlsSettings(folder / "ca.pem", "custom")


def meet(folder, made, trusted) -> tuple[Witnessed, Verdicts]:
    async def main():
        async with serve(silent, tls=server_side(folder, made)) as server:
            return await Client(trusting(folder, trusted)).meet(server_at(server.port))

    return run(main())


def test_accepted(tmp_path):
    seen, verdicts = meet(tmp_path, ONE, ONE)
    good = Verdict(True, path=(ONE.der,))
    assert (seen, verdicts) == (Witnessed((ONE.der,), True, (ONE.der,), "TLSv1.3"), Verdicts(good, good))


def test_refused(tmp_path):
    """What was served is known all the same, from the very handshake that failed."""
    seen, verdicts = meet(tmp_path, ONE, OTHER)
    refused = Verdict(False, "self-signed certificate", 18)
    assert (seen.ders, verdicts) == ((ONE.der,), Verdicts(refused, refused))


def test_side_by_side_nobody_sees_what_others_are_served(tmp_path):
    async def main():
        async with (
            serve(silent, tls=server_side(tmp_path, ONE)) as first,
            serve(silent, tls=server_side(tmp_path, OTHER)) as second,
        ):
            client = Client(trusting(tmp_path, ONE))
            ports = [first.port, second.port] * 5
            return await asyncio.gather(*(client.meet(server_at(port)) for port in ports))

    assert [(seen.ders, verdicts.whole.accepted) for seen, verdicts in run(main())] == [
        ((ONE.der,), True),
        ((OTHER.der,), False),
    ] * 5


class Plain:
    """The TLS of a Python that shows the leaf only."""

    def __init__(self, leaf):
        self._sslobj = object()
        self.leaf = leaf

    def getpeercert(self, binary_form):
        assert binary_form
        if self.leaf == b"not yet":
            raise ValueError("handshake not done yet")
        return self.leaf

    def version(self):
        return "TLSv1.2"


@pytest.mark.parametrize(("leaf", "ders"), [(b"der", (b"der",)), (b"not yet", ()), (None, ())])
def test_a_python_that_shows_the_leaf_only(leaf, ders):
    witness = Witnessed()
    _look(Plain(leaf), witness)
    assert witness == Witnessed(ders, False, (), "TLSv1.2")
