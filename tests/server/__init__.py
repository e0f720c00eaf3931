"""Tests of the server's parts; the whole is tested in `tests/faults/`."""
