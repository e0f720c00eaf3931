"""One training loop for every recipe: deterministic batches, checkpoints that resume, progress with time left."""

import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train; `warmup` is the share of steps that the rate rises to `peak_rate`."""

    epochs: float
    batch_size: int
    peak_rate: float
    warmup: float = 0.1
    seed: int = 0

    def rate(self, step: int, steps: int) -> float:
        """The learning rate at `step` of `steps`: a linear rise, then a linear fall to zero."""
        rise = max(1, int(self.warmup * steps))
        return self.peak_rate * min((step + 1) / rise, (steps - step) / max(1, steps - rise))

    def then(self, epochs: float, rate: float) -> "Schedule":
        """A schedule to follow this one: `epochs` times as long, `rate` times as fast, in another order."""
        return replace(self, epochs=self.epochs * epochs, peak_rate=self.peak_rate * rate, seed=self.seed + 1)


def batches_by_length(lengths: Sequence[int], schedule: Schedule) -> list[list[int]]:
    """Indices of every batch of every epoch, each of similar lengths, so that little of it is padding."""
    rng = random.Random(schedule.seed)
    batches: list[list[int]] = []
    pool = schedule.batch_size * 50
    wanted = 1
    while len(batches) < wanted:
        order = list(range(len(lengths)))
        rng.shuffle(order)
        epoch = []
        for start in range(0, len(order), pool):
            chunk = sorted(order[start : start + pool], key=lengths.__getitem__)
            epoch += [chunk[i : i + schedule.batch_size] for i in range(0, len(chunk), schedule.batch_size)]
        rng.shuffle(epoch)
        batches += epoch
        wanted = round(schedule.epochs * len(epoch))
    return batches[:wanted]


def fit(
    model: nn.Module,
    loss_of: Callable[[list[int]], Tensor],
    batches: Sequence[list[int]],
    schedule: Schedule,
    checkpoint: Path,
    save_every: int = 100,
    log: Callable[[str], None] = print,
) -> None:
    """Train the parameters of `model` that ask for gradients, going on from `checkpoint` where there is one."""
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=schedule.peak_rate, weight_decay=0.01)
    first = _resume(parameters, optimizer, checkpoint, len(batches)) if checkpoint.exists() else 0
    model.train()
    started, smooth = time.monotonic(), 0.0
    for step in range(first, len(batches)):
        for group in optimizer.param_groups:
            group["lr"] = schedule.rate(step, len(batches))
        # Dropout draws by the step, so that a run that was broken off goes on as it would have.
        torch.manual_seed(schedule.seed * len(batches) + step)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(batches[step])
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        done = step + 1 - first
        smooth = loss.item() if done == 1 else 0.98 * smooth + 0.02 * loss.item()
        if done % 20 == 0:
            speed = done / (time.monotonic() - started)
            left = (len(batches) - step - 1) / speed / 60
            log(f"step {step + 1} of {len(batches)}, loss {smooth:.3f}, {speed:.2f} steps/s, {left:.0f} min left")
        if (step + 1) % save_every == 0 or step + 1 == len(batches):
            _save(parameters, optimizer, step + 1, len(batches), checkpoint)
    model.eval()


def _save(parameters: list[nn.Parameter], optimizer: torch.optim.Optimizer, step: int, steps: int, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {
        "step": step,
        "steps": steps,
        "parameters": [parameter.detach() for parameter in parameters],
        "optimizer": optimizer.state_dict(),
    }
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    os.replace(partial, path)


def _resume(parameters: list[nn.Parameter], optimizer: torch.optim.Optimizer, path: Path, steps: int) -> int:
    state = torch.load(path, weights_only=True)
    if state["steps"] != steps:
        raise ValueError(
            f"{path} belongs to a run of {state['steps']} steps, this one has {steps}: delete it to start anew."
        )
    with torch.no_grad():
        for parameter, saved in zip(parameters, state["parameters"], strict=True):
            parameter.copy_(saved)
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
