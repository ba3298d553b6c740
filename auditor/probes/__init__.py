"""Gathers facts: the only code that touches the network, the database or the disk. Same module names as the facts."""
