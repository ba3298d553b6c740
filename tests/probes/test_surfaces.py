from __future__ import annotations

import pytest

from auditor.checklist.model import Environment, Supabase
from auditor.errors import Absent, Unavailable
from auditor.model import Gap
from auditor.probes.surfaces import origin, repository, supabase, web_origins
from auditor.redact import Secret
from tests.probes.net.running import run
from tests.probes.stand import way

SURFACES = ("frontend", "api", "prometheus", "alertmanager")


@pytest.mark.parametrize("surface", SURFACES)
def test_an_origin(surface):
    assert origin(Environment("test", **{surface: "https://x.example.com"}), surface) == "https://x.example.com"


@pytest.mark.parametrize("surface", SURFACES)
def test_an_origin_that_is_left_out(surface):
    with pytest.raises(Unavailable) as caught:
        origin(Environment("test"), surface)
    assert not isinstance(caught.value, Absent)
    assert caught.value.reason == f"the checklist names no {surface} in [env.test]"
    assert caught.value.hint == f"add `{surface}` to [env.test], or put it in `absent` if the stack has none"


@pytest.mark.parametrize("surface", SURFACES)
def test_an_origin_that_is_declared_absent(surface):
    environment = Environment("test", absent=frozenset({surface}), **{surface: "https://x.example.com"})
    with pytest.raises(Absent, match=f"the checklist declares {surface} absent"):
        origin(environment, surface)


def test_every_web_origin():
    urls = {"frontend": "https://app.example.com", "api": "https://api.example.com"}
    found, gaps = web_origins(Environment("test", supabase=Supabase("https://db.example.com"), **urls))
    assert found == {**urls, "supabase": "https://db.example.com"}
    assert gaps == ()


@pytest.mark.parametrize("project", [None, Supabase()])
def test_a_web_origin_is_missing_one_way_or_the_other(project):
    found, gaps = web_origins(Environment("test", absent=frozenset({"frontend"}), supabase=project))
    assert found == {}
    assert gaps == (
        Gap("frontend", "the checklist declares frontend absent", absent=True),
        Gap(
            "api",
            "the checklist names no api in [env.test]",
            "add `api` to [env.test], or put it in `absent` if the stack has none",
        ),
    )


def test_a_repository(tmp_path):
    assert repository(Environment("test", repository=tmp_path)) == tmp_path
    with pytest.raises(Unavailable, match="is not a folder"):
        repository(Environment("test", repository=tmp_path / "none"))
    with pytest.raises(Unavailable, match="names no repository"):
        repository(Environment("test"))
    with pytest.raises(Absent):
        repository(Environment("test", repository=tmp_path, absent=frozenset({"repository"})))


def test_a_supabase_project():
    project = Supabase("https://db.example.com")
    assert supabase(Environment("test", supabase=project)) is project
    with pytest.raises(Unavailable, match="names no supabase"):
        supabase(Environment("test"))
    with pytest.raises(Absent):
        supabase(Environment("test", supabase=project, absent=frozenset({"supabase"})))


class TestDatabases:
    """``database`` and ``auditor_database`` must lead to one place: else the audit looks at another database."""

    def user(self, **urls):
        async def main():
            async with way(**{key: Secret(url, key) for key, url in urls.items()}) as to:
                return (await to.databases.verified()).user

        return run(main())

    def test_one_url_serves_both(self):
        assert self.user(database="postgresql://app@127.0.0.1:1/app") == "app"
        assert self.user(auditor_database="postgresql://audit@127.0.0.1:1/app") == "audit"

    def test_one_place_by_its_name(self):
        urls = {
            "database": "postgresql://app@127.0.0.1:1/app",
            "auditor_database": "postgresql://audit@127.0.0.1:1/app",
        }
        assert self.user(**urls) == "audit"

    def test_one_place_under_two_names(self, cluster):
        url = cluster.url("auditor")
        assert (
            self.user(database=cluster.url("owner"), auditor_database=url.replace("127.0.0.1", "localhost"))
            == "auditor"
        )

    def test_two_databases_of_one_server(self, cluster):
        with pytest.raises(Unavailable) as caught:
            self.user(database=cluster.url("owner"), auditor_database=cluster.url("auditor", database="ascii"))
        assert caught.value.reason.startswith("database and auditor_database lead to different databases: ")
        assert "app of cluster" in caught.value.reason
        assert "ascii of cluster" in caught.value.reason

    def test_the_application_cannot_be_reached(self, cluster):
        with pytest.raises(Unavailable, match="connection refused"):
            self.user(database="postgresql://app@127.0.0.1:1/app", auditor_database=cluster.url("auditor"))

    def test_left_out_or_absent(self):
        with pytest.raises(Unavailable, match="names no database"):
            self.user()

        async def main():
            async with way(absent=frozenset({"database"}), database=Secret("postgresql://a@h/d", "url")) as to:
                await to.databases.verified()

        with pytest.raises(Absent):
            run(main())
