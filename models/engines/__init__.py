"""What runs the models: one interface, and one file for each engine behind it."""
