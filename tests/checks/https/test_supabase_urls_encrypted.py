from __future__ import annotations

import pytest

from auditor.facts.named_urls import SiteUrls
from auditor.model import failed, not_applicable, passed
from checks.https.supabase_urls_encrypted import supabase_urls_encrypted
from tests.checks.answers import outcomes

APP = "https://app.example.com"


def judge(site_url: str, *redirects: str):
    return list(supabase_urls_encrypted(SiteUrls(asked=True, site_url=site_url, redirects=redirects)))


def test_encrypted():
    assert judge(APP, f"{APP}/**", "myapp://callback") == [
        passed(f"Supabase site URL {APP}", "is not plain HTTP", url=APP),
        passed(f"Supabase redirect URL {APP}/**", "is not plain HTTP", url=f"{APP}/**"),
        passed("Supabase redirect URL myapp://callback", "is not plain HTTP", url="myapp://callback"),
    ]


def test_in_the_clear():
    assert judge("http://app.example.com") == [
        failed(
            "Supabase site URL http://app.example.com",
            "users are sent to http://app.example.com, which is not encrypted",
            url="http://app.example.com",
        )
    ]


@pytest.mark.parametrize(
    ("site_url", "redirects", "expected"),
    [
        ("http://localhost:3000", (), ["fail"]),
        ("", (), ["fail"]),
        (APP, ("http://localhost:3000/**",), ["pass", "pass"]),
        (APP, ("http://app.example.com/**",), ["pass", "fail"]),
        (APP, ("**", "*://app.example.com/", "http*://app.example.com/"), ["pass", "fail", "fail", "fail"]),
        (APP, ("https://*.example.com/**", "exp*://callback", "https*://app.example.com"), ["pass"] * 4),
    ],
)
def test_others(site_url, redirects, expected):
    assert outcomes(judge(site_url, *redirects)) == expected


def test_a_pattern_of_everything():
    assert judge(APP, "**")[1] == failed(
        "Supabase redirect URL **", "the pattern ** lets users be sent to any address in plain HTTP", url="**"
    )


def test_nothing_was_asked():
    assert list(supabase_urls_encrypted(SiteUrls(asked=False))) == [
        not_applicable("the checklist holds no `supabase.access_token`: the site URL was not read")
    ]
