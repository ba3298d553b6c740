from __future__ import annotations

import pytest

from auditor.facts.named_urls import NamedUrl, NamedUrls, Purpose, UrlFile
from auditor.model import Confidence, Gap, Location, failed, not_applicable, passed
from checks.https.configured_urls_reachable import configured_urls_reachable

FILE = "docker-compose.yml"


def judge(url: str, purpose: Purpose, key="", production=True):
    named = (NamedUrl(FILE, 7, key, url, purpose),)
    return list(configured_urls_reachable(NamedUrls((UrlFile(FILE, production),), named)))


@pytest.mark.parametrize(
    ("url", "purpose", "key", "message"),
    [
        (
            "http://api.example.com/health",
            Purpose.HEALTH,
            "",
            "a health check asks http://api.example.com/health, which is not encrypted",
        ),
        (
            "http://localhost:8000",
            Purpose.PUBLIC,
            "VITE_API",
            "VITE_API names http://localhost:8000, which is the computer of the user",
        ),
    ],
)
def test_bad(url, purpose, key, message):
    assert judge(url, purpose, key) == [
        failed(
            FILE,
            message,
            confidence=Confidence.INFERRED,
            location=Location(FILE, 7),
            aspect=f"{key} {url}",
            key=key,
            url=url,
            purpose=purpose,
        )
    ]


@pytest.mark.parametrize(
    ("url", "purpose"),
    [
        ("http://localhost:8000/health", Purpose.HEALTH),
        ("https://api.example.com/health", Purpose.HEALTH),
        ("http://api:8000/health", Purpose.HEALTH),
        ("http://localhost:3000", Purpose.ORIGIN),
        ("http://api.example.com", Purpose.PUBLIC),
    ],
)
def test_good(url, purpose):
    assert judge(url, purpose) == [passed(FILE, "leads to no wrong place", confidence=Confidence.INFERRED)]


def test_nothing():
    assert judge("http://localhost", Purpose.PUBLIC, production=False) == [
        not_applicable("no file of production that names addresses is tracked")
    ]
    assert list(configured_urls_reachable(NamedUrls((), (), (Gap("repository", "x"),)))) == []
