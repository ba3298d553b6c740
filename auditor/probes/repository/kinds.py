"""Which file is what, by its name, and who reads it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from auditor.facts.repository import Source
from auditor.probes.repository.dockerfile import dockerfile_values
from auditor.probes.repository.dotenv import env_values
from auditor.probes.repository.ini import ini_values, netrc_values, nginx_values, npmrc_values
from auditor.probes.repository.javascript import hashed_values, script_values, settings_values
from auditor.probes.repository.notebook import notebook_values
from auditor.probes.repository.python import python_values
from auditor.probes.repository.shell import shell_values
from auditor.probes.repository.values import Reader
from auditor.probes.repository.yamls import ci_values, compose_values, line_values, manifest_values

ENV_FILES = (".env", ".env.*", "*.env")
COMPOSE_FILES = ("docker-compose*.yml", "docker-compose*.yaml", "compose*.yml", "compose*.yaml")
_EXAMPLES = ("*.example", "*.sample", "*.template", "*.dist", "*example*", "*sample*", "*.tmpl", "*.tpl", "*.j2")

_BY_NAME: tuple[tuple[Source, Reader, tuple[str, ...]], ...] = (
    (Source.ENV_FILE, env_values, (*ENV_FILES, ".dev.vars", ".dev.vars.*")),
    (Source.ENV_FILE, shell_values, (".envrc",)),
    (Source.COMPOSE, compose_values, COMPOSE_FILES),
    (
        Source.DOCKERFILE,
        dockerfile_values,
        ("dockerfile", "dockerfile.*", "dockerfile-*", "*.dockerfile", "containerfile", "containerfile.*"),
    ),
    (
        Source.CI,
        ci_values,
        (
            ".gitlab-ci*.yml",
            "*.gitlab-ci.yml",
            "bitbucket-pipelines.yml",
            "azure-pipelines*.y*ml",
            ".drone.yml",
            ".travis.yml",
            "cloudbuild*.y*ml",
            "buildspec*.y*ml",
            ".woodpecker*.y*ml",
            "appveyor.yml",
            ".appveyor.yml",
            ".cirrus.yml",
            "codemagic.yaml",
        ),
    ),
    (Source.CI, script_values, ("jenkinsfile", "jenkinsfile.*")),
    (
        Source.FRONTEND,
        settings_values,
        (
            "next.config.*",
            "vite.config.*",
            "nuxt.config.*",
            "svelte.config.*",
            "astro.config.*",
            "gatsby-config.*",
            "vue.config.*",
            "webpack*.config.*",
            "remix.config.*",
            "app.config.[jt]s",
            "app.json",
            "vercel.json",
            "now.json",
            "angular.json",
            "environment.ts",
            "environment.*.ts",
            "env.js",
            "__env.js",
            "runtime-config.js",
            "config.js",
            "firebase.json",
        ),
    ),
    (Source.FRONTEND, hashed_values, ("netlify.toml", "wrangler.toml")),
    (Source.INFRASTRUCTURE, hashed_values, ("*.tf", "*.tfvars", "*.hcl", "*.nomad", "fly.toml")),
    (
        Source.INFRASTRUCTURE,
        settings_values,
        ("*.tfvars.json", "*.tf.json", "*.tfstate", "*.tfstate.backup", "*.bicepparam"),
    ),
    (
        Source.INFRASTRUCTURE,
        manifest_values,
        (
            "values*.y*ml",
            "serverless*.y*ml",
            "render.yaml",
            "app.yaml",
            "app.yml",
            "pulumi*.yaml",
            "*secret*.y*ml",
            "stack*.y*ml",
        ),
    ),
    (Source.INFRASTRUCTURE, nginx_values, ("nginx*.conf*", "*.nginx", "*.nginx.conf")),
    (Source.NOTEBOOK, notebook_values, ("*.ipynb",)),
    (Source.CODE, npmrc_values, (".npmrc", ".yarnrc")),
    (Source.CODE, netrc_values, (".netrc", "_netrc")),
    (
        Source.CODE,
        ini_values,
        (
            "*.ini",
            "*.cfg",
            ".pypirc",
            "*.properties",
            "*.conf",
            "pip.conf",
            ".my.cnf",
            ".pgpass",
            "credentials",
            ".s3cfg",
        ),
    ),
    (Source.CODE, hashed_values, ("*.toml", "pipfile")),
    (
        Source.CODE,
        settings_values,
        (
            "appsettings*.json",
            "*service-account*.json",
            "*service_account*.json",
            "*adminsdk*.json",
            "*credentials*.json",
        ),
    ),
    (Source.CODE, settings_values, ("config*.json", "settings*.json", "secrets*.json", "local.settings.json")),
    (Source.CODE, python_values, ("*.py", "*.pyw", "*.pyi")),
    (
        Source.CODE,
        script_values,
        ("*.js", "*.jsx", "*.mjs", "*.cjs", "*.ts", "*.tsx", "*.mts", "*.cts", "*.vue", "*.svelte", "*.astro"),
    ),
    (
        Source.CODE,
        script_values,
        (
            "*.json",
            "*.json5",
            "*.jsonc",
            "*.go",
            "*.java",
            "*.kt",
            "*.kts",
            "*.cs",
            "*.rs",
            "*.swift",
            "*.dart",
            "*.groovy",
        ),
    ),
    (
        Source.CODE,
        shell_values,
        (
            "*.sh",
            "*.bash",
            "*.zsh",
            "*.ps1",
            "*.fish",
            "*.bat",
            "*.cmd",
            "makefile",
            "*.mk",
            "justfile",
            "procfile",
            "gnumakefile",
        ),
    ),
    (Source.CODE, line_values, ("*.yml", "*.yaml")),
)
"""The first row that names a file decides."""


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(pattern) for pattern in patterns))


_EXAMPLE = _any_of(_EXAMPLES)
_ROWS = [(source, reader, _any_of(patterns)) for source, reader, patterns in _BY_NAME]

_BY_PLACE: tuple[tuple[Source, Reader, re.Pattern[str]], ...] = (
    (
        Source.CI,
        ci_values,
        re.compile(
            r"(?:^|/)\.(?:github/(?:workflows|actions)|circleci|gitlab/ci|buildkite|forgejo/workflows|gitea/workflows|woodpecker)/.*\.ya?ml$"
        ),
    ),
    (Source.INFRASTRUCTURE, hashed_values, re.compile(r"(?:^|/)supabase/config\.toml$")),
    (
        Source.INFRASTRUCTURE,
        nginx_values,
        re.compile(r"(?:^|/)(?:nginx|sites-(?:available|enabled)|conf\.d)/.*(?:\.conf|/default|/[\w.-]+)$"),
    ),
    (
        Source.INFRASTRUCTURE,
        manifest_values,
        re.compile(
            r"(?:^|/)(?:k8s|kubernetes|kube|manifests?|helm|charts?|deploy(?:ment)?s?|argocd|flux|kustomize|overlays|ansible|group_vars|host_vars|terraform|infra(?:structure)?)/(?:.*/)?[^/]+\.ya?ml$"
        ),
    ),
)
_MANIFEST = re.compile(rb"^apiVersion:\s", re.MULTILINE)

VENDORED = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|vendor|third_party|site-packages|\.venv|venv|Pods|\.yarn|\.pnpm-store|\.terraform|__pypackages__)/"
)
LOCK_FILES = re.compile(
    r"(?:^|/)(?:package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|poetry\.lock|uv\.lock|pdm\.lock|Pipfile\.lock|Cargo\.lock|go\.sum"
    r"|composer\.lock|Gemfile\.lock|mix\.lock|flake\.lock|deno\.lock|Podfile\.lock|pubspec\.lock|packages\.lock\.json|\.terraform\.lock\.hcl|[^/]*\.lock)$"
)
_BUILT = re.compile(
    r"(?:^|/)(?:dist|build|out|\.next|_next|storybook-static|public/assets|static/(?:js|chunks))/|[.-]min\.(?:js|mjs|css)$|\.map$"
)
_TESTS = re.compile(
    r"(?:^|/)(?:tests?|__tests__|__mocks__|mocks?|e2e|specs?|fixtures?|testdata|test-data|cypress|playwright|testing|integration[-_]tests?|__fixtures__|__snapshots__|snapshots|_testdata|__snapshot__)/"
    r"|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest|[^/]*[.-](?:test|spec|stories|e2e|mock|cy))\.[^/.]+$|(?:^|/)[^/]*\.snap$",
    re.IGNORECASE,
)
_DOCUMENTS = re.compile(
    r"(?:^|/)(?:locales?|i18n|translations?|lang|messages|openapi|swagger)(?:/|\.[^/]*$)|\.(?:schema\.json|d\.ts)$",
    re.IGNORECASE,
)
_MIGRATIONS = re.compile(r"(?:^|/)(?:migrations|alembic/versions)/", re.IGNORECASE)
_DEVELOPMENT = re.compile(r"(?:^|[._-])(?:dev|devel|development|local|override|tests?|testing|ci|e2e)(?:[._-]|$)")
_FOR_DEVELOPMENT = re.compile(
    r"(?:^|/)(?:\.devcontainer|dev|development|local|localdev|testing|examples?|samples?|demos?|docs?|documentation|playground)/",
    re.IGNORECASE,
)
"""Folders of settings that production does not read."""
_TEST_ENV = re.compile(r"(?:^|[._-])(?:tests?|testing|ci|e2e)(?:[._-]|$)")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a tracked file is."""

    source: Source
    reader: Reader | None
    """None: it is searched by shape only."""
    development: bool = False
    """It is for tests or the developer's machine, as far as its name says."""


