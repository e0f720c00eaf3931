"""Fields that several tabs share."""
