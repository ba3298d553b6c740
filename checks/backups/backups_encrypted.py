"""Backups are encrypted, and not for everyone to read."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.facts.backup_verdicts import newest_by_source, no_backup
from auditor.facts.backups import Backup, Backups
from auditor.facts.policy import BackupPolicy
from auditor.model import Evidence, Finding, Level, Severity, failed, manual, not_applicable, passed
from auditor.registry import check


@check("BAK013", level=Level.RECOMMENDED, severity=Severity.MEDIUM, references=("CIS-Controls-8-11.3", "CWE-311"))
def backups_encrypted(found: Backups, policy: BackupPolicy) -> Iterator[Finding]:
    """The newest backup of every source is encrypted, and no other account of the machine may read it.

    ## Why it matters
    A backup is the whole database, without its roles, policies and network: whoever copies the file has everything.

    ## How to fix it
    Encrypt in the tool (`repo1-cipher-type=aes-256-cbc`, `WALG_LIBSODIUM_KEY`), or the file (`age`, `gpg`), and keep
    the key elsewhere. Where the disk or the bucket encrypts, say so with `[policy.backups] encrypted_storage = true`.
    Files of dumps belong to one account: `umask 077`.
    """
    usable = found.usable()
    open_to_all = [backup.name for backup in usable if backup.everyone_reads and not backup.encrypted]
    if open_to_all:
        yield failed(
            open_to_all[0],
            f"every account of the machine may read this dump and {len(open_to_all) - 1} more"
            if len(open_to_all) > 1
            else "every account of the machine may read this dump",
            remediation="chmod 600, and umask 077 in the job",
            files=open_to_all[:20],
            aspect="mode",
        )
    if not usable:
        yield no_backup()
    for source, backup in newest_by_source(usable).items():
        yield _judge(source, backup, policy)


def _judge(source: str, backup: Backup, policy: BackupPolicy) -> Finding:
    evidence: Evidence = {"backup": backup.name, "where": backup.where, "format": backup.format}
    if backup.encrypted:
        return passed(source, "its newest backup is encrypted", **evidence)
    if policy.encrypted_storage:
        return not_applicable("the checklist says that what it is kept on is encrypted", source, **evidence)
    if backup.encrypted is False:
        return failed(source, "its newest backup can be read by whoever has the file: nothing encrypts it", **evidence)
    if source == "Supabase":
        return not_applicable("Supabase encrypts what it keeps; its API says nothing of it", source, **evidence)
    return manual(source, "is what these backups are kept on encrypted? Nothing here tells", **evidence)
