"""Asks every web surface a handful of ordinary questions, for what the answers say beside their content."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass, field

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.responses import Kind, Responses, WebResponse
from auditor.model import Gap
from auditor.probes.answers import from_gateway, kind_of, own_assets, page_of, target_of
from auditor.probes.cookies import read_set_cookie
from auditor.probes.headers import keep
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.surfaces import web_origins
from auditor.registry import probe

_HOPS = 5
_SECONDS = 8.0
"""For one answer."""
_SURFACE_SECONDS = 25.0
"""For all answers of one surface; what is there by then is kept."""
_MAX_BODY = 1_000_000
_AS_BROWSER = ("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")


@probe(deadline=40.0)
async def responses(environment: Environment, http: Http) -> Responses:
    """The start page twice, a script, a style sheet, the API's root and health, and a path that does not exist."""
    origins, gaps = web_origins(environment)
    unknown = f"/audit-{secrets.token_hex(6)}"  # new in each run: no cache can know it
    surfaces = [_Surface(name, url, http) for name, url in origins.items()]
    await asyncio.gather(*(surface.look(environment, unknown) for surface in surfaces))
    return Responses(
        tuple(answer for surface in surfaces for answer in surface.in_order()),
        (*gaps, *(gap for surface in surfaces for gap in surface.told_once())),
    )


@dataclass(slots=True)
class _Answered:
    """An answer, and what following it takes: queries may hold tokens and stay out of the fact."""

    seen: WebResponse
    asked: str
    target: str
    """Where it redirects to; empty when it does not, or when that is nowhere."""


@dataclass(slots=True)
class _Surface:
    name: str
    origin: str
    http: Http
    answers: list[WebResponse] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    async def look(self, environment: Environment, unknown: str) -> None:
        """Ask everything, within this surface's time."""
        try:
            async with asyncio.timeout(_SURFACE_SECONDS):
                await self._ask(environment, self.origin + unknown)
        except TimeoutError:
            self.gaps.append(Gap(self.origin, f"not all answers came within {_SURFACE_SECONDS:g} s"))

    async def _ask(self, environment: Environment, unknown: str) -> None:
        nowhere = self._get(unknown, "a path that does not exist", browser=self.name == "frontend")
        if self.name == "frontend":
            await asyncio.gather(self._pages(), nowhere)
        elif self.name == "api":
            health = self._get(self.origin + environment.health, "the health page")
            document = self._get(f"{self.origin}/openapi.json", "the OpenAPI document")
            await asyncio.gather(self._follow("the root"), health, document, nowhere)
            self._representative("let `health` name a page that answers 200 to everyone")
        else:
            await asyncio.gather(*self._rest(environment), nowhere)
            self._representative("run the audit while the project is up")

    def _rest(self, environment: Environment) -> Iterator[Awaitable[object]]:
        url, project = f"{self.origin}/rest/v1/", environment.supabase
        yield self._get(url, "the REST API without a key")
        if project and project.anon_key:
            key = (("apikey", project.anon_key.reveal()),)
            yield self._get(url, "the REST API with the anon key", headers=key)

    async def _pages(self) -> None:
        start = await self._follow("the start page", browser=True)
        if start is None or start.seen.kind is Kind.REDIRECT:
            return  # and a gap says why
        if start.seen.page is None or start.seen.kind is not Kind.PAGE:
            self._no_page(start.seen)
            return
        again = self._get(start.asked, "the start page, again", browser=True)
        assets = own_assets(start.seen.page, self.origin)
        await asyncio.gather(again, *(self._get(url, reason) for reason, url in assets.items()))

    def _no_page(self, start: WebResponse) -> None:
        said = f"answers {start.status}" + ("" if start.kind is Kind.ERROR else " with something that is not HTML")
        reason = f"{said}: what the headers of its pages are, nobody can tell"
        self.gaps.append(Gap(start.url, reason, "let the audit's address and User-Agent through, or wait"))

    def _representative(self, hint: str) -> None:
        """A gap when nothing but errors came: what a proxy or a gate says in front of an application proves nothing."""
        ordinary = any(answer.kind in (Kind.DATA, Kind.PAGE) for answer in self.answers)
        if ordinary or not self.answers or (self.name == "supabase" and any(map(from_gateway, self.answers))):
            return
        statuses = ", ".join(map(str, sorted({answer.status for answer in self.answers})))
        reason = f"answers only {statuses}: what the headers of its ordinary answers are, nobody can tell"
        self.gaps.append(Gap(self.origin, reason, hint))

    async def _follow(self, reason: str, *, browser: bool = False) -> _Answered | None:
        """The root, and the redirects after it on the same origin. None: unanswered."""
        url = f"{self.origin}/"
        for hop in range(_HOPS + 1):
            answered = await self._get(url, f"{reason}, redirected" if hop else reason, browser=browser)
            if answered is None or answered.seen.kind is not Kind.REDIRECT:
                return answered
            url = answered.target
            if not url.startswith(f"{self.origin}/"):
                self._leads_away(answered)
                return answered
        self._no_end()
        return answered

    def _leads_away(self, answered: _Answered) -> None:
        """The checklist names the hosts that the audit may ask: no others are followed."""
        if self.name != "frontend":
            return  # an API has other answers than its root
        where = "/".join(answered.target.split("/")[:3]) or "nowhere"
        reason = f"redirects to {where}, which the audit does not follow: the page behind it was not looked at"
        self.gaps.append(Gap(answered.seen.url, reason, f"name the origin that users see as `{self.name}`"))

    def _no_end(self) -> None:
        self.gaps.append(Gap(f"{self.origin}/", f"redirects more than {_HOPS} times", "let it lead to a page"))

    async def _get(
        self, url: str, reason: str, *, browser: bool = False, headers: tuple[tuple[str, str], ...] = ()
    ) -> _Answered | None:
        given = (*headers, _AS_BROWSER) if browser else headers
        shown = url.partition("?")[0]
        try:
            # a page comes on a connection of its own, so that nothing ties two answers together
            # certificates are judged elsewhere, and hide nothing else; but a key goes only where its owner was proven
            answer = await self.http.get(
                url,
                headers=given,
                deadline=_SECONDS,
                max_body=_MAX_BODY,
                verify=bool(headers),
                keep_alive=not browser,
            )
        except Unavailable as unavailable:
            self.gaps.append(Gap(shown, unavailable.reason, unavailable.hint))
            return None
        seen = self._read(shown, answer, reason)
        self.answers.append(seen)
        return _Answered(seen, url, target_of(url, answer))

    def _read(self, url: str, answer: Response, reason: str) -> WebResponse:
        kept = keep(answer.headers)
        self.gaps += (Gap(url, gap) for gap in kept.problems)
        page = page_of(url, answer)
        cookies = tuple(map(read_set_cookie, kept.cookies))
        kind = kind_of(answer, page)
        return WebResponse(self.name, url, kind, answer.status, kept.headers, cookies, page, reason)

    def in_order(self) -> list[WebResponse]:
        """The answers by kind and address, however they came in."""
        return sorted(self.answers, key=lambda answer: (list(Kind).index(answer.kind), answer.url, answer.reason))

    def told_once(self) -> list[Gap]:
        """The gaps; several for one reason, such as a host that is down, as one."""
        causes: dict[tuple[str, str], list[Gap]] = {}
        for gap in self.gaps:
            causes.setdefault((gap.reason, gap.hint), []).append(gap)
        return [
            same[0] if len(same) == 1 else Gap(self.origin, reason, hint) for (reason, hint), same in causes.items()
        ]
