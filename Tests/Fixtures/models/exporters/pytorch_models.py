#!/usr/bin/env python3
"""Networks as both exporters of PyTorch write them.

    python pytorch_models.py      needs numpy, torch, onnx, onnxscript and onnxruntime
"""
import logging
import pathlib
import tempfile
import warnings

import onnx
import torch
from torch import nn
from torch.nn import functional as f

from record import Recorder

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
torch.manual_seed(5)
record = Recorder("pytorch")


def settle(model, *shape):
    """Batch normalisations get means and variances that are not 0 and 1."""
    model.train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.randn(16, *shape) * 2 + 1)
    return model.eval()


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Conv2d(2, 4, 3, padding=1, bias=False), nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.n, self.pool, self.out = nn.BatchNorm2d(4), nn.AdaptiveAvgPool2d(1), nn.Linear(8, 3)

    def forward(self, x):
        x = torch.relu(self.a(x))
        y = torch.relu(self.n(self.b(x)) + x)
        return self.out(torch.flatten(self.pool(torch.cat([x, y], 1)), 1))


class View(nn.Module):
    """Flattens by the size that it is given, as many tutorials do."""

    def __init__(self):
        super().__init__()
        self.c, self.n, self.out = nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3), nn.Linear(12, 3)

    def forward(self, x):
        x = f.max_pool2d(torch.relu(self.n(self.c(x))), 2)
        return f.log_softmax(self.out(x.view(x.size(0), -1)), dim=1)


class Strided(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Conv2d(2, 4, 3, stride=2), nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.Linear(4, 3)

    def forward(self, x):
        x = f.elu(self.b(f.leaky_relu(self.a(f.pad(x, (1, 1, 1, 1))), 0.2)))
        return self.out(x.mean((2, 3)))


class Skip(nn.Module):
    """A residual network of rows."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.out = nn.Linear(4, 6), nn.Linear(6, 6), nn.Linear(6, 3)

    def forward(self, x):
        x = torch.tanh(self.a(x))
        return self.out(x + torch.sigmoid(self.b(x)))


class Halves(nn.Module):
    """Splits its channels, as networks for small machines do, and its numbers behind the picture."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Conv2d(2, 7, 3, padding=1), nn.Conv2d(3, 3, 3, padding=1, groups=3), nn.Linear(7, 6)
        self.out = nn.Linear(6, 3)

    def forward(self, x):
        x, y = torch.relu(self.a(x)).chunk(2, 1)
        x = torch.cat([x[:, 1:], self.b(y), x[:, :1]], 1)
        p, q = torch.split(torch.relu(self.c(x.mean((2, 3)))), [2, 4], 1)
        return self.out(torch.cat([q, p], 1))


def mlp(function=nn.ReLU, *end, outputs=3):
    return nn.Sequential(nn.Linear(4, 6), function(), nn.Linear(6, 5), function(), nn.Linear(5, outputs), *end)


models = dict(
    mlp=(mlp(), (4,), None), elu=(mlp(nn.ELU), (4,), None), leaky=(mlp(lambda: nn.LeakyReLU(0.3)), (4,), None),
    tanh=(mlp(nn.Tanh), (4,), None), sigmoid=(mlp(nn.Sigmoid), (4,), None),
    softmax=(mlp(nn.ReLU, nn.Softmax(dim=1)), (4,), "softmax"), log_softmax=(mlp(nn.ReLU, nn.LogSoftmax(dim=-1)), (4,), "log-softmax"),
    one_output=(mlp(nn.ReLU, nn.Sigmoid(), outputs=1), (4,), "one-vs-rest"),
    normalised=(settle(nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(0.2), nn.Linear(6, 5), nn.ReLU(),
                                     nn.BatchNorm1d(5), nn.Linear(5, 3)), 4), (4,), None),
    skip=(Skip(), (4,), None),
    convolution=(nn.Sequential(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 2), nn.Tanh(), nn.AvgPool2d(2, 1),
                               nn.Flatten(), nn.Linear(4, 3)), (2, 8, 8), None),
    residual=(settle(Residual(), 2, 4, 4), (2, 4, 4), None), view=(settle(View(), 2, 4, 4), (2, 4, 4), "log-softmax"),
    strided=(Strided(), (2, 5, 5), None), halves=(Halves(), (2, 4, 5), None))

with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place) / "model.onnx"
    for name, (model, shape, head) in models.items():
        model.eval()
        rows = torch.randn(5, *shape)
        for exporter, opsets in (("script", (9, 13, 17, 20)), ("dynamo", (18, 20))):
            for opset in opsets if name in ("mlp", "view", "residual", "halves") else opsets[-1:]:
                how = (dict(dynamo=False, dynamic_axes={"x": {0: "batch"}}) if exporter == "script"
                       else dict(dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), external_data=False, verbose=False))
                torch.onnx.export(model, (rows[:2],), str(place), input_names=["x"], output_names=["y"], opset_version=opset, **how)
                kept = onnx.load(place)
                for node in kept.graph.node:
                    node.ClearField("doc_string")
                    del node.metadata_props[:]
                del kept.graph.metadata_props[:], kept.graph.value_info[:], kept.metadata_props[:]
                record.keep(f"{name.replace('_', '-')}-{exporter}-{opset}", kept, rows.numpy(), dict(scores="y", head=head),
                            channels_first=len(shape) == 3)
record.write()
