"""Express with its middleware cors, and headers written by hand."""

from __future__ import annotations

import pytest

from tests.probes.cors.audited import ME, audited
from tests.probes.cors.node import serving

pytestmark = [pytest.mark.express, pytest.mark.xdist_group("express")]
TOKEN = "-".join(("test", "bearer"))
BAD = {
    "reflect": ["CORS001"],
    "startswith": ["CORS004"],
    "regex-end": ["CORS005"],
    "substring": ["CORS007"],
    "special": ["CORS008"],
    "special-underscore": ["CORS008"],
    "split": ["CORS008"],
    "regex-unanchored": ["CORS004"],
    "null-list": ["CORS003"],
    "novary": ["CORS018"],
    "novary-public": ["CORS019"],
    "twice": ["CORS020"],
    "joined": ["CORS020"],
    "reflect-open": ["CORS002"],
}
GOOD = ["list", "fixed", "open-default", "throwing"]


@pytest.fixture(scope="module")
def port():
    with serving(TOKEN) as found:
        yield found


def look(port, name, **options):
    host = f"{name}.test"
    return audited(f"http://{host}:{port}", ME, resolve={host: "127.0.0.1"}, **options)


@pytest.mark.parametrize(("name", "expected"), [*BAD.items(), *((name, []) for name in GOOD)])
def test_express(port, name, expected):
    found = look(port, name)
    assert found.ids() == expected, {i: [f.message for f in found.findings[i]] for i in found.ids()}
    assert found.ids("error") == []
    assert found.requests <= 60


def test_everyone_where_a_token_is_wanted(port):
    assert (look(port, "closed-default").ids(), look(port, "closed-default").ids("error")) == ([], ["CORS014"])
    opened = look(port, "closed-default", token=TOKEN)
    assert (opened.ids(), opened.ids("error")) == (["CORS014"], [])
