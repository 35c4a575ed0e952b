"""The networks of `pytorch.md` and `images.md`.

    python pytorch_networks.py      needs torch, onnx, onnxscript and pandas; run beside this file
"""
import gzip
import pathlib
import struct

import onnx
import pandas
import torch
from torch import nn

torch.manual_seed(0)
torch.set_num_threads(1)


def dynamo(model, shape, path):
    """The exporter that is the default since PyTorch 2.9."""
    torch.onnx.export(
        model.eval(), (torch.zeros(2, *shape),), path, dynamo=True, external_data=False, verbose=False,
        input_names=["rows"], output_names=["logits"],
        dynamic_shapes=({0: torch.export.Dim("batch")},))
    # Without the stack traces of this machine, which the file would hold.
    model = onnx.load(path)
    for node in model.graph.node:
        node.ClearField("doc_string")
        del node.metadata_props[:]
    del model.graph.metadata_props[:], model.graph.value_info[:], model.metadata_props[:]
    onnx.save(model, path)


def torchscript(model, shape, path):
    """The exporter before, which needs no onnxscript."""
    torch.onnx.export(
        model.eval(), (torch.zeros(2, *shape),), path, dynamo=False,
        input_names=["rows"], output_names=["logits"], dynamic_axes={"rows": {0: "batch"}})


def fit(model, rows, loss, epochs, rate=0.01, decay=1e-3):
    optimizer = torch.optim.Adam(model.parameters(), rate, weight_decay=decay)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(rows)).split(32):
            optimizer.zero_grad()
            loss(model(rows[batch]), batch).backward()
            optimizer.step()


class Scaled(nn.Module):
    """Scaling and network in one module: it reads the columns in their own units."""

    def __init__(self, mean, deviation, network):
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.network = network

    def forward(self, rows):
        return self.network((rows - self.mean) / self.deviation)


table = pandas.read_csv("../../Datasets/breast-cancer/data.csv")
table = table[table.index % 5 != 3]  # every fifth row is held out
rows = torch.tensor(table.drop(columns="diagnosis").to_numpy(), dtype=torch.float32)
labels = torch.tensor((table.diagnosis == "malignant").to_numpy()).long()  # 0 benign, 1 malignant
mean, deviation = rows.mean(0), rows.std(0)
standard = (rows - mean) / deviation

network = nn.Sequential(
    nn.Linear(30, 16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 2))
fit(network, standard, lambda out, batch: nn.functional.cross_entropy(out, labels[batch]), 30)
dynamo(Scaled(mean, deviation, network), (30,), "breast-cancer-dynamo.onnx")
torchscript(Scaled(mean, deviation, network), (30,), "breast-cancer-torchscript.onnx")
torchscript(network, (30,), "breast-cancer-unscaled.onnx")

# One output: the probability of benign.
one = nn.Sequential(nn.Linear(30, 8), nn.ReLU(), nn.Linear(8, 1), nn.Sigmoid())
fit(one, standard, lambda out, batch: nn.functional.binary_cross_entropy(
    out[:, 0], 1 - labels[batch].float()), 30)
torchscript(Scaled(mean, deviation, one), (30,), "breast-cancer-one-output.onnx")

# Images of 8 by 8 bytes, as MNIST's files have them: 700 for training, 300 held out.
table = pandas.read_csv("../../Datasets/digits/data.csv")
pixels = (table.drop(columns="digit").to_numpy() * 15).astype("uint8").reshape(-1, 8, 8)
digits = table.digit.to_numpy().astype("uint8")
folder = pathlib.Path("digits-images")
folder.mkdir(exist_ok=True)
for name, part in ("train", slice(0, 700)), ("t10k", slice(700, 1000)):
    size = pixels[part].shape[0]
    for kind, head, values in (
            ("images-idx3", struct.pack(">4I", 0x803, size, 8, 8), pixels[part]),
            ("labels-idx1", struct.pack(">2I", 0x801, size), digits[part])):
        (folder / f"{name}-{kind}-ubyte.gz").write_bytes(gzip.compress(head + values.tobytes(), 9, mtime=0))

images = (torch.tensor(pixels[:700]).float()[:, None] / 255 - 0.5) / 0.2  # (x/255 - mean)/std
labels = torch.tensor(digits[:700]).long()
convolution = nn.Sequential(
    nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(6, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Flatten(), nn.Linear(32, 12), nn.Sigmoid(), nn.Linear(12, 10))
fit(convolution, images, lambda out, batch: nn.functional.cross_entropy(out, labels[batch]), 60, decay=1e-4)
dynamo(convolution, (1, 8, 8), "digits-convolution.onnx")
