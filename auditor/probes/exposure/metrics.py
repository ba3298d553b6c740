"""Asks for the metrics without credentials."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.exposure import MetricsPage
from auditor.probes.addresses import absolute
from auditor.probes.exposure.contents import unreadable
from auditor.probes.net.http import Http
from auditor.probes.surfaces import origin
from auditor.registry import probe

_FAMILY = re.compile(
    # with its type, or, as some exporters leave types out, a sample: name, labels, value
    r"^# TYPE \S+ (?:counter|gauge|histogram|summary|untyped|unknown|info|stateset)"
    r"|^[a-zA-Z_:][a-zA-Z0-9_:]{2,200}(?:\{[^}\n]{0,2000}\})? [-+]?(?:[0-9][0-9.e+-]{0,40}|NaN|Inf)(?: [0-9]{1,20})?$",
    re.MULTILINE,
)


@probe(deadline=15.0)
async def metrics_page(environment: Environment, http: Http) -> MetricsPage:
    """The metrics path, and one redirect on the same host after it."""
    url = origin(environment, "api") + environment.metrics
    answer = await http.get(url, verify=False)
    there = absolute(url, answer.header("location") or "") if 300 <= answer.status < 400 else ""
    if urlsplit(there)[:2] == urlsplit(url)[:2]:
        answer = await http.get(there, verify=False)
    if answer.status == 429 or answer.status >= 500:
        reason = f"{url} answers {answer.status}: what it would show, nobody can tell"
        raise Unavailable(reason, "run the audit while the API is up")
    if why := unreadable(answer):
        raise Unavailable(f"{url} could not be read: {why}")
    text = answer.text()
    shown = answer.status == 200 and not text.lstrip().startswith("<")  # a page for browsers
    return MetricsPage(url, answer.status, len(_FAMILY.findall(text)) if shown else 0)
