"""Tests of models/explain/lens."""
