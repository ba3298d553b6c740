"""flask-cors, and headers written by hand."""

from __future__ import annotations

import pytest

from tests.probes.cors.audited import ME, audited

pytest.importorskip("flask_cors", reason="flask-cors is not installed here: it is one of the extra dev")

BAD = {
    "cred": ["CORS001"],
    "default": ["CORS002"],
    "regex-prefix": ["CORS004"],
    "regex-prefix-open": ["CORS004"],
    "regex-subdomains": ["CORS004"],
    "regex-dot": ["CORS006"],
    "endswith": ["CORS005"],
    "in": ["CORS007"],
    "in-host": ["CORS007"],
    "search": ["CORS005"],
}
GOOD = ["list", "regex-right", "star"]


@pytest.fixture(scope="module")
def port():
    from tests.probes.cors.flask_apps import serving

    with serving() as found:
        yield found


@pytest.mark.parametrize(("name", "expected"), [*BAD.items(), *((name, []) for name in GOOD)])
def test_flask(port, name, expected):
    host = f"{name}.test"
    found = audited(f"http://{host}:{port}", ME, resolve={host: "127.0.0.1"})
    assert found.ids() == expected, {i: [f.message for f in found.findings[i]] for i in found.ids()}
    assert found.ids("error") == []
    assert found.requests <= 60
