"""Shows the models at work: one tab each. Imports neither torch nor transformers."""
