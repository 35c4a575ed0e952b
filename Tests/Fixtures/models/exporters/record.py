"""Keeps an exported model with some rows and what onnxruntime answers to them."""
import json
import pathlib

import numpy as np
import onnx
import onnxruntime

FOLDER = pathlib.Path(__file__).parent.parent / "exported"


class Recorder:
    """Models of one exporter: NAME.onnx for each, and EXPORTER.json with rows and answers."""

    def __init__(self, exporter):
        self.exporter, self.kept = exporter, {}
        FOLDER.mkdir(exist_ok=True)

    def keep(self, name, model, rows, ends, columns=None, channels_first=False, asked=None):
        """rows: an array, or for each column (in the order of the inputs) a list of cells.

        asked: the model that onnxruntime is asked, where it does not know the operators of `model`.
        """
        name = f"{self.exporter}-{name}"
        model = model if isinstance(model, onnx.ModelProto) else onnx.load(model)
        (FOLDER / f"{name}.onnx").write_bytes(model.SerializeToString())
        session = onnxruntime.InferenceSession((asked or model).SerializeToString())
        inputs = session.get_inputs()
        if columns is None:
            given = np.asarray(rows)
            feed = {inputs[0].name: given}
            # Pictures are rows of pixels, each with its channels.
            table = (given.transpose(0, 2, 3, 1) if channels_first else given).reshape(len(given), -1)
            cells = [[str(v) if given.dtype.kind in "iu" and ends.get("texts") else float(v) for v in row] for row in table]
            columns = [f"x{i}" for i in range(table.shape[1])]
        else:
            kinds = {"tensor(string)": object, "tensor(int64)": np.int64}
            if len(inputs) == 1:
                feed = {inputs[0].name: np.array(list(zip(*rows)), kinds.get(inputs[0].type, np.float32))}
            else:
                feed = {i.name: np.array([[v] for v in values], kinds.get(i.type, np.float32)) for i, values in zip(inputs, rows)}
            cells = [[v if isinstance(v, str) else (None if np.isnan(v) else float(v)) for v in row] for row in zip(*rows)]
        cells = [[None if isinstance(v, float) and np.isnan(v) else v for v in row] for row in cells]
        found = dict(zip([o.name for o in session.get_outputs()], session.run(None, feed)))
        scores = found[ends["scores"]]
        labels = [str(v) for v in found[ends["label"]]] if "label" in ends else None
        if ends["head"] == "threshold":
            # One number that is above 1/2 for the second class.
            labels = [f"class {int(v > 0.5)}" for v in np.asarray(scores).ravel()]
        if ends["head"] == "labels":
            # The labels alone are compared.
            scores = [0.0] * len(cells)
        elif isinstance(scores, list):
            scores = [list(row.values()) for row in scores]
        self.kept[name] = dict(
            columns=columns, rows=cells, head=ends["head"],
            scores=np.asarray(scores, float).reshape(len(cells), -1).tolist(),
            classes=ends.get("classes"),
            labels=labels)

    def write(self):
        (FOLDER / f"{self.exporter}.json").write_text(json.dumps(self.kept, indent=1) + "\n")
        sizes = [(FOLDER / f"{name}.onnx").stat().st_size for name in self.kept]
        print(f"{self.exporter}: {len(sizes)} files, {sum(sizes)} bytes")
