"""Chat: replies to a conversation."""
