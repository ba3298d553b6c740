"""Looks at the stack as a stranger would. What is there is recognised by its content, never by a status alone."""
