"""The limits of Supabase Auth, from a stand-in on 127.0.0.1 that is shaped as the Management API is documented."""

from __future__ import annotations

import json

import pytest

from auditor.checklist.model import Supabase
from auditor.errors import Unavailable
from auditor.facts.rate_limit_auth import AuthLimit, AuthLimits
from auditor.probes.rate_limit_auth import auth_limits
from auditor.redact import Secret
from tests.probes.net.running import run
from tests.probes.stand import answer, site, way

SETTINGS = {
    "rate_limit_verify": 30,
    "rate_limit_token_refresh": 1800,
    "rate_limit_otp": None,
    "rate_limit_web3": "30",
    "rate_limit_sms_sent": True,
    "security_captcha_enabled": False,
    "smtp_pass": "-".join(["planted", "secret"]),
}


def gather(respond, **supabase):
    async def main():
        async with site(respond) as server:
            held = {"project_ref": "abcdefghijklmnop", "access_token": Secret("t-1", "token"), **supabase}
            async with way(supabase=Supabase(api_url=server.origin(), **held)) as to:
                return await auth_limits(to.environment, to.http), server

    return run(main())


def test_limits():
    found, server = gather(lambda _: answer(200, json.dumps(SETTINGS)))
    assert found == AuthLimits(True, (AuthLimit("verify", 30), AuthLimit("token_refresh", 1800)), False)
    [asked] = server.asked
    assert (asked.method, asked.path) == ("GET", "/v1/projects/abcdefghijklmnop/config/auth")
    assert asked.headers["authorization"] == "Bearer t-1"
    assert "planted" not in repr(found)


def test_without_a_token_nothing_is_asked():
    found, server = gather(lambda _: answer(500), access_token=None)
    assert (found, server.asked) == (AuthLimits(False), [])


@pytest.mark.parametrize(
    ("respond", "said"),
    [
        (answer(401, "{}"), "answers 401"),
        (answer(200, "[]"), "no settings"),
        (answer(200, "<html>"), "not JSON"),
        (answer(200, "{}"), "names no limits"),
    ],
)
def test_not_told(respond, said):
    with pytest.raises(Unavailable, match=said):
        gather(lambda _: respond)
