"""Visitors' documents: their text with its places, and the same file in another language; knows no page."""
