"""The secrets that the storefront is built and run with: made at random, so that no tracked file holds one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import string
import zlib

WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath")
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase


def _letters(chance: random.Random, count: int, letters: str = string.ascii_letters + string.digits) -> str:
    return "".join(chance.choice(letters) for _ in range(count))


def _jwt(chance: random.Random, role: str) -> str:
    def coded(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    head = coded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    claims = {
        "iss": "supabase",
        "ref": _letters(chance, 20, string.ascii_lowercase),
        "role": role,
        "exp": 2_000_000_000,
    }
    body = f"{head}.{coded(json.dumps(claims).encode())}"
    return f"{body}.{coded(hmac.digest(_letters(chance, 40).encode(), body.encode(), hashlib.sha256))}"


def _github(chance: random.Random) -> str:
    body, number, check = _letters(chance, 30), 0, ""
    number = zlib.crc32(body.encode())
    for _ in range(6):
        number, digit = divmod(number, 62)
        check = _DIGITS[digit] + check
    return f"ghp_{body}{check}"


def _password(chance: random.Random) -> str:
    return f"{chance.choice(WORDS)}-{chance.choice(WORDS)}-{chance.randrange(10, 99)}"


def planted(seed: str) -> dict[str, str]:
    """Every variable of the build and of the server.

    Args:
        seed: the same one gives the same values.
    """
    chance = random.Random(seed)
    return {
        "NEXT_PUBLIC_SUPABASE_URL": "https://project.example.com",
        "NEXT_PUBLIC_SUPABASE_ANON_KEY": _jwt(chance, "anon"),
        "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY": _jwt(chance, "service_role"),
        "NEXT_PUBLIC_ADMIN_PASSWORD": _password(chance),
        "NEXT_PUBLIC_STRIPE_SECRET": f"sk_live_{_letters(chance, 24)}",
        "NEXT_PUBLIC_PAINT_TOKEN": f"sk-ant-api03-{_letters(chance, 93)}AA",
        "NEXT_PUBLIC_WORKER_TOKEN": _github(chance),
        "NEXT_PUBLIC_ITEM_API_KEY": f"SG.{_letters(chance, 22)}.{_letters(chance, 43)}",
        "NEXT_PUBLIC_REPORT_TOKEN": f"glpat-{_letters(chance, 20)}",
        "NEXT_PUBLIC_REPORT_SECRET": _password(chance),
        "SHOP_BILLING": f"whsec_{_letters(chance, 32)}",
        "SUPABASE_SECRET_KEY": f"sb_secret_{_letters(chance, 22)}_{_letters(chance, 8)}",
        "MAIL_PASSWORD": _password(chance),
        "DATABASE_URL": f"postgresql://shop:{_letters(chance, 18)}@db.internal:5432/shop",
        "CATALOGUE_KEY": f"rk_live_{_letters(chance, 24)}",
    }


PAIRED = {
    "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY": "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY",
    "NEXT_PUBLIC_SUPABASE_ANON_KEY": "NEXT_PUBLIC_SUPABASE_ANON_KEY",
    "NEXT_PUBLIC_SUPABASE_URL": "NEXT_PUBLIC_SUPABASE_URL",
    "NEXT_PUBLIC_ADMIN_PASSWORD": "NEXT_PUBLIC_ADMIN_PASSWORD",
    "NEXT_PUBLIC_STRIPE_SECRET": "NEXT_PUBLIC_STRIPE_SECRET",
    "NEXT_PUBLIC_PAINT_TOKEN": "NEXT_PUBLIC_PAINT_TOKEN",
    "NEXT_PUBLIC_WORKER_TOKEN": "NEXT_PUBLIC_WORKER_TOKEN",
    "NEXT_PUBLIC_ITEM_API_KEY": "NEXT_PUBLIC_ITEM_API_KEY",
    "NEXT_PUBLIC_REPORT_TOKEN": "NEXT_PUBLIC_REPORT_TOKEN",
    "BILLING_WEBHOOK": "SHOP_BILLING",
}
"""Names in the code of the pages, and the variables whose values the build writes there."""
BY_SHAPE = (
    "NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY", "NEXT_PUBLIC_STRIPE_SECRET", "NEXT_PUBLIC_PAINT_TOKEN",
    "NEXT_PUBLIC_WORKER_TOKEN", "NEXT_PUBLIC_ITEM_API_KEY", "NEXT_PUBLIC_REPORT_TOKEN", "SHOP_BILLING",
    "SUPABASE_SECRET_KEY", "DATABASE_URL", "CATALOGUE_KEY",
)  # fmt: skip
"""What is recognised by its shape, wherever it is."""
ON_SERVER = ("SUPABASE_SECRET_KEY", "MAIL_PASSWORD", "DATABASE_URL", "CATALOGUE_KEY")
"""What the server alone has, and gives away in props."""
ROUTES = (
    "/about", "/dashboard", "/account", "/orders", "/reports/7", "/tools", "/settings", "/pricing", "/legacy",
    "/legacy/catalogue", "/legacy/chair",
)  # fmt: skip
