"""HTTPS everywhere."""
