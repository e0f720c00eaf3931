"""Inference engines: one interface, and one package for each engine behind it."""
