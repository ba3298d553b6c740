"""``checklist.toml``: what to audit, what is demanded, what is waived."""
