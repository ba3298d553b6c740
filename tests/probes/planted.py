"""Tokens of nobody, for tests to plant: put together here, so that the repository holds none."""

from __future__ import annotations

import base64
import json


def encoded(claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()


def jwt(role="service_role", **claims) -> str:
    head = encoded({"alg": "HS256", "typ": "JWT"})
    return f"{head}.{encoded({'iss': 'supabase', 'ref': 'abc', 'role': role, **claims})}.c2lnbmF0dXJl-_"


SERVICE, ANON = jwt(), jwt("anon")
TOKENS = {
    "Supabase secret key": "sb_secret_" + "N7UND0UgjKTVK-Uodkm0Hg_xSvEMPvz",
    "Supabase access token": "sbp_" + "0123456789abcdef" * 2 + "01234567",
    "Stripe secret key": "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Stripe restricted key": "rk_live_" + "4eC39HqLyjWDarjtT1zdp7dc",
    "Stripe webhook secret": "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "GitHub token": "ghp_" + "a1B2" * 9,
    "Anthropic key": "sk-ant-" + "api03-abcdefghijklmnop",
    "OpenAI key": "sk-proj-" + "abcdefghijklmnopqrst",
    "SendGrid key": "SG." + "a" * 22 + "." + "b" * 43,
}
