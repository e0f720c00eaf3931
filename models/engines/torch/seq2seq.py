"""An encoder-decoder of Transformers as a `models.engines.base.Translator`: it writes in batches, token by token.

Always the likeliest token: beams would find somewhat better texts, but cannot be shown as they grow.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    DynamicCache,
    EncoderDecoderCache,
    ForcedBOSTokenLogitsProcessor,
    LogitsProcessorList,
    MinLengthLogitsProcessor,
    NoRepeatNGramLogitsProcessor,
)
from transformers.modeling_outputs import BaseModelOutput

from models.engines.base import Decoded
from models.engines.torch.student import pad
from models.engines.writing import Row, Source, in_groups
from models.engines.writing import bound as longest
from models.runtime.arrays import Floats


class Seq2Seq(nn.Module):
    """`model` reads a text and writes another; `never` are tokens that it must not write."""

    def __init__(self, model: Any, never: Sequence[int] = ()) -> None:
        super().__init__()
        self.model = model
        self.config = model.config
        self.never = [token for token in (*never, model.config.pad_token_id) if token is not None]

    @property
    def end(self) -> int:
        """The token that ends a text."""
        token = self.model.generation_config.eos_token_id
        return int(token[0] if isinstance(token, list) else token)

    @property
    def start(self) -> int:
        """The token that the decoder reads before its first one."""
        return int(self.model.generation_config.decoder_start_token_id or self.config.decoder_start_token_id)

    def translate(self, sources: Sequence[Source]) -> Iterator[dict[int, Decoded]]:
        """Write for each of `sources`. See `models.engines.base.Translator`."""
        return in_groups(self.decode, sources)

    def decode(self, sources: Sequence[Source], bound: int | None = None) -> Iterator[dict[int, Decoded]]:
        """Write for a batch of sources; at most `bound` tokens where that is given.

        After each token yields the texts that it ended, by their index.
        """
        rows = [Row(number, len(source), bound or longest(source)) for number, source in enumerate(sources)]
        for step in self.steps(sources, [row.bound for row in rows]):
            written = {
                number: rows[number].write(token, weights, self.end) for number, (token, weights) in step.items()
            }
            yield {number: decoded for number, decoded in written.items() if decoded is not None}

    @torch.inference_mode()
    def encode(self, sources: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
        """The states (batch, source, width) of a batch, and the mask (batch, source) that is 1 at its tokens."""
        ids, mask = pad(sources, self.model.device)
        ids = ids.masked_fill(~mask, self.config.pad_token_id or 0)
        states: Tensor = self.model.get_encoder()(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        return states, mask.long()

    def steps(self, sources: Sequence[Sequence[int]], bounds: Sequence[int]) -> Iterator[dict[int, tuple[int, Floats]]]:
        """Yield for each unfinished row its next token and its attention weights over the source."""
        states, mask = self.encode(sources)
        cache = EncoderDecoderCache(DynamicCache(), DynamicCache())
        rows = list(range(len(sources)))
        generated = torch.full((len(rows), 1), self.start, device=states.device)
        bend = self._processors()
        for step in range(max(bounds)):
            tokens, weights = self._next(states, mask, generated, cache, bend)
            chosen, looked = tokens.tolist(), weights.numpy()
            yield {row: (token, looked[at]) for at, (row, token) in enumerate(zip(rows, chosen, strict=True))}
            going = [at for at, row in enumerate(rows) if chosen[at] != self.end and step + 1 < bounds[row]]
            if not going:
                return
            generated = torch.cat([generated, tokens[:, None]], 1)
            if len(going) < len(rows):  # The others leave the batch.
                kept = torch.tensor(going, device=states.device)
                rows = [rows[at] for at in going]
                generated, states, mask = generated[kept], states[kept], mask[kept]
                cache.batch_select_indices(kept)

    @torch.inference_mode()
    def _next(
        self, states: Tensor, mask: Tensor, generated: Tensor, cache: Any, bend: LogitsProcessorList
    ) -> tuple[Tensor, Tensor]:
        """The likeliest tokens (batch) after `generated`, and the weights (batch, source) of the cross-attention.

        The weights are the mean over the heads of the last layer but one, which aligns words best in models that were
        not trained to align (Garg et al. 2019); all are zero if the model was loaded without attention.
        """
        output = self.model(
            encoder_outputs=BaseModelOutput(last_hidden_state=states),
            attention_mask=mask,
            decoder_input_ids=generated[:, -1:],
            cache=cache,
            use_cache=True,
            output_attentions=self.config._attn_implementation == "eager",
        )
        looked = output.cross_attentions
        weights = looked[-2:][0].mean(1)[:, 0].float().cpu() if looked else torch.zeros(mask.shape)
        logits = output.logits[:, -1].float().clone()
        logits[:, self.never] = -torch.inf
        return bend(generated, logits).argmax(-1), weights

    def _processors(self) -> LogitsProcessorList:
        """The constraints on generated tokens in the checkpoint's generation settings."""
        settings, found = self.model.generation_config, LogitsProcessorList()
        if settings.min_length:
            found.append(MinLengthLogitsProcessor(settings.min_length, self.end, device=self.model.device))
        if settings.no_repeat_ngram_size:
            found.append(NoRepeatNGramLogitsProcessor(settings.no_repeat_ngram_size))
        if settings.forced_bos_token_id is not None:
            found.append(ForcedBOSTokenLogitsProcessor(settings.forced_bos_token_id))
        return found
