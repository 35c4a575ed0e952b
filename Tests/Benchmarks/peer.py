#!/usr/bin/env python3
"""The other side of every case: PyTorch, and onnxruntime where networks only answer.

    python peer.py CASE FOLDER THREADS

`inference` gives onnxruntime as many rows a call as suit it best, `inference-one-call` all of them.

It starts from the numbers in FOLDER and learns from the same batches in the same order as Espalier. On
standard input it understands the lines that `benchmarks run` understands.
"""
import json
import pathlib
import sys
import time

import numpy as np

name, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
case = json.loads((folder / "case.json").read_text())
inputs = np.fromfile(folder / "inputs.f32", np.float32).reshape(case["rows"], *case["input"])
start = np.fromfile(folder / "start.f32", np.float32)


def taken(*shape):
    """The next numbers of the start."""
    global start
    count = int(np.prod(shape))
    numbers, start = start[:count], start[count:]
    return numbers.reshape(shape)


class Learning:
    """PyTorch in its fastest eager form: channels last, fused optimisers."""

    def __init__(self):
        import torch

        self.torch = torch
        torch.set_num_threads(threads)
        pictures = len(case["input"]) == 3
        self.x = torch.from_numpy(inputs)
        if pictures:
            # Rows are height x width x channels in memory: channels last as PyTorch names it.
            self.x = self.x.permute(0, 3, 1, 2)
            assert self.x.is_contiguous(memory_format=torch.channels_last)
        self.y = torch.from_numpy(np.fromfile(folder / "labels.i32", np.int32).astype(np.int64))
        order = np.fromfile(folder / "order.i32", np.int32).astype(np.int64)
        self.orders = torch.from_numpy(order.reshape(case["epochs"], case["rows"]))
        build = {"lenet-300-100": self.dense, "small": self.dense, "lenet-5": self.lenet5, "resnet-20": self.resnet20}
        self.model = build[name]()
        assert len(start) == 0, f"{len(start)} numbers left over"
        if pictures:
            self.model = self.model.to(memory_format=torch.channels_last)
        self.first = {key: value.clone() for key, value in self.model.state_dict().items()}
        self.parameters = sum(p.numel() for p in self.model.parameters())

    def tensor(self, *shape):
        return self.torch.from_numpy(taken(*shape).copy())

    def linear(self, inputs, units, pixels=1):
        layer = self.torch.nn.Linear(inputs, units)
        # Espalier's pictures lie down pixel by pixel, PyTorch's channel by channel.
        weight = self.tensor(pixels, inputs // pixels, units).transpose(0, 1).reshape(inputs, units)
        layer.weight.data = weight.t().contiguous()
        layer.bias.data = self.tensor(units)
        return layer

    def convolution(self, channels, units, side, bias=True, **options):
        layer = self.torch.nn.Conv2d(channels, units, side, bias=bias, **options)
        layer.weight.data = self.tensor(side, side, channels, units).permute(3, 2, 0, 1).contiguous()
        if bias:
            layer.bias.data = self.tensor(units)
        return layer

    def normalization(self, channels):
        layer = self.torch.nn.BatchNorm2d(channels)
        for value in (layer.weight.data, layer.bias.data, layer.running_mean, layer.running_var):
            value.copy_(self.tensor(channels))
        return layer

    def dense(self):
        widths = {"lenet-300-100": [784, 300, 100, 10], "small": [13, 64, 32, 16, 3]}[name]
        layers = []
        for inputs, units in zip(widths, widths[1:]):
            layers += [self.linear(inputs, units), self.torch.nn.ReLU(inplace=True)]
        return self.torch.nn.Sequential(*layers[:-1])

    def lenet5(self):
        nn = self.torch.nn
        return nn.Sequential(
            self.convolution(1, 20, 5), nn.ReLU(inplace=True), nn.MaxPool2d(2), self.convolution(20, 50, 5),
            nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(), self.linear(800, 500, pixels=16),
            nn.ReLU(inplace=True), self.linear(500, 10))

    def resnet20(self):
        side, nn = self, self.torch.nn
        functional = nn.functional

        class Block(nn.Module):
            def __init__(self, channels, units, stride):
                super().__init__()
                self.stride, self.more = stride, units - channels
                self.first = side.convolution(channels, units, 3, False, stride=stride, padding=1)
                self.normal1 = side.normalization(units)
                self.second = side.convolution(units, units, 3, False, padding=1)
                self.normal2 = side.normalization(units)

            def forward(self, x):
                y = self.normal2(self.second(functional.relu(self.normal1(self.first(x)), inplace=True)))
                if self.stride > 1:
                    x = x[:, :, ::self.stride, ::self.stride]
                    x = functional.pad(x, (0, 0, 0, 0, self.more // 2, self.more // 2))
                return functional.relu(y + x, inplace=True)

        layers = [self.convolution(3, 16, 3, False, padding=1), self.normalization(16), nn.ReLU(inplace=True)]
        channels = 16
        for stage, units in enumerate((16, 32, 64)):
            for block in range(3):
                layers.append(Block(channels, units, 2 if stage > 0 and block == 0 else 1))
                channels = units
        return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), self.linear(64, 10))

    def run(self):
        torch, batch = self.torch, case["batch"]
        self.model.load_state_dict(self.first)
        self.model.train()
        if name == "resnet-20":
            optimizer = torch.optim.SGD(self.model.parameters(), lr=case["rate"], momentum=0.9, fused=True)
        else:
            optimizer = torch.optim.Adam(self.model.parameters(), lr=case["rate"], fused=True)
        losses, steps = [], 0
        begin, worked = time.perf_counter(), time.process_time()
        for order in self.orders:
            total = 0.0
            for rows in order.split(batch):
                optimizer.zero_grad(set_to_none=True)
                loss = torch.nn.functional.cross_entropy(self.model(self.x[rows]), self.y[rows])
                loss.backward()
                optimizer.step()
                total += loss.item() * len(rows)
                steps += 1
            losses.append(total / case["rows"])
        seconds, worked = time.perf_counter() - begin, time.process_time() - worked
        return {"seconds": seconds, "processor": worked, "steps": steps, "losses": losses, "parameters": self.parameters}


class Answering:
    """onnxruntime."""

    widths = [30, 64, 32, 16, 2]

    def __init__(self):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.parameters = len(start)
        self.session = onnxruntime.InferenceSession(self.model(), options, providers=["CPUExecutionProvider"])
        self.answers = np.empty((case["rows"], self.widths[-1]), np.float32)
        sizes = (1024, 4096, 16384, 1 << 20) if name == "inference" else (1 << 20,)
        self.batch = min((self.timed(batch), batch) for batch in sizes)[1]

    def model(self):
        from onnx import TensorProto, helper, numpy_helper

        nodes, numbers, value = [], [], "x"
        for layer, (inputs, units) in enumerate(zip(self.widths, self.widths[1:])):
            for letter, shape in ("w", (inputs, units)), ("b", (units,)):
                numbers.append(numpy_helper.from_array(taken(*shape).copy(), f"{letter}{layer}"))
            nodes.append(helper.make_node("Gemm", [value, f"w{layer}", f"b{layer}"], [f"d{layer}"]))
            value = f"d{layer}"
            if layer < len(self.widths) - 2:
                nodes.append(helper.make_node("Relu", [value], [f"r{layer}"]))
                value = f"r{layer}"
        graph = helper.make_graph(
            nodes, "dense", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["rows", self.widths[0]])],
            [helper.make_tensor_value_info(value, TensorProto.FLOAT, ["rows", self.widths[-1]])], numbers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        return model.SerializeToString()

    def timed(self, batch):
        begin = time.perf_counter()
        for first in range(0, case["rows"], batch):
            self.answers[first:first + batch] = self.session.run(None, {"x": inputs[first:first + batch]})[0]
        return time.perf_counter() - begin

    def run(self):
        worked = time.process_time()
        seconds = self.timed(self.batch)
        return {"seconds": seconds, "processor": time.process_time() - worked, "steps": case["rows"], "losses": [],
                "parameters": self.parameters, "batch": self.batch}


def main():
    side = Answering() if name.startswith("inference") else Learning()
    for line in sys.stdin:
        if line == "run\n":
            print(json.dumps(side.run()), flush=True)
        else:
            side.answers.tofile(folder / "peer-answers.f32")
            print("{}", flush=True)


if __name__ == "__main__":
    main()
