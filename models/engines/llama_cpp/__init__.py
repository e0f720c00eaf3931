"""Causal language models in llama.cpp, each in a process of its own."""
