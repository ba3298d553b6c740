"""Files of a real repository, compared with a live API."""

from __future__ import annotations

from auditor.facts.cors import Reply
from auditor.facts.cors_settings import CorsSetting
from auditor.facts.policy import CorsPolicy
from auditor.facts.routes import ApiRoutes
from auditor.probes.cors import cors_answers, cors_settings
from tests.probes.checkout import git, put
from tests.probes.cors.audited import APP, ME
from tests.probes.net.running import run
from tests.probes.stand import answer, site, way

ADMIN, OLD = "https://admin.example.com", "https://old.example.com"


def test_what_the_repository_names_is_asked(tmp_path):
    git(tmp_path, "init", "-q")
    put(
        tmp_path,
        {
            ".env.production": f"ALLOWED_ORIGINS={APP},{ADMIN},{OLD}\n",
            ".env.example": "ALLOWED_ORIGINS=https://other.example.net\n",
            "compose.yml": "services: [\n",
        },
    )
    git(tmp_path, "add", "-A")

    def respond(asked):
        origin = asked.headers.get("origin", "")
        return answer(200, Access_Control_Allow_Origin=origin) if origin in (APP, ADMIN) else answer(200)

    async def main():
        async with site(respond) as server, way(api=server.origin(), repository=tmp_path) as to:
            cors = await cors_answers(to.environment, CorsPolicy((APP,), (ME,)), ApiRoutes(""), to.http)
            return await cors_settings(to.environment, cors, to.http), server.asked

    found, asked = run(main())
    assert found.settings == (
        CorsSetting(".env.example", 1, "ALLOWED_ORIGINS", ("https://other.example.net",), production=False),
        CorsSetting(".env.production", 1, "ALLOWED_ORIGINS", (APP, ADMIN, OLD)),
    )
    assert {one.origin: one.reply for one in found.answers} == {ADMIN: Reply.REFLECTED, OLD: Reply.REFUSED}
    assert [gap.subject for gap in found.gaps] == ["compose.yml"]
    assert "https://other.example.net" not in {one.headers.get("origin") for one in asked}
