"""Tests of models/runtime."""
