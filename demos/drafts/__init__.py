"""The Drafts tab."""
