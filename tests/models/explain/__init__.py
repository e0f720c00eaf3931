"""Tests of models/explain."""
