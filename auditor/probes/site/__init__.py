"""Reads what a frontend serves to everybody, without a browser and without running any of it.

``crawl`` asks, within ``bounds``, for what ``frontier`` holds. ``references``, ``chunkmap``, ``frameworks`` and
``routes`` say what a file names beside itself, ``territory`` whether that is the application's own, ``maps`` reads
source maps, and ``reading`` puts these together for one file.
"""
