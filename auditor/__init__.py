"""stack-audit: proves by evidence that a stack is ready for production."""

__version__ = "0.1.0"
