from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.tls.names import covers


@pytest.mark.parametrize(
    ("name", "host", "covered"),
    [
        ("api.example.com", "api.example.com", True),
        ("API.Example.com", "api.example.COM", True),
        ("api.example.com.", "api.example.com", False),
        ("*.example.com.", "api.example.com", False),
        ("api.example.com", "api.example.com.", True),
        ("example.com", "api.example.com", False),
        ("api.example.com", "example.com", False),
        ("*.example.com", "api.example.com", True),
        ("*.example.com", "API.example.com.", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", ".example.com", False),
        ("*.example.com", "a.b.example.com", False),
        ("*.example.com", "*.example.com", True),
        ("*.com", "example.com", False),
        ("*", "localhost", False),
        ("*", "*", False),
        ("*.", "x.", False),
        ("**.example.com", "a.example.com", False),
        ("a*.example.com", "api.example.com", False),
        ("api.*.com", "api.example.com", False),
        ("*.*.example.com", "a.b.example.com", False),
        ("xn--nave-6pa.example", "xn--nave-6pa.example", True),
        ("naïve.example", "xn--nave-6pa.example", False),
        ("*.xn--nave-6pa.example", "a.xn--nave-6pa.example", True),
        ("localhost", "localhost", True),
        ("", "localhost", False),
        ("127.0.0.1", "127.0.0.1", False),
        ("*.0.0.1", "127.0.0.1", False),
        ("api.example.com\x00.evil.test", "api.example.com", False),
    ],
)
def test_dns_names(name, host, covered):
    assert covers((name,), (), host) is covered


@pytest.mark.parametrize(
    ("address", "host", "covered"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("::1", "::1", True),
        ("::1", "[::1]", True),
        ("2001:db8::1", "2001:DB8:0::1", True),
        ("::ffff:127.0.0.1", "127.0.0.1", False),
        ("127.0.0.1", "localhost", False),
    ],
)
def test_addresses(address, host, covered):
    assert covers((), (address,), host) is covered


def test_one_of_many():
    assert covers(("a.example", "b.example"), ("127.0.0.1",), "b.example")
    assert not covers((), (), "b.example")


@given(st.lists(st.text("ab*.\x00é1:", max_size=12), max_size=4), st.text("ab.*1:[]", max_size=12))
@settings(max_examples=300)
def test_any_names_are_compared(names, host):
    assert covers(names, names, host) in (True, False)
