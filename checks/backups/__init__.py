"""Backups configured."""
