"""Causal language models in llama.cpp, inside this process."""
