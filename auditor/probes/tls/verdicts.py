"""What OpenSSL said of a chain, and which of our own findings that bears out."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.facts.certificates import Cause

_PATH = frozenset({
    Cause.SELF_SIGNED, Cause.UNKNOWN_ROOT, Cause.INCOMPLETE, Cause.BAD_SIGNATURE, Cause.NOT_AN_AUTHORITY,
})  # fmt: skip
_CAUSES: dict[int, frozenset[Cause]] = {
    2: _PATH, 18: _PATH, 19: _PATH, 20: _PATH, 21: _PATH, 27: _PATH, 34: _PATH,
    7: frozenset({Cause.BAD_SIGNATURE}),
    9: frozenset({Cause.NOT_YET_VALID}),
    10: frozenset({Cause.EXPIRED}),
    24: frozenset({Cause.NOT_AN_AUTHORITY}),
    79: frozenset({Cause.NOT_AN_AUTHORITY}),
    26: frozenset({Cause.PURPOSE}),
    62: frozenset({Cause.OTHER_NAME, Cause.NO_NAME}),
    64: frozenset({Cause.OTHER_NAME, Cause.NO_NAME}),
}  # fmt: skip
"""Numbers of ``X509_V_ERR_*`` (openssl/x509_vfy.h), the same in every version since 1.1."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer of one handshake that insists on something."""

    accepted: bool | None = None
    """None: it failed before or beside the certificate."""
    words: str = ""
    """Why it was refused, or could not be had."""
    code: int = 0
    """Number of ``X509_V_ERR_*``; 0: none."""
    path: tuple[bytes, ...] = ()
    """DER of what OpenSSL has verified, leaf first, anchor last."""

    def explained_by(self, causes: frozenset[Cause]) -> bool:
        """Whether one of the causes is what OpenSSL refused."""
        return self.accepted is not False or bool(_CAUSES.get(self.code, frozenset()) & causes)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the handshakes with one server have shown."""

    whole: Verdict = Verdict()
    """Authority, dates and name."""
    authority: Verdict = Verdict()
    """The authority alone."""
    pinned: str = ""
    """The pin whose certificate was taken as an authority, in hexadecimal."""
