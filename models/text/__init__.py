"""Text without any model: sentences, words, languages, and their places as character offsets."""
