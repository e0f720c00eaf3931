"""Tests of the measuring commands themselves."""
