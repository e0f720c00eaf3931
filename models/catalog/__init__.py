"""The available models by task, and how a spec is loaded into memory."""
