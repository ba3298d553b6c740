from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.checklist.model import Environment, Supabase
from auditor.facts.key_ages import KeyAge
from auditor.probes.key_ages import described, key_ages
from auditor.redact import Secret
from tests.probes.net.running import run


def token(**claims):
    parts = [
        base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in ({"alg": "HS256"}, claims)
    ]
    return ".".join([*parts, "c2ln"])


DAY = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            token(iss="supabase", role="service_role", iat=DAY.timestamp(), exp=DAY.timestamp()),
            KeyAge("x", "Supabase service_role key", DAY, DAY, legacy=True),
        ),
        (
            token(iss="https://a/auth/v1", role="authenticated", sub="1", iat=int(DAY.timestamp())),
            KeyAge("x", "JWT", DAY),
        ),
        (token(iat="2025"), KeyAge("x", "JWT")),
        (token(iat=True, exp=1e300), KeyAge("x", "JWT")),
        ("sb_" + "secret_x", KeyAge("x", "Supabase secret key")),
        ("anything", KeyAge("x", "opaque token")),
    ],
)
def test_each(value, expected):
    assert described("x", value) == expected


@given(
    st.text(max_size=60),
    st.dictionaries(st.sampled_from(["iat", "exp", "iss", "role"]), st.integers() | st.text() | st.floats()),
)
def test_anything(text, claims):
    described("x", text)
    described("x", token(**claims))


def test_the_probe():
    held = Supabase(service_key=Secret(token(iat=DAY.timestamp()), "k"), access_token=Secret("sbp_" + "0" * 8, "t"))
    ages = run(key_ages(Environment("prod", supabase=held, cors_token=Secret("abc", "t"))))
    assert ages.keys == (
        KeyAge("policy.cors.token", "opaque token"),
        KeyAge("supabase.service_key", "JWT", DAY),
        KeyAge("supabase.access_token", "opaque token"),
    )
    assert run(key_ages(Environment("prod"))).keys == ()
