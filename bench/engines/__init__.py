"""Whole requests through the running app, this commit beside an older one: `python -m bench.engines --before DIR`."""
