"""Mutation testing: changes single expressions of our code and counts how many of the changes a test notices."""
