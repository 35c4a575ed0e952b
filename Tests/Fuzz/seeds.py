#!/usr/bin/env python3
"""Writes small seeds for every fuzz target from the project's own files: seeds.py ROOT FOLDER."""
import json, pathlib, struct, sys

root, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])


def put(target, name, data):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    if len(data) <= 16384:
        (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


for target in "csv schema idx cifar png onnx coded result config plan checkpoint".split():
    put(target, "empty", b"")
for table in sorted((root / "Datasets").glob("*/data.csv")):
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    put("csv", table.parent.name, "".join(lines[:25]))
for table in sorted((root / "Tests/Fixtures").glob("**/*.csv")):
    put("csv", table.name, table.read_bytes()[:4000])
for schema in sorted((root / "Datasets").glob("*/schema.json")):
    put("schema", schema.parent.name, schema.read_bytes())
put("schema", "small", json.dumps({
    "features": [{"name": "a", "kind": "numeric"}, {"name": "b", "kind": "numeric", "unit": "cm"}],
    "target": {"name": "y", "classes": ["p", "q"]}}))
images = struct.pack(">IIII", 0x803, 3, 4, 4) + bytes(range(48))
labels = struct.pack(">II", 0x801, 3) + bytes([0, 1, 0])
put("idx", "three", struct.pack(">H", len(images)) + images + labels)
put("cifar", "three", b"".join(bytes([label]) + bytes(i * label % 256 for i in range(3072)) for label in (0, 1, 2)))
for image in sorted((root / "Tests/Fixtures/png").glob("**/*.[pP][nN][gG]")):
    put("png", image.parent.name + "-" + image.name, image.read_bytes())
for model in sorted((root / "Tests/Fixtures").glob("**/*.onnx")):
    # Constants of 34 million values: one execution takes longer than thousands of others.
    if model.name == "large-constants.onnx": continue
    put("onnx", model.parent.name + "-" + model.name, model.read_bytes())
for model in sorted((root / "Tests/Fixtures").glob("**/*.espalier")):
    put("coded", model.name, model.read_bytes())
for result in sorted((root / "Reports").glob("*/explanation.json")):
    value = json.loads(result.read_text())
    value["disagreements"] = value["disagreements"][:1]
    value["curve"] = value["curve"][:1]
    value["pruning"]["steps"] = value["pruning"]["steps"][:1]
    for candidate in (value["network"].get("selection") or {}).get("candidates", []):
        candidate["losses"] = candidate["losses"][:2]
    for key in ("conditions", "columns"):
        if value.get("multiplicity"): value["multiplicity"][key] = value["multiplicity"][key][:2]
    put("result", result.parent.name, json.dumps(value, separators=(",", ":")))
    # Without what may be absent, more of them are short enough.
    for key in ("multiplicity", "crossValidation", "causal", "describedRules", "describedFidelity", "describedAccuracy"):
        value.pop(key, None)
    put("result", result.parent.name + "-short", json.dumps(value, separators=(",", ":")))
# Results that are longer than the fuzzer's inputs make no seeds.
if len(list((out / "result").iterdir())) < 2: sys.exit("seeds.py: no result is short enough for a seed")
put("config", "all", json.dumps({
    "data": "iris", "seed": 7, "heldOut": 0.25, "maxRules": 10, "ignore": ["a"], "level": "inputs",
    "network": {"hidden": [32], "features": 12, "batch": 16, "epochs": 20, "learningRate": 0.01, "weightDecay": 0.2,
                "activation": "relu", "classWeights": False, "accuracyDrop": 0.01, "prunes": True}}))
put("plan", "neuron", json.dumps({"removals": [
    {"subject": {"neuron": {"name": {"node": "dense-1", "birth": 1}}}, "score": 0.5, "round": 1},
    {"subject": {"column": {"name": "a", "inputs": [0]}}, "score": 0.5, "round": 1},
    {"subject": {"weights": {"of": "dense-2", "parameter": 0, "entries": [0, 3]}}, "score": 0.1, "round": 1}]}))
