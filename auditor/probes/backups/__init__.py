"""Looks for backups wherever the checklist says that there are any: one module a kind of source."""
