"""Measures start-up, audits of the lab and of large schemas, and memory: medians of runs of whole processes."""
