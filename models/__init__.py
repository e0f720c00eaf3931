"""Runs the models: weights, devices, one shared cache, and an adapter for each task."""
