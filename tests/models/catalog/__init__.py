"""Tests of models/catalog."""
