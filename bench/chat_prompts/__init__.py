"""Forty everyday prompts with checkable answers, put to a chat model at temperature 0."""
