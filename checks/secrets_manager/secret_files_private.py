"""Files of secrets are for their owner alone."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.git_hygiene import SecretFile, SecretFiles
from auditor.model import Confidence, Evidence, Finding, Level, Severity, failed, not_applicable, passed
from auditor.registry import check


@check(
    "ENV012",
    level=Level.RECOMMENDED,
    severity=Severity.LOW,
    references=("CWE-732", "CWE-276"),
)
def secret_files_private(files: SecretFiles) -> Iterator[Finding]:
    """No file of secrets beside the code can be read or written by other users.

    Judged are `.env*` files with a secret in them and key files that git does not track: on a server, these are the
    live ones. A tracked file gets its mode from the umask of the checkout, which says nothing. A group may read a
    `.env` file (mode 640 is how a service account gets it), and nothing of a key. Low, because the mode of a checkout
    in CI is not the mode on the server.

    ## Why it matters
    Every process on the machine, a hijacked one of another service too, reads what is readable by all.

    ## How to fix it
        chmod 600 {subject}

    Rotate what was readable on a machine that others use.
    """
    if not files.posix:
        yield not_applicable("this system has no POSIX modes")
        return
    for file in files.files:
        yield _judged(file)
    if not files.files and not files.gaps:
        yield not_applicable(
            "no untracked file of secrets lies in the checkout: their modes on the server were not seen"
        )


def _judged(file: SecretFile) -> Finding:
    tolerated = 0o740 if file.kind == "environment file" else 0o700
    seen: Evidence = {"mode": f"{file.mode:04o}", "uid": file.uid, "gid": file.gid, "kind": file.kind}
    extra = file.mode & 0o777 & ~tolerated
    if not extra:
        return passed(file.path, f"the {file.kind} has mode {file.mode:04o}", confidence=Confidence.PROVEN, **seen)
    who = " and ".join(
        f"{name} may {_verbs(extra >> shift & 7)}"
        for name, shift in (("its group", 3), ("everybody", 0))
        if extra >> shift & 7
    )
    return failed(
        file.path,
        f"the {file.kind} has mode {file.mode:04o}: {who} it",
        confidence=Confidence.PROVEN,
        reproduce=f"ls -l {file.path}",
        **seen,
    )


def _verbs(bits: int) -> str:
    return " and ".join(verb for bit, verb in ((4, "read"), (2, "write"), (1, "run")) if bits & bit)
