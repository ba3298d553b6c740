"""Looks for files on a web server that should not be there, and believes nothing but their content."""
