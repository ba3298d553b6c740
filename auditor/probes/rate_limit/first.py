"""Whether the first answers are such that a change can be told from them."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.errors import Unavailable
from auditor.probes.rate_limit.shots import NAMES, Shot
from auditor.text import clip


def judge_first(shot: Shot) -> None:
    """Whether a burst makes sense after such a first answer.

    Raises:
        Unavailable: it does not.
    """
    if shot.status <= 0 and shot.failure is not None:
        raise shot.failure
    status, answer = shot.status, shot.answer
    if status == 429 or status >= 500:
        wait = answer.header("retry-after") if answer else None
        hint = f"wait {clip(wait, 40)} (Retry-After)" if wait else "wait until an earlier burst is forgotten"
        raise Unavailable(
            f"the first request is already answered {status}: there is no steady answer to compare with",
            f"{hint}, or look at the endpoint",
        )
    if 300 <= status < 400:
        to = clip((answer.header("location") or "nowhere").partition("?")[0], 200) if answer else "nowhere"
        raise Unavailable(
            f"it redirects ({status}) to {to}: a burst would measure the redirect",
            "name the address that it leads to in [policy.rate_limiting] endpoints",
        )
    if status in (404, 405, 501):
        raise Unavailable(
            f"it answers {status}: there is no such route",
            "correct [policy.rate_limiting] endpoints",
        )
    if shot.look and shot.look.plain:
        raise Unavailable(
            f"the first request is already answered with words of a refusal ({status})",
            "wait until an earlier burst is forgotten, or look at the endpoint",
        )
    if answer and answer.truncated:
        raise Unavailable(
            f"its body is not read to its end: {answer.why_truncated}; a burst of that would be no light one",
            "name a route with a small answer in [policy.rate_limiting] endpoints",
        )


def unsteady(shots: Sequence[Shot]) -> Unavailable:
    """The error for first answers that differ."""
    shown = ", ".join(NAMES.get(shot.status, str(shot.status)) for shot in shots)
    return Unavailable(
        f"the first requests are answered {shown}: there is no steady answer to compare with",
        "wait until an earlier burst is forgotten, or look at the endpoint",
    )
