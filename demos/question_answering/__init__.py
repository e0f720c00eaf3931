"""The Question answering tab."""
