"""Trains two small networks and saves what `equipartition inspect` reads: parameters, the optimiser's state, gradients.

    python train.py [FOLDER]

decoder  two layers of a Llama-style decoder on the text of proofs/balance.md, by AdamW
variant  a decoder with everything else that has laws: layer norm, biases, learned positions, tied embeddings; not trained
mlp      64-16-10 ReLU on the handwritten digits of data/digits.csv.gz, by plain SGD with weight decay and label noise

Needs torch and numpy. Takes a minute or two on one core. Results differ in the last digits from one version of torch to the next.
"""

import gzip
import json
import pathlib
import sys

import numpy as np
import torch

from checkpoint import save

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEPTH, WIDTH, HEADS, SHARED, HEAD, HIDDEN, LETTERS, CONTEXT = 2, 16, 4, 2, 4, 24, 48, 32
EPSILON = 1e-6


def arrays(tensors):
    return {name: tensor.detach().to(torch.float32).numpy() for name, tensor in tensors.items()}


def gradients_of(loss, parameters, batches, learning_rate, weight_decay):
    """The gradient of each batch, and that of the entropic loss

        F = E l + gamma |theta|^2 + eta/4 E|g|^2

    with E the mean over these batches, in double precision."""
    parameters = {name: tensor.detach().double().requires_grad_() for name, tensor in parameters.items()}
    values = list(parameters.values())
    single = {name: [] for name in parameters}
    entropic = {name: 2 * weight_decay * tensor.detach() for name, tensor in parameters.items()}
    for batch in batches:
        value = loss(parameters, batch)
        gradient = torch.autograd.grad(value, values, create_graph=True)
        force = torch.autograd.grad(value + learning_rate / 4 * sum((g * g).sum() for g in gradient), values)
        for name, g, f in zip(parameters, gradient, force):
            single[name].append(g.detach())
            entropic[name] += f / len(batches)
    return {name: torch.stack(list_) for name, list_ in single.items()}, entropic


def norm(p, name, x):
    """Layer norm if it has a bias, else RMS norm."""
    gain, bias = p[f"{name}.weight"], p.get(f"{name}.bias")
    x = x if bias is None else x - x.mean(-1, keepdim=True)
    x = gain * x * torch.rsqrt((x * x).mean(-1, keepdim=True) + EPSILON)
    return x if bias is None else x + bias


def linear(p, name, x):
    return x @ p[f"{name}.weight"].T + p.get(f"{name}.bias", 0)


