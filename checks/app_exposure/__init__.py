"""Nothing internal exposed."""
