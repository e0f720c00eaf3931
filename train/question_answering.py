"""Extractive question answering on all-MiniLM-L6-v2, over SQuAD v1.1 and null contexts made from it.

A LoRA learns first, fast; its sum with the encoder then trains on with every matrix free, in cycles of a rate that
falls to zero and starts again (Loshchilov and Hutter 2017), and what all changed is cut to the rank that the adapter's
file has room for.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from sentencex import segment
from torch import Tensor, nn
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from train import lora, notices, rounds, squad
from train.bases import Base
from train.loop import Schedule, batches_by_length, fit

HEAD = "qa_outputs"
LORA_RANK = 64
RANK = 94
MAX_TOKENS = 320
MAX_QUESTION_TOKENS = 64
STRIDE = 128
NULL_SHARE = 0.14
SCHEDULE = Schedule(epochs=1, batch_size=32, peak_rate=2e-3, warmup=0.05)
WHOLE_EPOCHS = 0.65
WHOLE_RATE = 0.075
WHOLE_CYCLES = 2
# Of the rounds on a large encoder.
ROUND_RANK = 32
ROUND_TOKENS = 256
NOTICES = 3_000
PACE = rounds.Pace(batch_size=8, peak_rate=5e-4)


@dataclass(frozen=True)
class Window:
    """Token ids of `[CLS] question [SEP] part of the context [SEP]`; both ends are 0 where the answer is elsewhere.

    `types` distinguish the two texts; they are empty if the encoder has no token types.
    """

    ids: list[int]
    types: list[int]
    start: int
    end: int


def null_questions(questions: list[squad.Question], share: float, seed: int) -> list[squad.Question]:
    """Questions with an unfitting context: another paragraph of the article, or their own less the answer's sentence.

    SQuAD v1.1 has only answerable questions; the answer's text never occurs in the contexts made here.
    """
    rng = random.Random(seed)
    paragraphs: dict[str, list[str]] = defaultdict(list)
    for question in questions:
        if question.context not in paragraphs[question.title][-1:]:
            paragraphs[question.title].append(question.context)
    nulls = []
    for question in rng.sample(questions, int(share * len(questions))):
        answer = question.answers[0][0]
        if rng.random() < 0.5:
            context = rng.choice(paragraphs[question.title])
        else:
            context = " ".join(s for s in segment("en", question.context) if answer not in s).strip()
        if len(context) > 100 and answer.lower() not in context.lower():
            nulls.append(squad.Question(question.id, question.title, question.question, context, ()))
    return nulls


def windows(questions: list[squad.Question], tokenizer: Any, max_tokens: int = MAX_TOKENS) -> list[Window]:
    """Every training window of `questions`: `max_tokens` long at most, overlapping by `STRIDE`."""
    found = []
    for question in questions:
        head = tokenizer(question.question, add_special_tokens=False, truncation=True, max_length=MAX_QUESTION_TOKENS)
        encoded = tokenizer(
            tokenizer.decode(head["input_ids"]),
            question.context,
            truncation="only_second",
            max_length=max_tokens,
            stride=STRIDE,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        for i, ids in enumerate(encoded["input_ids"]):
            start, end = _ends(question, encoded["offset_mapping"][i], encoded.sequence_ids(i))
            types = encoded["token_type_ids"][i] if "token_type_ids" in encoded else []
            found.append(Window(ids, types, start, end))
    return found


def _ends(question: squad.Question, offsets: list[tuple[int, int]], sequence: list[int | None]) -> tuple[int, int]:
    if not question.answers:
        return 0, 0
    text, first = question.answers[0]
    inside = [i for i, (a, b) in enumerate(offsets) if sequence[i] == 1 and a < first + len(text) and b > first]
    whole = inside and offsets[inside[0]][0] <= first and offsets[inside[-1]][1] >= first + len(text)
    return (inside[0], inside[-1]) if whole else (0, 0)


def pad(chosen: list[Window], blank: int = 0) -> dict[str, Tensor]:
    """The tensors of one batch, each (batch, longest window); `blank` is the encoder's token for padding."""
    longest = max(len(window.ids) for window in chosen)

    def rows(lists: list[list[int]], filler: int = 0) -> Tensor:
        return torch.tensor([row + [filler] * (longest - len(row)) for row in lists])

    types = {"token_type_ids": rows([window.types for window in chosen])} if chosen[0].types else {}
    return types | {
        "input_ids": rows([window.ids for window in chosen], blank),
        "attention_mask": rows([[1] * len(window.ids) for window in chosen]),
        "start_positions": torch.tensor([window.start for window in chosen]),
        "end_positions": torch.tensor([window.end for window in chosen]),
    }


