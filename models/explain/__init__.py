"""Looks inside models: attention, the projections of one head, gradients, and what each word contributes."""
