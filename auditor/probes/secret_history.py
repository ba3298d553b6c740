"""Searches past versions of files for secrets: only reads, fetches nothing, runs nothing of the repository."""

from __future__ import annotations

import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from auditor.checklist.model import Environment
from auditor.errors import Unavailable
from auditor.facts.policy import SecretsPolicy
from auditor.facts.secret_history import PastSighting, SecretHistory
from auditor.facts.sightings import Nature, Sighting
from auditor.model import Gap
from auditor.probes import git, surfaces
from auditor.probes.encrypted import encrypted
from auditor.probes.env_names import EnvFile, env_file
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.repository import env_values, named_secrets, text_of
from auditor.probes.secrets.known import known_values
from auditor.probes.secrets.scanner import Scanner
from auditor.probes.secrets.search import Limits
from auditor.redact import Secret
from auditor.registry import probe

MOST_OBJECTS = 500_000
MOST_BYTES = 200_000_000
MOST_OF_ONE = 1_000_000
MOST_FOUND = 500
MOST_DATED = 20
SECONDS = 40.0
SECONDS_EACH = 5.0
"""For one version."""


@dataclass(slots=True)
class _Walk:
    commits: int = 0
    names: dict[str, str] = field(default_factory=dict)
    """Blob or tree to a path that it had."""
    cut: bool = False


@probe(deadline=70.0)
async def secret_history(environment: Environment, policy: SecretsPolicy) -> SecretHistory:
    """Secrets in past versions of files, when the policy wants that looked at."""
    if not policy.history:
        return SecretHistory(asked_for=False)
    root = surfaces.repository(environment)
    return await in_daemon_thread(lambda: look(root, Search(known_values(environment))))


class Search:
    """What recognises secrets in the bytes of a file.

    Names and values in files of variables, shapes and the very values of ``secrets`` in all others.
    """

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._scanner = Scanner(secrets, limits=Limits(seconds=SECONDS_EACH))

    @property
    def gaps(self) -> list[Gap]:
        """What was not searched to its end."""
        return self._scanner.gaps

    def __call__(self, data: bytes, path: str) -> list[Sighting]:
        """Every secret in the bytes of a file, and its path."""
        found = [one for one in self._scanner.scan(data, path) if one.nature is Nature.SECRET]
        role = env_file(path)
        if role is not None and role is not EnvFile.EXAMPLE and not encrypted(data):
            lines = {one.line for one in found}
            named = (one for one in named_secrets(env_values(text_of(data))) if one[0].line not in lines)
            found += [Sighting(path, v.line, 1, "name", told.kind, len(v.text), name=v.key) for v, told in named]
        return found


def look(root: Path, search: Search, seconds: float = SECONDS) -> SecretHistory:
    """The fact, of a repository.

    Args:
        root: a folder of it.
        search: what recognises secrets.
        seconds: after which the rest is left.

    Raises:
        Unavailable: no git, or no repository.
    """
    started = time.monotonic()
    ends = started + seconds
    gaps = list(_missing(root))
    walk = _walked(root, ends)
    present = _present(root)
    versions = [(blob, name) for blob, name in walk.names.items() if blob not in present]
    # files of variables first: they hold most, and cost least
    versions.sort(key=lambda version: env_file(version[1]) is None)
    found: list[PastSighting] = []
    count = size = 0
    for blob, name, data in _contents(root, versions, ends, gaps):
        count, size = count + 1, size + len(data)
        shown = git.shown(name)
        found += [PastSighting(one, "", blob) for one in search(data, shown)]
        if size > MOST_BYTES or len(found) > MOST_FOUND:
            gaps.append(
                Gap("history", f"the search ended after {count} versions of {len(versions)} at most: it is bounded")
            )
            break
    for reason, count_of in Counter(gap.reason for gap in search.gaps).items():
        gaps.append(Gap("history", f"{count_of} versions were not searched to their end: {reason}"))
    if walk.cut:
        gaps.append(
            Gap("history", f"only {len(walk.names)} objects were listed: the rest of the history was not searched")
        )
    dated = tuple(_dated(root, found[:MOST_FOUND], ends))
    return SecretHistory(True, walk.commits, count, size, round(time.monotonic() - started, 3), dated, tuple(gaps))


def _dated(root: Path, found: list[PastSighting], ends: float) -> Iterator[PastSighting]:
    """The sightings, the first of them with their commits: git takes a while for each."""
    commits: dict[str, str] = {}
    for one in found:
        if one.blob not in commits and len(commits) < MOST_DATED and time.monotonic() < ends:
            commits[one.blob] = _commit_of(root, one.blob)
        yield PastSighting(one.sighting, commits.get(one.blob, ""), one.blob)


