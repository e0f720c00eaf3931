"""Causal language models on a server at a URL."""
