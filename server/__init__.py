"""What stands between the page and the network: limits, deadlines, health, figures, and an orderly end."""
