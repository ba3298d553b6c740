"""Measures start-up, an audit of the lab, and its memory: medians of several runs of whole processes."""
