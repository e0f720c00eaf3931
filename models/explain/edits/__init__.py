"""The smallest edit of a text that changes a result: a bounded search, and the words that replace others."""
