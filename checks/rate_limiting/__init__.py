"""Rate limiting enabled."""
