"""Classification under labels that the visitor chooses."""
