"""Log files are nobody else's to read."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.log_files import LogFiles
from auditor.model import Finding, Level, Severity, failed, not_applicable, passed, unproven
from auditor.registry import check


@check("LOG016", level=Level.RECOMMENDED, severity=Severity.HIGH, references=("CWE-552", "CWE-532", "ASVS-5.0-16.4.1"))
def log_files_private(logs: LogFiles) -> Iterator[Finding]:
    """No log file can be read by every user of its host, or is in a folder that a web server serves.

    ## Why it matters
    Logs tell who uses the application, from where, and what fails: a plan for whoever gets a foot in the door. In a web
    root everybody has it.

    ## How to fix it
        chmod 0640 {subject}

    and write logs to a folder outside of `public`, `static` and the document root. For PostgreSQL's own files:
    `alter system set log_file_mode = '0600';`
    """
    files = {file.path: file for source in logs.sources for file in source.files}
    if not files:
        unread = [source for source in logs.sources if source.problem and not source.command]
        for source in unread:
            yield unproven(source.name, source.problem, "correct [env.*.logs]")
        if not unread:
            yield not_applicable("no log is a file here")
        return
    bad = 0
    for file in files.values():
        if file.web_root:
            bad += 1
            yield failed(
                file.path, f"it is below {file.web_root}, which web servers serve", aspect="web", mode=file.mode
            )
        if file.world_readable:
            bad += 1
            yield failed(file.path, f"every user of the host may read it: its mode is {file.mode}", mode=file.mode)
    if not bad:
        modes = sorted({file.mode for file in files.values()})
        yield passed("files", "they are private, and in no folder that is served", count=len(files), modes=modes)
