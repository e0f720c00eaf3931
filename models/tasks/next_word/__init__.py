"""How well a language model predicts each token of a text."""
