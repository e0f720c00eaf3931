"""The server around the page: limits, deadlines, health checks, metrics, and graceful shutdown."""
