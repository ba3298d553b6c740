from __future__ import annotations

import pytest

from auditor.facts.sites import below, host_of, origin_of, public, public_suffix, site, trustworthy


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("example.com", "example.com"),
        ("a.b.example.com", "example.com"),
        ("shop.example.co.uk", "example.co.uk"),
        ("shop.co.uk", "shop.co.uk"),
        ("www.vv.io", "vv.io"),
        ("mine.vercel.app", "mine.vercel.app"),
        ("a.mine.vercel.app", "mine.vercel.app"),
        ("ref.supabase.co", "ref.supabase.co"),
        ("x.up.railway.app", "x.up.railway.app"),
        ("bucket.s3.amazonaws.com", "bucket.s3.amazonaws.com"),
        ("192.0.2.7", "192.0.2.7"),
        ("::1", "::1"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_sites(host, expected):
    assert site(host) == expected


@pytest.mark.parametrize(
    ("host", "safe", "open_"),
    [
        ("localhost", True, False),
        ("app.localhost", True, False),
        ("127.0.0.1", True, False),
        ("::1", True, False),
        ("api", False, False),
        ("nas.local", False, False),
        ("10.0.0.1", False, False),
        ("0.0.0.0", False, False),
        ("api.default.svc", False, False),
        ("100.64.0.1", False, False),
        ("www.w3.org", False, False),
        ("w3.org.example", False, True),
        ("100.128.0.1", False, True),
        ("example.com", False, True),
        ("8.8.8.8", False, True),
        ("", False, False),
    ],
)
def test_where_no_network_is_between(host, safe, open_):
    assert (trustworthy(host), public(host)) == (safe, open_)


def test_parts_of_urls():
    assert [host_of(u) for u in ("https://A.Example:8/x", "https://[::1]/", "x", "https://[")] == [
        "a.example",
        "::1",
        "",
        "",
    ]
    assert origin_of("https://a.example:8443/x/y") == "https://a.example:8443"


def test_below():
    assert below("a.example.com", "example.com")
    assert below("example.com", "example.com")
    assert not below("badexample.com", "example.com")
    assert not below("1.2.3.4", "3.4")
    assert [public_suffix(one) for one in ("com", "co.uk", "vercel.app", "example.com")] == [True, True, True, False]
