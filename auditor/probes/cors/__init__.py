"""Asks the API as browsers of other origins would: which origins, in which questions, of which routes."""

from auditor.probes.cors.probe import cors_answers

__all__ = ["cors_answers"]
