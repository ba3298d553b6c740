from __future__ import annotations

import os
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.probes.public_names import WHOLE, Found, project_prefixes, reader_of

FUZZ = settings(deadline=None, max_examples=min(2000, int(os.environ.get("AUDIT_FUZZ", "300"))))


def read(path: str, text: str, prefixes: tuple[str, ...] = ()) -> dict[str, str]:
    reader = reader_of(path)
    assert reader is not None
    found: dict[str, str] = {}
    for one in reader.read(text, prefixes):
        found[one.name] = found.get(one.name) or one.value
    return found


@pytest.mark.parametrize(
    ("path", "source"),
    [
        (".env", ".env file"),
        ("apps/web/.env.production", ".env file"),
        (".env.example", ".env file"),
        ("prod.env", ".env file"),
        ("next.config.ts", "next.config"),
        ("apps/web/next.config.mjs", "next.config"),
        ("nuxt.config.ts", "nuxt.config"),
        ("vite.config.ts", "bundler configuration"),
        (".github/workflows/deploy.yml", "CI file"),
        (".circleci/config.yml", "CI file"),
        (".gitlab-ci.yml", "CI file"),
        ("docker-compose.prod.yml", "compose file"),
        ("compose.yaml", "compose file"),
        ("web/Dockerfile", "Dockerfile"),
        ("vercel.json", "deployment file"),
        ("netlify.toml", "deployment file"),
        ("src/environments/environment.prod.ts", "environment file"),
        ("src/lib/supabase.ts", "source file"),
        ("src/App.vue", "source file"),
        ("src/routes/+page.svelte", "source file"),
    ],
)
def test_kinds_of_files(path, source):
    reader = reader_of(path)
    assert reader is not None
    assert reader.source == source


