"""Sentiment of a text and of its sentences."""
