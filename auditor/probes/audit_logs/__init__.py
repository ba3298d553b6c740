"""Reads what is logged: settings by role, rights over logs, and the log files themselves."""
