"""Train an adapter in rounds: each continues from the previous adapter, with the batches that follow.

A round lasts for a given computing time, and its learning rate reaches zero at the end of it. So every round ends with
an adapter that can be used as it is and trained further.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from train.loop import Schedule, batches_by_length

RECORD = "training.json"


@dataclass(frozen=True)
class Pace:
    """A learning-rate schedule: `warmup` steps up to `peak_rate`, and a linear decay to zero over the round's time."""

    batch_size: int
    peak_rate: float
    warmup: int = 40
    seed: int = 0

    def rate(self, step: int, progress: float) -> float:
        """The learning rate at `step` when the fraction `progress` of the time has passed, 0 to 1."""
        return self.peak_rate * min(1.0, (step + 1) / self.warmup) * max(0.0, 1 - progress)


@dataclass(frozen=True)
class Round:
    """One finished round."""

    steps: int
    examples: int
    minutes: float
    peak_rate: float


@dataclass(frozen=True)
class Record:
    """The rounds of an adapter, stored beside it as `training.json`."""

    rounds: tuple[Round, ...] = ()

    @property
    def steps(self) -> int:
        """The number of steps in all rounds, which is the number of the next batch."""
        return sum(one.steps for one in self.rounds)

    @staticmethod
    def read(folder: Path) -> "Record":
        """Read the record in `folder`; it is empty if there is none."""
        path = folder / RECORD
        if not path.exists():
            return Record()
        return Record(tuple(Round(**one) for one in json.loads(path.read_text(encoding="utf-8"))["rounds"]))

    def write(self, folder: Path) -> None:
        """Write the record to `folder`."""
        (folder / RECORD).write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


class Batches:
    """The batches of all epochs, numbered consecutively; every epoch is shuffled differently."""

    def __init__(self, lengths: Sequence[int], batch_size: int, seed: int) -> None:
        self._lengths, self._size, self._seed = lengths, batch_size, seed
        self._epoch, self._batches = 0, self._order(0)

    def __len__(self) -> int:
        """The number of batches in one epoch."""
        return len(self._batches)

    def __getitem__(self, number: int) -> list[int]:
        """The indices of the examples in batch `number`."""
        epoch, place = divmod(number, len(self._batches))
        if epoch != self._epoch:
            self._epoch, self._batches = epoch, self._order(epoch)
        return self._batches[place]

    def _order(self, epoch: int) -> list[list[int]]:
        return batches_by_length(self._lengths, Schedule(1, self._size, 0.0, seed=self._seed + epoch))


def fit(
    model: nn.Module,
    loss_of: Callable[[list[int]], Tensor],
    batches: Batches,
    first: int,
    pace: Pace,
    minutes: float,
    checkpoint: Path,
    save_every: int = 25,
    log: Callable[[str], None] = print,
) -> Round:
    """Train the parameters that require gradients for `minutes`, starting with batch number `first`.

    The time is processor time divided by the number of threads: on an idle machine it is wall-clock time, and on a busy
    one a round does the same work and takes longer. If `checkpoint` exists, an interrupted round resumes from it, and
    the time it has taken counts.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=pace.peak_rate, weight_decay=0.01)
    step, examples, before = _resume(parameters, optimizer, checkpoint) if checkpoint.exists() else (0, 0, 0.0)
    model.train()
    started, smooth = time.process_time(), 0.0
    begun = step

    def elapsed() -> float:
        return before + (time.process_time() - started) / torch.get_num_threads()

    while (progress := elapsed() / 60 / minutes) < 1:
        for group in optimizer.param_groups:
            group["lr"] = pace.rate(step, progress)
        batch = batches[first + step]
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        step, examples = step + 1, examples + len(batch)
        smooth = loss.item() if step == begun + 1 else 0.97 * smooth + 0.03 * loss.item()
        if step % 10 == 0:
            speed = examples / elapsed()
            log(
                f"step {step}, {examples} examples, {progress:.1%} of {minutes:g} min, loss {smooth:.3f}, {speed:.1f}/s"
            )
        if step % save_every == 0:
            _save(parameters, optimizer, (step, examples, elapsed()), checkpoint)
    _save(parameters, optimizer, (step, examples, elapsed()), checkpoint)
    model.eval()
    return Round(step, examples, round(elapsed() / 60, 1), pace.peak_rate)


def _save(
    parameters: list[nn.Parameter], optimizer: torch.optim.Optimizer, place: tuple[int, int, float], path: Path
) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "place": list(place),
        "parameters": [parameter.detach() for parameter in parameters],
        "optimizer": optimizer.state_dict(),
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def _resume(parameters: list[nn.Parameter], optimizer: torch.optim.Optimizer, path: Path) -> tuple[int, int, float]:
    state: dict[str, Any] = torch.load(path, weights_only=True)
    with torch.no_grad():
        for parameter, saved in zip(parameters, state["parameters"], strict=True):
            parameter.copy_(saved)
    optimizer.load_state_dict(state["optimizer"])
    step, examples, seconds = state["place"]
    return int(step), int(examples), float(seconds)
