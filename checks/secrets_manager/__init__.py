"""Sensitive variables in a secrets manager."""
