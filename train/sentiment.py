"""Sentiment in three classes on all-MiniLM-L6-v2, over SST, SemEval tweets, neutral facts and everyday statements.

A LoRA alone: with every matrix free, as question answering goes on, it came to fit its training data better and the
test data worse.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from models.catalog import LABELS
from train import lora, sentiment_data
from train.loop import Schedule, batches_by_length, fit

HEAD = "classifier"
RANK = 92
MAX_TOKENS = 96
LABEL_SMOOTHING = 0.05
SCHEDULE = Schedule(epochs=2.5, batch_size=64, peak_rate=1e-3, warmup=0.05)


def pad(rows: list[list[int]]) -> dict[str, Tensor]:
    """The tensors of one batch of token ids, each (batch, longest text)."""
    longest = max(map(len, rows))
    return {
        "input_ids": torch.tensor([row + [0] * (longest - len(row)) for row in rows]),
        "attention_mask": torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows]),
    }


def load(base: Path) -> nn.Module:
    """The encoder in `base` under a new three-class head."""
    return lora.load_base(AutoModelForSequenceClassification, base, num_labels=len(LABELS))


def train(base: Path, data: Path, output: Path, checkpoint: Path, schedule: Schedule, limit: int | None = None) -> None:
    """Train on the texts in `data`, at most `limit` of them, and write the adapter, uncalibrated, to `output`."""
    torch.manual_seed(schedule.seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    examples = sentiment_data.read(data, schedule.seed).train[:limit]
    ids = tokenizer([example.text for example in examples], truncation=True, max_length=MAX_TOKENS)["input_ids"]
    labels = torch.tensor([example.label for example in examples])
    low_rank = lora.add_adapter(load(base), RANK, HEAD)
    _learn(low_rank, ids, labels, schedule, checkpoint)
    lora.save_adapter(low_rank, output)


def _learn(model: nn.Module, ids: list[list[int]], labels: Tensor, schedule: Schedule, checkpoint: Path) -> None:
    batches = batches_by_length([len(row) for row in ids], schedule)
    print(f"{len(ids)} texts, {len(batches)} steps", flush=True)

    def loss_of(batch: list[int]) -> Tensor:
        logits = model(**pad([ids[i] for i in batch])).logits
        return cross_entropy(logits.float(), labels[batch], label_smoothing=LABEL_SMOOTHING)

    fit(model, loss_of, batches, schedule, checkpoint, log=lambda line: print(line, flush=True))
