"""No secret in what the frontend serves."""
