"""Asks for everything that a frontend serves, the most important first, within bounds."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from auditor.errors import Unavailable
from auditor.facts.served import FileKind, MissingFile, Served, ServedFile, SourceMap
from auditor.facts.sightings import Sighting
from auditor.facts.variables import PublicVariable
from auditor.model import Gap
from auditor.probes.net.http import Http
from auditor.probes.net.response import Response
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.site import bounds, frameworks
from auditor.probes.site.bounds import Budget
from auditor.probes.site.frontier import Frontier, How, Named
from auditor.probes.site.reading import Read, Reader, is_markup
from auditor.probes.site.references import Reference
from auditor.probes.site.territory import LONGEST_URL, Territory, looks_built, origin_of, resolve

WORKERS = 8
"""As many connections as the audit opens to one host."""
_SECONDS = 10.0
_SECONDS_ALONE = 25.0
_INLINE = 2_000
"""Bytes of a file that is read on the event loop; a longer one may hold up the other probes."""
_HOPS = 5
_MAX_TOLD = 3
"""Gaps of one cause that are told one by one."""
_MAX_DEPTH = 60
_HINT_HOSTS = "if it is the application's own, add the host to policy.secrets.hosts"
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
    missing: dict[str, MissingFile] = field(default_factory=dict)
    maps: list[SourceMap] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    variables: list[PublicVariable] = field(default_factory=list)
    frameworks: set[str] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)
    _elsewhere: set[str] = field(default_factory=set)
    _start: bytes = b""
    _nothing: Response | None = None
    """What the site answers for an address that it cannot have."""
    _long: list[Named] = field(default_factory=list)
    _cut: list[Named] = field(default_factory=list)
    """Files that were being read when time was up."""
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def run(self, known_values: int = 0) -> Served:
        """Ask, until there is nothing more to ask for, or a bound is reached.

        Args:
            known_values: for the report: how many values the reader's scanner looks for.

        Raises:
            Unavailable: the start page cannot be had.
        """
        why = ""
        try:
            async with asyncio.timeout(bounds.MAX_SECONDS):
                await self._begin()
                why = await self._all()
        except TimeoutError:
            if not self.files:
                raise Unavailable(
                    f"{self.territory.frontend} gave no start page within {bounds.MAX_SECONDS:g} s",
                    "check that the web application is healthy",
                ) from None
            why = f"the limit of {bounds.MAX_SECONDS:g} s is reached"
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
        if answer.status != 200:
            raise Unavailable(
                f"{named.url} answers {answer.status}",
                "check that `frontend` is the web application",
            )
        self.frontier.add(named)
        self.frontier.pop()
        self._start = answer.body
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
        self._nothing = answer
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
            if named.how is not How.GUESS:
                self.gaps.append(Gap(named.url, unavailable.reason, unavailable.hint))
        except asyncio.CancelledError:
            if named.how is not How.GUESS:
                self._cut.append(named)
            raise

    async def _read(self, named: Named, *, alone: bool) -> None:
        answer = await self._ask(named, alone=alone)
        if 300 <= answer.status < 400:
            self._redirected(named, answer)
        elif answer.status != 200:
            self._refused(named, answer.status)
        elif self._is_nothing(named, answer):
            self._lacks(named, "answers with a page, as for addresses that do not exist")
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

    def _redirected(self, named: Named, answer: Response) -> None:
        target = resolve(named.url, answer.header("location") or "")
        if not target or named.hops >= _HOPS:
            self._lacks(named, "redirects without end" if target else f"answers {answer.status} and leads nowhere")
            return
        wanted = self.territory.is_page if named.kind is FileKind.PAGE else self.territory.is_own
        if wanted(target):
            self.frontier.add(
                Named(target, named.kind, named.how, named.by, named.depth, named.headers, named.hops + 1, named.route)
            )
        elif named.kind in (FileKind.SCRIPT, FileKind.WORKER) and named.how is How.TAG:
            where = origin_of(target)
            self.gaps.append(Gap(named.url, f"redirects to {where}: what it holds was not searched", _HINT_HOSTS))
        else:
            self._lacks(named, f"redirects to {origin_of(target)}")

    def _refused(self, named: Named, status: int) -> None:
        wall = status in (401, 403) and (named.kind in (FileKind.PAGE, FileKind.SOURCE_MAP) or named.how is not How.TAG)
        if status in (404, 410) or wall or (named.kind is FileKind.DATA and 400 <= status < 429):
            self._lacks(named, f"answers {status}")
        elif named.how is not How.GUESS or status == 429:
            hint = "let the audit's address and User-Agent through, or wait"
            self.gaps.append(Gap(named.url, f"answers {status}: what it holds was not searched", hint))

    def _is_nothing(self, named: Named, answer: Response) -> bool:
        """Whether a catch-all answers, and there is no such file."""
        if named.kind is FileKind.PAGE:
            return False
        if is_markup(answer) and not (named.kind is FileKind.MANIFEST and answer.body.lstrip()[:5] == b"<?xml"):
            return "sitemap" not in named.url or b"<loc" not in answer.body[:5_000]
        nothing = self._nothing
        if named.how is How.GUESS and nothing is not None and nothing.status == 200:
            # it may say the path that was asked for
            return nothing.body == answer.body or abs(len(nothing.body) - len(answer.body)) < 60
        return named.how is How.GUESS and not answer.body.strip()

    def _lacks(self, named: Named, reason: str) -> None:
        if named.how is not How.GUESS:
            self.missing.setdefault(named.url, MissingFile(named.url, named.by, reason))

    async def _take(self, named: Named, answer: Response) -> None:
        again = named.kind is FileKind.PAGE and bool(self.files) and answer.body == self._start
        done = await self._understood(named, answer, scanned=not again)
        if named.kind is FileKind.SOURCE_MAP and done.source_map is None and not answer.truncated:
            self._lacks(named, "answers with something that is no source map")
        self.files[named.url, named.kind] = ServedFile(named.url, named.kind, len(answer.body), answer.truncated)
        if answer.truncated:
            self.gaps.append(Gap(named.url, f"{answer.why_truncated}: the rest was not searched"))
        self.sightings += done.sightings
        self.variables += done.variables
        self.frameworks |= done.frameworks
        if done.source_map:
            self.maps.append(done.source_map)
        self._queue(done.references, named)
        if named.kind is FileKind.PAGE and b"self.__next_f" in answer.body and not again:
            # the same for the browser's own navigation: it may hold what the page does not show
            self._add(Reference(named.url, FileKind.DATA, How.TEXT), named, _RSC)

    async def _understood(self, named: Named, answer: Response, *, scanned: bool) -> Read:
        async with self._reading:
            if len(answer.body) > _INLINE:
                return await in_daemon_thread(lambda: self.reader.read(named, answer, scanned=scanned))
            return self.reader.read(named, answer, scanned=scanned)

    def _queue(self, references: list[Reference], by: Named) -> None:
        if len(references) >= bounds.MAX_REFERENCES:
            self.gaps.append(Gap(by.url, f"names more than {bounds.MAX_REFERENCES} files: the rest was not looked for"))
        for reference in references:
            self._add(reference, by)

    def _add(self, reference: Reference, by: Named, headers: tuple[tuple[str, str], ...] = ()) -> None:
        url = reference.url
        if not url and reference.kind is FileKind.SCRIPT and reference.how is How.TAG:
            self.gaps.append(Gap(by.url, f"names a script by a URL longer than {LONGEST_URL} characters: not searched"))
        if not url or by.depth >= _MAX_DEPTH:
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
        where = origin_of(reference.url)
        mine = looks_built(reference.url) or self._same_machine(where)
        if reference.kind is FileKind.SCRIPT and reference.how is How.TAG and mine and where not in self._elsewhere:
            self._elsewhere.add(where)
            self.gaps.append(Gap(where, "scripts of the application on another host: not searched", _HINT_HOSTS))

    def _same_machine(self, where: str) -> bool:
        mine = self.territory.frontend
        return where.rpartition(":")[0] in (mine.rpartition(":")[0], mine) or where == mine.rpartition(":")[0]

    # the report

    def _told(self, why: str, known_values: int) -> Served:
        self.gaps += self.reader.scanner.gaps
        left = self.frontier.left() + len(self._long) + len(self._cut)
        if why and left:
            self.gaps.append(Gap(self.territory.frontend, f"{left} more files were named, but {why}"))
        elif self.frontier.dropped:
            dropped = self.frontier.dropped
            reason = f"{dropped} more files were named, but no more than {bounds.MAX_QUEUE} files and "
            self.gaps.append(Gap(self.territory.frontend, f"{reason}{bounds.MAX_PAGES} pages are looked at"))
        return Served(
            self.territory.frontend,
            tuple(self.files[key] for key in sorted(self.files)),
            tuple(sorted(self.sightings, key=lambda one: (one.place, one.line, one.column, one.rule))),
            tuple(self.missing[url] for url in sorted(self.missing) if (url, FileKind.SCRIPT) not in self.files),
            tuple(sorted(self.maps, key=lambda one: (one.url, one.script))),
            tuple(sorted(set(self.variables), key=lambda one: (one.name, one.place, one.line, one.served_at))),
            frameworks.told(self.frameworks),
            self.budget.told(left),
            known_values,
            self._gaps(),
            self.frontier.alike,
        )

    def _gaps(self) -> tuple[Gap, ...]:
        """Several for one reason, such as a host that is down, as one."""
        causes: dict[tuple[str, str], list[Gap]] = {}
        for gap in sorted(self.gaps, key=lambda one: (one.subject, one.reason)):
            causes.setdefault((gap.reason, gap.hint), []).append(gap)
        told: list[Gap] = []
        for (reason, hint), same in causes.items():
            if len(same) <= _MAX_TOLD or "another host" in reason:
                told += same
            else:
                whole = f"{reason} ({len(same)} files, {same[0].subject} among them)"
                told.append(Gap(self.territory.frontend, whole, hint))
        return tuple(told)
