"""Tests of `demos/`."""
