#!/usr/bin/env python3
"""Feature-based rule explanation on images: accuracy, fidelity, rule counts before and after pruning.

usage: Reports/images.py [--tool ./espalier] [--seeds 1,2,3] [--json FILE] NAME=FOLDER ...

For each image folder, ReLU and ELU, OAS and CRED and each seed two runs of `espalier explain --rules
features`: one as it comes, one with `--no-pruning`, which takes nothing away. Prints Markdown:
median and range over the seeds.
"""
import argparse, json, pathlib, re, statistics, subprocess, sys, tempfile

root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--seeds", default="1,2,3")
parser.add_argument("--extra", default="")
parser.add_argument("--json", type=pathlib.Path)
parser.add_argument("sets", nargs="+")
options = parser.parse_args()


def run(folder, activation, extractor, seed, pruned):
    with tempfile.TemporaryDirectory() as place:
        out = pathlib.Path(place) / "out"
        command = [options.tool, "explain", folder, "--rules", "features", "--extractor", extractor, "--activation",
                   activation, "--seed", seed, "--output", str(out), "--quiet", *options.extra.split()]
        if not pruned:
            command.append("--no-pruning")
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode not in (0, 2):
            sys.exit(f"{' '.join(command)}: {done.stderr}")
        e = json.loads((out / "explanation.json").read_text())
        # All minimal premises that the search found, of which the rules are a choice.
        found = None
        if extractor == "oas":
            count = int(re.search(r"(\d+) minimal premises?", " ".join(e["extractor"]["notes"])).group(1))
            found = next(point for point in e["curve"] if point["rules"] == count)
        return dict(
            features=e["pruned"]["neurons"], inputs=e["pruned"]["inputs"],
            network=100 * e["network"]["accuracy"]["value"], accuracy=100 * e["pruned"]["accuracy"]["value"],
            fidelity=100 * e["fidelity"]["heldOut"]["value"], original=100 * e["fidelity"]["toOriginal"]["value"],
            binarised=100 * e["binarisation"]["value"], rules=e["complexity"]["rules"],
            length=e["complexity"]["meanLiterals"],
            premises=found and found["rules"], premisesFidelity=found and 100 * found["fidelity"]["value"],
            ruleAccuracy=100 * e["accuracy"]["rules"]["value"])


def text(values, digits=1):
    if values[0] is None:
        return ""
    low, middle, high = min(values), statistics.median(values), max(values)
    return f"{middle:.{digits}f}" if low == high else f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


columns = [("features", 0), ("inputs", 0), ("network", 2), ("accuracy", 2), ("binarised", 2), ("rules", 0),
           ("length", 1), ("fidelity", 2), ("original", 2), ("ruleAccuracy", 2),
           ("premises", 0), ("premisesFidelity", 2)]
print("| images | activation | extractor | pruned | hidden features | inputs | network accuracy % | accuracy after % "
      "| binarisation % | rules | mean literals | fidelity % | fidelity to original % | rules' accuracy % "
      "| minimal premises | their fidelity % |")
print("|---|---|---|---|" + "--:|" * len(columns))
results = []
for item in options.sets:
    name, folder = item.split("=", 1)
    for activation in ("relu", "elu"):
        for extractor in ("oas", "cred"):
            for pruned in (False, True):
                runs = [run(folder, activation, extractor, seed, pruned) for seed in options.seeds.split(",")]
                results.append(dict(name=name, activation=activation, extractor=extractor, pruned=pruned, runs=runs))
                cells = [text([r[c] for r in runs], d) for c, d in columns]
                print(f"| {name} | {activation} | {extractor} | {'yes' if pruned else 'no'} | " + " | ".join(cells) + " |", flush=True)
if options.json:
    options.json.write_text(json.dumps(results, indent=1))
