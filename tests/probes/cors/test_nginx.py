"""CORS as nginx sends it, with ``add_header`` as people write it, also in front of an application."""

from __future__ import annotations

import pytest

from tests.probes.cors.audited import APP, ME, audited
from tests.probes.nginx import nginx

CRED = "add_header Access-Control-Allow-Credentials true always;"
VARY = "add_header Vary Origin always;"
TOKEN = "-".join(("test", "bearer"))
OK = "default_type application/json; return 200 '{}';"


def allow(value: str, always: str = "always") -> str:
    return f"add_header Access-Control-Allow-Origin {value} {always};"


HOST = r"app\.example\.com"
MAPS = {
    "mapped": "'~example\\.com' $http_origin;",
    "mapped_right": f"'~^https://{HOST}$' $http_origin;",
    "mapped_list": f"'{APP}' $http_origin;",
    "mapped_dot": "'~^https://app.example.com$' $http_origin;",
}
CASES = {
    "reflect": (allow("$http_origin") + CRED + VARY, ["CORS001"]),
    "star-cred": (allow("*") + CRED, ["CORS015"]),
    "if-prefix": (
        f"if ($http_origin ~ '^https://{HOST}') {{ set $cors $http_origin; }} {allow('$cors')} {CRED} {VARY}",
        ["CORS004"],
    ),
    "map-regex": (allow("$mapped") + CRED + VARY, ["CORS007"]),
    "map-dot": (allow("$mapped_dot") + CRED + VARY, ["CORS006"]),
    "novary": (allow("$mapped_list") + CRED, ["CORS018"]),
    "novary-public": (allow("$mapped_list") + CRED + "add_header Cache-Control public always;", ["CORS019"]),
    "double": (allow(APP) + allow("$http_origin") + CRED + VARY, ["CORS020"]),
    "network": (
        allow("$mapped_list") + CRED + VARY + "add_header Access-Control-Allow-Private-Network true always;",
        ["CORS022"],
    ),
    "map-right": (allow("$mapped_right") + CRED + VARY, []),
    "map-list": (allow("$mapped_list") + CRED + VARY, []),
    "fixed": (allow(APP) + CRED, []),
    "star": (allow("*"), []),
}
CLOSED = """
    location /api/ {{
        set $refused 1;
        if ($http_authorization = "Bearer {token}") {{ set $refused 0; }}
        if ($refused) {{ return 401 '{{}}'; }}
        {headers}
        return 200 '{{}}';
    }}
"""
NO_ALWAYS = allow("$http_origin", "") + CRED.replace(" always", "") + VARY.replace(" always", "")


@pytest.fixture(scope="module")
def port(tmp_path_factory):
    listen = "listen @0@; default_type application/json;"
    maps = "".join(f"map $http_origin ${name} {{ default ''; {rule} }}" for name, rule in MAPS.items())
    servers = [
        f"server {{ {listen} server_name {name}.test; "
        f"location /api/ {{ set $cors ''; {headers} return 200 '{{}}'; }} }}"
        for name, (headers, _) in CASES.items()
    ]
    proxied = (
        f"server {{ {listen} server_name proxied.test; location / {{ {allow('$http_origin')} {CRED} "
        "proxy_pass http://@0@; proxy_set_header Host map-list.test; } }"
    )
    hidden = (
        f"server {{ {listen} server_name hidden.test; location / {{ {allow('$mapped_list')} {CRED} {VARY} "
        "proxy_hide_header Access-Control-Allow-Origin; proxy_hide_header Access-Control-Allow-Credentials; "
        "proxy_pass http://@0@; proxy_set_header Host reflect.test; } }"
    )
    closed = CLOSED.format(token=TOKEN, headers=NO_ALWAYS)
    noalways = f"server {{ {listen} server_name noalways.test; {closed} }}"
    with nginx(
        tmp_path_factory.mktemp("nginx"), maps + "".join((*servers, proxied, hidden, noalways)), ports=1
    ) as ports:
        yield ports[0]


def look(port, name, **options):
    host = f"{name}.test"
    return audited(f"http://{host}:{port}", ME, resolve={host: "127.0.0.1"}, **options)


@pytest.mark.parametrize("name", CASES)
def test_nginx(port, name):
    found = look(port, name)
    assert found.ids() == CASES[name][1], {i: [f.message for f in found.findings[i]] for i in found.ids()}
    assert found.ids("error") == []
    assert found.requests <= 60


def test_a_proxy_and_an_application_that_both_speak(port):
    assert "CORS020" in look(port, "proxied").ids()


def test_a_proxy_that_hides_what_the_application_says(port):
    assert look(port, "hidden").ids() == []


def test_without_always_a_refusal_shows_nothing(port):
    """add_header leaves 401 out: what a signed-in user gets shows with the token alone."""
    found = look(port, "noalways")
    assert found.ids() == []
    assert "CORS001" in found.ids("error")
    (told,) = found.findings["CORS001"]
    assert told.message.startswith("answers 401 without CORS headers")
    assert "token" in told.remediation
    opened = look(port, "noalways", token=TOKEN)
    assert opened.ids() == ["CORS001"]
    assert opened.ids("error") == []
    assert opened.findings["CORS001"][0].evidence["with_bearer"] is True
    assert TOKEN not in str(opened)
