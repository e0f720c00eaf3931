"""Question answering: spans of the visitor's own text, or none."""
