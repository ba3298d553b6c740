"""Recognises secrets in bytes: one pass for where to look, then shape, structure and surroundings."""
