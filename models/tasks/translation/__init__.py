"""Translation, sentence by sentence, with word alignment."""
