"""Pages say which features of the browser they use."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.headers import HeaderError, fields
from auditor.facts.headers.structured import Item
from auditor.facts.headers.verdicts import Verdict, bad, good, page_findings
from auditor.facts.responses import Responses, WebResponse
from auditor.model import Finding, Level, Severity
from auditor.registry import check

POWERFUL = (
    "camera", "microphone", "geolocation", "display-capture", "payment", "usb", "serial", "hid", "bluetooth", "midi",
    "clipboard-read", "publickey-credentials-get", "publickey-credentials-create", "local-fonts", "window-management",
)  # fmt: skip
"""Features that no stranger's frame should have."""

_GONE = ("interest-cohort",)
"""Features that no browser has any more (FLoC, given up in 2022)."""


@check("HDR009", level=Level.RECOMMENDED, severity=Severity.INFO, references=("CWE-693",))
def permissions_policy(responses: Responses) -> Iterator[Finding]:
    """Pages switch off the features of the browser that they do not use (Permissions-Policy).

    ## Why it matters
    A second line: a script that gets into the page cannot ask for camera, microphone or position, and no frame can be
    given them. A header that is not written as structured fields demand is ignored as a whole, often since the days in
    which it was called Feature-Policy.

    ## How to fix it
    nginx:

        add_header Permissions-Policy "camera=(), microphone=(), geolocation=()" always;

    Next.js, in `headers()` of `next.config.js`: `{ key: 'Permissions-Policy', value: 'camera=(), microphone=(),
    geolocation=()' }`. FastAPI: the same in a middleware. A feature that the page uses: `camera=(self)`.
    """
    yield from page_findings(responses, _judge, "")


def _judge(answer: WebResponse) -> Iterator[Verdict]:
    values = answer.values("permissions-policy")
    if not values:
        old = "; Feature-Policy was replaced by it" if answer.values("feature-policy") else ""
        yield bad(f"there is no Permissions-Policy{old}", "missing")
        return
    try:
        said = fields.permissions_policy(values)
    except HeaderError as error:
        yield bad(f"browsers ignore the Permissions-Policy: {error}", "invalid", header=values)
        return
    if given := tuple(feature for feature in POWERFUL if feature in said and _anybody(said[feature])):
        yield bad(f"{', '.join(given)} may be used by every frame of any site", "anybody", features=given)
    elif not said:
        yield bad("the Permissions-Policy is empty", "missing")
    elif not (kept := tuple(feature for feature, item in said.items() if not _anybody(item) and feature not in _GONE)):
        yield bad("the Permissions-Policy restricts nothing", "missing", features=tuple(said)[:20])
    else:
        yield good(f"it restricts {len(kept)} feature{'s' * (len(kept) > 1)}", features=kept[:20])


def _anybody(item: Item) -> bool:
    return any(value.kind == "token" and value.text == "*" for value in item.values)
