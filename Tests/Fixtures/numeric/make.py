#!/usr/bin/env python3
"""Writes reference.json: numbers that the numeric core is compared with.

    python make.py        needs numpy and torch

Everything is worked out in double precision from inputs that are floats.
"""
import json
import pathlib

import numpy as np
import torch
import torch.nn.functional as F

random = np.random.default_rng(11)


def floats(*shape, scale=1.0):
    return torch.tensor((scale * random.standard_normal(shape)).astype(np.float32)).double()


def array(tensor):
    """A tensor as its shape and the shortest digits of floats."""
    flat = tensor.detach().to(torch.float32).flatten().tolist()
    return {"shape": list(tensor.shape), "elements": [float(f"{v:.9g}") for v in flat]}


def activations():
    x = floats(3, 7, scale=2)
    above = floats(3, 7)
    functions = {
        "relu": F.relu, "leaky-relu": lambda v: F.leaky_relu(v, 0.01), "elu": F.elu,
        "sigmoid": torch.sigmoid, "tanh": torch.tanh, "selu": F.selu, "softplus": F.softplus,
        "softsign": F.softsign, "thresholded-relu": lambda v: F.threshold(v, 1, 0),
        "clipped-relu": lambda v: F.hardtanh(v, 0, 1.5), "hard-swish": F.hardswish, "silu": F.silu,
        "gelu": F.gelu, "gelu-tanh": lambda v: F.gelu(v, approximate="tanh"), "mish": F.mish}
    result = []
    for name, function in functions.items():
        below = x.clone().requires_grad_()
        out = function(below)
        out.backward(above)
        result.append({"function": name, "input": array(x), "output": array(out),
                       "above": array(above), "below": array(below.grad)})
    return result


def dense():
    result = []
    for rows, inputs, units in [(1, 1, 1), (3, 5, 2), (17, 13, 11)]:
        x, w, b = (floats(rows, inputs).requires_grad_(), floats(inputs, units).requires_grad_(),
                   floats(units).requires_grad_())
        above = floats(rows, units)
        out = x @ w + b
        out.backward(above)
        result.append({"input": array(x), "weight": array(w), "bias": array(b),
                       "output": array(out), "above": array(above), "below": array(x.grad),
                       "weightGradient": array(w.grad), "biasGradient": array(b.grad)})
    return result


def losses():
    labels = [0, 2, 1, 2, 0]
    weights = [0.5, 1.0, 2.0]
    x = floats(5, 3, scale=3)
    target = torch.tensor(labels)
    result = []

    def keep(head, outputs, value, weighted, numbers=()):
        value.backward()
        result.append({"head": head, "outputs": array(outputs), "labels": labels,
                       "classWeights": weights if weighted else None, "numbers": list(numbers),
                       "value": value.item(), "gradient": array(outputs.grad)})

    for weighted in (False, True):
        rows = torch.tensor(weights)[target].double() if weighted else torch.ones(5).double()
        out = x.clone().requires_grad_()
        keep("softmax", out, (rows * F.cross_entropy(out, target, reduction="none")).mean(), weighted)
        out = x.clone().requires_grad_()
        hot = F.one_hot(target, 3).double()
        each = F.binary_cross_entropy_with_logits(out, hot, reduction="none").sum(1)
        keep("one-vs-rest", out, (rows * each).mean(), weighted)
    out = floats(5, 1).requires_grad_()
    wanted = floats(5)
    keep("number", out, F.mse_loss(out[:, 0], wanted), False, array(wanted)["elements"])
    return result


def optimizers():
    w, b = floats(4, 3), floats(3)
    gradients = [(floats(4, 3), floats(3)) for _ in range(10)]
    result = []

    def run(name, make, rate, decay):
        own = [w.clone().requires_grad_(), b.clone().requires_grad_()]
        optimizer = make([{"params": [own[0]], "weight_decay": decay},
                          {"params": [own[1]], "weight_decay": 0.0}])
        steps = []
        for pair in gradients:
            for parameter, gradient in zip(own, pair):
                parameter.grad = gradient.clone()
            optimizer.step()
            steps.append({"weight": array(own[0]), "bias": array(own[1])})
        result.append({"name": name, "rate": rate, "decay": decay, "steps": steps})

    for decay in (0.0, 0.1):
        run("adam", lambda groups: torch.optim.AdamW(groups, lr=0.05), 0.05, decay)
        run("momentum", lambda groups: torch.optim.SGD(groups, lr=0.05, momentum=0.9), 0.05, decay)
    return {"weight": array(w), "bias": array(b),
            "gradients": [{"weight": array(gw), "bias": array(gb)} for gw, gb in gradients],
            "runs": result}


def products():
    result = []
    for m, k, n in [(1, 1, 1), (1, 17, 3), (3, 1, 17), (17, 3, 1), (7, 13, 11), (17, 19, 5)]:
        left, right = floats(m, k), floats(k, n)
        result.append({"left": array(left), "right": array(right), "product": array(left @ right)})
    return result


def generator():
    """xoshiro256++ (Blackman & Vigna 2019) seeded by SplitMix64, written apart from the Swift."""
    mask = (1 << 64) - 1

    def rotl(x, k):
        return ((x << k) | (x >> (64 - k))) & mask

    def outputs(s, count):
        s, out = list(s), []
        for _ in range(count):
            out.append((rotl((s[0] + s[3]) & mask, 23) + s[0]) & mask)
            t = (s[1] << 17) & mask
            s[2] ^= s[0]
            s[3] ^= s[1]
            s[1] ^= s[2]
            s[0] ^= s[3]
            s[2] ^= t
            s[3] = rotl(s[3], 45)
        return out

    def seeded(seed):
        state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) & mask
            z = seed
            z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
            z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
            state.append(z ^ (z >> 31))
        return state

    # Published first outputs of SplitMix64 for 1234567 and of xoshiro256++ for the state 1 2 3 4.
    assert seeded(1234567) == [6457827717110365317, 3203168211198807973, 9817491932198370423,
                               4593380528125082431]
    assert outputs([1, 2, 3, 4], 4) == [41943041, 58720359, 3588806011781223, 3591011842654386]
    # As text: not every reader of JSON keeps 64 bits.
    return [{"seed": str(seed), "outputs": [str(v) for v in outputs(seeded(seed), 6)]}
            for seed in (0, 1, 42, 1234567, mask)]


reference = {"activations": activations(), "dense": dense(), "losses": losses(),
             "optimizers": optimizers(), "products": products(), "generator": generator()}
path = pathlib.Path(__file__).parent / "reference.json"
path.write_text(json.dumps(reference, separators=(",", ":"), sort_keys=True) + "\n")
