"""Model cards of adapters that are trained in rounds."""

from collections.abc import Sequence

from train import mixture
from train import question_answering as qa_recipe
from train import sentiment as sentiment_recipe
from train.bases import Base
from train.domains_question_answering import Domain as AnswerDomain
from train.domains_sentiment import Domain as SentimentDomain
from train.rounds import Record

QUESTION_ANSWERING = """\
---
license: apache-2.0
language: en
base_model: {repository}
library_name: peft
pipeline_tag: question-answering
datasets: [rajpurkar/squad]
---
# {name}: extractive question answering

An adapter that finds the answer to an English question in a text, or says that the text has none.

| | |
|---|---|
| Base | `{repository}` (Apache-2.0), frozen |
| Data | A part of SQuAD v1.1 train (CC BY-SA 4.0), of the 78,161 questions whose answer occurs once in its paragraph; \
see Rounds for how much |
| Recipe | LoRA on every linear layer of the encoder, and a new head. Windows of {tokens} tokens; {nulls:.0%} of the \
questions are repeated with a context that lacks the answer. No dropout, AdamW, bfloat16, batches of {batch}. \
Trained in rounds; in each, the learning rate warms up and decays to zero |
| Rounds | {rounds} |
| Command | `make train TASK=question-answering BASE={base} DATA=folder`, which trains one more round |
| Licence | Apache-2.0 |

## Figures
Measured through the app's own code with the official scoring. The threshold and the temperature (`calibration.json`) \
were fitted on SQuAD training questions that were not trained on, and on one half of each SQuADShifts set (reviews and \
posts); the figures on those sets are from the other half.

| test | questions | F1 | EM | F1 with refusals | F1 of always refusing | refused though answerable | \
calibration error |
|---|---|---|---|---|---|---|---|
{rows}

## Limits
English, and the style of Wikipedia. It extracts a span of the text and does not reason: no sums, no yes or no, no \
answer from several places. {limit}
"""
SENTIMENT = """\
---
license: apache-2.0
language: en
base_model: {repository}
library_name: peft
pipeline_tag: text-classification
---
# {name}: negative, neutral, positive

An adapter that classifies the sentiment of an English text into three classes, with calibrated probabilities.

| | |
|---|---|
| Base | `{repository}` (Apache-2.0), frozen |
| Data | SST-2 and SST-5 train (Rotten Tomatoes reviews); SemEval 2013 to 2016 tweets (research use); GoEmotions \
comments of one polarity (CC BY 4.0); whole product reviews of electronics and DVDs (Blitzer et al. 2007, research \
use); sentences and paragraphs of SQuAD as neutral facts (CC BY-SA 4.0); made-up statements and remarks \
(`train/everyday.py`, `train/remarks.py`). No text of these sets is part of this repository |
| Recipe | {start}Texts of at most {tokens} tokens, label smoothing {smoothing}, batches of {batch}, AdamW, bfloat16. \
Emoji are spelled out. Trained in rounds; in each, the learning rate warms up and decays to zero |
| Rounds | {rounds} |
| Command | `{command}`, which trains one more round |
| Licence | Apache-2.0 for the adapter; the tweets and the whole reviews were given for research |

## Figures
Measured through the app's own code. A temperature and a bias for each class were fitted on held-out tweets, \
comments and review sentences, and are part of the head. Whole reviews are {held} of {domain}, a domain that was not \
trained on; long ones are read sentence by sentence, and a prediction of neutral counts as wrong.

| test | texts | measure | figure | calibration error |
|---|---|---|---|---|
{rows}

## Limits
English. Irony, and praise or blame that only states a fact, are often missed. Texts of more than 126 tokens are read \
sentence by sentence.
"""

# What the rounds on MiniLM started from.
FIRST = (
    "Starts from the adapter that the same command makes without MINUTES: the mean of two LoRAs over SST, tweets, "
    "facts and statements. "
)


def question_answering(base: Base, name: str, record: Record, domains: Sequence[AnswerDomain]) -> str:
    """The card of a question-answering adapter."""
    return QUESTION_ANSWERING.format(
        repository=base.repository,
        name=base.question_answering.name,
        tokens=qa_recipe.ROUND_TOKENS,
        nulls=qa_recipe.NULL_SHARE,
        batch=qa_recipe.PACE.batch_size,
        rounds=_rounds(record),
        base=name,
        rows="\n".join(
            f"| {d.name} | {d.questions:,} | {d.f1:.1f} | {d.exact_match:.1f} | {d.shown_f1:.1f} | {d.never_f1:.1f} | "
            f"{d.refused:.0f}% | {d.error:.3f} |"
            for d in domains
        ),
        limit="The contexts without an answer that it learned from are easier than those that people wrote to mislead.",
    )


def sentiment(base: Base, name: str, record: Record, domains: Sequence[SentimentDomain]) -> str:
    """The card of a sentiment adapter."""
    rounds = " MINUTES=20" if name == "minilm" else ""
    return SENTIMENT.format(
        repository=base.repository,
        name=base.sentiment.name,
        start=FIRST if name == "minilm" else "",
        tokens=sentiment_recipe.ROUND_TOKENS,
        smoothing=sentiment_recipe.LABEL_SMOOTHING,
        batch=sentiment_recipe.PACE.batch_size,
        rounds=_rounds(record),
        command=f"make train TASK=sentiment BASE={name}{rounds} DATA=folder",
        held=mixture.HELD_OUT_WHOLE,
        domain=mixture.HELD_OUT_DOMAIN,
        rows="\n".join(f"| {d.name} | {d.texts:,} | {d.measure} | {d.figure:.3f} | {d.error:.3f} |" for d in domains),
    )


def _rounds(record: Record) -> str:
    return "; ".join(
        f"{one.examples:,} examples in {one.steps:,} steps, {one.minutes:g} minutes of two cores, peak rate "
        f"{one.peak_rate:g}"
        for one in record.rounds
    )
