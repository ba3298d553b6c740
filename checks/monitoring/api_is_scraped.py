"""Prometheus scrapes the API."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from auditor.facts.monitoring import ScrapeTarget, ScrapeTargets
from auditor.facts.policy import MonitoringPolicy
from auditor.model import Evidence, Finding, Level, Severity, failed, passed, unproven
from auditor.registry import check

_MISSED = 3
"""Scrapes that may be missed before the last one counts as old."""


@check("MON002", level=Level.MANDATORY, severity=Severity.MEDIUM, references=("CIS-Controls-8-8.11",))
def api_is_scraped(scraping: ScrapeTargets, policy: MonitoringPolicy) -> Iterator[Finding]:
    """Prometheus scrapes the API, and the last scrape was good.

    ## Why it matters
    Alerts on a target that is not scraped never fire: the dashboard is calm because nobody looks.

    ## How to fix it
    Add the API to `scrape_configs` and look at its error on the Targets page. When its address there is an internal
    one, name its job in `[policy.monitoring] job`.
    """
    own = [target for target in scraping.targets if _is_api(target, scraping.api_host, policy.job)]
    for target in own:
        yield _judge(target, scraping)
    if not own and any(target.health == "up" for target in scraping.targets):
        jobs = sorted({target.job for target in scraping.targets})
        yield unproven(
            scraping.prometheus,
            f"none of its {len(scraping.targets)} targets is recognisably the API",
            "name the API's job in [policy.monitoring] job",
            jobs=list(jobs),
        )
    elif not own and not scraping.gaps:
        yield failed(scraping.prometheus, "scrapes no target that is up", targets=len(scraping.targets))


def _is_api(target: ScrapeTarget, api_host: str, job: str) -> bool:
    if job:
        return target.job == job
    return bool(api_host) and api_host in (_host(target.scrape_url), target.instance.rsplit(":", 1)[0])


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:  # a server may call anything a URL
        return ""


def _judge(target: ScrapeTarget, scraping: ScrapeTargets) -> Finding:
    age = (scraping.looked_at - target.last_scrape).total_seconds() if target.last_scrape else None
    evidence: Evidence = {
        "job": target.job,
        "instance": target.instance,
        "health": target.health,
        "last_scrape_age_s": round(age, 1) if age is not None else None,
        "interval_s": target.interval_s,
    }
    if target.health != "up":
        return failed(target.scrape_url, f"the target is {target.health}: {target.last_error}", **evidence)
    limit = max(_MISSED * target.interval_s, 60)
    if age is None or age > limit:
        return failed(target.scrape_url, "the target is up, but was not scraped lately", **evidence)
    if age < -limit:
        return unproven(
            target.scrape_url,
            f"its last scrape lies {-age:.0f} s in the future, so nobody can tell how old it is",
            "set the clocks of Prometheus and of the audit's machine",
            **evidence,
        )
    return passed(target.scrape_url, f"up, scraped {max(age, 0):.0f} s ago", **evidence)
