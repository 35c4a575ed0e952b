#!/usr/bin/env python3
"""Rules over hidden features by ordered-attribute search, and by CRED for comparison.

usage: Reports/oas.py [--tool ./espalier] [--seeds 1,2,3] [--extra OPTIONS] NAME[=FOLDER[:TRAIN:TEST]] ...

For each data set, extractor and seed one run of `espalier explain --rules features`. Of a folder of IDX
images, only the first TRAIN training and the first TEST test rows are used where their numbers are given.
Prints Markdown: median and range over the seeds.
"""
import argparse, gzip, json, pathlib, re, statistics, subprocess, sys, tempfile, time

root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--seeds", default="1,2,3")
parser.add_argument("--extra", default="--threads 1")
parser.add_argument("--extractors", default="oas,cred")
parser.add_argument("sets", nargs="+")
options = parser.parse_args()


def cut(folder, rows, place):
    """Copies the first rows of each IDX file: `rows` of training and of test files."""
    for file in sorted(pathlib.Path(folder).glob("*ubyte*")):
        data = gzip.open(file).read() if file.suffix == ".gz" else file.read_bytes()
        count = rows[0] if file.name.startswith("train") else rows[1]
        head = 4 + 4 * data[3]
        size = (len(data) - head) // int.from_bytes(data[4:8], "big")
        (place / file.name.removesuffix(".gz")).write_bytes(
            data[:4] + count.to_bytes(4, "big") + data[8:head] + data[head:head + count * size])
    return str(place)


def run(data, extractor, seed):
    with tempfile.TemporaryDirectory() as place:
        out = pathlib.Path(place) / "out"
        start = time.time()
        done = subprocess.run(
            [options.tool, "explain", data, "--rules", "features", "--extractor", extractor, "--seed", seed,
             "--output", str(out), "--quiet", *options.extra.split()], capture_output=True, text=True)
        if done.returncode not in (0, 2):
            sys.exit(done.stderr)
        e = json.loads((out / "explanation.json").read_text())
    fidelity = e["featureFidelity"]
    rules = e["featureRules"]["rules"]
    ruled = {rule["then"] for rule in rules} | ({e["featureRules"]["defaultClass"]} if extractor != "oas" else set())
    note = " ".join(e["featureRules"]["extractor"]["notes"])
    implied = re.search(r"(\d+) of \d+ rules imply", note)
    return dict(
        accuracy=100 * e["network"]["accuracy"]["value"], pruned=100 * e["pruned"]["accuracy"]["value"],
        features=e["pruned"]["neurons"], binarised=100 * e["binarisation"]["value"], rules=len(rules),
        implied=None if extractor != "oas" else int(implied.group(1)) if implied else len(rules),
        length=e["featureRules"]["complexity"]["meanLiterals"], fidelity=100 * fidelity["heldOut"]["value"],
        without=len([name for name, row in fidelity["byClass"].items() if row["total"] > 0 and name not in ruled]), seconds=time.time() - start)


def text(values, digits):
    if values[0] is None:
        return ""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f}" if low == high else f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


columns = [("accuracy", 1), ("pruned", 1), ("features", 0), ("binarised", 1), ("rules", 0), ("implied", 0),
           ("length", 1), ("fidelity", 1), ("without", 0), ("seconds", 0)]
print("| data set | extractor | network accuracy % | pruned % | hidden features | binarisation % | rules "
      "| implied rules | mean literals | held-out fidelity % | predicted classes without rule | seconds |")
print("|---|---|" + "--:|" * len(columns))
for item in options.sets:
    name, _, source = item.partition("=")
    folder, *rows = source.split(":") if source else [name]
    with tempfile.TemporaryDirectory() as place:
        data = cut(folder, [int(count) for count in rows], pathlib.Path(place)) if rows else folder
        for extractor in options.extractors.split(","):
            runs = [run(data, extractor, seed) for seed in options.seeds.split(",")]
            print(f"| {name} | {extractor} | " + " | ".join(text([r[c] for r in runs], d) for c, d in columns) + " |",
                  flush=True)
