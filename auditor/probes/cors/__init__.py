"""Asks the API as browsers of other origins would: which origins, in which questions, of which routes."""

from auditor.probes.cors.frontend import frontend_cors
from auditor.probes.cors.probe import cors_answers
from auditor.probes.cors.repository import cors_settings

__all__ = ["cors_answers", "cors_settings", "frontend_cors"]
