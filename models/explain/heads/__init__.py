"""Single heads: what each passes on by norm, what the model does without it, and what it is for."""
