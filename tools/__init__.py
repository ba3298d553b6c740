"""What maintainers run to keep generated files fresh."""