def whole_schedules(first: Schedule) -> list[Schedule]:
    """The schedule of each cycle in which whole matrices learn, after the LoRA learnt by `first`."""
    cycle = first.then(WHOLE_EPOCHS, WHOLE_RATE)
    return [replace(cycle, seed=cycle.seed + number) for number in range(WHOLE_CYCLES)]


def train(base: Path, data: Path, output: Path, checkpoint: Path, schedule: Schedule, limit: int | None = None) -> None:
    """Train on SQuAD v1.1 in `data`, at most `limit` questions of it, and write the adapter to `output`."""
    torch.manual_seed(schedule.seed)
    tokenizer = AutoTokenizer.from_pretrained(base)
    questions = squad.read(data / "squad-train-v1.1.json.xz", exact_only=True)
    random.Random(schedule.seed).shuffle(questions)
    questions = questions[:limit]
    low_rank = lora.add_adapter(lora.load_base(AutoModelForQuestionAnswering, base), LORA_RANK, HEAD)
    _learn(low_rank, questions, tokenizer, schedule, checkpoint)
    whole = lora.merge_and_unfreeze(low_rank, HEAD)
    for cycle, each in enumerate(whole_schedules(schedule), 1):
        _learn(whole, questions, tokenizer, each, checkpoint.with_suffix(f".whole-{cycle}.pt"))
    untrained = lora.load_base(AutoModelForQuestionAnswering, base)
    lora.save_adapter(lora.extract_adapter(untrained, whole, RANK, HEAD), output)


def _learn(
    model: nn.Module, questions: list[squad.Question], tokenizer: Any, schedule: Schedule, checkpoint: Path
) -> None:
    examples = windows(questions + null_questions(questions, NULL_SHARE, schedule.seed), tokenizer)
    batches = batches_by_length([len(example.ids) for example in examples], schedule)
    print(f"{len(questions)} questions, {len(examples)} windows, {len(batches)} steps", flush=True)

    def loss_of(batch: list[int]) -> Tensor:
        loss: Tensor = model(**pad([examples[i] for i in batch])).loss
        return loss

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
    questions = squad.read(data / "squad-train-v1.1.json.xz", exact_only=True)
    random.Random(pace.seed).shuffle(questions)
    chosen = questions + null_questions(questions, NULL_SHARE, pace.seed)
    chosen += notices.questions(min(NOTICES, len(questions)), random.Random(pace.seed))
    examples = windows(chosen, tokenizer, ROUND_TOKENS)
    batches = rounds.Batches([len(example.ids) for example in examples], pace.batch_size, pace.seed)
    print(f"{len(questions)} questions, {len(examples)} windows, batch {record.steps} of {len(batches)}", flush=True)
    model = lora.continued(lora.load_base(AutoModelForQuestionAnswering, folder), output, ROUND_RANK, HEAD, base)

    def loss_of(batch: list[int]) -> Tensor:
        loss: Tensor = model(**pad([examples[i] for i in batch], tokenizer.pad_token_id)).loss
        return loss

    done = rounds.fit(
        model, loss_of, batches, record.steps, pace, minutes, checkpoint, log=lambda line: print(line, flush=True)
    )
    lora.save_adapter(model, output, base)
    rounds.Record((*record.rounds, done)).write(output)
    return done
