"""The folder and the processes of one drill: bounded, cut off from the network, and gone afterwards.

The lab's guard process holds the list of what there is to end and to remove. It does so when told, and also when the
audit dies, by SIGKILL included.
"""

from __future__ import annotations

import ctypes
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from auditor.errors import LabError
from auditor.lab import postgres
from auditor.lab.guardian import Guardian
from auditor.lab.supervisor import Account
from auditor.probes.net.threads import in_daemon_thread
from auditor.probes.restore_drill.outcomes import Undone

KEPT_OUTPUT = 64 << 20
"""Bytes of a program's output that are kept: a table of contents."""
KEPT_HEAD, KEPT_TAIL = 1 << 20, 64 << 10
"""Bytes of its messages that are kept, of the beginning and of the end."""
RESERVE = 256 << 20
"""Bytes that a drill leaves free on its disk, whatever it may use: others write there too."""

NO_SUPERUSER = "a role that is no superuser"
PATIENCE = 5.0
"""Seconds that a server gets to end by itself."""

# Holds a program back until the guard knows of it: should the audit die in between, it never starts. It may take so
# many KB of memory, and when there is no more, it is the first to go, before anything that others need.
_GATE_SCRIPT = """
read -r go </dev/fd/"$0" || exit 1
{ ulimit -v 8388608; echo 900 >/proc/self/oom_score_adj; } 2>/dev/null
[ "$go" = go ] && exec "$@"
"""
_GATE = ("/bin/sh", "-c", _GATE_SCRIPT)
_IPC_RMID = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that has ended."""

    status: int
    output: bytes
    messages: str
    fed: BaseException | None = None
    """What went wrong with what it was fed."""


@dataclass(slots=True)
class Scratch:
    """A temporary folder and the programs that run in it.

    Args:
        max_disk: bytes that the folder may hold.
    """

    max_disk: int
    owner: Account | None = None
    """Who programs run as; None: whoever runs the audit."""
    home: Path = Path()
    """A folder for its eyes only."""
    contained: tuple[str, ...] = ()
    most: int = 0
    """Bytes that it held at most, as far as anybody looked."""
    server: subprocess.Popen[bytes] | None = None
    """The server, once it was started."""
    _guardian: Guardian | None = None
    _root: Path = Path()
    _wall: tuple[str, ...] = ()
    _processes: dict[subprocess.Popen[bytes], int] = field(default_factory=dict)
    """And the signal that each ends on."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def open(self) -> None:
        """Make the folder.

        Raises:
            Undone: there is no place for it.
        """
        try:
            self.owner = postgres.account()
            parent = next((place for place in _places() if not postgres.shut(place)), None)
            if parent is None:
                raise LabError("PostgreSQL's user can reach no temporary folder: set TMPDIR to one it can")
            self._guardian = Guardian()
            self._root = parent.resolve() / f"stack-audit-drill-{secrets.token_hex(4)}"
            self._guardian.remove(self._root)
            self._root.mkdir(mode=0o700)
            self.home = self._root / "home"
            self.home.mkdir(mode=0o700)
            self.give(self.home)
            if self.owner:
                self._root.chmod(0o711)
        except (LabError, OSError) as error:
            raise Undone(f"there is no place for a scratch server: {error}", "set TMPDIR to another folder") from None
        if shutil.disk_usage(self._root).free < RESERVE:
            raise Undone(*self._full())
        self._wall, self.contained = _wall(self.owner)

    @property
    def root(self) -> Path:
        """The folder around ``home``: its owner is whoever runs the audit."""
        return self._root

    def give(self, *paths: Path) -> None:
        """Let the programs have these files."""
        if self.owner:
            for path in paths:
                os.chown(path, self.owner.uid, self.owner.gid)

    async def run(
        self,
        argv: Sequence[str | Path],
        *,
        stdin: IO[bytes] | None = None,
        feed: Iterable[bytes] = (),
        env: dict[str, str] | None = None,
        walled: bool = True,
    ) -> Ended:
        """Run a program to its end.

        Args:
            argv: program and arguments.
            stdin: a file that it reads, which need not be one that it may open.
            feed: what it reads instead.
            env: more variables.
            walled: run it as PostgreSQL's user without a network; else as the audit.
        """
        return await in_daemon_thread(self._run, argv, stdin, feed, env or {}, walled)

    def start(self, argv: Sequence[str | Path], log: Path) -> subprocess.Popen[bytes]:
        """Start a server."""
        with log.open("ab") as output:
            self.server = self._spawn(argv, subprocess.DEVNULL, output, output, {}, signal.SIGQUIT, walled=True)
        return self.server

    def end_of_server(self) -> str:
        """How the server has ended; empty while it runs, or when there was none."""
        status = self.server.poll() if self.server else None
        if status is None:
            return ""
        return f"the scratch server ended {f'by signal {-status}' if status < 0 else f'with status {status}'}"

    async def close(self) -> None:
        """End and remove everything. What takes longer than the audit lives is finished by the guard."""
        await in_daemon_thread(self.close_now)

    def close_now(self) -> None:
        """The same, at once."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if self._guardian is None:  # nothing was made, and no folder is ours
            return
        _end(self._processes)
        if self._root != Path():
            _end_strays(self._root)
            if not self._wall:  # in there, memory is gone with its last user, and numbers mean something else
                for segment in _segments(self._root):
                    _remove_segment(segment)
        self._guardian.close()

    def look(self) -> None:
        """See how much disk is used.

        Raises:
            Undone: too much of it, or hardly any is left.
        """
        used = _size(self._root)
        self.most = max(self.most, used)
        if used > self.max_disk:
            raise Undone(
                f"the scratch server has filled {used / 1e6:.0f} MB of disk, and may have {self.max_disk / 1e6:.0f} MB",
                "raise drill_max_disk in [policy.backups]",
            )
        with suppress(OSError):
            if shutil.disk_usage(self._root).free < RESERVE // 4:
                raise Undone(*self._full())

    def _full(self) -> tuple[str, str]:
        return f"the disk of {self._root.parent} is full", "free some, or set TMPDIR to a folder on another disk"

    def full(self) -> Undone:
        """Says that a program found the disk full."""
        return Undone(*self._full())

    def _run(
        self,
        argv: Sequence[str | Path],
        stdin: IO[bytes] | None,
        feed: Iterable[bytes],
        env: dict[str, str],
        walled: bool,
    ) -> Ended:
        source = stdin or subprocess.PIPE
        process = self._spawn(argv, source, subprocess.PIPE, subprocess.PIPE, env, signal.SIGKILL, walled=walled)
        messages, fed = _Kept(), _Feeding(process.stdin, feed)
        reading = threading.Thread(target=messages.read, args=(process.stderr,), daemon=True)
        feeding = threading.Thread(target=fed.work, daemon=True)
        reading.start()
        feeding.start()
        output = _limited(process.stdout)
        reading.join()
        status = process.wait()
        feeding.join()
        with self._lock:
            if self._guardian and not self._closed:
                self._guardian.forget(process.pid)
                self._processes.pop(process, None)
        return Ended(status, output, messages.text(), fed.failed)

    def _spawn(
        self,
        argv: Sequence[str | Path],
        stdin: int | IO[bytes],
        stdout: int | IO[bytes],
        stderr: int | IO[bytes],
        env: dict[str, str],
        stop: int,
        *,
        walled: bool,
    ) -> subprocess.Popen[bytes]:
        ready, go = os.pipe()
        owner = self.owner if walled else None
        try:
            if owner:
                os.fchown(ready, owner.uid, owner.gid)
            with self._lock:
                if self._closed or self._guardian is None:
                    raise Undone("the drill was stopped")
                process = subprocess.Popen(
                    [*_GATE, str(ready), *(self._wall if walled else ()), *argv],
                    cwd=self.home
                    if walled
                    else None,  # a command of the checklist may name files from where the audit is
                    env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"} | env,
                    stdin=stdin,
                    stdout=stdout,
                    stderr=stderr,
                    pass_fds=(ready,),
                    start_new_session=True,
                    # with a wall, its program gives up the rights of root
                    user=owner.uid if owner and not self._wall else None,
                    group=owner.gid if owner and not self._wall else None,
                    extra_groups=[] if owner else None,
                )
                self._processes[process] = stop
                self._guardian.watch(process.pid, stop)
            os.write(go, b"go\n")
        except (OSError, LabError) as error:
            raise Undone(f"{Path(argv[0]).name} cannot be started: {error}") from None
        finally:
            os.close(ready)
            os.close(go)
        return process


def _places() -> tuple[Path, ...]:
    return Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")  # noqa: S108  with a random name


def _wall(owner: Account | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The command that cuts a program off from the network and other programs' memory, where the system lets us.

    Source: unshare(1) of util-linux. Sockets of the file system are reached all the same.
    """
    program = shutil.which("unshare")
    told = ("no listen address", NO_SUPERUSER, *((f"user {owner.name}",) if owner else ()))
    if program is None:
        return (), told
    who = ("-S", str(owner.uid), "-G", str(owner.gid)) if owner else ("-c",)
    wall = (program, "-n", "-i", *who, "--")
    with suppress(OSError, subprocess.SubprocessError):
        trial = subprocess.run([*wall, "true"], check=False, capture_output=True, timeout=5, stdin=subprocess.DEVNULL)
        if trial.returncode == 0:
            return wall, (*told, "no network")
    return (), told


