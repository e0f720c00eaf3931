"""The examples of the Question answering tab, and how it explains itself."""

from demos.assets import ASSETS

EXAMPLES_FOLDER = ASSETS / "examples"
CONTEXTS = {"The Iron Bridge": "bridge.txt", "Tea": "tea.txt", "A lighthouse log": "lighthouse.txt"}
QUESTIONS = (
    ("A fact", "When was the bridge opened?", "The Iron Bridge"),
    ("A reason", "Why did Abraham Darby stay in debt?", "The Iron Bridge"),
    ("Not in the text", "How many people cross the bridge every day?", "The Iron Bridge"),
    ("A negation", "Which drinks contain no caffeine?", "Tea"),
    ("In the last lines of a long text", "Where was the brass key found?", "A lighthouse log"),
)
CHINESE_CONTEXT = "lighthouse_zh.txt"
CHINESE = {
    "一个事实": "灯塔什么时候改用电灯？",
    "人物": "谁设计了灯塔？",
    "文中没有": "旅店住一晚多少钱？",
}
WHY = """
A word's effect is what it adds to the answer's lead over “no answer”: the scores (logits) of its first and last token
together, less those of “no answer”.

- **Left out**: the question is read again without the word, over the same text. This is occlusion (Zeiler and Fergus
  2014).
- **Gradients**: the model reads many times on the way from blanks to the words, and the slope of the lead at each word
  is added up (integrated gradients, Sundararajan et al. 2017). For the question the text stays as it is, and for the
  text the question does; all words together make up what the whole question, or the whole text, adds.

Only the window of the text in which the answer was found is read.
"""
EXPLANATION = """
The model reads the question together with a window of the text, and gives every stretch of up to 20 tokens a score. A
long text is read in windows of 320 tokens that overlap, so that each place has words around it on both sides.

Each percentage is the probability that the answer is at that place. **Not in the text** competes with them: it comes
from how far the best stretch stands above the model's own “no answer” score. For MiniLM-SQuAD that was fitted on
questions left out of the training; the probabilities of other models are as they come out of them. The marks are
stronger the likelier the answer, and numbered from the best.

The model finds words, it does not reason: it cannot add, compare, or answer from two places at once.

A language model (Qwen) writes its answer, and is asked to copy words from the text or to say NONE. What it copied is
marked where it stands; what it did not is shown as its own words, and the nearest sentence is marked. **Not in the
text** is the probability of NONE against all beginnings that stand in the text; an answer has the probability of its
wording. It reads a dozen languages. A long text is read in windows of 600 tokens, those with most of the question's
words first, until a copied answer is sure or the time is up.
"""


def contexts() -> dict[str, str]:
    """The example texts by their titles."""
    return {title: (EXAMPLES_FOLDER / name).read_text(encoding="utf-8") for title, name in CONTEXTS.items()}
