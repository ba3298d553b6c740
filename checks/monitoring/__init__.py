"""Monitoring in place."""
