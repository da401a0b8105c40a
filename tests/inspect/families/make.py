"""Tiny networks of some families with the gradients of single samples, by NumPy and autograd: python make.py"""

import json
import os

import autograd.numpy as np
import numpy
from autograd import grad

HERE = os.path.dirname(os.path.abspath(__file__))
D, HEADS, LENGTH, HIDDEN, VOCABULARY, POSITIONS, SAMPLES = 8, 2, 4, 5, 7, 3, 5


def save(path, tensors):
    header, data = {}, b""
    for name in sorted(tensors):
        values = numpy.ascontiguousarray(tensors[name], dtype="<f8").tobytes()
        header[name] = {"dtype": "F64", "shape": list(tensors[name].shape), "data_offsets": [len(data), len(data) + len(values)]}
        data += values
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text + data)


def rms(x, gain):
    return gain * x / np.sqrt(np.mean(x * x, axis=-1, keepdims=True))


def layer_norm(x, gain, bias):
    x = x - np.mean(x, axis=-1, keepdims=True)
    return rms(x, gain) + bias


def rotated(x, part, interleaved):
    """Heads x positions x length, of which the first `part` places are rotated."""
    if part == 0:
        return x
    places, rest = x[..., :part], x[..., part:]
    angles = numpy.outer(numpy.arange(x.shape[1]), 10.0 ** -numpy.arange(part // 2))
    cos, sin = numpy.cos(angles), numpy.sin(angles)
    if interleaved:
        a, b = places[..., 0::2], places[..., 1::2]
        pairs = np.stack([a * cos - b * sin, b * cos + a * sin], axis=-1)
        return np.concatenate([np.reshape(pairs, places.shape), rest], axis=-1)
    a, b = places[..., : part // 2], places[..., part // 2 :]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin, rest], axis=-1)


def attention(q, k, v, part=0, interleaved=False):
    """Positions x heads x length each."""
    q, k, v = (np.transpose(x, (1, 0, 2)) for x in (q, k, v))
    if k.shape[0] < q.shape[0]:
        shared = q.shape[0] // k.shape[0]
        k, v = (np.repeat(x, shared, axis=0) for x in (k, v))
    q, k = rotated(q, part, interleaved), rotated(k, part, interleaved)
    scores = np.matmul(q, np.transpose(k, (0, 2, 1))) / np.sqrt(q.shape[-1])
    scores = np.where(numpy.tril(numpy.ones(scores.shape[1:])) > 0, scores, -1e30)
    weights = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights = weights / np.sum(weights, axis=-1, keepdims=True)
    mixed = np.transpose(np.matmul(weights, v), (1, 0, 2))
    return np.reshape(mixed, (mixed.shape[0], -1))


def silu(x):
    return x / (1 + np.exp(-x))


def gelu(x):
    return x * (1 + np.tanh(0.7978845608028654 * (x + 0.044715 * x**3))) / 2


def cross_entropy(logits, targets):
    top = np.max(logits, axis=-1, keepdims=True)
    normal = np.log(np.sum(np.exp(logits - top), axis=-1)) + top[..., 0]
    return np.sum(normal - logits[numpy.arange(len(targets)), targets])


def llama(t, tokens, trunk="model.", part=LENGTH, interleaved=False):
    x = t[trunk + "embed_tokens.weight"][tokens]
    of = lambda name: t[f"{trunk}layers.0.{name}.weight"]
    n = rms(x, of("input_layernorm"))
    heads = lambda name: np.reshape(np.dot(n, of(f"self_attn.{name}").T), (len(tokens), -1, LENGTH))
    x = x + np.dot(attention(heads("q_proj"), heads("k_proj"), heads("v_proj"), part, interleaved), of("self_attn.o_proj").T)
    n = rms(x, of("post_attention_layernorm"))
    inner = silu(np.dot(n, of("mlp.gate_proj").T)) * np.dot(n, of("mlp.up_proj").T)
    return rms(x + np.dot(inner, of("mlp.down_proj").T), t[trunk + "norm.weight"])


def llama_shapes(trunk="model."):
    layer = {
        "input_layernorm": (D,),
        "self_attn.q_proj": (2 * HEADS * LENGTH, D),
        "self_attn.k_proj": (HEADS * LENGTH, D),
        "self_attn.v_proj": (HEADS * LENGTH, D),
        "self_attn.o_proj": (D, 2 * HEADS * LENGTH),
        "post_attention_layernorm": (D,),
        "mlp.gate_proj": (HIDDEN, D),
        "mlp.up_proj": (HIDDEN, D),
        "mlp.down_proj": (D, HIDDEN),
    }
    shapes = {f"{trunk}layers.0.{name}.weight": shape for name, shape in layer.items()}
    return shapes | {f"{trunk}embed_tokens.weight": (VOCABULARY, D), f"{trunk}norm.weight": (D,)}


def neox(t, tokens):
    """Queries, keys and values of a head beside each other, half of it rotated, attention and perceptron in parallel."""
    of = lambda name: t[f"gpt_neox.layers.0.{name}"]
    affine = lambda x, name: np.dot(x, of(name + ".weight").T) + of(name + ".bias")
    norm = lambda x, name: layer_norm(x, of(name + ".weight"), of(name + ".bias"))
    x = t["gpt_neox.embed_in.weight"][tokens]
    fused = affine(norm(x, "input_layernorm"), "attention.query_key_value")
    fused = np.reshape(fused, (len(tokens), HEADS, 3 * LENGTH))
    q, k, v = (fused[..., n * LENGTH : (n + 1) * LENGTH] for n in range(3))
    mixed = affine(attention(q, k, v, LENGTH // 2), "attention.dense")
    inner = gelu(affine(norm(x, "post_attention_layernorm"), "mlp.dense_h_to_4h"))
    x = x + mixed + affine(inner, "mlp.dense_4h_to_h")
    x = layer_norm(x, t["gpt_neox.final_layer_norm.weight"], t["gpt_neox.final_layer_norm.bias"])
    return np.dot(x, t["embed_out.weight"].T)


def neox_shapes():
    matrices = {"attention.query_key_value": (3 * D, D), "attention.dense": (D, D), "mlp.dense_h_to_4h": (HIDDEN, D), "mlp.dense_4h_to_h": (D, HIDDEN)}
    shapes = {f"gpt_neox.layers.0.{name}.weight": shape for name, shape in matrices.items()}
    shapes |= {f"gpt_neox.layers.0.{name}.bias": shape[:1] for name, shape in matrices.items()}
    norms = ["layers.0.input_layernorm", "layers.0.post_attention_layernorm", "final_layer_norm"]
    shapes |= {f"gpt_neox.{name}.{part}": (D,) for name in norms for part in ("weight", "bias")}
    return shapes | {"gpt_neox.embed_in.weight": (VOCABULARY, D), "embed_out.weight": (VOCABULARY, D)}


def gpt2(t, tokens):
    """Conv1D: kernels are inputs x outputs, queries, keys and values one after another; tied."""
    of = lambda name: t[f"transformer.h.0.{name}"]
    affine = lambda x, name: np.dot(x, of(name + ".weight")) + of(name + ".bias")
    norm = lambda x, name: layer_norm(x, of(name + ".weight"), of(name + ".bias"))
    x = t["transformer.wte.weight"][tokens] + t["transformer.wpe.weight"][: len(tokens)]
    fused = affine(norm(x, "ln_1"), "attn.c_attn")
    q, k, v = (np.reshape(fused[:, n * D : (n + 1) * D], (len(tokens), HEADS, LENGTH)) for n in range(3))
    x = x + affine(attention(q, k, v), "attn.c_proj")
    x = x + affine(gelu(affine(norm(x, "ln_2"), "mlp.c_fc")), "mlp.c_proj")
    x = layer_norm(x, t["transformer.ln_f.weight"], t["transformer.ln_f.bias"])
    return np.dot(x, t["transformer.wte.weight"].T)


def gpt2_shapes():
    matrices = {"attn.c_attn": (D, 3 * D), "attn.c_proj": (D, D), "mlp.c_fc": (D, HIDDEN), "mlp.c_proj": (HIDDEN, D)}
    shapes = {f"transformer.h.0.{name}.weight": shape for name, shape in matrices.items()}
    shapes |= {f"transformer.h.0.{name}.bias": shape[1:] for name, shape in matrices.items()}
    shapes |= {f"transformer.{name}.{part}": (D,) for name in ("h.0.ln_1", "h.0.ln_2", "ln_f") for part in ("weight", "bias")}
    return shapes | {"transformer.wte.weight": (VOCABULARY, D), "transformer.wpe.weight": (POSITIONS, D)}


def make(name, shapes, loss):
    random = numpy.random.default_rng(sum(name.encode()))
    parameters = {key: random.normal(size=shape) * (0.5 if len(shape) > 1 else 0.3) for key, shape in sorted(shapes.items())}
    for key in parameters:
        if "norm" in key or "ln_" in key:
            parameters[key] = parameters[key] + (0 if key.endswith("bias") else 1)
    gradients = []
    for _ in range(SAMPLES):
        tokens, targets = random.integers(VOCABULARY, size=(2, POSITIONS))
        gradients.append(grad(lambda t: loss(t, tokens, targets, random.normal(size=(POSITIONS, D))))(parameters))
    save(os.path.join(HERE, name + ".safetensors"), parameters)
    stacked = {key: numpy.stack([gradient[key] for gradient in gradients]) for key in parameters}
    save(os.path.join(HERE, name + ".gradients.safetensors"), stacked)


make("neox", neox_shapes(), lambda t, x, y, _: cross_entropy(neox(t, x), y))
make("gpt2", gpt2_shapes(), lambda t, x, y, _: cross_entropy(gpt2(t, x), y))
make(
    "classifier",
    llama_shapes() | {"score.weight": (3, D)},
    lambda t, x, y, _: cross_entropy(np.dot(llama(t, x)[-1:], t["score.weight"].T), y[-1:] % 3),
)
make("headless", llama_shapes(""), lambda t, x, _, target: np.sum((llama(t, x, "") - target) ** 2))
make(
    "partial-interleaved",
    llama_shapes() | {"lm_head.weight": (VOCABULARY, D)},
    lambda t, x, y, _: cross_entropy(np.dot(llama(t, x, part=LENGTH // 2, interleaved=True), t["lm_head.weight"].T), y),
)
