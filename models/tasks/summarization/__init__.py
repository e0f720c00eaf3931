"""Summaries: sentences picked from the text, or written by a model."""
