"""Views that several tabs share."""
