"""A tiny Llama of Transformers written as a GGUF file, with the vocabulary of `tiny.byte_tokenizer` and one merge."""

from pathlib import Path
from typing import Any

import gguf
import torch
from transformers import LlamaForCausalLM

from tests import tiny

NORMAL, CONTROL = 1, 3
LAYER_NAMES = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
NAMES = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}


def module(width: int = 32) -> LlamaForCausalLM:
    """A Llama with random but fixed weights, large enough that its choices are clear ones."""
    torch.manual_seed(0)
    made = LlamaForCausalLM(tiny.llama(len(tiny.byte_tokenizer()) + 1, width)).eval().requires_grad_(False)
    for name, parameter in made.named_parameters():
        if parameter.dim() > 1:
            parameter.mul_(60 if "lm_head" in name else 4)
    return made


def write(model: LlamaForCausalLM, path: Path) -> None:
    """Write `model` to `path`."""
    config: Any = model.config
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("tiny")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(10_000.0)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(config.vocab_size)
    _add_vocabulary(writer)
    for name, values in model.state_dict().items():
        writer.add_tensor(_name(name), _ordered(name, values.float(), config).contiguous().numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_vocabulary(writer: gguf.GGUFWriter) -> None:
    tokenizer = tiny.byte_tokenizer()
    special = tokenizer.added_tokens_decoder
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("default")
    # One merge, of two letters that no text of the tests has, since llama.cpp takes no vocabulary without any.
    writer.add_token_merges(["Z Q"])
    writer.add_token_list([*tokenizer.convert_ids_to_tokens(range(len(tokenizer))), "ZQ"])
    writer.add_token_types([CONTROL if i in special else NORMAL for i in range(len(tokenizer) + 1)])
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(257)
    writer.add_chat_template(tiny.CHAT_TEMPLATE)


def _name(name: str) -> str:
    if name in NAMES:
        return NAMES[name]
    _, _, number, rest = name.split(".", 3)
    return f"blk.{number}.{LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


def _ordered(name: str, values: torch.Tensor, config: Any) -> torch.Tensor:
    """`values` in the order of GGUF, which turns neighbours where Transformers turns the two halves of a head."""
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])
    if heads is None:
        return values
    return values.view(heads, 2, -1, values.shape[-1]).transpose(1, 2).reshape(values.shape)