def _missing(root: Path) -> Iterator[Gap]:
    """What this clone does not hold."""
    if git.ask(root, "rev-parse", "--is-shallow-repository").strip() == b"true":
        yield Gap(
            "history", "the clone is shallow: older commits are not here", "fetch all of it: `git fetch --unshallow`"
        )
    promised = git.ask(
        root, "config", "--local", "--get-regexp", r"^(remote\..*\.promisor|extensions\.partialclone)$", accept=(0, 1)
    )
    if promised:
        yield Gap("history", "the clone is partial: some versions are not here", "clone it without `--filter`")


@contextmanager
def _running(
    root: Path, ends: float, *arguments: str, stdin: int = subprocess.DEVNULL
) -> Iterator[subprocess.Popen[bytes]]:
    """A git that is ended when its time is up."""
    try:
        process = subprocess.Popen(
            git.command(root, *arguments),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=git.environment(),
        )
    except OSError as error:
        raise Unavailable(f"git cannot be started: {error.strerror}", "install git where the audit runs") from None
    timer = threading.Timer(max(0.1, ends - time.monotonic()), process.kill)
    timer.daemon = True
    timer.start()
    try:
        yield process
    finally:
        timer.cancel()
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream:
                try:
                    stream.close()
                except OSError:  # what was not flushed has nobody to go to
                    continue
        process.wait()


def _walked(root: Path, ends: float) -> _Walk:
    """Every object that a branch, tag or stash leads to, with a path of it."""
    walk = _Walk()
    with _running(root, ends, "rev-list", "--all", "--objects") as process:
        for line in process.stdout or ():
            sha, _, name = line.rstrip(b"\n").partition(b" ")
            if name:
                walk.names.setdefault(sha.decode("ascii", "replace"), name.decode("utf-8", "surrogateescape"))
            elif b" " not in line:
                walk.commits += 1
            if len(walk.names) >= MOST_OBJECTS:
                walk.cut = True
                return walk
        walk.cut = process.wait() != 0
    return walk


def _present(root: Path) -> set[str]:
    """Versions in the present commit: other checks look at them."""
    try:
        out = git.ask(root, "ls-tree", "-r", "-z", "HEAD")
    except Unavailable:  # no commit is checked out
        return set()
    return {entry.split()[2].decode("ascii", "replace") for entry in out.split(b"\0") if entry}


def _contents(
    root: Path, versions: list[tuple[str, str]], ends: float, gaps: list[Gap]
) -> Iterator[tuple[str, str, bytes]]:
    """What versions hold, of those that are text and not too long."""
    wanted = _texts(root, versions, ends, gaps)
    lost = 0
    with _running(root, ends, "cat-file", "--batch", stdin=subprocess.PIPE) as process:
        for index, (blob, name) in enumerate(wanted):
            late = time.monotonic() > ends
            data = None if late else _one(process, blob)
            if data is None:
                if late or process.poll() is not None:
                    left = len(wanted) - index
                    gaps.append(Gap("history", f"{left} versions were not searched: git ended, or the time was up"))
                    return
                lost += 1
            elif b"\0" not in data[:8000]:
                yield blob, name, data
    if lost:
        gaps.append(Gap("history", f"{lost} versions are missing from this clone"))


def _one(process: subprocess.Popen[bytes], blob: str) -> bytes | None:
    if process.stdin is None or process.stdout is None:
        return None
    try:
        process.stdin.write(blob.encode() + b"\n")
        process.stdin.flush()
        head = process.stdout.readline().split()
        if len(head) != 3:
            return None
        data = process.stdout.read(int(head[2]) + 1)
    except (OSError, ValueError):
        return None
    return data[:-1] if len(data) == int(head[2]) + 1 else None


def _texts(root: Path, versions: list[tuple[str, str]], ends: float, gaps: list[Gap]) -> list[tuple[str, str]]:
    """Versions of files that are no longer than what is searched."""
    given = "".join(f"{blob}\n" for blob, _ in versions).encode()
    out = git.ask(root, "cat-file", "--batch-check=%(objecttype) %(objectsize)", "--buffer", given=given,
     seconds=max(1.0, ends - time.monotonic()))  # fmt: skip
    wanted, long = [], 0
    for version, line in zip(versions, out.splitlines(), strict=False):
        kind, _, size = line.partition(b" ")
        if kind == b"blob" and size.isdigit():
            if int(size) <= MOST_OF_ONE:
                wanted.append(version)
            elif env_file(version[1]) is not None:
                long += 1
    if long:
        gaps.append(
            Gap("history", f"{long} files of variables are longer than {MOST_OF_ONE} bytes: they were not searched")
        )
    return wanted


def _commit_of(root: Path, blob: str) -> str:
    try:
        out = git.ask(root, "log", "--all", "--max-count=1", "--format=%H", f"--find-object={blob}", seconds=5.0)
    except Unavailable:
        return ""
    return out.decode("ascii", "replace").strip()
