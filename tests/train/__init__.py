"""Tests of the recipes, on synthetic data and a tiny encoder."""
