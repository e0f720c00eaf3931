"""The Summarization tab."""
