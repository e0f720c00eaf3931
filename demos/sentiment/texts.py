"""The examples of the Sentiment tab, and how it explains itself."""

EXAMPLES = {
    "Negation": "The film is not bad at all.",
    "A mixed review": "The acting is superb and every frame is a painting. Sadly, the plot makes no sense, and the "
    "ending ruins it all. Still, I would watch it again.",
    "Sarcasm": "Oh great, another meeting that could have been an email. I can hardly wait.",
    "Neutral facts": "I bought it on Monday. The box holds two cables and a manual.",
    "Plain words": "absolutely terrible",
    "Emphasis": "BEST. CONCERT. EVER!!! 😍 My feet hurt, but who cares?",
}

CHINESE = {
    "称赞": "没想到这么便宜的耳机音质这么好！",
    "先扬后抑": "价格便宜，味道却让人失望。",
    "否定": "菜不贵，味道却一点不差。",
}

EXPLANATION = """
Both measures show what a word does to the *balance* of its sentence: the probability of *positive* less that of
*negative*. They are drawn up to ±1.

- **Left out**: the word is taken out, and the sentence read again. This is occlusion (Zeiler and Fergus 2014), which
  also shades the text above. So “not” in “not bad” is marked by what it turns round. Words that only work together may
  each show little, since the other one still stands.
- **Gradients**: the sentence is read many times on the way from blanks to its words, and the slope of the balance at
  each word is added up. These are integrated gradients (Sundararajan et al. 2017); all words of a sentence together
  make up its balance less that of a sentence of blanks.

Where the two disagree, neither is wrong: they measure different things.

The bars are probabilities. Those of the bundled models are calibrated on texts held out of the training: of the texts
that get 80%, about 80% are so. A model without a neutral class has two bars, and calls nothing neutral. A text of more
than 126 tokens is read sentence by sentence: those with an opinion decide its bars, and plain facts weigh little.

A language model (Qwen) classifies the text as praise, a complaint or a fact, after nine examples in five
languages; the bars are the probabilities of these three words as its reply. It reads a dozen languages, takes about a
second a sentence, and is not calibrated: it tends to be overconfident. At most 24 of its words are left out.
"""
