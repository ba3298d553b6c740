"""Asks for everything that a frontend serves, the most important first, within bounds."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.errors import Unavailable
from auditor.facts.served import FileKind, Served, ServedFile, SourceMap
from auditor.facts.sightings import Sighting
from auditor.facts.variables import PublicVariable
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.site import bounds, frameworks
from auditor.probes.site.bounds import Budget
from auditor.probes.site.frontier import Frontier, How, Named
from auditor.probes.site.hidden import HiddenMaps
from auditor.probes.site.reading import Read, Reader, is_called_markup, is_markup
from auditor.probes.site.references import MORE, TOO_LONG, Reference
from auditor.probes.site.territory import (
    LONGEST_URL,
    Territory,
    is_third_party,
    looks_built,
    origin_of,
    resolve,
)
from auditor.probes.site.untold import Untold

WORKERS = 8
"""As many connections as the audit opens to one host."""
_SECONDS = 10.0
_SECONDS_ALONE = 25.0
_INLINE = 2_000
"""Bytes of a file that is read on the event loop; a longer one may hold up the other probes."""
_HOPS = 5
_BROWSER = (("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),)
_RSC = (("RSC", "1"),)


@dataclass(slots=True)
class Crawl:
    """One search of one frontend.

    Args:
        http: sends the requests.
        territory: what belongs to the application.
        reader: reads what comes.
        budget: what it may cost.
        seeds: paths of pages that the checklist or the repository names.
    """

    http: Http
    territory: Territory
    reader: Reader
    budget: Budget
    seeds: Iterable[str] = ()
    frontier: Frontier = field(default_factory=Frontier)
    files: dict[tuple[str, FileKind], ServedFile] = field(default_factory=dict)
    maps: list[SourceMap] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    variables: list[PublicVariable] = field(default_factory=list)
    frameworks: set[str] = field(default_factory=set)
    untold: Untold = field(init=False)
    inline_scripts: int = 0
    _start: bytes = b""
    _home: str = ""
    """The URL of the start page, behind its redirects."""
    _nothing: Response | None = None
    """What the site answers for an address that it cannot have."""
    _long: list[Named] = field(default_factory=list)
    _cut: list[Named] = field(default_factory=list)
    """Files that were being read when time was up."""
    _hidden: HiddenMaps = field(default_factory=HiddenMaps)
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        self.untold = Untold(self.territory.frontend)

    async def run(self, known_values: int = 0) -> Served:
        """Ask, until there is nothing more to ask for, or a bound is reached.

        Args:
            known_values: for the report: how many values the reader's scanner looks for.

        Raises:
            Unavailable: the start page cannot be had.
        """
        why, turned = "", 0
        try:
            async with asyncio.timeout(bounds.MAX_SECONDS):
                await self._begin()
                why = await self._all()
                turned = await self._turned_away()
        except TimeoutError:
            if not self.files:
                raise Unavailable(
                    f"{self.territory.frontend} gave no start page within {bounds.MAX_SECONDS:g} s",
                    "check that the web application is healthy",
                ) from None
            why = f"the limit of {bounds.MAX_SECONDS:g} s is reached"
        self.untold.settle(self.frontier, turned=turned)
        if not self._has_own():
            self.untold.all_elsewhere()
        return self._told(why, known_values)

    # the start page

    async def _begin(self) -> None:
        frontend = self.territory.frontend
        named = Named(f"{frontend}/", FileKind.PAGE, route=True)
        self.budget.requests += 1
        answer = await self._ask(named)
        seen = {named.url}
        while 300 <= answer.status < 400 and (target := resolve(named.url, answer.header("location") or "")):
            if not self.territory.is_own(target):
                where = origin_of(target)
                reason = f"{frontend}/ redirects to {where}, which is not the frontend's site: it was not followed"
                raise Unavailable(reason, f"let `frontend` be {where} if users see the application there")
            if target in seen or len(seen) > _HOPS:
                raise Unavailable(f"{frontend}/ redirects in a circle", "let it lead to a page")
            seen.add(target)
            self.territory.move(target)
            named = Named(target, FileKind.PAGE, route=True)
            self.budget.requests += 1
            answer = await self._ask(named)
        if not _has_content(answer.status):
            raise Unavailable(
                f"{named.url} answers {answer.status}",
                "check that `frontend` is the web application",
            )
        self.frontier.add(named)
        self.frontier.pop()
        self._start, self._home = answer.body, named.url
        await self._take(named, answer)
        await self._ask_for_nothing(origin_of(named.url))
        self._seed(origin_of(named.url))

    async def _ask_for_nothing(self, origin: str) -> None:
        """Ask for what cannot be there: the page that says so loads scripts, too."""
        named = Named(f"{origin}/audit-{secrets.token_hex(8)}.js", FileKind.PAGE, How.GUESS)
        self.budget.requests += 1
        try:
            answer = await self._ask(named)
        except Unavailable:
            return
        self._nothing, self.untold.nothing = answer, answer.status
        if answer.body != self._start and is_markup(answer):
            done = await self._understood(named, answer, scanned=False)
            scripts = [one for one in done.references if one.kind is FileKind.SCRIPT and one.how is How.TAG]
            self._queue(scripts, Named(f"{origin}/", FileKind.PAGE, depth=1))

    def _seed(self, origin: str) -> None:
        start = Named(f"{origin}/", FileKind.PAGE)
        base = self.reader.base if self.reader.base.startswith(start.url) else start.url
        for root in dict.fromkeys((start.url, base)):
            below = root[len(origin) :]
            for path in self.seeds:
                whole = path if path.startswith(below) else below.rstrip("/") + path
                self._add(Reference(resolve(origin, whole), FileKind.PAGE, route=True), start)
            for reference in frameworks.guesses(root):
                self._add(reference, start)
        for name in ("robots.txt", "sitemap.xml"):
            self._add(Reference(f"{origin}/{name}", FileKind.MANIFEST, How.GUESS), start)

    # the rest

    async def _all(self) -> str:
        """Read what is queued with so many hands; says which bound ended it."""
        tasks: set[asyncio.Task[None]] = set()
        why = ""
        try:
            while True:
                why = self.budget.reached()
                while not why and len(self.frontier) and len(tasks) < WORKERS:
                    self.budget.requests += 1
                    tasks.add(asyncio.create_task(self._visit(self.frontier.pop())))
                    why = self.budget.reached()
                if not tasks:
                    if why or not self._long:
                        return why
                    self.budget.requests += 1
                    await self._visit(self._long.pop(0), alone=True)
                    continue
                done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks, timeout=1.0)

    async def _visit(self, named: Named, *, alone: bool = False) -> None:
        try:
            await self._read(named, alone=alone)
        except Unavailable as unavailable:
            self.untold.gap(named.url, unavailable.reason, unavailable.hint)
        except asyncio.CancelledError:
            self._cut.append(named)
            raise

    async def _read(self, named: Named, *, alone: bool) -> None:
        answer = await self._ask(named, alone=alone)
        if 300 <= answer.status < 400:
            self._redirected(named, answer)
        elif not _has_content(answer.status):
            self.untold.refused(named, answer.status)
            if self._shows_a_page(named, answer):
                await self._take(named, answer)
        elif self._is_nothing(named, answer):
            self.untold.lacks(named, "answers with a page, as for addresses that do not exist")
        elif answer.truncated and not alone and len(answer.body) >= bounds.MAX_PART:
            self._long.append(named)
        else:
            await self._take(named, answer)

    async def _ask(self, named: Named, *, alone: bool = False) -> Response:
        headers = named.headers or (_BROWSER if named.kind is FileKind.PAGE else ())
        answer = await self.http.get(
            named.url,
            headers=headers,
            deadline=_SECONDS_ALONE if alone else _SECONDS,
            max_body=bounds.MAX_FILE if alone else bounds.MAX_PART,
        )
        self.budget.size_bytes += len(answer.body)
        return answer

    async def _turned_away(self) -> int:
        """The status by which the start page is refused by now, where anything was; 0: none.

        Firewalls let the first requests of a client through, and answer 403 to whatever it asks for later.
        """
        if not self.untold.walls():
            return 0
        self.budget.requests += 1
        try:
            answer = await self._ask(Named(self._home, FileKind.PAGE))
        except Unavailable:
            return 0
        return answer.status if answer.status >= 400 else 0

    def _redirected(self, named: Named, answer: Response) -> None:
        target = resolve(named.url, answer.header("location") or "")
        if not target:
            self.untold.refused(named, 304) if answer.status == 304 else self.untold.lacks(
                named, f"answers {answer.status} and leads nowhere"
            )
            return
        wanted = self.territory.is_page if named.kind is FileKind.PAGE else self.territory.is_own
        if not wanted(target):
            self.untold.leads_away(named, target)
            return
        self.untold.leads(named, target)
        again = Named(target, named.kind, named.how, named.by, named.depth, named.headers, named.hops + 1, named.route)
        if named.hops < _HOPS:
            self.frontier.add(again)
        elif again.key not in self.frontier:
            self.untold.gap(named.url, f"redirects more than {_HOPS} times: what it holds was not searched")

    def _shows_a_page(self, named: Named, answer: Response) -> bool:
        """Whether browsers show what came with a refusal: the page of a login or of an error loads scripts, too."""
        shown = named.kind is FileKind.PAGE and answer.status not in (404, 410) and is_markup(answer)
        return shown and (self._nothing is None or answer.body != self._nothing.body)

    def _is_nothing(self, named: Named, answer: Response) -> bool:
        """Whether a catch-all answers, and there is no such file."""
        if named.kind is FileKind.PAGE:
            return False
        if is_markup(answer) and not (named.kind is FileKind.MANIFEST and answer.body.lstrip()[:5] == b"<?xml"):
            return "sitemap" not in named.url or b"<loc" not in answer.body[:5_000]
        if answer.truncated:  # what it says is not known
            return False
        guessed = named.how is How.GUESS
        if self._nothing is not None and (guessed or is_called_markup(answer)) and _is_same(self._nothing, answer):
            return True
        return guessed and not answer.body.strip()

    async def _take(self, named: Named, answer: Response) -> None:
        again = named.kind is FileKind.PAGE and bool(self.files) and answer.body == self._start
        done = await self._understood(named, answer, scanned=not again)
        if named.kind is FileKind.SOURCE_MAP and done.source_map is None and not answer.truncated:
            if named.how is How.GUESS:
                return
            self.untold.lacks(named, "answers with something that is no source map")
        self.files[named.url, named.kind] = ServedFile(named.url, named.kind, len(answer.body), answer.truncated)
        if answer.truncated:
            self.untold.gap(named.url, f"{answer.why_truncated}: the rest was not searched")
        elif answer.status == 206:
            self.untold.gap(named.url, "only a part of it is served (206): the rest was not searched")
        self.inline_scripts += done.inline_scripts
        self.sightings += done.sightings
        self.variables += done.variables
        self.frameworks |= done.frameworks
        if done.source_map:
            self.maps.append(done.source_map)
        self._queue(done.references, named)
        self._ask_for_hidden_maps(named, answer, done)
        if named.kind is FileKind.PAGE and b"self.__next_f" in answer.body and not again:
            # the same for the browser's own navigation: it may hold what the page does not show
            self._add(Reference(named.url, FileKind.DATA, How.TEXT), named, _RSC)

    async def _understood(self, named: Named, answer: Response, *, scanned: bool) -> Read:
        async with self._reading:
            if len(answer.body) > _INLINE:
                return await in_daemon_thread(lambda: self.reader.read(named, answer, scanned=scanned))
            return self.reader.read(named, answer, scanned=scanned)

    def _ask_for_hidden_maps(self, named: Named, answer: Response, done: Read) -> None:
        if named.kind is FileKind.SCRIPT and answer.body and not done.names_map:
            self._hidden.silent(named)
        elif named.kind is FileKind.SOURCE_MAP and named.how is How.GUESS:
            self._hidden.found()
        for script in self._hidden.due():
            self._add(Reference(f"{script.url.partition('?')[0]}.map", FileKind.SOURCE_MAP, How.GUESS), script)

    def _queue(self, references: list[Reference], by: Named) -> None:
        for reference in references:
            self._add(reference, by)

    def _add(self, reference: Reference, by: Named, headers: tuple[tuple[str, str], ...] = ()) -> None:
        url = reference.url
        if reference is TOO_LONG:
            self.untold.gap(by.url, f"names a script by a URL longer than {LONGEST_URL} characters: not searched")
        elif reference is MORE:
            self.untold.gap(by.url, "names more files than are looked at: the rest was not looked for")
        if not url:
            return
        if reference.kind is FileKind.PAGE:
            if not self.territory.is_page(url):
                return
        elif not self.territory.is_own(url):
            self._foreign(reference)
            return
        depth = by.depth if by.kind is FileKind.PAGE and reference.kind is FileKind.SCRIPT else by.depth + 1
        depth = 0 if reference.route and reference.how is How.TAG else depth
        self.frontier.add(Named(url, reference.kind, reference.how, by.url, depth, headers, route=reference.route))

    def _foreign(self, reference: Reference) -> None:
        """The application's own scripts from another host are a gap; those of others are none of its secrets."""
        if reference.kind not in (FileKind.SCRIPT, FileKind.WORKER):
            return
        where, tagged = origin_of(reference.url), reference.how is How.TAG
        if is_third_party(where):
            return
        if looks_built(reference.url, tagged=tagged) or (tagged and self._same_machine(where)):
            self.untold.elsewhere(where)
        elif tagged:
            self.untold.others(where)

    def _same_machine(self, where: str) -> bool:
        mine = self.territory.frontend
        return where.rpartition(":")[0] in (mine.rpartition(":")[0], mine) or where == mine.rpartition(":")[0]

    def _has_own(self) -> bool:
        """Whether the application's own hosts have scripts, or are said to have."""
        read = any(file.kind is FileKind.SCRIPT and file.size_bytes for file in self.files.values())
        return read or any(one.kind is FileKind.SCRIPT and one.tagged for one in self.untold.missing.values())

    # the report

    def _told(self, why: str, known_values: int) -> Served:
        self.untold.gaps += self.reader.scanner.gaps
        guesses = sum(self.frontier.how(named) is How.GUESS for named in self._cut)
        left = self.frontier.left() + len(self._long) + len(self._cut) - guesses
        self._tell_left(why, left, guesses + self.frontier.guesses_left())
        missing = self.untold.missing
        return Served(
            self.territory.frontend,
            tuple(self.files[key] for key in sorted(self.files)),
            tuple(sorted(self.sightings, key=lambda one: (one.place, one.line, one.column, one.rule))),
            tuple(missing[url] for url in sorted(missing) if (url, FileKind.SCRIPT) not in self.files),
            tuple(sorted(self.maps, key=lambda one: (one.url, one.script))),
            tuple(sorted(set(self.variables), key=lambda one: (one.name, one.place, one.line, one.served_at))),
            frameworks.told(self.frameworks),
            self.budget.told(left),
            known_values,
            self.untold.told(),
            self.frontier.alike,
            self.inline_scripts,
        )

    def _tell_left(self, why: str, left: int, guesses: int) -> None:
        frontend = self.territory.frontend
        if why and left:
            besides = f"; {guesses} that many sites have were not asked for either" if guesses else ""
            self.untold.gap(frontend, f"{left} more files were named, but {why}{besides}")
        elif guesses:
            why = why or f"the limit of {bounds.MAX_GUESSES} is reached"
            self.untold.gap(frontend, f"{guesses} files that many sites have, as /env.js, were not asked for: {why}")
        if not why and self.frontier.dropped:
            most = f"{bounds.MAX_QUEUE} files, {bounds.MAX_PAGES} pages and {bounds.MAX_DEPTH} references in a row"
            self.untold.gap(frontend, f"{self.frontier.dropped} more files were named, but no more than {most} count")


def _has_content(status: int) -> bool:
    """Whether browsers use what comes with a status: any that says so of success (RFC 9110, section 15.3)."""
    return 200 <= status < 300 and status not in (204, 205)


def _is_same(nothing: Response, answer: Response) -> bool:
    """Whether two answers say the same; each may say the path that was asked for."""
    return _has_content(nothing.status) and _without_path(nothing) == _without_path(answer)


def _without_path(answer: Response) -> bytes:
    path = answer.url.partition("?")[0]
    path = path[len(origin_of(path)) :]
    return answer.body.replace(path.encode(), b"").replace(path.lstrip("/").encode(), b"")
