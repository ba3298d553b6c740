"""Tells files by their names: which hold variables, which are examples of them, which hold keys."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from pathlib import PurePosixPath

_CODE = (
    r"(?:[cm]?[jt]sx?|py|rb|go|rs|php|java|kt|cs|sh|bash|zsh|fish|ps1|md|mdx|rst|txt|html?|css|schema|d|"
    r"json5?|ya?ml|toml|lock|svg|png)"
)
_ENV = re.compile(r"(?:\.env(?:rc)?(?:[._~-].*)?|.+\.env~?)(?<!\.)", re.IGNORECASE)
_NO_ENV = re.compile(rf"\.env(?:rc)?[._-](?:.*\.)?{_CODE}", re.IGNORECASE)
_EXAMPLE = re.compile(
    r"(?:^|[._-])(?:example|examples|sample|samples|template|templates|tmpl|tpl|dist|defaults?|skel|skeleton|dummy|j2|erb)"
    r"(?:$|[._-])",
    re.IGNORECASE,
)
_STAGE = re.compile(
    r"(?:^|[._-])(?:test|tests|testing|ci|e2e|dev|development|local-dev|storybook|docs)(?:$|[._-])", re.IGNORECASE
)
_LOCAL = re.compile(r"\.env(?:rc)?(?:[._-].+)?[._-](?:local|keys|backup|bak|old|orig|save|swp)~?|\.env~", re.IGNORECASE)
_KEY = re.compile(
    r"id_(?:rsa|dsa|ecdsa|ed25519)|.+\.(?:pem|key|p12|pfx|jks|keystore|ppk)|\.htpasswd|\.pgpass|\.netrc|\.npmrc"
    r"|service[-_]?account.*\.json|.*firebase-adminsdk.*\.json|credentials\.json",
    re.IGNORECASE,
)


class EnvFile(StrEnum):
    """What a file of variables is for, as its name says."""

    LIVE = "live"
    """``.env``, ``.env.production``: what an application reads."""
    LOCAL = "local"
    """``.env.local``, ``.env.keys``, ``.env.bak``: made for one machine, and never meant to be shared."""
    STAGE = "stage"
    """``.env.test``, ``.env.development``: often shared, with values that protect nothing."""
    EXAMPLE = "example"


def env_file(path: str) -> EnvFile | None:
    """What a path's file of variables is for; None when it is none. Upper and lower case are the same.

    ``.env``, ``.env.anything``, ``anything.env`` and ``.envrc`` are such files; ``.env.d.ts`` and other code is not.
    """
    name = PurePosixPath(path).name
    if not _ENV.fullmatch(name) or _NO_ENV.fullmatch(name):
        return None
    if _EXAMPLE.search(name):
        return EnvFile.EXAMPLE
    if _LOCAL.fullmatch(name):
        return EnvFile.LOCAL
    return (
        EnvFile.STAGE if _STAGE.search(name.lower().removeprefix(".env")) and name.lower() != ".env" else EnvFile.LIVE
    )


def key_file(path: str) -> bool:
    """Whether a path's name is that of a file of keys or credentials."""
    return bool(_KEY.fullmatch(PurePosixPath(path).name))


_ASIDE = re.compile(
    r"(?:^|/)(?:node_modules|vendor|third_party|\.venv|venv|site-packages|tests?|__tests__|spec|specs|e2e|fixtures?|"
    r"testdata|mocks?|__mocks__|docs?|examples?|samples?|\.devcontainer|\.next|dist)(?:/|$)",
    re.IGNORECASE,
)


def aside(path: str) -> bool:
    """Whether a path is no part of what is deployed: tests, documents, examples, packages of others."""
    return bool(_ASIDE.search(str(PurePosixPath(path).parent) + "/")) and PurePosixPath(path).parent != PurePosixPath(
        "."
    )


DEVELOPMENT = re.compile(
    r"(?:^|[._/-])(?:dev|develop|development|local|test|tests|testing|ci|e2e|override)(?:$|[._/-])", re.IGNORECASE
)
"""Names of compose files and the like that production does not read."""
APP_MARKS = frozenset({
    "package.json", "pyproject.toml", "requirements.txt", "setup.py", "manage.py", "pipfile", "composer.json",
     "gemfile",
    "go.mod", "cargo.toml", "dockerfile", "compose.yml", "compose.yaml", "docker-compose.yml", "docker-compose.yaml",
    "deno.json", "nuxt.config.ts", "vite.config.ts", "next.config.js", "next.config.mjs", "next.config.ts",
})  # fmt: skip


@lru_cache(4)
def app_folders(tracked: tuple[str, ...]) -> tuple[str, ...]:
    """The repository's root (``""``) and the folders in which an application lives, in order."""
    folders = {""}
    for name in tracked:
        folder, _, base = name.rpartition("/")
        if base.lower() in APP_MARKS and not aside(f"{folder}/x"):
            folders.add(folder)
    return tuple(sorted(folders))