def is_example(name: str) -> bool:
    """Whether a file shows by its name that its values are to be filled in."""
    return _EXAMPLE.match(PurePosixPath(name).name.lower()) is not None


@lru_cache(20_000)
def kind_of(name: str, head: bytes = b"") -> Kind:
    """What a file is, by its name and place, and for YAML by how it begins.

    Args:
        name: relative to the repository, with ``/``.
        head: of what it holds.
    """
    path = PurePosixPath(name)
    lower = path.name.lower()
    tests = _TESTS.search(name) is not None
    if is_example(name):
        return Kind(Source.OTHER, None, tests)
    for source, reader, pattern in _BY_PLACE[:2]:
        if pattern.search(name):
            return Kind(source, reader, tests)
    for source, reader, pattern in _ROWS:
        if pattern.match(lower):
            if lower.endswith((".yml", ".yaml", ".conf")) and source is Source.CODE:
                break
            return _settled(name, lower, Kind(source, reader, tests))
    for source, reader, pattern in _BY_PLACE[2:]:
        if pattern.search(name):
            return _settled(name, lower, Kind(source, reader, tests))
    if lower.endswith((".yml", ".yaml")):
        manifest = _MANIFEST.search(head) is not None
        kind = (
            Kind(Source.INFRASTRUCTURE, manifest_values, tests) if manifest else Kind(Source.CODE, line_values, tests)
        )
        return _settled(name, lower, kind)
    return Kind(Source.CODE, ini_values, tests) if lower.endswith(".conf") else Kind(Source.OTHER, None, tests)


def _settled(name: str, lower: str, kind: Kind) -> Kind:
    """The names in code of tests, of others' builds and of translations say nothing about secrets."""
    if kind.source is Source.ENV_FILE:
        development = _TEST_ENV.search(lower) or _FOR_DEVELOPMENT.search(name)
        return Kind(kind.source, kind.reader, kind.development or development is not None)
    if kind.source in (Source.CODE, Source.NOTEBOOK) and (
        kind.development or _BUILT.search(name) or _DOCUMENTS.search(name) or _MIGRATIONS.search(name)
    ):
        return Kind(kind.source, None, kind.development)
    elsewhere = kind.source not in (Source.CODE, Source.NOTEBOOK, Source.FRONTEND) and _FOR_DEVELOPMENT.search(name)
    return Kind(kind.source, kind.reader, kind.development or bool(_DEVELOPMENT.search(lower) or elsewhere))
