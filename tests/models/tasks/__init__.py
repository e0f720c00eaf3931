"""Tests of models/tasks."""
