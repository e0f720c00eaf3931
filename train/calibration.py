"""Probabilities that mean what they say: fits on held-out training data, and the error that is left."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

BINS = 15


def calibration_error(confidences: Sequence[float], correct: Sequence[bool], bins: int = BINS) -> float:
    """The expected calibration error (Guo et al. 2017), 0 to 1: |accuracy - confidence|, averaged over equal bins."""
    confidence, right = torch.tensor(confidences, dtype=torch.float64), torch.tensor(correct, dtype=torch.float64)
    place = (confidence * bins).long().clamp(max=bins - 1)
    gaps = [(right[place == i] - confidence[place == i]).sum().abs() for i in range(bins)]
    return float(sum(gaps) / len(confidences))


def fit_logistic(margins: Tensor, labels: Tensor) -> tuple[float, float]:
    """(scale, threshold) of P(label 1) = sigmoid(scale * (margin - threshold)) of the least cross-entropy.

    An infinite margin has that probability whatever they are, and is left out.
    """
    margins, labels = margins[margins.isfinite()], labels[margins.isfinite()]
    weight = torch.tensor([1.0, 0.0], dtype=torch.float64, requires_grad=True)
    # Margins are brought to unit size, and back: L-BFGS does not converge on large ones.
    size = margins.double().std() + 1e-9

    def loss() -> Tensor:
        logits = weight[0] * margins.double() / size + weight[1]
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, labels.double())

    _minimize(loss, [weight])
    slope, shift = weight.tolist()
    return slope / float(size), -shift / (slope / float(size))


def fit_classes(
    log_probabilities: Tensor, labels: Tensor, binary: Tensor, binary_labels: Tensor, evenness: float
) -> tuple[float, list[float]]:
    """(temperature, biases) that calibrate three classes on one set, and the outer two of them on another.

    `log_probabilities` (texts, 3) have `labels` 0 to 2; `binary` (texts, 3) have `binary_labels` 0 or 2. The biases
    weigh a class by its count to the power -`evenness`: 1 makes all classes count the same, 0 follows their shares.
    The temperature is then fitted with the shares as they are.
    """
    shares = torch.bincount(labels, minlength=3) / len(labels)
    weights = shares.pow(-evenness)
    bias = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    log_scale = torch.zeros(1, dtype=torch.float64, requires_grad=True)

    def loss(weights: Tensor | None) -> Tensor:
        adapted, outer = (rows.double() * log_scale.exp() + bias for rows in (log_probabilities, binary))
        both = cross_entropy(adapted, labels, weight=None if weights is None else weights.double())
        return both + cross_entropy(outer[:, [0, 2]], binary_labels // 2)

    _minimize(lambda: loss(weights), [bias, log_scale])
    # A common factor keeps every decision: only the confidence is fitted here.
    ratio = (bias / log_scale.exp()).detach()
    factor = torch.zeros(1, dtype=torch.float64, requires_grad=True)

    def confidence_loss() -> Tensor:
        adapted, outer = ((rows.double() + ratio) * factor.exp() for rows in (log_probabilities, binary))
        return cross_entropy(adapted, labels) + cross_entropy(outer[:, [0, 2]], binary_labels // 2)

    with torch.no_grad():
        factor.copy_(log_scale)
    _minimize(confidence_loss, [factor])
    scale = float(factor.detach().exp())
    return 1 / scale, (ratio * scale).tolist()


def _minimize(loss: Callable[[], Tensor], parameters: list[Tensor]) -> None:
    optimizer = torch.optim.LBFGS(parameters, max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        value = loss()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
