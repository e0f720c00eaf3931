"""Tests of `models/engines/`."""