class _Kept:
    """The beginning and the end of what a program says."""

    def __init__(self) -> None:
        self.head, self.tail = bytearray(), bytearray()

    def read(self, stream: IO[bytes] | None) -> None:
        if stream is None:
            return
        with stream, suppress(ValueError, OSError):
            while block := os.read(stream.fileno(), 65536):
                room = KEPT_HEAD - len(self.head)
                self.head += block[:room]
                self.tail = (self.tail + block[room:])[-KEPT_TAIL:] if block[room:] else self.tail

    def text(self) -> str:
        parts = (self.head, self.tail) if self.tail else (self.head,)
        return "\n".join(part.decode("utf-8", "replace") for part in parts)


class _Feeding:
    """Writes to a program until it has all or has ended."""

    def __init__(self, pipe: IO[bytes] | None, blocks: Iterable[bytes]) -> None:
        self.pipe, self.blocks = pipe, blocks
        self.failed: BaseException | None = None

    def work(self) -> None:
        if self.pipe is None:
            return
        try:
            for block in self.blocks:
                self.pipe.write(block)
        except BrokenPipeError:
            pass  # its messages say why it has left
        except Exception as error:  # noqa: BLE001  told by whoever runs the program
            self.failed = error
        finally:
            with suppress(OSError, ValueError):
                self.pipe.close()


