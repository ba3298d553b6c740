from __future__ import annotations

import pytest

from auditor.facts.named_urls import NamedUrl, NamedUrls, Purpose, UrlFile
from auditor.model import Confidence, Gap, Location, failed, not_applicable, passed, unproven
from checks.https.configured_urls_encrypted import configured_urls_encrypted
from tests.checks.answers import outcomes

KEY = "NEXT_PUBLIC_API_URL"


def judge(*urls: str, production=True, purpose=Purpose.PUBLIC):
    named = tuple(NamedUrl(".env", 3, KEY, url, purpose) for url in urls)
    return list(configured_urls_encrypted(NamedUrls((UrlFile(".env", production),), named)))


def test_in_the_clear():
    assert judge("http://api.example.com/v1") == [
        failed(
            ".env",
            "NEXT_PUBLIC_API_URL names http://api.example.com/v1, which is not encrypted",
            confidence=Confidence.INFERRED,
            location=Location(".env", 3),
            aspect="NEXT_PUBLIC_API_URL http://api.example.com/v1",
            key=KEY,
            url="http://api.example.com/v1",
            purpose="public",
        )
    ]


@pytest.mark.parametrize("url", ["ws://live.example.com/", "http://8.8.8.8/", "HTTP://x.example".lower()])
def test_others_in_the_clear(url):
    assert outcomes(judge(url, purpose=Purpose.ORIGIN)) == ["fail"]


@pytest.mark.parametrize(
    "url",
    [
        *(
            "https://api.example.com",
            "http://localhost:3000",
            "http://127.0.0.1:8000",
            "http://[::1]:8000",
            "http://api:8000",
        ),
        *("http://www.w3.org/2000/svg", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"),
        *("http://nas.local", "http://10.0.0.5", "http://x.internal", "wss://live.example.com"),
    ],
)
def test_no_public_host_in_the_clear(url):
    assert judge(url) == [passed(".env", "names no public address in plain HTTP", confidence=Confidence.INFERRED)]


def test_where_a_variable_decides():
    assert judge("http://…/v1") == [
        unproven(
            ".env",
            "NEXT_PUBLIC_API_URL names http://…/v1, which is not encrypted; where it leads, a variable decides",
            "write https://, or the host where it is an internal one",
            aspect="NEXT_PUBLIC_API_URL http://…/v1",
            key=KEY,
            url="http://…/v1",
            line=3,
        )
    ]
    assert outcomes(judge("http://api.…:8000")) == ["error"]
    assert outcomes(judge("http://….example.com")) == ["fail"]
    assert outcomes(judge("https://…/v1")) == ["pass"]
    assert outcomes(judge("http://…/v1", purpose=Purpose.HEALTH)) == ["pass"]
    assert outcomes(judge("http://…/v1", production=False)) == ["pass"]


def test_development():
    assert judge("http://api.example.com", production=False) == [
        passed(
            ".env",
            "names http://api.example.com, which is not encrypted, and is no file of production",
            confidence=Confidence.INFERRED,
            urls=["http://api.example.com"],
        )
    ]


def test_health_checks_are_judged_elsewhere():
    assert outcomes(judge("http://api.example.com", purpose=Purpose.HEALTH)) == ["pass"]


def test_nothing():
    assert list(configured_urls_encrypted(NamedUrls((), ()))) == [
        not_applicable("no file that names addresses is tracked")
    ]
    assert list(configured_urls_encrypted(NamedUrls((), (), (Gap("repository", "x"),)))) == []
