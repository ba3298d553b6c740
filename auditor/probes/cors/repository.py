"""Compares the repository with the live API: asks it for the origins that tracked files name."""

from __future__ import annotations

import asyncio
from pathlib import Path

import yaml

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.cors import Ask, CorsAnswer, CorsAnswers, CorsGroup, Reply
from auditor.facts.cors_settings import CorsSetting, CorsSettings
from auditor.facts.policy import Endpoint
from auditor.facts.sites import host_of, public
from auditor.model import Gap
from auditor.probes import surfaces
from auditor.probes.cors.asking import Asker
from auditor.probes.cors.questions import Question
from auditor.probes.cors.settings import read_settings, reader_of
from auditor.probes.git import shown
from auditor.probes.net.http import Http
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import content, text_of, tracked_files
from auditor.registry import probe

MAX_BYTES = 400_000
MOST_FILES = 5_000
MOST_ORIGINS = 10


@probe(deadline=40.0)
async def cors_settings(environment: Environment, cors: CorsAnswers, http: Http) -> CorsSettings:
    """Origins of variables, middleware and proxies in tracked files, and the live answers to them."""
    root = surfaces.repository(environment)
    tracked = await tracked_files(root)
    async with asyncio.timeout(25):
        files, settings, gaps = await in_daemon_thread(_read, root, tracked)
    asked = {answer.origin for group in cors.groups for answer in group.answers}
    named = dict.fromkeys(o for one in settings if one.production for o in one.origins if public(host_of(o)))
    new = [origin for origin in named if origin not in asked][:MOST_ORIGINS]
    answers: tuple[CorsAnswer, ...] = ()
    if new and (group := telling(cors)):
        asker = Asker(http, cors.api, environment.network.concurrency)
        method, _, path = group.endpoint.partition(" ")
        safe = "" if group.safe else method
        told = await asker.all(Endpoint(method, path), [Question(Ask.NEIGHBOUR, origin, safe) for origin in new])
        answers = tuple(told.answers)
        gaps += [gap] if (gap := told.gap(group.endpoint)) else []
    return CorsSettings(files, settings, answers, tuple(gaps))


def telling(cors: CorsAnswers) -> CorsGroup | None:
    """The group of routes that lets a trusted origin in; else the first."""
    for group in cors.groups:
        if any(answer.ask is Ask.TRUSTED and answer.reply is not Reply.REFUSED for answer in group.answers):
            return group
    return cors.groups[0] if cors.groups else None


def _read(root: Path, tracked: tuple[str, ...]) -> tuple[int, tuple[CorsSetting, ...], list[Gap]]:
    wanted = [name for name in tracked if reader_of(name)]
    settings: list[CorsSetting] = []
    gaps: list[Gap] = []
    for name in wanted[:MOST_FILES]:
        path = shown(name)
        try:
            data = content(root, name, MAX_BYTES)
            settings += read_settings(path, text_of(data[:MAX_BYTES])) if data else ()
        except OSError as error:
            gaps.append(Gap(path, f"{path} cannot be read: {error.strerror}"))
        except (yaml.YAMLError, RecursionError, Unavailable):
            gaps.append(Gap(path, f"{path} is not YAML that can be read", "check it with `docker compose config`"))
    if len(wanted) > MOST_FILES:
        gaps.append(Gap("repository", f"only the first {MOST_FILES} of {len(wanted)} files were read"))
    return len(wanted), tuple(settings), gaps
