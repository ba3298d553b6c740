"""The image optimizer fetches from named hosts only."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.next_build import NextGuards
from auditor.model import Confidence, Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("EXP032", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-918", "ASVS-5.0-1.3.6"))
def image_optimizer_bounded(guards: NextGuards) -> Iterator[Finding]:
    """The image optimizer of Next.js refuses to fetch from hosts that the application does not name.

    ## Why it matters
    With `remotePatterns: [{ hostname: "**" }]` it fetches any address for anyone: services inside the network, and
    images made to break the decoder. Whoever likes uses it as a proxy.

    ## How to fix it
    Name the hosts in `next.config.js`, with protocol and path:

        images: { remotePatterns: [new URL("https://cdn.example.com/images/**")] }
    """
    url = f"{guards.frontend}/_next/image"
    if not guards.present or (not guards.optimizer and not guards.gaps):
        yield not_applicable("the frontend has no image optimizer of Next.js", guards.frontend)
    elif guards.optimizer == "refuses":
        yield passed(url, "refuses a host that nobody named", confidence=Confidence.PROVEN, said=guards.optimizer_said)
    elif guards.optimizer == "fetches":
        yield failed(
            url,
            "tries to fetch from a host that nobody named",
            confidence=Confidence.PROVEN,
            reproduce=f"curl -s '{url}?url=https%3A%2F%2Fexample.invalid%2Fx.png&w=64&q=75'",
            said=guards.optimizer_said,
        )
    elif guards.optimizer:
        yield unproven(url, f"whether it fetches from any host, nobody can tell: it answers {guards.optimizer_said}")
