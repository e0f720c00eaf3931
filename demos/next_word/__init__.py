"""The Next word tab."""
