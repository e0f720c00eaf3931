"""Tests of `documents.rewriting`."""
