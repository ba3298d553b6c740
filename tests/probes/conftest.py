from __future__ import annotations

import ssl

import pytest
import trustme

from tests.probes.net.cluster import postgres


@pytest.fixture(scope="session")
def ca():
    """A certificate authority that nobody trusts by default."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(ca, tmp_path_factory):
    path = tmp_path_factory.mktemp("ca") / "root.pem"
    ca.cert_pem.write_to_path(str(path))
    return path


@pytest.fixture
def server_tls(ca):
    """Makes the server's side of TLS: for the names given, by the CA given."""

    def make(*names: str, issuer: trustme.CA = ca, **options) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        issuer.issue_cert(*names, **options).configure_cert(context)
        return context

    return make


@pytest.fixture(scope="session")
def cluster():
    """A real PostgreSQL server."""
    with postgres() as running:
        yield running
