"""A private CA and the certificate that nginx and the database front present."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from auditor.lab.blueprint import HOSTS, Blueprint

LIFETIME = timedelta(days=90)

_ORGANIZATION = "stack-audit lab"


def chain(private: Path) -> Path:
    """The server's certificate, followed by the CA that issued it."""
    return private / "tls" / "server.pem"


def key(private: Path) -> Path:
    """The key of the server's certificate."""
    return private / "tls" / "server.key"


def write(blueprint: Blueprint) -> None:
    """Issues the certificate by way of an intermediate CA, as public ones are."""
    import trustme

    root = trustme.CA(organization_name=_ORGANIZATION, organization_unit_name="Root CA")
    issuer = trustme.CA(root, 0, organization_name=_ORGANIZATION, organization_unit_name="Issuing CA")
    now = datetime.now(UTC)
    server = issuer.issue_cert(
        *HOSTS,
        common_name=HOSTS[0],
        organization_name=_ORGANIZATION,
        not_before=now - timedelta(hours=1),
        not_after=now + LIFETIME,
    )
    private = blueprint.private
    chain(private).parent.mkdir(mode=0o700)
    blueprint.certificates.mkdir()
    for blob in server.cert_chain_pems:
        blob.write_to_path(chain(private), append=True)
    key(private).touch(mode=0o600)
    server.private_key_pem.write_to_path(key(private))
    root.cert_pem.write_to_path(blueprint.certificates / "root.pem")
