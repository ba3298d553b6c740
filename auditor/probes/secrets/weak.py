"""Secrets that everybody knows: published defaults, samples of documentation, and what people type."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from functools import cache

_KNOWN = (
    # Supabase: the CLI's and self-hosting's default (docs, "Self-Hosting with Docker")
    "super-secret-jwt-token-with-at-least-32-characters-long",
    "your-super-secret-jwt-token-with-at-least-32-characters-long",
    "your-super-secret-jwt-token",
    "your-super-secret-and-long-postgres-password",
    # jwt.io, for each size of hash
    "your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret",
    "a-string-secret-at-least-256-bits-long", "a-string-secret-at-least-384-bits-long",
    "a-string-secret-at-least-512-bits-long", "a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long",
    # PostgREST's documentation, FastAPI's tutorial, Hasura's, Strapi's, Rails', Django's and Express' samples
    "reallyreallyreallyreallyverysafe", "reallyreallyreallyreallyverysafesecret",
    "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
    "3EK6FD+o0+c7tzBNVfjpMkNDi2yARAAKzQlk8O2IKoxQu4nF7EdAh8s3TwpHwrdWT6R",
    "django-insecure", "keyboard cat", "shhhhh", "shhhhhh", "some-secret", "somesecret", "tobemodified",
    "toBeModified1", "toBeModified2", "your_jwt_secret", "your-jwt-secret", "your_jwt_secret_key", "jwt_secret",
    "jwt-secret", "jwtsecret", "jwtSecret", "JWT_SECRET", "jwt_secret_key", "my_jwt_secret", "myjwtsecret",
    "mysecret", "my-secret", "my_secret", "mySecret", "MySecret", "my_secret_key", "my-secret-key", "mySecretKey",
    "mysecretkey", "my-32-character-ultra-secure-and-ultra-long-secret", "my-super-secret-key",
    "secret", "secret1", "secret123", "secretkey", "secret_key", "secret-key", "secretKey", "SECRET", "SECRET_KEY",
    "Secret", "supersecret", "super-secret", "super_secret", "superSecret", "super-secret-key", "super_secret_key",
    "supersecretkey", "topsecret", "top-secret", "thisisasecret", "this-is-a-secret", "this is a secret",
    "this_is_a_secret", "thisismysecret", "thisIsMySecret", "thisisasecretkey", "your_secret_key", "your-secret-key",
    "your-secret-key-here", "your_secret_key_here", "your_secret", "your-secret", "yoursecret", "YOUR_SECRET_KEY",
    "your-super-secret-key", "your-secret-key-change-in-production", "your-secret-key-change-this-in-production",
    "change-me", "changeme", "change_me", "CHANGEME", "CHANGE_ME", "changethis", "change-this", "change_this",
    "change-me-in-production", "changeme-in-production", "change-this-in-production", "insecure", "insecure-secret",
    "dev", "development", "dev-secret", "dev_secret", "devsecret", "dev-secret-key", "local", "test", "testing",
    "test-secret", "test_secret", "testsecret", "test-secret-key", "test123", "example", "example-secret", "sample",
    "password", "password1", "password123", "Password1", "passw0rd", "admin", "admin123", "root", "default", "demo",
    "key", "private", "privatekey", "private_key", "token", "token-secret", "tokensecret", "access-secret",
    "accesssecret", "refresh-secret", "refreshsecret", "auth", "authsecret", "auth-secret", "app", "app-secret",
    "appsecret", "APP_SECRET", "nextauth", "nextauth-secret", "nextauthsecret", "NEXTAUTH_SECRET", "qwerty",
    "qwerty123",
    "letmein", "12345", "123456", "1234567", "12345678", "123456789", "1234567890", "abc123", "abcdef", "a", "x", "",
    "01234567890123456789012345678901", "12345678901234567890123456789012", "0123456789abcdef0123456789abcdef",
    "abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz123456", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "hello", "helloworld", "hello-world", "foobar", "foo", "bar", "none", "null", "undefined", "GraphQL-is-aw3some",
)  # fmt: skip

_DIGESTS = {"HS256": hashlib.sha256, "HS384": hashlib.sha384, "HS512": hashlib.sha512}

DEFAULT_KEY_STARTS = ("sb_" + "secret_N7UND0Ug",)
"""How secret keys begin that every installation of the Supabase CLI has."""


@cache
def _keys() -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(word.encode() for word in _KNOWN))


def is_weak(value: str) -> bool:
    """Whether a signing secret or password is one that everybody knows."""
    return value.encode("utf-8", "surrogateescape") in _keys()


def signing_secret_is_known(signed: bytes, signature: bytes, algorithm: str) -> bool:
    """Whether one of these secrets signed a token.

    Args:
        signed: its first two parts with the dot between them.
        signature: decoded.
        algorithm: ``alg`` of its header; others than HS256, HS384 and HS512 are not told.
    """
    digest = _DIGESTS.get(algorithm)
    if digest is None or not signature:
        return False
    return any(hmac.compare_digest(hmac.digest(key, signed, digest), signature) for key in _signing_keys())


@cache
def _signing_keys() -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(form for key in _keys() for form in _forms(key)))


def _forms(key: bytes) -> Iterator[bytes]:
    """A secret as servers make a key of it: as it is, read from a file with its line end, to and from base64."""
    yield key
    yield key + b"\n"
    yield base64.b64encode(key)
    try:
        yield base64.b64decode(key + b"=" * (-len(key) % 4), validate=True)
    except (ValueError, binascii.Error):
        return
