"""The examples of the Summarization tab, and how it explains itself."""

from demos.assets import ASSETS

TEXTS = ASSETS / "examples"
EXAMPLES = {
    "A ferry goes electric, written": ("harbour_ferry.txt", "abstractive", "medium"),
    "The same, picked": ("harbour_ferry.txt", "extractive", "medium"),
    "A history of lighthouses, picked": ("lighthouse_history.txt", "extractive", "long"),
    "The same, in one sentence": ("lighthouse_history.txt", "abstractive", "short"),
}
CHINESE = {"免费公交，摘出来": "extractive", "免费公交，写出来": "abstractive"}
CHINESE_TEXT = "buses_zh.txt"
METHODS = [("Picked from the text", "extractive"), ("Written by a language model", "abstractive")]
LENGTHS = [("One sentence", "short"), ("Three", "medium"), ("Six", "long")]
EXPLANATION = """
**Picked** (extractive): every sentence becomes a vector (MiniLM). Those nearest to the middle of all are picked, early
ones first where the order of the text means something, and none that repeats another. Nothing is rewritten, so nothing
is made up. In Chinese and Japanese, of which MiniLM knows hardly a letter, shared words and pairs of words take its
place.

**Written** (abstractive): a language model reads the text and writes a summary, in the text's own language where it
knows it: SmolLM2, of 135 million parameters, knows English; Qwen, of 1.5 billion, a dozen languages. It is nudged
towards the words of the text, so that it invents less. A model that was trained for summaries alone, where one is
chosen, writes as it learnt to, cut to the number of sentences. A long text is read part by part, and the summaries of
the parts are summarized again. The models are small and make mistakes: of 53 sentences that Qwen wrote of twenty news
articles, a reader found 19 false in some point, mostly who did what, and no mark can show that.

**Nearest sentences** are those of the text whose vectors are nearest to a sentence of the summary; the number is the
cosine of the two, 1 for the same. That a sentence is near proves nothing: read it. A name, number or date of the
summary that the text does not have as a word is underlined in waves, and its sentence is marked with ⚠; so is one
without any near sentence.
"""
