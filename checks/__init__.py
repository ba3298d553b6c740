"""The shipped checks: a folder an item of the checklist, a file a check."""
