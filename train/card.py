"""The model cards: what an adapter was made of, how, and how good it is."""

import train.question_answering as qa_recipe
import train.sentiment as sentiment_recipe
from models.tasks.question_answering.windows import ANSWER_TOKENS
from train.evaluate_question_answering import HELD_OUT
from train.evaluate_question_answering import Figures as QuestionAnsweringFigures
from train.evaluate_sentiment import Figures as SentimentFigures
from train.loop import Schedule
from train.sentiment_data import FACTS, HELD_OUT_REVIEWS, HELD_OUT_TWEETS, STATEMENTS

QUESTION_ANSWERING = """\
# MiniLM-SQuAD: extractive question answering

An adapter of rank {rank} that finds the answer to an English question in a text, or says that the text has none.

| | |
|---|---|
| Base | `sentence-transformers/all-MiniLM-L6-v2` (Apache-2.0), frozen |
| Data | SQuAD v1.1 train (CC BY-SA 4.0): the 78,161 questions whose answer has one place in its paragraph |
| Recipe | Windows of {window} tokens, {overlap} of them shared with the next. {nulls:.0%} of the questions come a \
second time with a context without their answer: another paragraph of the article, or their own less the sentence. \
First a LoRA of rank {lora_rank} on every linear layer and a new head: {first}. Then, both merged, the matrices of \
those layers and the head whole: {cycles}. What all changed is cut to rank {rank} by singular values. AdamW, bfloat16. |
| Command | `make train TASK=question-answering DATA=folder` |
| Licence | Apache-2.0 |

## Figures
Measured through the app's own adapter, in float32, with official scoring.

| test | figure |
|---|---|
| SQuAD v1.1 dev, {questions:,} questions | **F1 {f1:.1f}, EM {exact_match:.1f}** |
| SQuAD v2.0 dev, {questions_2:,} questions, best no-answer threshold | **F1 {best_f1:.1f}** |
| the same at the page's own threshold (a probability of one half) | F1 {shown_f1:.1f} |
| the same, always answering | F1 {always_f1:.1f} |
| the same, never answering | F1 {never_f1:.1f} |

The probabilities are fitted (`calibration.json`) on {held_out:,} SQuAD training questions that the adapter never saw, \
and as many contexts without an answer made from them.

## Limits
English, and the style of Wikipedia. It finds a stretch of the text, it does not reason: no sums, no yes or no, no \
answer from several places. An answer has at most {longest} tokens. The contexts without an answer that it learned \
from are easier than those that people wrote to mislead (SQuAD v2.0), so it is too sure there.
"""

SENTIMENT = """\
# MiniLM-sentiment: negative, neutral, positive

An adapter of rank {rank} that classifies the sentiment of English text in three classes, with calibrated probabilities.

| | |
|---|---|
| Base | `sentence-transformers/all-MiniLM-L6-v2` (Apache-2.0), frozen |
| Data | SST-2 and SST-5 train (Rotten Tomatoes reviews, 1 and 2 negative, 3 neutral, 4 and 5 positive); SemEval 2013 \
to 2016 tweets (research use); {facts:,} sentences and questions of SQuAD as neutral facts (CC BY-SA 4.0). No text of \
these is part of this repository. {statements:,} made-up statements of everyday life, neutral too |
| Recipe | Texts of at most {window} tokens, label smoothing {smoothing}. Reviews are de-tokenized and half of the \
tweets lose their handles, links and hash signs, so that the style does not give the class away. \
Two LoRAs on every linear layer and a new head, AdamW, bfloat16. One of rank {ranks[0]}, without the everyday \
statements: {first}. One of rank {ranks[1]}, with them: {second}. The mean of what both changed is cut to rank \
{rank} by singular values. |
| Command | `make train TASK=sentiment DATA=folder` |
| Licence | Apache-2.0 for the adapter; the tweets were given for research |

## Figures
Measured through the app's own adapter, in float32.

| test | figure | calibration error |
|---|---|---|
| SST-2 dev, {reviews:,} sentences, neutral removed | **accuracy {accuracy:.3f}** | {accuracy_error:.3f} |
| SemEval 2016 test, {tweets:,} tweets | **mean recall {mean_recall:.3f}** (negative {negative:.2f}, neutral \
{neutral:.2f}, positive {positive:.2f}) | {recall_error:.3f} |

{cases}

The calibration error is the expected one over 15 bins. A temperature and a bias for each class were fitted on \
{held_tweets:,} tweets and {held_reviews:,} reviews held out of the training data, and are part of the head.

## Limits
English. It was trained on films and tweets: other subjects work less well, and so does irony. Texts of more than 126 \
tokens are read sentence by sentence.
"""


def question_answering(figures: QuestionAnsweringFigures) -> str:
    """The card of the question-answering adapter."""
    return QUESTION_ANSWERING.format(
        rank=qa_recipe.RANK,
        window=qa_recipe.MAX_TOKENS,
        overlap=qa_recipe.STRIDE,
        nulls=qa_recipe.NULL_SHARE,
        longest=ANSWER_TOKENS,
        lora_rank=qa_recipe.LORA_RANK,
        first=_schedule(qa_recipe.SCHEDULE),
        cycles=", and then ".join(map(_schedule, qa_recipe.whole_schedules(qa_recipe.SCHEDULE))),
        held_out=HELD_OUT,
        **vars(figures),
    )


def sentiment(figures: SentimentFigures) -> str:
    """The card of the sentiment adapter."""
    negative, neutral, positive = figures.recalls
    first, second = sentiment_recipe.schedules(sentiment_recipe.SCHEDULE)
    return SENTIMENT.format(
        facts=FACTS,
        statements=STATEMENTS,
        rank=sentiment_recipe.RANK,
        window=sentiment_recipe.MAX_TOKENS,
        smoothing=sentiment_recipe.LABEL_SMOOTHING,
        ranks=sentiment_recipe.RANKS,
        first=_schedule(first),
        second=_schedule(second),
        held_tweets=HELD_OUT_TWEETS,
        held_reviews=HELD_OUT_REVIEWS,
        negative=negative,
        neutral=neutral,
        positive=positive,
        **{name: value for name, value in vars(figures).items() if name != "cases"},
        cases=" ".join(f"“{text}” is {label}." for text, label in figures.cases),
    )


def _schedule(schedule: Schedule) -> str:
    epochs = "1 epoch" if schedule.epochs == 1 else f"{schedule.epochs:.3g} epochs"
    return (
        f"{epochs} in batches of {schedule.batch_size}, a rate that rises to "
        f"{schedule.peak_rate:g} over {schedule.warmup:.0%} of the steps and falls to zero, seed {schedule.seed}"
    )
