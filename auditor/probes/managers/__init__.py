"""Recognises references to secrets managers, one module for each kind of file."""
