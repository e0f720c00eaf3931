"""The recipes that made the adapters in `assets/adapters/`."""
