#!/usr/bin/env python3
"""Explains tables, and checks that rules name only columns that the explained network reads.

usage: read-columns.py [--tool ./espalier] [--extractors surrogate-tree,cred] TABLE…

Needs onnx, onnxruntime and numpy. The network that the rules describe is the report's model.onnx. A column
is read where another value in it alone changes an output before the decision, for any of 2,000 rows drawn
at random from the schema. Exit code 1 where a rule names a column that is not read.
"""
import argparse, json, pathlib, subprocess, sys, tempfile
import numpy, onnx, onnxruntime

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("tables", nargs="+")
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--extractors", default="surrogate-tree")
options = parser.parse_args()


def read_columns(file):
    model = onnx.load(file)
    schema = json.loads(next(p.value for p in model.metadata_props if p.key == "espalier.schema"))
    logits = "logits" if any("logits" in n.output for n in model.graph.node) else model.graph.output[0].name
    if logits != model.graph.output[0].name:
        del model.graph.output[:]
        model.graph.output.append(onnx.helper.make_tensor_value_info(logits, onnx.TensorProto.FLOAT, None))
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    encoding = json.loads(next(p.value for p in model.metadata_props if p.key == "espalier.encoding"))
    scales = {}
    for entry in encoding["inputs"]:
        scaled = entry["kind"].get("scaled")
        if scaled: scales[entry["feature"]] = (scaled["mean"], scaled["scale"])
    chance = numpy.random.default_rng(1)

    def draw(index, feature):
        if feature["kind"] != "numeric": return numpy.array(feature["levels"], object)[chance.integers(0, len(feature["levels"]), 2000)]
        mean, scale = scales.get(index, (0, 1))
        return mean + 2 * scale * chance.standard_normal(2000)

    def answers(columns):
        """One input of all columns where there are only numbers, else an input for each column."""
        inputs = session.get_inputs()
        kinds = {"tensor(double)": numpy.float64, "tensor(float)": numpy.float32, "tensor(string)": object}
        if len(inputs) == 1 and inputs[0].shape[1] == len(columns):
            return session.run(None, {inputs[0].name: numpy.stack(columns, 1).astype(kinds[inputs[0].type])})[0]
        return session.run(None, {i.name: c.astype(kinds[i.type])[:, None] for i, c in zip(inputs, columns, strict=True)})[0]

    columns = [draw(i, f) for i, f in enumerate(schema["features"])]
    before = answers(columns)
    found = set()
    for index, feature in enumerate(schema["features"]):
        changed = [draw(i, f) if i == index else columns[i] for i, f in enumerate(schema["features"])]
        if not numpy.array_equal(answers(changed), before): found.add(feature["name"])
    return found, len(schema["features"])


wrong = 0
with tempfile.TemporaryDirectory() as place:
    for table in options.tables:
        for extractor in options.extractors.split(","):
            report = pathlib.Path(place) / "report"
            subprocess.run([options.tool, "explain", table, "--extractor", extractor, "--output", report, "--quiet", "--force"],
                           check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            result = json.loads((report / "explanation.json").read_text())
            read, count = read_columns(report / "model.onnx")
            named = {term["feature"] for rule in result["rules"] for term in rule["if"]}
            unread = sorted(named - read)
            wrong += bool(unread)
            print(f"{pathlib.Path(table).name}, {extractor}: {len(named)} columns in rules, {len(read)} of {count} read"
                  + (f"; NOT READ: {unread}" if unread else ""), flush=True)
sys.exit(1 if wrong else 0)
