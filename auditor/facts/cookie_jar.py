"""The cookies that the stack sets, each with every way in which it is set."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.facts.cookies import Role, SetCookie
from auditor.facts.responses import Responses
from auditor.facts.sites import host_of, origin_of


@dataclass(frozen=True, slots=True)
class Cookie:
    """A cookie of one origin."""

    origin: str
    name: str
    lines: tuple[SetCookie, ...]
    """Distinct Set-Cookie headers; those that delete it are left out."""
    url: str
    """Where it was seen first."""

    @property
    def subject(self) -> str:
        """What findings name it by."""
        return f"{self.origin} {self.name or '(no name)'}"

    @property
    def host(self) -> str:
        """Of its origin."""
        return host_of(self.origin)

    @property
    def role(self) -> Role:
        """What its name says that it is for."""
        return self.lines[0].role

    @property
    def opens(self) -> bool:
        """Whether it is worth stealing or forging: a session, or a token against forgery."""
        return self.role is not Role.OTHER


def cookies_of(responses: Responses) -> tuple[Cookie, ...]:
    """The cookies that are set, by origin and name, in the order in which they were seen."""
    lines: dict[tuple[str, str], dict[SetCookie, str]] = {}
    for response in responses.responses:
        for cookie in response.cookies:
            if not cookie.deletes:
                lines.setdefault((origin_of(response.url), cookie.name), {}).setdefault(cookie, response.url)
    return tuple(Cookie(origin, name, tuple(seen), next(iter(seen.values()))) for (origin, name), seen in lines.items())


def none_of(responses: Responses, what: str) -> str:
    """Why there is nothing to judge."""
    return f"none of {len(responses.responses)} answers sets {what}; the audit does not sign in"
