from __future__ import annotations

import pytest

from auditor.probes.exposure.trace import trace_answers
from checks.app_exposure.trace_refused import trace_refused
from tests.probes.net.running import run
from tests.probes.paths.catch_alls import CATCH_ALLS
from tests.probes.stand import CLOSE, answer, page, site, way


def outcomes(respond) -> list[str]:
    async def main():
        async with site(respond) as server, way(frontend=server.origin(), absent=frozenset({"api"})) as to:
            fact = await trace_answers(to.environment, to.http)
            assert {one.method for one in server.asked} <= {"TRACE", "TRACK"}
            return [str(one.outcome) for one in trace_refused(fact)], len([g for g in fact.gaps if not g.absent])

    return run(main())


def echo(asked):
    lines = "".join(f"{name}: {value}\r\n" for name, value in asked.headers.items())
    return answer(200, f"TRACE / HTTP/1.1\r\n{lines}", Content_Type="message/http")


def test_an_echo():
    assert outcomes(echo) == (["fail", "fail"], 0)


@pytest.mark.parametrize("body", [answer(405), answer(501), page("<p>hello"), answer(200, ""), CLOSE, answer(403)])
def test_no_echo(body):
    assert outcomes(lambda _: body) == (["pass"], 0)


def test_an_error_page_that_shows_the_request_is_none():
    assert outcomes(lambda asked: answer(405, str(asked.headers))) == (["pass"], 0)


@pytest.mark.parametrize("name", sorted(set(CATCH_ALLS) - {"echo_of_request"}))
def test_what_answers_everything(name):
    assert outcomes(CATCH_ALLS[name]) == (["pass"], 0)


@pytest.mark.parametrize("body", [answer(429), answer(503)])
def test_busy(body):
    assert outcomes(lambda _: body) == ([], 1)
