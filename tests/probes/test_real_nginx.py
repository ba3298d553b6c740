"""Redirects and names of hosts, as nginx is written for them."""

from __future__ import annotations

import pytest

from auditor.checklist.model import NetworkSettings, TlsSettings
from auditor.probes.hosts import host_trust
from auditor.probes.web import plain_http
from checks.https.http_redirects import http_redirects
from checks.https.http_redirects_to_same_host import http_redirects_to_same_host
from checks.security_headers.host_header_not_believed import host_header_not_believed
from checks.security_headers.unknown_hosts_refused import unknown_hosts_refused
from tests.checks.answers import outcomes
from tests.probes.net.running import run
from tests.probes.nginx import nginx
from tests.probes.stand import way

NAME = "app.example.com"
NO_API = frozenset({"api"})
SECURE = f"""server {{ listen @1@ ssl; server_name {NAME}; @tls@
    location /loop {{ return 301 https://$host:@port1@/loop; }}
    location /back {{ return 302 http://$host:@port0@/in-the-clear; }}
    location / {{ return 200 ok; }} }}"""


def plain(folder, ca, rule: str, frontend=f"https://{NAME}"):
    """The verdicts about plain HTTP that is answered by a rule."""

    async def main(ports):
        values = {"resolve": {NAME: "127.0.0.1", "www.example.com": "127.0.0.1"}, "absent": NO_API}
        async with way(frontend=frontend, network=NetworkSettings(http_port=ports[0]), **values) as to:
            return await plain_http(to.environment, to.http, to.dialer)

    servers = f"server {{ listen @0@; {rule} }} {SECURE}"
    with nginx(folder, servers, ports=2, ca=ca, names=(NAME,)) as ports:
        found = run(main(ports))
    assert all(gap.absent for gap in found.gaps)
    messages = [f.message.replace(f":{ports[0]}", ":80").replace(f":{ports[1]}", ":443") for f in http_redirects(found)]
    return outcomes(http_redirects(found)), outcomes(http_redirects_to_same_host(found)), messages


@pytest.mark.parametrize(
    ("rule", "mandatory", "recommended", "message"),
    [
        (
            "return 308 https://$host:@port1@$request_uri;",
            ["pass"],
            ["pass"],
            f"redirects to https://{NAME}:443/",
        ),
        (
            "return 200 hello;",
            ["fail"],
            ["not-applicable"],
            "answers 200 in plain HTTP instead of redirecting to https",
        ),
        (
            "location = /a { return 301 https://$host:@port1@/; } location / { return 302 http://$host:@port0@/a; }",
            ["fail"],
            ["not-applicable"],
            f"the first redirect leads to http://{NAME}:80/a, which is not an https address",
        ),
        (
            "return 301 https://www.example.com$request_uri;",
            ["pass"],
            ["fail"],
            "redirects to https://www.example.com/",
        ),
        (
            "return 301 https://evil.test$request_uri;",
            ["fail"],
            ["not-applicable"],
            "the first redirect leads to another site, evil.test",
        ),
        (
            "location /in-the-clear { return 301 https://$host:@port1@/; }"
            "location / { return 301 https://$host:@port1@/back; }",
            ["fail"],
            ["pass"],
            f"the chain of redirects comes back to plain HTTP at http://{NAME}:80/in-the-clear",
        ),
        (
            "return 301 https://$host:@port1@/loop;",
            ["fail"],
            ["pass"],
            f"redirects in a loop: http://{NAME}:80/ → https://{NAME}:443/loop → https://{NAME}:443/loop",
        ),
        (
            "return 200 '<meta http-equiv=refresh content=\"0;url=https://$host/\">';",
            ["fail"],
            ["not-applicable"],
            "answers 200 in plain HTTP and redirects by a meta refresh of the page only, "
            "which can be changed on the way",
        ),
        ("return 444;", ["pass"], ["not-applicable"], "nothing answers in plain HTTP"),
        (
            "location = / { return 301 https://$host:@port1@/; } location / { return 404; }",
            ["pass", "fail"],
            ["pass"],
            f"redirects to https://{NAME}:443/",
        ),
    ],
    ids=["308", "200", "302-http", "301-www", "301-other-site", "back", "loop", "meta", "closed", "start page only"],
)
def test_redirects(tmp_path, ca, rule, mandatory, recommended, message):
    found = plain(tmp_path, ca, rule)
    assert (found[0], found[1], found[2][0]) == (mandatory, recommended, message)


def named(folder, ca, ca_file, servers: str):
    """The verdicts about foreign names."""

    async def main(ports):
        values = {"resolve": {NAME: "127.0.0.1"}, "absent": NO_API, "tls": TlsSettings(ca_file, "custom")}
        async with way(frontend=f"https://{NAME}:{ports[0]}", **values) as to:
            return await host_trust(to.environment, to.http)

    with nginx(folder, servers, ports=1, ca=ca, names=(NAME,)) as ports:
        found = run(main(ports))
    return outcomes(host_header_not_believed(found)), outcomes(unknown_hosts_refused(found))


@pytest.mark.parametrize(
    ("servers", "believed", "refused"),
    [
        (
            f"""server {{ listen @0@ ssl default_server; @tls@ return 421; }}
            server {{ listen @0@ ssl; server_name {NAME}; @tls@ return 200 hello; }}""",
            ["pass"] * 3,
            ["pass"],
        ),
        (
            f"""server {{ listen @0@ ssl default_server; @tls@ return 444; }}
            server {{ listen @0@ ssl; server_name {NAME}; @tls@ return 200 hello; }}""",
            ["pass"] * 3,
            ["pass"],
        ),
        (
            f"""server {{ listen @0@ ssl default_server; @tls@ return 301 https://{NAME}$request_uri; }}
            server {{ listen @0@ ssl; server_name {NAME}; @tls@ return 200 hello; }}""",
            ["pass"] * 3,
            ["pass"],
        ),
        ("server { listen @0@ ssl; @tls@ return 200 hello; }", ["pass"] * 3, ["fail"]),
        (
            "server { listen @0@ ssl; @tls@ return 200 '<link rel=canonical href=https://$host/>'; }",
            ["fail", "pass", "pass"],
            ["not-applicable"],
        ),
        (
            "server { listen @0@ ssl; @tls@ return 302 https://$host/login; }",
            ["fail", "pass", "pass"],
            ["not-applicable"],
        ),
        (
            f"""server {{ listen @0@ ssl default_server; @tls@ return 421; }}
            server {{ listen @0@ ssl; server_name {NAME}; @tls@
                set $name $http_x_forwarded_host; add_header Set-Cookie "a=b; Domain=$name"; return 200 hello; }}""",
            ["pass", "fail", "pass"],
            ["pass"],
        ),
    ],
    ids=["421", "444", "canonical host", "any name", "canonical", "location", "forwarded"],
)
def test_foreign_names(tmp_path, ca, ca_file, servers, believed, refused):
    assert named(tmp_path, ca, ca_file, servers) == (believed, refused)
