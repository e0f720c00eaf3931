"""Single heads."""
