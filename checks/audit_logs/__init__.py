"""Audit logs enabled."""
