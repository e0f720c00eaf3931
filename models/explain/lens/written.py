"""The states of an encoder-decoder of Transformers at what it writes; imported with a model: it needs torch."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from models.engines.opus import SPACE, OpusTokenizer
from models.engines.torch.seq2seq import Seq2Seq
from models.explain.lens.states import NORMS, States, check_own, no_lens
from models.explain.seq2seq_reading import Source, read_source, read_target, written_for
from models.runtime.cache import Loaded


@torch.inference_mode()
def seq2seq_states(
    loaded: Loaded, prefix: str, text: str, shown: int, between: Callable[[], None]
) -> tuple[Source, list[int], str, States]:
    """What is read of `text` after `prefix`, the tokens that are written with their end, their text, and the states.

    The states are the decoder's where it chose the last `shown` tokens, before the first layer and after each.
    `between` is called at every token, and may end the work by raising. Raises InputError where the model does more to
    its last state than to unembed it.
    """
    network: Seq2Seq = loaded.model
    source = read_source(loaded, prefix, text)
    decoded = written_for(loaded, source, between)
    written = [*decoded.ids, network.end] if decoded.finished else list(decoded.ids)
    output = network.model(
        input_ids=torch.tensor([source.ids], device=loaded.device),
        decoder_input_ids=torch.tensor([[network.start, *written[:-1]]], device=loaded.device),
        output_hidden_states=True,
        use_cache=False,
    )
    rows = tuple(state[0, -shown:] for state in output.decoder_hidden_states)
    norm, unembed = _last_norm(network.model), _unembedding(network.model, rows[-1], output.logits[0, -shown:])

    def logits(row: int) -> Tensor:
        # Transformers gives the last state after the norm.
        last = row % len(rows) == len(rows) - 1
        found: Tensor = unembed(rows[row] if last else norm(rows[row])).float().clone()
        found[:, network.never] = -torch.inf
        return found

    target, _ = read_target(loaded, decoded)
    return source, written, target, States(rows, logits)


def _last_norm(model: Any) -> nn.Module:
    """The norm after the last layer of the decoder; Marian and BART have none, since each layer ends with its own."""
    decoder = model.get_decoder()
    names = (*NORMS, "layer_norm")
    return next((norm for name in names if isinstance(norm := getattr(decoder, name, None), nn.Module)), nn.Identity())


def _unembedding(model: Any, last: Tensor, own: Tensor) -> Callable[[Tensor], Tensor]:
    """What gives the model's `own` logits of its `last` states. Raises InputError where there is no such."""
    bias, layer = getattr(model, "final_logits_bias", 0.0), model.get_output_embeddings()
    # T5 scales a state before an unembedding that is also its embedding.
    for scale in (1.0, model.config.d_model**-0.5):

        def unembed(states: Tensor, scale: float = scale) -> Tensor:
            found: Tensor = layer(states * scale) + bias
            return found

        if check_own(unembed(last[-1:]), own[-1:]):
            return unembed
    raise no_lens(model)


def token_of(tokenizer: Any, word: str) -> int:
    """The first token of `word`, as it would be written."""
    found = tokenizer.encode(word)["ids"] if isinstance(tokenizer, OpusTokenizer) else _ids(tokenizer, word)
    return int(found[0])


def text_of(tokenizer: Any, token: int) -> str:
    """A token as it is written, with the space before it."""
    if isinstance(tokenizer, OpusTokenizer):
        return tokenizer.names.get(token, "").replace(SPACE, " ")
    text: str = tokenizer.decode([token], clean_up_tokenization_spaces=False)
    return text


def _ids(tokenizer: Any, word: str) -> Any:
    return tokenizer(word, add_special_tokens=False, verbose=False)["input_ids"]
