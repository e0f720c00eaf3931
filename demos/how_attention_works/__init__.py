"""The How attention works tab."""