def rotate(x):
    """Rotary positions as in Hugging Face's Llama: coordinate j turns with j + d/2. x: batch, heads, positions, d."""
    length, d = x.shape[-2:]
    frequency = 10000.0 ** (-torch.arange(0, d, 2, dtype=x.dtype) / d)
    angle = torch.arange(length, dtype=x.dtype)[:, None] * torch.cat([frequency, frequency])
    turned = torch.cat([-x[..., d // 2 :], x[..., : d // 2]], -1)
    return x * angle.cos() + turned * angle.sin()


def decoder_loss(p, tokens):
    """Mean cross-entropy of the next letter. tokens: batch, positions + 1. Learned positions take the place of rotary ones."""
    embedding, positions = p["model.embed_tokens.weight"], p.get("model.embed_positions.weight")
    x = embedding[tokens[:, :-1]]
    batch, length, width = x.shape
    x = x if positions is None else x + positions[:length]
    mask = torch.full((length, length), -torch.inf, dtype=x.dtype).triu(1)
    depth = sum(name.endswith("q_proj.weight") for name in p)
    for layer in (f"model.layers.{n}" for n in range(depth)):
        h = norm(p, f"{layer}.input_layernorm", x)
        split = lambda name: linear(p, f"{layer}.self_attn.{name}_proj", h).view(batch, length, -1, HEAD).transpose(1, 2)
        q, k, v = split("q"), split("k"), split("v")
        q, k = (q, k) if positions is not None else (rotate(q), rotate(k))
        k, v = (t.repeat_interleave(q.shape[1] // t.shape[1], 1) for t in (k, v))
        weights = torch.softmax(q @ k.transpose(-1, -2) / HEAD**0.5 + mask, -1)
        x = x + linear(p, f"{layer}.self_attn.o_proj", (weights @ v).transpose(1, 2).reshape(batch, length, -1))
        h = norm(p, f"{layer}.post_attention_layernorm", x)
        gated = torch.nn.functional.silu(linear(p, f"{layer}.mlp.gate_proj", h)) * linear(p, f"{layer}.mlp.up_proj", h)
        x = x + linear(p, f"{layer}.mlp.down_proj", gated)
    logits = norm(p, "model.norm", x) @ p.get("lm_head.weight", embedding).T
    return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def random_decoder(depth, width, heads, shared, hidden, biased=False):
    p = {"model.embed_tokens.weight": torch.randn(LETTERS, width)}
    rows = {"self_attn.q": heads * HEAD, "self_attn.k": shared * HEAD, "self_attn.v": shared * HEAD, "self_attn.o": width}
    rows |= {"mlp.gate": hidden, "mlp.up": hidden, "mlp.down": width}
    columns = {"self_attn.o": heads * HEAD, "mlp.down": hidden}
    gains = []
    for n in range(depth):
        for name, count in rows.items():
            inputs = columns.get(name, width)
            p[f"model.layers.{n}.{name}_proj.weight"] = torch.randn(count, inputs) / inputs**0.5
            if biased:
                p[f"model.layers.{n}.{name}_proj.bias"] = torch.randn(count)
        gains += [f"model.layers.{n}.{name}_layernorm" for name in ("input", "post_attention")]
    for name in [*gains, "model.norm"]:
        p[f"{name}.weight"] = 1 + 0.5 * torch.randn(width) if biased else torch.ones(width)
        if biased:
            p[f"{name}.bias"] = torch.randn(width)
    if biased:
        return p | {"model.embed_positions.weight": torch.randn(CONTEXT, width)}
    return p | {"lm_head.weight": torch.randn(LETTERS, width) / width**0.5}


def text():
    """The letters of a text as numbers, and a function that draws batches of them."""
    letters = (ROOT / "proofs" / "balance.md").read_text()
    frequent = sorted(set(letters), key=lambda letter: (-letters.count(letter), letter))[: LETTERS - 1]
    number = {letter: index for index, letter in enumerate(frequent)}
    numbers = torch.tensor([number.get(letter, LETTERS - 1) for letter in letters])
    starts = lambda: torch.randint(len(numbers) - CONTEXT, (8,))
    return lambda: torch.stack([numbers[start : start + CONTEXT + 1] for start in starts()])


def decoder(folder):
    torch.manual_seed(0)
    batch, p = text(), random_decoder(DEPTH, WIDTH, HEADS, SHARED, HIDDEN)
    for tensor in p.values():
        tensor.requires_grad_()
    optimizer = torch.optim.AdamW(p.values(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1)
    for step in range(6000):
        loss = decoder_loss(p, batch())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"decoder: loss {loss.item():.3f} after {step + 1} steps, {sum(t.numel() for t in p.values())} parameters")

    save(folder / "decoder.safetensors", arrays(p))
    state = {name: optimizer.state[tensor] for name, tensor in p.items()}
    buffers = {f"{name}.{key}": s[key] for name, s in state.items() for key in ("exp_avg_sq", "exp_avg", "step")}
    save(folder / "decoder.adamw.safetensors", arrays(buffers))
    gradients, entropic = gradients_of(decoder_loss, p, [batch() for _ in range(12)], 0.1, 0.001)
    save(folder / "decoder.gradients.safetensors", arrays(gradients))
    save(folder / "decoder.entropic.safetensors", arrays(entropic))
    config = {"model_type": "llama", "num_attention_heads": HEADS, "num_key_value_heads": SHARED, "rms_norm_eps": EPSILON}
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")


def variant(folder):
    torch.manual_seed(1)
    batch, p = text(), random_decoder(2, 6, 4, 2, 5, biased=True)
    save(folder / "variant.safetensors", arrays(p))
    gradients, entropic = gradients_of(decoder_loss, p, [batch() for _ in range(4)], 0.1, 0.001)
    save(folder / "variant.gradients.safetensors", arrays(gradients))
    save(folder / "variant.entropic.safetensors", arrays(entropic))


def mlp_loss(p, sample):
    pixels, target = (tensor.to(p["fc1.weight"].dtype) for tensor in sample)
    hidden = torch.relu(p["fc1.weight"] @ pixels + p["fc1.bias"])
    return ((p["fc2.weight"] @ hidden + p["fc2.bias"] - target) ** 2).sum()


def mlp(folder):
    torch.manual_seed(0)
    learning_rate, weight_decay, noise = 0.02, 0.002, 0.2
    with gzip.open(ROOT / "data" / "digits.csv.gz", "rt") as file:
        digits = torch.tensor(np.loadtxt(file, delimiter=","), dtype=torch.float32)
    pixels, targets = digits[:, :64] / 16, torch.eye(10)[digits[:, 64].long()]

    def sample():
        index = torch.randint(len(digits), ())
        return pixels[index], targets[index] + noise * torch.randn(10)

    # The first layer starts three times too large.
    p = {"fc1.weight": 3 * torch.randn(16, 64) / 8, "fc1.bias": torch.zeros(16)}
    p |= {"fc2.weight": torch.randn(10, 16) / 4, "fc2.bias": torch.zeros(10)}
    for tensor in p.values():
        tensor.requires_grad_()
    optimizer = torch.optim.SGD(p.values(), lr=learning_rate, weight_decay=2 * weight_decay)
    for step in range(100_000):
        loss = mlp_loss(p, sample())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    mean = sum(mlp_loss(p, sample()).item() for _ in range(1000)) / 1000
    print(f"mlp: loss {mean:.3f} after {step + 1} steps, {sum(t.numel() for t in p.values())} parameters")

    save(folder / "mlp.safetensors", arrays(p))
    gradients, entropic = gradients_of(mlp_loss, p, [sample() for _ in range(48)], learning_rate, weight_decay)
    save(folder / "mlp.gradients.safetensors", arrays(gradients))
    save(folder / "mlp.entropic.safetensors", arrays(entropic))


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "checkpoints")
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    decoder(folder)
    variant(folder)
    mlp(folder)