@pytest.mark.parametrize("path", ["README.md", "main.py", "docs/env.md", "image.png", "environment", ""])
def test_files_that_are_not_read(path):
    assert reader_of(path) is None


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "NEXT_PUBLIC_X=hello\nSECRET=no"),
        (".env", "export NEXT_PUBLIC_X='hello' # why"),
        (".env", '# NEXT_PUBLIC_Y=no\nNEXT_PUBLIC_X="hello"'),
        ("Dockerfile", "FROM node\nARG NEXT_PUBLIC_X=hello\nENV A=b"),
        ("Dockerfile", "ENV NEXT_PUBLIC_X=hello \\\n    OTHER=1"),
        ("compose.yml", "services:\n  web:\n    environment:\n      NEXT_PUBLIC_X: hello"),
        ("compose.yml", "services:\n  web:\n    environment:\n      - NEXT_PUBLIC_X=hello"),
        ("compose.yml", "services:\n  web:\n    build:\n      args:\n        - 'NEXT_PUBLIC_X=hello'"),
        (".github/workflows/a.yml", 'jobs:\n  a:\n    env:\n      NEXT_PUBLIC_X: "hello"\n'),
        (".github/workflows/a.yml", "      - run: echo NEXT_PUBLIC_X=hello >> .env"),
        ("render.yaml", "envVars:\n  - key: NEXT_PUBLIC_X\n    value: hello"),
        ("deployment.yaml", "env:\n- name: NEXT_PUBLIC_X\n  value: 'hello'"),
        ("vercel.json", '{"build": {"env": {"NEXT_PUBLIC_X": "hello", "Y": "z"}}}'),
        ("netlify.toml", '[build.environment]\nNEXT_PUBLIC_X = "hello"'),
        ("package.json", '{"scripts": {"build": "NEXT_PUBLIC_X=hello next build"}}'),
        ("deploy.sh", "export NEXT_PUBLIC_X=hello"),
        ("deploy.sh", "docker build --build-arg NEXT_PUBLIC_X=hello ."),
        ("main.tf", 'environment = { NEXT_PUBLIC_X = "hello" }'),
    ],
)
def test_public_names_and_values(path, text):
    assert read(path, text) == {"NEXT_PUBLIC_X": "hello"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".env", "NEXT_PUBLIC_X="),
        (".env", "NEXT_PUBLIC_X=${OTHER}"),
        ("Dockerfile", "ARG NEXT_PUBLIC_X\nENV NEXT_PUBLIC_X=$NEXT_PUBLIC_X"),
        (".github/workflows/a.yml", "env:\n  NEXT_PUBLIC_X: ${{ secrets.X }}"),
        ("compose.yml", "environment:\n  - NEXT_PUBLIC_X"),
        ("compose.yml", "environment:\n  - NEXT_PUBLIC_X=\n"),
        ("a.sh", "docker build --build-arg NEXT_PUBLIC_X="),
        ("compose.yml", "environment:\n  NEXT_PUBLIC_X: ${NEXT_PUBLIC_X:?}"),
        ("deployment.yaml", "- name: NEXT_PUBLIC_X\n  valueFrom:\n    secretKeyRef: {name: a, key: b}"),
        ("turbo.json", '{"globalEnv": ["NEXT_PUBLIC_X"]}'),
        ("a.ts", "createClient(process.env.NEXT_PUBLIC_X!)"),
        ("a.svelte", "import { NEXT_PUBLIC_X } from '$env/static/public'"),
    ],
)
def test_public_names_without_values(path, text):
    assert read(path, text) == {"NEXT_PUBLIC_X": ""}


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("next.config.js", "module.exports = { env: { STRIPE: 'x', B: process.env.B } }", {"STRIPE": "x", "B": ""}),
        ("next.config.js", "module.exports = { publicRuntimeConfig: { apiSecret: 'x' } }", {"apiSecret": "x"}),
        ("next.config.js", "module.exports = { serverRuntimeConfig: { apiSecret: 'x' } }", {}),
        ("next.config.js", "// env: { A: 'x' }\nmodule.exports = {}", {}),
        ("next.config.js", "module.exports = { env: process.env }", {WHOLE: ""}),
        ("next.config.js", "module.exports = { env: { ...process.env, A: 'x' } }", {WHOLE: "", "A": "x"}),
        ("next.config.js", "module.exports = { env: { ...more } }", {}),
        ("next.config.js", "module.exports = { babel: { env: { production: { plugins: [] } } } }", {}),
        ("next.config.mjs", "config.plugins.push(new webpack.DefinePlugin({ 'process.env.KEY': JSON.stringify('x') }))",
         {"KEY": "x"}),
        ("next.config.mjs", "new webpack.EnvironmentPlugin(['KEY', 'NODE_ENV'])", {"KEY": ""}),
        ("next.config.js", "module.exports = { env: { A: process.env.NEXT_PUBLIC_B } }",
         {"A": "", "NEXT_PUBLIC_B": ""}),
        ("vite.config.ts", "defineConfig({ define: { 'process.env': process.env } })", {WHOLE: ""}),
        ("vite.config.ts", "defineConfig({ define: { __KEY__: JSON.stringify('x'), 'import.meta.env.B': b } })",
         {"KEY": "x", "B": ""}),
        ("vite.config.ts", "defineConfig({ server: { port: 1 } })", {}),
        ("nuxt.config.ts", "defineNuxtConfig({ runtimeConfig: { key: 's', public: { b: 'u', a: { secret: 'x' } } } })",
         {"b": "u", "a.secret": "x"}),
        ("astro.config.mjs", "env: { schema: { A: envField.string({ context: 'client', access: 'public', default:"
         " 'x' }),"
         " B: envField.string({ context: 'server', access: 'secret' }) } }", {"A": "x"}),
        ("app.json", '{"expo": {"name": "n", "extra": {"secretKey": "x", "eas": {"projectId": "p"}}}}',
         {"secretKey": "x"}),
        ("app.config.ts", "export default { extra: { secretKey: process.env.K } }", {"secretKey": ""}),
        ("src/environments/environment.ts", "export const environment = { production: false, api: { key: 'x' } }",
         {"production": "", "api.key": "x"}),
        ("docusaurus.config.js", "module.exports = { customFields: { token: 'x' } }", {"token": "x"}),
    ],
)  # fmt: skip
def test_what_configuration_makes_public(path, text, expected):
    assert read(path, text) == expected


def test_prefixes_of_the_project():
    assert list(project_prefixes("vite.config.ts", "export default { envPrefix: ['VITE_', 'ACME_'] }")) == [
        "VITE_",
        "ACME_",
    ]
    assert list(project_prefixes("svelte.config.js", "kit: { env: { publicPrefix: 'OPEN_' } }")) == ["OPEN_"]
    assert list(project_prefixes("a.ts", "envPrefix: 'ACME_'")) == []
    assert read(".env", "ACME_KEY=x", ("ACME_",)) == {"ACME_KEY": "x"}


def test_a_finding_does_not_show_its_value():
    assert "hello" not in repr(Found("A", 1, "hello"))


KINDS = (
    ".env",
    "next.config.js",
    "nuxt.config.ts",
    "vite.config.ts",
    "astro.config.mjs",
    "app.json",
    "compose.yml",
    "a.ts",
)


@FUZZ
@given(st.sampled_from(KINDS), st.text("env:{}[]='\"\n $NEXT_PUBLIC_X,.`", max_size=80) | st.text())
def test_any_text(path, text):
    read(path, text)
    list(project_prefixes(path, text))


@pytest.mark.parametrize("path", KINDS)
@pytest.mark.parametrize(
    "piece", ["env:{", "VITE_X", "VITE_X=", "- name: VITE_X\n", "define:{'process.env.a':", "env: process.env "]
)
def test_hostile_files_take_no_longer(path, piece):
    started = time.process_time()
    read(path, piece * (40_000 // len(piece)))
    assert time.process_time() - started < 30
