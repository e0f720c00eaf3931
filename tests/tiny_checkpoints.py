"""Checkpoints of the architectures of the Hub's models, as Transformers saves them, tiny and of random weights."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    DebertaV2Config,
    DebertaV2ForSequenceClassification,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    DistilBertForSequenceClassification,
    LlamaConfig,
    LlamaForCausalLM,
    MarianConfig,
    MarianMTModel,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
    RobertaConfig,
    RobertaForQuestionAnswering,
    RobertaForSequenceClassification,
    T5Config,
    T5ForConditionalGeneration,
)

from tests import tiny, tiny_student

TOKEN = ">>por<<"
TWO = {0: "NEGATIVE", 1: "POSITIVE"}
# Reversed, so that code that assumes the order fails.
THREE = {0: "positive", 1: "neutral", 2: "negative"}

# The two orders that models of inference have.
ENTAILS_FIRST = {0: "entailment", 1: "neutral", 2: "contradiction"}
ENTAILS_SECOND = {0: "contradiction", 1: "entailment", 2: "neutral"}


def save(folder: Path, model: Any, tokenizer: Any = None) -> None:
    """Write them to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    model.eval().save_pretrained(folder)
    if tokenizer is not None:
        tokenizer.save_pretrained(folder)


def distilbert(folder: Path, head: type[Any], **more: Any) -> None:
    """DistilBERT: BERT's marks, and no token types."""
    tokenizer = tiny.letter_tokenizer()
    config = DistilBertConfig(vocab_size=len(tokenizer), dim=32, n_layers=2, n_heads=4, hidden_dim=64, **more)
    save(folder, head(config), tokenizer)


def roberta(folder: Path, head: type[Any], **more: Any) -> None:
    """RoBERTa: two marks between texts, padding that is not 0, and positions that begin behind it."""
    tokenizer = byte_tokenizer()
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=514,
        type_vocab_size=1,
        **more,
    )
    save(folder, head(config), tokenizer)


def deberta(folder: Path) -> None:
    """DeBERTa: BERT's marks, no token types, and relative positions that no kernel but its own knows."""
    tokenizer = tiny.letter_tokenizer()
    config = DebertaV2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        relative_attention=True,
        position_buckets=16,
        norm_rel_ebd="layer_norm",
        share_att_key=True,
        pos_att_type=["p2c", "c2p"],
        position_biased_input=False,
        type_vocab_size=0,
        num_labels=3,
        id2label=ENTAILS_FIRST,
        label2id={name: i for i, name in ENTAILS_FIRST.items()},
    )
    save(folder, DebertaV2ForSequenceClassification(config), tokenizer)


def marian(folder: Path) -> None:
    """OPUS-MT: SentencePiece and a table of numbers, with a token for the language to write."""
    processor = tiny_student.tokenizer()
    pieces = [processor.id_to_piece(number) for number in range(len(processor))]
    vocabulary = {piece: number for number, piece in enumerate([*pieces, TOKEN, "<pad>"])}
    pad = vocabulary["<pad>"]
    config = MarianConfig(
        vocab_size=len(vocabulary),
        d_model=32,
        encoder_layers=2,
        decoder_layers=3,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=512,
        pad_token_id=pad,
        eos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
    )
    save(folder, MarianMTModel(config))
    (folder / "source.spm").write_bytes(tiny_student.vocabulary())
    (folder / "target.spm").write_bytes(tiny_student.vocabulary())
    (folder / "vocab.json").write_text(json.dumps(vocabulary))


def bart(folder: Path) -> None:
    """BART, with the settings that its summarizers have."""
    tokenizer = byte_tokenizer()
    config = BartConfig(
        vocab_size=len(tokenizer),
        d_model=32,
        encoder_layers=2,
        decoder_layers=2,
        encoder_attention_heads=4,
        decoder_attention_heads=4,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=1_024,
    )
    model = BartForConditionalGeneration(config)
    model.generation_config.update(min_length=10, no_repeat_ngram_size=3, forced_bos_token_id=0)
    save(folder, model, tokenizer)


def t5(folder: Path) -> None:
    """T5, which knows its tasks by a prefix."""
    tokenizer = byte_tokenizer("$A </s>")
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=8,
        d_ff=64,
        num_layers=2,
        num_heads=4,
        pad_token_id=1,
        eos_token_id=2,
        decoder_start_token_id=1,
    )
    save(folder, T5ForConditionalGeneration(config), tokenizer)


def llama(folder: Path) -> None:
    """The architecture of SmolLM2."""
    causal(folder, LlamaConfig, LlamaForCausalLM)


def qwen2(folder: Path) -> None:
    """The architecture of Qwen2.5."""
    causal(folder, Qwen2Config, Qwen2ForCausalLM)


def causal(folder: Path, config: type[Any], head: type[Any]) -> None:
    """A chat model, its weights in half precision as they are published."""
    tokenizer = tiny.byte_tokenizer()
    made = head(
        config(
            vocab_size=len(tokenizer),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            intermediate_size=64,
            max_position_embeddings=2_048,
            bos_token_id=256,
            eos_token_id=257,
        )
    )
    save(folder, made.to(torch.bfloat16), tokenizer)


def byte_tokenizer(single: str = "") -> PreTrainedTokenizerFast:
    """A tokenizer of single bytes with RoBERTa's marks, or those that the template `single` has."""
    marks = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    letters = [*marks, *sorted(pre_tokenizers.ByteLevel.alphabet())]
    tokenizer = Tokenizer(models.BPE({letter: i for i, letter in enumerate(letters)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    if single:
        tokenizer.post_processor = processors.TemplateProcessing(single=single, special_tokens=[("</s>", 2)])
    else:
        tokenizer.post_processor = processors.RobertaProcessing(
            ("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False
        )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        cls_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        sep_token="</s>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_max_length=512,
        split_special_tokens=True,
    )


CHECKPOINTS: dict[str, Callable[[Path], None]] = {
    "tiny/distilbert-squad": lambda folder: distilbert(folder, DistilBertForQuestionAnswering),
    "tiny/roberta-squad": lambda folder: roberta(folder, RobertaForQuestionAnswering),
    "tiny/distilbert-sst": lambda folder: distilbert(
        folder, DistilBertForSequenceClassification, num_labels=2, id2label=TWO
    ),
    "tiny/roberta-sentiment": lambda folder: roberta(
        folder, RobertaForSequenceClassification, num_labels=3, id2label=THREE
    ),
    "tiny/roberta-nli": lambda folder: roberta(
        folder,
        RobertaForSequenceClassification,
        num_labels=3,
        id2label=ENTAILS_SECOND,
        label2id={name: i for i, name in ENTAILS_SECOND.items()},
    ),
    "tiny/deberta-nli": deberta,
    "tiny/opus": marian,
    "tiny/bart": bart,
    "tiny/t5": t5,
    "tiny/llama": llama,
    "tiny/qwen2": qwen2,
}


def write_all(folder: Path) -> dict[str, Path]:
    """Write every checkpoint below `folder`, and return the folder of each repository."""
    torch.manual_seed(0)
    places = {}
    for name, write in CHECKPOINTS.items():
        places[name] = folder / name
        write(places[name])
    return places
