from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Gap
from auditor.probes.build_contexts import _copies, look
from tests.probes.checkout import checkout

BROAD = "FROM python:3.13\nWORKDIR /app\nCOPY . .\n"
GOOD = "**/.env\n**/.env.*\n!**/.env.example\n.git\n**/*.key\n"


def builds(tmp_path, files):
    return look(tmp_path, checkout(tmp_path, files))


def left_in(tmp_path, files):
    (build,) = builds(tmp_path, files).contexts
    return [copied.path for copied in build.copies if not copied.excluded]


ROOT = [".git/config", ".env", ".env.local", ".env.production"]


class TestCopies:
    @pytest.mark.parametrize(
        "text",
        [
            "COPY . .", "COPY ./ /app", "ADD . /app", "copy . .", "COPY --chown=a:b . .", 'COPY [".", "."]', "COPY / /",
            "COPY * ./", "COPY \\\n  . \\\n  /app", "ONBUILD COPY . .", "COPY --link --chmod=755 . .",
            "COPY a.txt . /app/",
        ],
    )  # fmt: skip
    def test_of_everything(self, tmp_path, text):
        assert left_in(tmp_path, {"Dockerfile": f"FROM x\n{text}\n"}) == ROOT

    @pytest.mark.parametrize(
        "text",
        [
            "COPY --from=builder /app .", "COPY requirements.txt .", "# COPY . .", "RUN cp -r . .",
            "ADD https://example.com/x .",
            "COPY <<EOF /x\nCOPY . .\nEOF", "COPY package*.json ./",
            "RUN --mount=type=bind,source=.,target=/x make", "COPY .env.example .",
        ],
    )  # fmt: skip
    def test_of_little(self, tmp_path, text):
        (build,) = builds(tmp_path, {"Dockerfile": f"FROM x\n{text}\n"}).contexts
        assert (build.line, build.copies) == (0, ())

    def test_of_one_file(self, tmp_path):
        assert left_in(tmp_path, {"Dockerfile": "FROM x\nCOPY .env.production .env\n"}) == [".env.production"]
        assert left_in(tmp_path / "b", {"Dockerfile": "FROM x\nCOPY .env* ./\n"}) == ROOT[1:]

    def test_of_a_folder(self, tmp_path):
        files = {"Dockerfile": "FROM x\nCOPY apps/ apps/\n", "apps/web/package.json": "{}", "apps/web/server.key": "x"}
        assert left_in(tmp_path, files) == [
            "apps/web/.env",
            "apps/web/.env.local",
            "apps/web/.env.production",
            "apps/web/server.key",
        ]

    @settings(deadline=None)
    @given(st.text(alphabet='COPYAD .\\\n<E[]",#-=`', max_size=80))
    def test_any_text(self, text):
        list(_copies(text))


class TestIgnoreFiles:
    def test_good(self, tmp_path):
        files = {"Dockerfile": BROAD, ".dockerignore": GOOD, "web/package.json": "{}", "a.key": "x"}
        assert left_in(tmp_path, files) == []

    def test_anchored_at_the_root(self, tmp_path):
        files = {"Dockerfile": BROAD, ".dockerignore": ".env*\n.git\n", "web/package.json": "{}"}
        assert left_in(tmp_path, files) == ["web/.env", "web/.env.local", "web/.env.production"]

    def test_taken_back(self, tmp_path):
        (build,) = builds(tmp_path, {"Dockerfile": BROAD, ".dockerignore": f"{GOOD}!.env.production\n"}).contexts
        (copied,) = [copied for copied in build.copies if not copied.excluded]
        assert (copied.path, copied.pattern, copied.line) == (".env.production", "!.env.production", 6)

    def test_the_dockerfile_s_own_comes_first(self, tmp_path):
        files = {"web.Dockerfile": BROAD, "web.Dockerfile.dockerignore": "node_modules\n", ".dockerignore": GOOD}
        assert left_in(tmp_path, files) == ROOT

    def test_in_another_folder_it_does_not_count(self, tmp_path):
        files = {"compose.yml": "services: {a: {build: ./api}}", "api/Dockerfile": BROAD, ".dockerignore": GOOD}
        assert ".env" in left_in(tmp_path, files)

    def test_refused_by_docker(self, tmp_path):
        fact = builds(tmp_path, {"Dockerfile": BROAD, ".dockerignore": "[\n"})
        assert (fact.contexts, fact.gaps) == (
            (),
            (Gap(".dockerignore", ".dockerignore cannot be used: line 1 has a [ without its ]"),),
        )


class TestContexts:
    def of(self, tmp_path, files):
        fact = builds(tmp_path, files)
        return [(build.dockerfile, build.context, build.named_by) for build in fact.contexts], [
            g.reason for g in fact.gaps
        ]

    def test_none(self, tmp_path):
        assert self.of(tmp_path, {"a.py": ""}) == ([], [])

    def test_of_a_compose_file(self, tmp_path):
        text = "services:\n  a:\n    build:\n      context: ..\n      dockerfile: deploy/api.Dockerfile\n"
        found, gaps = self.of(tmp_path, {"deploy/compose.yml": text, "deploy/api.Dockerfile": BROAD})
        assert (found, gaps) == ([("deploy/api.Dockerfile", ".", "deploy/compose.yml:4")], [])

    def test_inline(self, tmp_path):
        text = "services:\n  a:\n    build:\n      dockerfile_inline: |\n        FROM x\n        COPY . .\n"
        found, _ = self.of(tmp_path, {"compose.yml": text})
        assert found == [("compose.yml (inline)", ".", "compose.yml:4")]

    def test_of_a_workflow(self, tmp_path):
        text = "jobs: {a: {steps: [{uses: docker/build-push-action@v6, with: {context: ., file: api/Dockerfile}}]}}"
        found, _ = self.of(tmp_path, {".github/workflows/a.yml": text, "api/Dockerfile": BROAD})
        assert found == [("api/Dockerfile", ".", ".github/workflows/a.yml:1")]

    def test_built_from_above(self, tmp_path):
        files = {"api/Dockerfile": "FROM x\nCOPY api/requirements.txt .\nCOPY . .\n", "api/requirements.txt": ""}
        assert self.of(tmp_path, files)[0] == [("api/Dockerfile", ".", "the folder of the Dockerfile")]

    @pytest.mark.parametrize(
        ("context", "reason"),
        [
            ("../..", "the build context ../.. lies outside of the repository"),
            ("${WHERE}", "the build context ${WHERE} is known at run time only"),
            ("/srv/app", "the build context /srv/app lies outside of the repository"),
        ],
    )
    def test_elsewhere(self, tmp_path, context, reason):
        assert self.of(tmp_path, {"compose.yml": f"services: {{a: {{build: '{context}'}}}}"}) == ([], [reason])

    def test_of_others(self, tmp_path):
        assert self.of(tmp_path, {"compose.yml": "services: {a: {build: 'https://github.com/x/y.git'}}"}) == ([], [])

    def test_no_dockerfile_there(self, tmp_path):
        found, gaps = self.of(tmp_path, {"compose.yml": "services: {a: {build: api}}"})
        assert (found, gaps) == ([], ["api/Dockerfile, that compose.yml:1 builds, cannot be read"])

    def test_not_yaml(self, tmp_path):
        assert self.of(tmp_path, {"compose.yml": "a: [\n"}) == ([], ["compose.yml is not YAML that can be read"])
