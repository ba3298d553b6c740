"""Security headers and cookies."""
