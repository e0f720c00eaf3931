"""Tiny models built from configurations, so that the fast tests need no weights."""

import string
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    BertModel,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from models.catalog.bundled import LABELS
from models.engines.encoder_batches import SharedBatches
from models.engines.tokenizer import Tokenizer as OwnTokenizer
from models.engines.torch.causal import TorchCausal
from models.engines.torch.encoder import TorchEncoder
from models.runtime.cache import Loaded, ModelCache
from models.runtime.progress import Report
from models.runtime.spec import ModelSpec
from tests import tiny_student

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def cache(budget: int = 10**10) -> ModelCache:
    """A cache whose loads build tiny models with random but fixed weights."""
    return ModelCache(load, budget)


def load(spec: ModelSpec, report: Report) -> Loaded:
    """A tiny model under the head that `spec` asks for, or its tokenizer alone."""
    if spec.tokenizer_only:
        fast = byte_tokenizer() if spec.head == "causal-lm" else letter_tokenizer()
        tokenizer = tiny_student.tokenizer() if spec.head == "translation" else OwnTokenizer(fast.backend_tokenizer, {})
        return Loaded(None, tokenizer, "cpu", "none", 1)
    if spec.head == "translation":
        student = tiny_student.student()
        return Loaded(student, tiny_student.tokenizer(), "cpu", "float32", sum(p.nbytes for p in student.parameters()))
    torch.manual_seed(0)
    tokenizer = byte_tokenizer() if spec.head == "causal-lm" else letter_tokenizer()
    if spec.head == "causal-lm":
        model = LlamaForCausalLM._from_config(llama(len(tokenizer)), attn_implementation=spec.attention)
    else:
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=64,
            num_labels=len(LABELS) if spec.head == "sentiment" else 2,
            id2label=dict(enumerate(LABELS)) if spec.head == "sentiment" else None,
        )
        heads = {
            "encoder": BertModel,
            "question-answering": BertForQuestionAnswering,
            "sentiment": BertForSequenceClassification,
        }
        model = heads[spec.head]._from_config(config, attn_implementation=spec.attention)
    model.eval().requires_grad_(False)
    nbytes = sum(p.nbytes for p in model.parameters())
    served: Any = model
    if spec != spec.with_attention():
        served = TorchCausal(model) if spec.head == "causal-lm" else SharedBatches(TorchEncoder(model))
    return Loaded(served, tokenizer, "cpu", "float32", nbytes)


def letter_tokenizer() -> PreTrainedTokenizerFast:
    """A BERT tokenizer whose word pieces are single characters."""
    letters = string.ascii_lowercase + string.digits + string.punctuation
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *letters, *(f"##{letter}" for letter in letters)]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.decoder = decoders.WordPiece()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=512,
        split_special_tokens=True,
    )


def byte_tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer of single bytes with the control tokens of ChatML."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: i for i, letter in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|im_end|>",
        unk_token="<|endoftext|>",
        model_max_length=2048,
        split_special_tokens=True,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def llama(vocabulary: int, width: int = 32) -> LlamaConfig:
    """A Llama of two layers whose hidden states have `width` numbers."""
    return LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=2048,
        bos_token_id=256,
        eos_token_id=257,
    )
