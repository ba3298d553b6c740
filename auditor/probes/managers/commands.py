"""Managers in commands: ``doppler run``, ``op run``, ``sops exec-env`` and others."""

from __future__ import annotations

import re

from auditor.facts.secrets_manager import Reach, Scope
from auditor.probes.managers.found import Found

_EDGE = r"(?:^|[\s;&|\"'\[,(@])(?:npx\s+|pnpm\s+dlx\s+|bunx\s+)?"
_COMMANDS = tuple(
    (manager, shown, reach, re.compile(_EDGE + pattern))
    for manager, shown, reach, pattern in (
        ("Doppler", "doppler run", Reach.ALL, r"doppler[\"',\s]+run\b"),
        ("Doppler", "doppler secrets download", Reach.ALL, r"doppler\s+secrets\s+download\b"),
        ("Infisical", "infisical run", Reach.ALL, r"infisical[\"',\s]+run\b"),
        ("Infisical", "infisical export", Reach.ALL, r"infisical\s+export\b"),
        ("1Password", "op run", Reach.ALL, r"op[\"',\s]+run\b[^\n]{0,200}--"),
        ("1Password", "op inject", Reach.ALL, r"op\s+inject\b"),
        ("SOPS", "sops exec-env", Reach.ALL, r"sops[\"',\s]+exec-(?:env|file)\b"),
        ("SOPS", "sops --decrypt", Reach.ALL, r"sops\s+(?:[^\n;|&]{0,100}\s)?(?:-d|--decrypt|decrypt)\b"),
        ("dotenvx", "dotenvx run", Reach.PRESENT, r"dotenvx[\"',\s]+run\b"),
        ("Vault", "vault agent", Reach.PRESENT, r"vault[\"',\s]+agent\b"),
        ("Vault", "vault kv get", Reach.PRESENT, r"vault\s+(?:kv\s+get|read)\b"),
        ("Vault", "envconsul", Reach.ALL, r"envconsul\s"),
        ("AWS", "chamber exec", Reach.ALL, r"chamber[\"',\s]+exec\b"),
        ("AWS Secrets Manager", "aws secretsmanager get-secret-value", Reach.PRESENT,
         r"aws\s+secretsmanager\s+get-secret-value"),
        ("AWS Parameter Store", "aws ssm get-parameter", Reach.PRESENT,
         r"aws\s+ssm\s+get-parameters?(?:-by-path)?\b[^\n]{0,300}--with-decryption"),
        ("Google Secret Manager", "gcloud secrets versions access", Reach.PRESENT,
         r"gcloud\s+secrets\s+versions\s+access"),
        ("Azure Key Vault", "az keyvault secret show", Reach.PRESENT, r"az\s+keyvault\s+secret\s+(?:show|download)"),
        ("ansible-vault", "ansible-playbook with a vault password", Reach.PRESENT,
         r"ansible-playbook\b[^\n]{0,200}--(?:vault-|ask-vault)"),
        ("Vercel", "vercel deploy", Reach.FRONTEND, r"vercel\s+(?:deploy|pull|env\s+pull|--prod|build)\b"),
        ("Netlify", "netlify deploy", Reach.FRONTEND, r"netlify\s+deploy\b"),
        ("Docker secrets", "docker secret create", Reach.PRESENT, r"docker\s+secret\s+create\b"),
        ("age", "age --decrypt", Reach.PRESENT, r"age\s+(?:-d|--decrypt)\b"),
        ("Bitwarden Secrets Manager", "bws run", Reach.ALL, r"bws\s+run\b"),
    )
)  # fmt: skip
_SETS = tuple(
    (manager, re.compile(_EDGE + pattern))
    for manager, pattern in (
        ("Fly.io secrets", r"(?:fly|flyctl)\s+secrets\s+(?:set|import)\b([^\n]*)"),
        ("Supabase secrets", r"supabase\s+secrets\s+set\b([^\n]*)"),
        ("Heroku config", r"heroku\s+config:set\b([^\n]*)"),
        ("Railway variables", r"railway\s+variables\s+(?:--set|set)\b([^\n]*)"),
        ("Cloudflare secrets", r"wrangler\s+secret\s+put\b([^\n]*)"),
        ("Google Secret Manager",
         r"gcloud\s+run\s+(?:deploy|services\s+update)\b[^\n]*--(?:set|update)-secrets[=\s]([^\n]*)"),
        ("Kubernetes secrets", r"kubectl\s+(?:[^\n]{0,80}\s)?create\s+secret\s+generic\b([^\n]*)"),
    )
)  # fmt: skip
_NAME = re.compile(r"\b([A-Z][A-Z0-9_]{2,60})\b(?=\s*[=:]|\s|$)")
_TOOL = re.compile(
    r"doppler|infisical|\bop\b|sops|dotenvx|vault|envconsul|chamber|aws|gcloud|\baz\b|vercel|netlify|docker|\bage\b|bws|fly"
    r"|supabase|heroku|railway|wrangler|kubectl"
)
"""A word of each: most lines hold none, and are not looked at again."""
LONGEST_LINE = 2000


def of_commands(found: Found, text: str, scope: Scope = Scope.RUNTIME, first_line: int = 1, comment: str = "#") -> None:
    """References in commands: of shell scripts, Dockerfiles, Procfiles, scripts of package.json, steps of workflows."""
    joined = re.sub(r"\\\n", "  ", text)  # as long as before, so that only the line is lost
    for number, words in enumerate(joined.split("\n"), first_line):
        if words.lstrip().startswith((comment, "//")) or len(words) > LONGEST_LINE or not _TOOL.search(words):
            continue
        words = re.sub(r"\s#\s.*", "", words)
        for manager, shown, reach, pattern in _COMMANDS:
            if pattern.search(words):
                found.refer(manager, number, f"`{shown}`", scope=scope, reach=reach)
        for manager, pattern in _SETS:
            if match := pattern.search(words):
                names = _NAME.findall(match[1])
                shown = " ".join(match[0].split()[:3]).strip("\"'([,")
                reach = Reach.NAMED if names else Reach.PRESENT
                found.refer(manager, number, f"`{shown}`", *names, scope=scope, reach=reach)
