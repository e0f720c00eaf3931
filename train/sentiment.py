"""Sentiment in three classes on all-MiniLM-L6-v2, over SST, SemEval tweets, neutral facts and everyday statements.

Two LoRAs learn, and the mean of what they changed is better than either, as Wortsman et al. (2022) found of whole
models: the first knows no statements of everyday life, and the second has learnt its training data too well.
"""

from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from models.catalog.bundled import LABELS
from train import lora, mixture, rounds, sentiment_data
from train.bases import Base
from train.loop import Schedule, batches_by_length, fit

HEAD = "classifier"
# Of the two LoRAs, and of the adapter.
RANKS, RANK = (64, 92), 92
STATEMENTS = (0, sentiment_data.STATEMENTS)
MAX_TOKENS = 96
LABEL_SMOOTHING = 0.05
SCHEDULE = Schedule(epochs=1.5, batch_size=64, peak_rate=1e-3, warmup=0.05)
# How many times as long the second learns.
LONGER = 5 / 3
# Of a round.
ROUND_RANK = 32
ROUND_TOKENS = 128
PACE = rounds.Pace(batch_size=16, peak_rate=4e-4)


def pad(rows: list[list[int]], blank: int = 0) -> dict[str, Tensor]:
    """The tensors of one batch of token ids, each (batch, longest text); `blank` is the encoder's token for padding."""
    longest = max(map(len, rows))
    return {
        "input_ids": torch.tensor([row + [blank] * (longest - len(row)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows]),
    }


def load(base: Path) -> nn.Module:
    """The encoder in `base` under a new three-class head."""
    return lora.load_base(AutoModelForSequenceClassification, base, num_labels=len(LABELS))


def schedules(first: Schedule) -> tuple[Schedule, Schedule]:
    """The schedules of the two LoRAs."""
    return first, replace(first, epochs=first.epochs * LONGER)


def train(base: Path, data: Path, output: Path, checkpoint: Path, schedule: Schedule, limit: int | None = None) -> None:
    """Train on the texts in `data`, at most `limit` of them, and write the adapter, uncalibrated, to `output`."""
    tokenizer = AutoTokenizer.from_pretrained(base)
    checkpoints = checkpoint, checkpoint.with_suffix(".second.pt")
    learnt = []
    for rank, statements, each, kept in zip(RANKS, STATEMENTS, schedules(schedule), checkpoints, strict=True):
        torch.manual_seed(each.seed)
        examples = sentiment_data.read(data, each.seed, statements).train[:limit]
        ids = tokenizer([example.text for example in examples], truncation=True, max_length=MAX_TOKENS)["input_ids"]
        labels = torch.tensor([example.label for example in examples])
        low_rank = lora.add_adapter(load(base), rank, HEAD)
        _learn(low_rank, ids, labels, each, kept)
        learnt.append(low_rank.merge_and_unload())
    lora.save_adapter(lora.extract_adapter(load(base), lora.mean(learnt), RANK, HEAD), output)


def _learn(model: nn.Module, ids: list[list[int]], labels: Tensor, schedule: Schedule, checkpoint: Path) -> None:
    batches = batches_by_length([len(row) for row in ids], schedule)
    print(f"{len(ids)} texts, {len(batches)} steps", flush=True)

    def loss_of(batch: list[int]) -> Tensor:
        logits = model(**pad([ids[i] for i in batch])).logits
        return cross_entropy(logits.float(), labels[batch], label_smoothing=LABEL_SMOOTHING)

    fit(model, loss_of, batches, schedule, checkpoint, log=lambda line: print(line, flush=True))


def train_round(
    base: Base, folder: Path, data: Path, output: Path, checkpoint: Path, minutes: float, peak_rate: float | None = None
) -> rounds.Round:
    """Train a LoRA on the encoder in `folder` for one round and write it to `output`.

    The round continues the adapter in `output` if there is one. An interrupted round resumes from `checkpoint`.
    """
    torch.manual_seed(PACE.seed)
    record = rounds.Record.read(output)
    pace = replace(PACE, peak_rate=peak_rate or PACE.peak_rate)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    examples = mixture.read(data, pace.seed).train
    texts = [example.text for example in examples]
    ids = tokenizer(texts, truncation=True, max_length=ROUND_TOKENS, return_token_type_ids=False)["input_ids"]
    labels = torch.tensor([example.label for example in examples])
    batches = rounds.Batches([len(row) for row in ids], pace.batch_size, pace.seed)
    print(f"{len(ids)} texts, batch {record.steps} of {len(batches)}", flush=True)
    model = lora.continued(load(folder), output, ROUND_RANK, HEAD, base)

    def loss_of(batch: list[int]) -> Tensor:
        logits = model(**pad([ids[i] for i in batch], tokenizer.pad_token_id)).logits
        return cross_entropy(logits.float(), labels[batch], label_smoothing=LABEL_SMOOTHING)

    done = rounds.fit(
        model, loss_of, batches, record.steps, pace, minutes, checkpoint, log=lambda line: print(line, flush=True)
    )
    lora.save_adapter(model, output, base)
    rounds.Record((*record.rounds, done)).write(output)
    return done
