"""Database connections secured."""
