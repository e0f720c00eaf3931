"""Which models there are, which task each of them serves, and how a spec becomes a model in memory."""
