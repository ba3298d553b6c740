"""FastAPI and Starlette, as they are configured, well and badly."""

from __future__ import annotations

import pytest

from tests.probes.cors.audited import ME, audited
from tests.probes.cors.fastapi_apps import TOKEN, serving

BAD = {
    "regex-all": ["CORS001"],
    "wild-cred": ["CORS001"],
    "old-wild-cred": ["CORS001"],
    "null": ["CORS003"],
    "regex-prefix": ["CORS004"],
    "regex-suffix": ["CORS005"],
    "regex-dot": ["CORS006"],
    "regex-anysub": ["CORS009"],
    "regex-onesub": ["CORS009"],
    "http": ["CORS010"],
    "regex-http": ["CORS010"],
    "port": ["CORS017"],
    "localhost": ["CORS011"],
    "regex-localhost": ["CORS012"],
    "vercel": ["CORS013"],
    "vercel-project": ["CORS013"],
    "preflight-only": ["CORS016", "CORS021"],
    "methods-all": ["CORS021"],
    "pna": ["CORS022"],
    "wild-bearer": ["CORS014"],
    "path-specific": ["CORS001"],
}
GOOD = ["list", "regex-right", "list-old", "public", "none", "list-bearer", "refusing"]


@pytest.fixture(scope="module")
def port():
    with serving() as found:
        yield found


@pytest.fixture
def look(port):
    def looked(name, *endpoints, **options):
        host = f"{name}.test"
        options = {"document": True, **options}
        return audited(f"http://{host}:{port}", *endpoints, resolve={host: "127.0.0.1"}, **options)

    return looked


@pytest.mark.parametrize("name", BAD)
def test_bad(look, name):
    endpoints = {"path-specific": [ME]}.get(name, [])
    found = look(name, *endpoints)
    if name == "path-specific":
        assert found.ids() == []
        from auditor.facts.policy import Endpoint

        found = look(name, ME, Endpoint("GET", "/legacy/export"))
    assert found.ids() == BAD[name], {i: [f.message for f in found.findings[i]] for i in found.ids()}
    assert found.ids("error") == []
    assert found.requests <= 60 * len(found.found.groups)


@pytest.mark.parametrize("name", GOOD)
def test_good(look, name):
    origins = () if name == "none" else ("https://app.example.com",)
    found = look(name, origins=origins, frontend="https://app.example.com")
    assert found.ids() == [], {i: [f.message for f in found.findings[i]] for i in found.ids()}
    assert found.ids("error") == [], {i: [f.message for f in found.findings[i]] for i in found.ids("error")}


def test_a_token_opens_what_is_closed(look):
    assert look("wild-bearer", document=False, token=TOKEN).ids() == []
