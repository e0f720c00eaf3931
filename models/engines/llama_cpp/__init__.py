"""Causal language models in llama.cpp, each in a separate process."""
