"""The report: one model, one module a format."""
