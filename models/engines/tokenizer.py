"""A tokenizer read from `tokenizer.json`, without Transformers, which would bring torch into the process.

It has the calls of a Transformers tokenizer that the adapters make, so that they accept either.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import tokenizers

from models.weights import student
from models.weights.gguf import TOKENIZER

CONFIG, TEMPLATE = "tokenizer_config.json", "chat_template.jinja"


class Encoded(dict[str, Any]):
    """`input_ids` and `offset_mapping` of one text (or pair), or lists of them for several texts."""

    def __init__(self, encodings: Sequence[tokenizers.Encoding], batched: bool) -> None:
        ids = [encoding.ids for encoding in encodings]
        offsets = [encoding.offsets for encoding in encodings]
        super().__init__(
            input_ids=ids if batched else ids[0],
            offset_mapping=offsets if batched else offsets[0],
        )
        self._encodings = encodings

    def sequence_ids(self, index: int = 0) -> list[int | None]:
        """For each token of a text which of a pair it belongs to (0 or 1); None for special tokens."""
        return list(self._encodings[index].sequence_ids)


@dataclass(frozen=True)
class Tokenizer:
    """A fast tokenizer whose state never changes, so that threads share it.

    What looks like a control token in a text is encoded as text. `special` maps roles such as "cls_token" to tokens.
    """

    backend: tokenizers.Tokenizer
    special: Mapping[str, str]
    chat_template: str = ""

    @classmethod
    def load(cls, folder: Path) -> "Tokenizer":
        """The tokenizer in `folder`. Raises OSError or ValueError where its files are missing or broken."""
        backend = tokenizers.Tokenizer.from_str((folder / TOKENIZER).read_text(encoding="utf-8"))
        # Neither is a setting of ours: windows are cut here, and batches are padded by the engines.
        backend.no_truncation()
        backend.no_padding()
        backend.encode_special_tokens = True
        config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        special = {
            role: token["content"] if isinstance(token, dict) else token
            for role, token in config.items()
            if role.endswith("_token") and token
        }
        template = folder / TEMPLATE
        text = template.read_text(encoding="utf-8") if template.is_file() else config.get("chat_template") or ""
        return cls(backend, special, text)

    def __call__(
        self,
        text: str | Sequence[str],
        pair: str | None = None,
        add_special_tokens: bool = True,
        return_offsets_mapping: bool = True,
        verbose: bool = True,
    ) -> Encoded:
        """Encode a text, a pair of texts, or a list of texts. The last two arguments change nothing."""
        if isinstance(text, str):
            return Encoded([self.backend.encode(text, pair, add_special_tokens=add_special_tokens)], batched=False)
        return Encoded(self.backend.encode_batch(list(text), add_special_tokens=add_special_tokens), batched=True)

    def decode(
        self, ids: Sequence[int], skip_special_tokens: bool = False, clean_up_tokenization_spaces: bool = False
    ) -> str:
        """The text of `ids`. Nothing is ever cleaned up: the model's own spaces stay."""
        return self.backend.decode(list(ids), skip_special_tokens=skip_special_tokens)

    def convert_ids_to_tokens(self, ids: Sequence[int]) -> list[str]:
        """The tokens' names in the vocabulary."""
        return [self.backend.id_to_token(id_) or "" for id_ in ids]

    def __len__(self) -> int:
        return self.backend.get_vocab_size(with_added_tokens=True)

    @cached_property
    def added_tokens_decoder(self) -> dict[int, tokenizers.AddedToken]:
        """The tokens that were added to the vocabulary, by id; the special ones are marked."""
        return self.backend.get_added_tokens_decoder()

    @cached_property
    def added_tokens_encoder(self) -> dict[str, int]:
        """The ids of the added tokens, by their text."""
        return {token.content: id_ for id_, token in self.added_tokens_decoder.items()}

    def _id(self, role: str) -> int | None:
        token = self.special.get(role)
        return None if token is None else self.backend.token_to_id(token)

    @property
    def cls_token_id(self) -> int | None:
        """The id of the token that begins a text of an encoder."""
        return self._id("cls_token")

    @property
    def sep_token_id(self) -> int | None:
        """The id of the token that ends a text of an encoder."""
        return self._id("sep_token")

    @property
    def pad_token_id(self) -> int | None:
        """The id that fills up rows."""
        return self._id("pad_token")

    @property
    def bos_token_id(self) -> int | None:
        """The id of the token that begins a text of a decoder."""
        return self._id("bos_token")

    @property
    def eos_token_id(self) -> int | None:
        """The id of the token that ends a text of a decoder."""
        return self._id("eos_token")

    def apply_chat_template(
        self, messages: Sequence[Mapping[str, str]], add_generation_prompt: bool = True, tokenize: bool = False
    ) -> str:
        """Render `messages` with the model's own template, in Jinja's sandbox.

        Raises ValueError where the model has no template or the template refuses the messages.
        """
        assert not tokenize, "the caller encodes the text, part by part"
        if not self.chat_template:
            raise ValueError("The model has no chat template.")
        rendered: str = self._template.render(
            messages=messages, add_generation_prompt=add_generation_prompt, **self.special
        )
        return rendered

    @cached_property
    def _template(self) -> Any:
        from jinja2.sandbox import ImmutableSandboxedEnvironment

        # The settings that chat templates are written for.
        environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
        environment.filters["tojson"] = lambda value, indent=None: json.dumps(value, ensure_ascii=False, indent=indent)
        environment.globals["raise_exception"] = _refuse
        return environment.from_string(self.chat_template)


def _refuse(message: str) -> None:
    raise ValueError(message)


def marks(tokenizer: Any) -> tuple[list[int], list[int], list[int]]:
    """The special tokens that stand before, between and after two texts: RoBERTa has two between them, BERT one."""
    pair = tokenizer("a", "a", verbose=False)
    found: tuple[list[int], list[int], list[int]] = ([], [], [])
    at = 0
    for token, text in zip(pair["input_ids"], pair.sequence_ids(0), strict=True):
        if text is None:
            found[at].append(token)
        else:
            at = text + 1
    return found


def any_tokenizer(folder: Path) -> Any:
    """The tokenizer in `folder`: a `Tokenizer`, or the SentencePiece processor of a Firefox student.

    Raises OSError or ValueError where its files are missing or broken.
    """
    return Tokenizer.load(folder) if (folder / TOKENIZER).is_file() else student.tokenizer(folder)
