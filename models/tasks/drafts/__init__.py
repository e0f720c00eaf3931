"""Several continuations of a text, sampled side by side."""
