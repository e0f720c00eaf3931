"""The Tokens tab."""
