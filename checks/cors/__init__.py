"""CORS configured strictly."""
