"""What the repository holds: one module reads each kind of file, one judges what was read."""

from auditor.probes.repository.dotenv import env_values
from auditor.probes.repository.judge import named_secrets
from auditor.probes.repository.kinds import COMPOSE_FILES, ENV_FILES
from auditor.probes.repository.literals import secret_literals
from auditor.probes.repository.tracked import MAX_BYTES, content, is_within, tracked_files
from auditor.probes.repository.values import LONGEST, Value, text_of, written_out
from auditor.probes.repository.yamls import MAX_YAML, compose_values

__all__ = [
    "COMPOSE_FILES",
    "ENV_FILES",
    "LONGEST",
    "MAX_BYTES",
    "MAX_YAML",
    "Value",
    "compose_values",
    "content",
    "env_values",
    "is_within",
    "named_secrets",
    "secret_literals",
    "text_of",
    "tracked_files",
    "written_out",
]
