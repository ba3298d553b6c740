"""boto3 by a stand-in: it is an extra, and its answers are shaped by the API references of S3 and RDS."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from types import ModuleType

import pytest

from auditor.errors import Unavailable
from auditor.facts.backups import Status
from tests.probes.backups.asking import gather

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "AKIA" + "IOSFODNN7" * 2


class Refused(Exception):
    def __init__(self, code: str) -> None:
        self.response = {"Error": {"Code": code, "Message": f"the key {SECRET} may not"}}
        super().__init__(self.response["Error"]["Message"])


class Client:
    """Answers calls from a table; an exception in it is raised."""

    def __init__(self, answers: dict[str, list], asked: list) -> None:
        self.answers = {name: list(rows) for name, rows in answers.items()}
        self.asked = asked

    def __getattr__(self, name):
        def call(**options):
            self.asked.append((name, options))
            found = self.answers[name].pop(0)
            if isinstance(found, Exception):
                raise found
            return found

        return call


@pytest.fixture
def amazon(monkeypatch):
    """Puts a stand-in for boto3 in place; returns what was asked."""

    def place(**answers):
        asked: list = []
        boto3, botocore = ModuleType("boto3"), ModuleType("botocore")
        config, exceptions = ModuleType("botocore.config"), ModuleType("botocore.exceptions")

        def client(service, **options):
            asked.append((service, {name: value for name, value in options.items() if name != "config"}))
            return Client(answers, asked)

        boto3.client = client
        config.Config = lambda **options: options
        exceptions.BotoCoreError = exceptions.ClientError = Refused
        for module in (boto3, botocore, config, exceptions):
            monkeypatch.setitem(sys.modules, module.__name__, module)
        return asked

    return place


def page(*keys, **more):
    return {"Contents": [{"Key": key, "Size": 9000, "LastModified": NOON} for key in keys], **more}


def test_a_bucket(amazon):
    asked = amazon(
        list_objects_v2=[page("app/1.dump", IsTruncated=True, NextContinuationToken="t"), page("app/2.dump")],
        head_object=[{"ServerSideEncryption": "AES256"}],
    )
    found = gather(s3=("s3://acme/app/",), aws_region="eu-west-3", aws_endpoint="https://s3.example.com")
    assert [source.name for source in found.sources] == ["S3 acme"]
    assert [(b.name, b.status, b.stop, b.encrypted) for b in found.backups] == [
        ("app/1.dump", Status.LISTED, NOON, True),
        ("app/2.dump", Status.LISTED, NOON, None),
    ]
    assert asked == [
        ("s3", {"region_name": "eu-west-3", "endpoint_url": "https://s3.example.com"}),
        ("list_objects_v2", {"Bucket": "acme", "Prefix": "app/"}),
        ("list_objects_v2", {"Bucket": "acme", "Prefix": "app/", "ContinuationToken": "t"}),
        ("head_object", {"Bucket": "acme", "Key": "app/1.dump"}),
    ]


def test_an_object_that_may_not_be_asked_about(amazon):
    amazon(list_objects_v2=[page("app/1.dump")], head_object=[Refused("403")])
    found = gather(s3=("s3://acme/app/",))
    assert [backup.encrypted for backup in found.backups] == [None]


def test_a_bucket_that_refuses(amazon):
    amazon(list_objects_v2=[Refused("AccessDenied")])
    [gap] = gather(s3=("s3://acme/app/",)).gaps
    assert gap.reason == "the bucket acme could not be asked: AccessDenied"
    assert SECRET not in repr(gap)


def test_a_bucket_without_end(amazon):
    amazon(list_objects_v2=[page(f"{n}.dump", IsTruncated=True, NextContinuationToken="t") for n in range(99)],
           head_object=[{}])  # fmt: skip
    found = gather(s3=("s3://acme",))
    assert len(found.backups) == 20
    assert [gap.subject for gap in found.gaps] == ["S3 acme"]


def test_an_instance(amazon):
    amazon(
        describe_db_instances=[
            {"DBInstances": [{"DBInstanceIdentifier": "app", "Engine": "postgres", "BackupRetentionPeriod": 7,
                              "LatestRestorableTime": NOON, "StorageEncrypted": True}]}
        ],
        describe_db_snapshots=[{"DBSnapshots": []}],
        describe_db_instance_automated_backups=[
            {"DBInstanceAutomatedBackups": [{"DBInstanceIdentifier": "app", "Engine": "postgres",
                                             "RestoreWindow": {"EarliestTime": NOON.replace(day=17),
                                                               "LatestTime": NOON}}]}
        ],
    )  # fmt: skip
    found = gather(rds=("app",))
    [source] = found.sources
    assert (source.name, source.window_start, source.window_end) == ("RDS app", NOON.replace(day=17), NOON)
    assert [(b.name, b.stop) for b in found.backups] == [("point-in-time recovery", NOON)]


def test_an_instance_that_is_none(amazon):
    amazon(describe_db_instances=[Refused("DBInstanceNotFound")])
    [gap] = gather(rds=("app",)).gaps
    assert gap.reason == "RDS about app could not be asked: DBInstanceNotFound"


@pytest.mark.parametrize("sources", [{"s3": ("s3://acme",)}, {"rds": ("app",)}])
def test_without_the_extra(monkeypatch, sources):
    monkeypatch.setitem(sys.modules, "boto3", None)
    [gap] = gather(**sources).gaps
    assert gap.reason == "to ask Amazon takes boto3, which is not installed"
    assert "stack-audit[aws]" in gap.hint
    assert issubclass(Unavailable, Exception)