def _limited(stream: IO[bytes] | None) -> bytes:
    kept = bytearray()
    if stream is not None:
        with stream:
            while block := os.read(stream.fileno(), 65536):
                kept += block[: KEPT_OUTPUT - len(kept)]
    return bytes(kept)


def _size(folder: Path) -> int:
    """Bytes on disk. What vanishes meanwhile does not count."""
    total = 0
    folders = [str(folder)]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total


def _end(processes: Mapping[subprocess.Popen[bytes], int]) -> None:
    """End processes, each with its own signal and then with SIGKILL. Reaped here: to the guard, a zombie is alive."""
    for process, number in processes.items():
        _signal(process, number)
    deadline = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal(process, signal.SIGKILL)
            process.wait()


def _signal(process: subprocess.Popen[bytes], number: int) -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def _end_strays(folder: Path) -> None:
    """Kill what still works in the folder: backends have process groups of their own, and a killed server no say."""
    inside = f"{folder}/"
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if str(link.readlink()).startswith(inside):
                os.kill(int(link.parent.name), signal.SIGKILL)


def _segments(folder: Path) -> list[int]:
    """Shared memory that a killed server in this folder has left behind, with nobody attached.

    Sources: the lines of postmaster.pid (PostgreSQL documentation, section 73.1: the first is the process, the seventh
    key and id); /proc/sysvipc/shm (proc(5)).
    """
    found = []
    for file in folder.glob("home/*/postmaster.pid"):
        with suppress(OSError, ValueError, IndexError):
            lines = file.read_text().splitlines()
            server, segment = lines[0].strip(), lines[6].split()[1]
            rows = [row.split() for row in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]]
            found += [int(row[1]) for row in rows if (row[1], row[4], row[6]) == (segment, server, "0")]
    return found


def _remove_segment(segment: int) -> None:
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).shmctl(segment, _IPC_RMID, None)
