"""Rows of token ids in batches of similar lengths."""

from collections.abc import Iterator, Sequence

# Small enough to stop within half a second even on a busy CPU, where larger batches are no faster, and to keep the
# activations of a batch at some tens of megabytes.
BATCH_TOKENS = 512


def batches(lengths: Sequence[int], most: int = BATCH_TOKENS) -> Iterator[list[int]]:
    """Yield the indices of rows of these `lengths`, longest first, in batches of at most `most` tokens with padding.

    A row of more than `most` tokens is a batch by itself.
    """
    batch: list[int] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        longest = lengths[batch[0]] if batch else 0
        # A row of less than half the length would be mostly padding.
        if batch and ((len(batch) + 1) * longest > most or 2 * lengths[i] < longest):
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch
