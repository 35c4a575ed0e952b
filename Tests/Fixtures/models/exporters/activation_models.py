#!/usr/bin/env python3
"""Activations, normalizations and ends as both exporters of PyTorch write them, over several opsets.

    python activation_models.py      needs numpy, torch, onnx, onnxscript and onnxruntime
"""
import logging
import pathlib
import tempfile
import warnings

import onnx
import torch
from torch import nn

from record import Recorder

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
torch.manual_seed(11)
record = Recorder("activations")


def mlp(function, outputs=3, end=()):
    return nn.Sequential(nn.Linear(4, 5), function(), nn.Linear(5, 5), function(), nn.Linear(5, outputs), *end)


class Swish(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 3)

    def forward(self, x):
        x = self.a(x)
        return self.b(x * torch.sigmoid(1.5 * x))


class Normalized(nn.Module):
    """A residual block of rows as in transformers, without the attention."""

    def __init__(self):
        super().__init__()
        self.a, self.n, self.b, self.c, self.d = nn.Linear(4, 6), nn.LayerNorm(6), nn.Linear(6, 8), nn.Linear(8, 6), nn.Linear(6, 3)

    def forward(self, x):
        x = self.a(x)
        return self.d(x + self.c(nn.functional.gelu(self.b(self.n(x)))))


class Ends(nn.Module):
    def __init__(self, end):
        super().__init__()
        self.a, self.b, self.end = nn.Linear(4, 6), nn.Linear(6, 1), end

    def forward(self, x):
        return self.end(torch.sigmoid(self.b(torch.relu(self.a(x)))))


class Picture(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.p, self.b, self.c = nn.Conv2d(2, 4, 3, padding=1), nn.PReLU(4), nn.Conv2d(4, 4, 2), nn.Linear(4, 3)

    def forward(self, x):
        return self.c(nn.functional.hardswish(self.b(self.p(self.a(x)))).mean((2, 3)))


class Two(nn.Module):
    """Scores and features."""

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Linear(4, 6), nn.Linear(6, 3)

    def forward(self, x):
        x = torch.relu(self.a(x))
        return x, self.b(x)


def prelu():
    return nn.PReLU(5, init=0.3)


models = dict(
    gelu=(mlp(nn.GELU), (4,), None), gelu_tanh=(mlp(lambda: nn.GELU("tanh")), (4,), None), silu=(mlp(nn.SiLU), (4,), None),
    swish=(Swish(), (4,), None), mish=(mlp(nn.Mish), (4,), None), hardswish=(mlp(nn.Hardswish), (4,), None),
    relu6=(mlp(nn.ReLU6), (4,), None), hardtanh=(mlp(lambda: nn.Hardtanh(-0.8, 1.2)), (4,), None), selu=(mlp(nn.SELU), (4,), None),
    celu=(mlp(lambda: nn.CELU(0.7)), (4,), None), softplus=(mlp(nn.Softplus), (4,), None), softsign=(mlp(nn.Softsign), (4,), None),
    hardsigmoid=(mlp(nn.Hardsigmoid), (4,), None), prelu=(mlp(prelu), (4,), None),
    layer_norm=(nn.Sequential(nn.Linear(4, 6), nn.LayerNorm(6), nn.ReLU(), nn.Linear(6, 3)), (4,), None),
    normalized=(Normalized(), (4,), None), squeezed=(Ends(lambda y: y.squeeze(-1)), (4,), "one-vs-rest"),
    viewed=(Ends(lambda y: y.view(-1)), (4,), "one-vs-rest"), flipped=(Ends(lambda y: 1 - y), (4,), "one-vs-rest"),
    flattened=(Ends(lambda y: y.flatten()), (4,), "one-vs-rest"), pair=(Ends(lambda y: torch.cat([1 - y, y], 1)), (4,), "pair"),
    picture=(Picture(), (2, 4, 5), None), two=(Two(), (4,), None))
with torch.no_grad():
    for module in models["picture"][0].modules():
        if isinstance(module, nn.PReLU):
            module.weight.copy_(torch.tensor([0.1, -0.2, 0.4, 1.3]))

with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place) / "model.onnx"
    for name, (net, shape, head) in models.items():
        net.eval()
        rows = torch.randn(6, *shape) * 2
        outputs = ["f", "y"] if name == "two" else ["y"]
        for exporter, opset in (("script", 13), ("script", 20), ("dynamo", 20)):
            if opset == 13 and name not in ("gelu", "hardswish", "layer_norm", "mish", "silu", "prelu", "squeezed"):
                continue
            how = (dict(dynamo=False, dynamic_axes={"x": {0: "batch"}}) if exporter == "script"
                   else dict(dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), external_data=False, verbose=False))
            try:
                torch.onnx.export(net, (rows[:2],), str(place), input_names=["x"], output_names=outputs, opset_version=opset, **how)
            except Exception as error:
                print(f"{name} by {exporter} at {opset}: left out: {type(error).__name__}")
                continue
            kept = onnx.load(place)
            for node in kept.graph.node:
                node.ClearField("doc_string")
                del node.metadata_props[:]
            del kept.graph.metadata_props[:], kept.graph.value_info[:], kept.metadata_props[:]
            record.keep(f"{name.replace('_', '-')}-{exporter}-{opset}", kept, rows.numpy(), dict(scores="y", head=head),
                        channels_first=len(shape) == 3)
record.write()
