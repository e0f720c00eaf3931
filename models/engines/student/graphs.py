"""The Firefox Translations student as OpenVINO graphs, built from Marian's weights.

The weights stay in the int8 of Marian's file, times their scale, which is exact.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import openvino as ov
from openvino import opset13 as op

from models.weights.marian import Weight
from models.weights.student import EMBEDDING, OUTPUT_BIAS, UNKNOWN, StudentConfig

NEVER = np.float32(-1e9)
FLOATS, IDS = ov.Type.f32, ov.Type.i32
Node = Any


@dataclass(frozen=True)
class Graphs:
    """Builds the two graphs of a student; `weights` are Marian's."""

    weights: Mapping[str, Weight]
    config: StudentConfig

    def encoder(self) -> ov.Model:
        """Sources to what the decoder attends to.

        Inputs: ids (batch, source), a bias (batch, 1, 1, source) that keeps padding out of the attention scores.
        Outputs: for each decoder layer keys, then values, each (batch, heads, source, width / heads).
        """
        ids = _parameter("ids", IDS, -1, -1)
        bias = _parameter("bias", FLOATS, -1, 1, 1, -1)
        length = op.gather(op.shape_of(ids, "i32"), _number(1), _number(0))
        places = op.range(_number(0), length, _number(1), "i32")
        x = op.add(self._embedded(ids), self._positions(places))
        for i in range(1, self.config.encoder_layers + 1):
            layer = f"encoder_l{i}"
            name = f"{layer}_self"
            x, _ = self._attention(x, name, self._keys_values(x, name), bias, -1)
            x = self._feed_forward(x, layer)
        layers = range(1, self.config.decoder_layers + 1)
        return ov.Model(
            [each for i in layers for each in self._keys_values(x, f"decoder_l{i}_context")], [ids, bias], "encoder"
        )

    def step(self) -> ov.Model:
        """The next token of each row.

        Inputs: last tokens (batch), how many there are (batch), the bias of the sources (batch, 1, 1, source), the cell
        (batch, width) of each decoder layer, and its keys and values (batch, heads, source, width / heads).
        Outputs: the likeliest tokens (batch), never `<unk>`, the attention of head 0 of the last layer (batch, source),
        and for each decoder layer its next cell.
        """
        heads, width = self.config.heads, self.config.width
        tokens, written = _parameter("tokens", IDS, -1), _parameter("written", IDS, -1)
        bias = _parameter("bias", FLOATS, -1, 1, 1, -1)
        layers = range(1, self.config.decoder_layers + 1)
        cells = [_parameter(f"cell {i}", FLOATS, -1, width) for i in layers]
        memory = [
            tuple(_parameter(f"{part} {i}", FLOATS, -1, heads, -1, width // heads) for part in ("keys", "values"))
            for i in layers
        ]
        # At the start there is no last token, whatever stands there.
        begun = op.convert(op.greater(written, _number(0)), FLOATS)
        x = op.add(op.multiply(self._embedded(tokens), op.unsqueeze(begun, _number(1))), self._positions(written))
        following = []
        for i, cell, keys_values in zip(layers, cells, memory, strict=True):
            layer = f"decoder_l{i}"
            x, cell = self._recurrent(x, cell, f"{layer}_rnn")
            following.append(cell)
            x, looked = self._attention(x, f"{layer}_context", keys_values, bias, 1)
            x = self._feed_forward(x, layer)
        first_head = op.squeeze(op.gather(looked, _number(0), _number(1)), _number(1))
        parameters = [tokens, written, bias, *cells, *chain(*memory)]
        return ov.Model([self._best_token(x), first_head, *following], parameters, "step")

    def _best_token(self, states: Node) -> Node:
        """The likeliest token after each of `states` (batch, width), never `<unk>`."""
        biases = self.weights[OUTPUT_BIAS].floats.copy()
        biases[UNKNOWN] = NEVER
        logits = op.add(op.matmul(states, self._matrix(EMBEDDING), False, True), op.constant(biases))
        best = op.topk(logits, _number(1), -1, "max", "none", index_element_type="i32").output(1)
        return op.squeeze(best, _number(1))

    def _embedded(self, ids: Node) -> Node:
        embedding = self.weights[EMBEDDING]
        rows = op.convert(op.gather(op.constant(embedding.values, shared_memory=True), ids, _number(0)), FLOATS)
        return op.multiply(rows, _float(embedding.scale * self.config.width**0.5))

    def _positions(self, places: Node) -> Node:
        """Sinusoidal positions (places, width)."""
        angles = op.multiply(
            op.unsqueeze(op.convert(places, FLOATS), _number(1)), op.constant(self.config.timescales[None])
        )
        return op.concat([op.sin(angles), op.cos(angles)], -1)

    def _keys_values(self, states: Node, name: str) -> tuple[Node, Node]:
        """Keys and values of `states` (batch, source, width)."""
        keys, values = (self._linear(states, f"{name}_W{letter}", f"{name}_b{letter}") for letter in "kv")
        return self._heads(keys, -1), self._heads(values, -1)

    def _attention(
        self, x: Node, name: str, keys_values: tuple[Node, Node], bias: Node, queries: int
    ) -> tuple[Node, Node]:
        """Attend from `x`, which has 1 query or any number (-1); the next states, and the weights."""
        keys, values = keys_values
        query = self._heads(self._linear(x, f"{name}_Wq", f"{name}_bq"), queries)
        query = op.multiply(query, _float((self.config.width // self.config.heads) ** -0.5))
        weights = op.softmax(op.add(op.matmul(query, keys, False, True), bias), -1)
        mixed = op.matmul(weights, values, False, False)
        if queries == 1:
            mixed = op.reshape(mixed, _shape(0, -1), True)
        else:
            mixed = op.reshape(op.transpose(mixed, _shape(0, 2, 1, 3)), _shape(0, 0, -1), True)
        output = self._linear(mixed, f"{name}_Wo", f"{name}_bo")
        return self._normal(op.add(x, output), f"{name}_Wo_ln"), weights

    def _heads(self, x: Node, count: int) -> Node:
        """Rows of `width` to (batch, heads, count, width / heads)."""
        heads, size = self.config.heads, self.config.width // self.config.heads
        if count == 1:
            return op.reshape(x, _shape(0, heads, 1, size), True)
        return op.transpose(op.reshape(x, _shape(0, 0, heads, size), True), _shape(0, 2, 1, 3))

    def _recurrent(self, x: Node, cell: Node, name: str) -> tuple[Node, Node]:
        """The simpler simple recurrent unit: the next states and the next cell."""
        candidate = self._linear(x, f"{name}_W")
        forget = op.sigmoid(self._linear(x, f"{name}_Wf", f"{name}_bf"))
        cell = op.add(candidate, op.multiply(forget, op.subtract(cell, candidate)))
        return self._normal(op.add(x, op.relu(cell)), f"{name}_ffn_ln"), cell

    def _feed_forward(self, x: Node, layer: str) -> Node:
        inner = op.relu(self._linear(x, f"{layer}_ffn_W1", f"{layer}_ffn_b1"))
        return self._normal(op.add(x, self._linear(inner, f"{layer}_ffn_W2", f"{layer}_ffn_b2")), f"{layer}_ffn_ffn_ln")

    def _normal(self, x: Node, name: str) -> Node:
        normal = op.mvn(x, _shape(-1), True, 1e-5, "inside_sqrt")
        scale, bias = (op.constant(self.weights[f"{name}_{part}"].floats) for part in ("scale", "bias"))
        return op.add(op.multiply(normal, scale), bias)

    def _linear(self, x: Node, name: str, bias: str = "") -> Node:
        product = op.matmul(x, self._matrix(name), False, True)
        return op.add(product, op.constant(self.weights[bias].floats)) if bias else product

    def _matrix(self, name: str) -> Node:
        """A matrix (outputs, inputs) in int8, which OpenVINO multiplies without a copy of it in float32."""
        weight = self.weights[name]
        scale = np.full((len(weight.values), 1), weight.scale, np.float32)
        return op.multiply(op.convert(op.constant(weight.values, shared_memory=True), FLOATS), op.constant(scale))


def _parameter(name: str, kind: ov.Type, *shape: int) -> Node:
    return op.parameter(ov.PartialShape(list(shape)), kind, name=name)


def _number(value: int) -> Node:
    return op.constant(np.int32(value))


def _float(value: float) -> Node:
    return op.constant(np.float32(value))


def _shape(*sizes: int) -> Node:
    return op.constant(np.array(sizes, np.int64))
