"""No console of a service answers strangers."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.exposed_page_verdicts import page_verdicts
from auditor.facts.exposed_pages import ExposedPages, PageKind
from auditor.model import Finding, Level, Severity
from auditor.registry import check


@check("EXP010", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-306", "CWE-200", "ASVS-5.0-13.4.5"))
def admin_consoles_private(pages: ExposedPages) -> Iterator[Finding]:
    """No console of a service answers strangers: Flower, pgAdmin, Adminer, Grafana, Traefik, Supabase Studio.

    ## Why it matters
    A console shows what the stack works on and often lets whoever opens it change it: end tasks, read tables, run
    SQL. Search engines for exposed services list them within hours.

    ## How to fix it
    Let only the operators' network reach it, or put it behind single sign-on. In nginx:

        location /flower/ { allow 10.0.0.0/8; deny all; }

    Then change the passwords and keys that the console shows.
    """
    yield from page_verdicts(pages, PageKind.CONSOLE, "consoles")
