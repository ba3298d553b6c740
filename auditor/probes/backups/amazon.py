"""Asks Amazon (or what speaks like its S3) by boto3, which comes with the extra ``aws``.

Only describing and listing calls are made. boto3 finds credentials and the region as it always does.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from importlib import import_module
from typing import Any

from auditor.checklist.model import BackupSources
from auditor.checklist.values import bucket_url
from auditor.errors import Unavailable
from auditor.facts.backups import Backup
from auditor.probes.backups import listings, rds
from auditor.probes.backups.reports import Found, shaped
from auditor.probes.net.threads import in_daemon_thread

_PAGES = 20
"""Of a thousand objects each."""
_HINT = "install the extra: `pip install 'stack-audit[aws]'`; or save the report and name the file"


async def s3(url: str, settings: BackupSources) -> Found:
    """The dumps below a prefix of a bucket.

    Raises:
        Unavailable: no boto3, no credentials, refused, or an answer of another shape.
    """
    return await in_daemon_thread(_s3, url, settings)


async def instance(identifier: str, settings: BackupSources) -> Found:
    """The backups of one instance of RDS.

    Raises:
        Unavailable: no boto3, no credentials, refused, or an answer of another shape.
    """
    return await in_daemon_thread(_instance, identifier, settings)


def _client(service: str, settings: BackupSources) -> Any:
    try:
        boto3, config = import_module("boto3"), import_module("botocore.config")
    except ImportError:
        raise Unavailable("to ask Amazon takes boto3, which is not installed", _HINT) from None
    options = config.Config(connect_timeout=5, read_timeout=10, retries={"max_attempts": 1})
    endpoint = settings.aws_endpoint if service == "s3" else ""
    try:
        return boto3.client(
            service, region_name=settings.aws_region or None, endpoint_url=endpoint or None, config=options
        )
    except _failures() as error:
        raise _refused(service, error) from None


def _failures() -> tuple[type[Exception], ...]:
    exceptions = import_module("botocore.exceptions")
    return exceptions.BotoCoreError, exceptions.ClientError


def _refused(what: str, error: Exception) -> Unavailable:
    # the message of an error may hold keys and signatures; its code does not
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
    return Unavailable(
        f"{what} could not be asked: {code or type(error).__name__}",
        "give the audit's credentials the right s3:ListBucket, or rds:DescribeDBInstances, "
        "rds:DescribeDBSnapshots and rds:DescribeDBInstanceAutomatedBackups",
    )


def _plain(answer: Any) -> Any:
    """As the command line would print it."""
    return json.loads(
        json.dumps(answer, default=lambda value: value.isoformat() if isinstance(value, datetime) else "")
    )


def _s3(url: str, settings: BackupSources) -> Found:
    bucket, prefix = bucket_url(url)
    client = _client("s3", settings)
    pages: list[Any] = []
    try:
        token: dict[str, str] = {}
        while len(pages) < _PAGES:
            page = client.list_objects_v2(Bucket=bucket, Prefix=prefix, **token)
            pages.append(_plain(page))
            if not page.get("IsTruncated"):
                break
            token = {"ContinuationToken": page["NextContinuationToken"]}
    except _failures() as error:
        raise _refused(f"the bucket {bucket}", error) from None
    found = shaped("S3", listings.HOW, lambda listing: listings.read(listing, bucket), pages)
    found.backups = _with_encryption(client, bucket, found.backups)
    return found


def _with_encryption(client: Any, bucket: str, backups: list[Backup]) -> list[Backup]:
    """What S3 says of the newest object's encryption; nothing where it may not be asked."""
    newest = max((one for one in backups if one.stop), key=lambda one: str(one.stop), default=None)
    if newest is None or newest.format:
        return backups
    try:
        answer = client.head_object(Bucket=bucket, Key=newest.name)
    except _failures():
        return backups
    kind = answer.get("ServerSideEncryption") or answer.get("SSECustomerAlgorithm")
    if not kind:
        return backups
    # the setting of a bucket holds for all that is put there from then on
    return [replace(one, encrypted=True, where=f"s3, {kind}") if one is newest else one for one in backups]


_CALLS = (
    ("describe_db_instances", "DBInstances"),
    ("describe_db_snapshots", "DBSnapshots"),
    ("describe_db_instance_automated_backups", "DBInstanceAutomatedBackups"),
)


def _instance(identifier: str, settings: BackupSources) -> Found:
    client = _client("rds", settings)
    found = Found()
    for call, key in _CALLS:
        try:
            answer = getattr(client, call)(DBInstanceIdentifier=identifier)
        except _failures() as error:
            raise _refused(f"RDS about {identifier}", error) from None
        rows = _plain(answer.get(key) or [])
        if rows or key == "DBInstances":
            found.add(shaped("RDS", rds.HOW, rds.read, {key: rows}))
    return found
