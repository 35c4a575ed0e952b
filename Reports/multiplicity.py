#!/usr/bin/env python3
"""Counts the near-optimal trees beside the rules of data sets and writes the tables of Reports/multiplicity.md.

usage: Reports/multiplicity.py [--tool ./espalier] [--extra "ARGUMENTS"] [--stability N] [NAME or FILE ...]

For each data set `espalier explain NAME --threads 1` runs once. The seconds of the count are the stage
`counting` of manifest.json, on one thread. Without names every shipped data set runs.
"""
import argparse, json, pathlib, subprocess, sys, tempfile

SHIPPED = """iris wine breast-cancer house-votes mushroom monks-1 monks-2 monks-3 car nursery tic-tac-toe
balance zoo german-credit heart digits""".split()
root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--extra", default="", help="further arguments for explain")
parser.add_argument("--stability", type=int, default=0, help="measure the stability instead")
parser.add_argument("names", nargs="*")
options = parser.parse_args()


def count(trees):
    size = f"{trees['ruleSets']:,.0f}" if trees["ruleSets"] < 2**53 else f"{trees['ruleSets']:.3g}"
    return size if trees["exact"] else "at least " + size


def share(p):
    return f"{p['count']} of {p['total']}: {100 * p['value']:.1f} %" if p["total"] else "none"


def rounded(value):
    return "over 99.9" if 0.9995 < value < 1 else f"{100 * value:.3g}"


def row(name, e, seconds):
    if options.stability:
        s = e["stability"]
        random = s["randomization"]
        return [
            name, str(e["complexity"]["rules"]), share(s["ofSeeds"]["rulesRepeated"]),
            share(s["ofSeeds"]["answersAgree"]), share(s["ofBootstraps"]["rulesRepeated"]),
            share(s["ofBootstraps"]["answersAgree"]), str(random["rules"]), share(random["fidelity"]),
            f"{100 * random['majorityBaseline']['value']:.1f} %", share(random["accuracy"]),
            f"{100 * random['accuracyBaseline']['value']:.1f} %",
            "yes" if any(w["code"] == "randomization" for w in e["warnings"]) else "",
            f"{seconds['stability']:.1f}",
        ]
    m = e["multiplicity"]
    asked = ", ".join(f"{c['column']} {rounded(c['share'])} %" for c in m["columns"][:4])
    return [
        name, f"{m['rows']:,}", str(m["depth"]), str(m["candidates"]), str(m["leafPenalty"]),
        str(m["objective"]), str(m["shownObjective"]), *[count(w) for w in m["within"]],
        count(m["asGoodAsShown"]), asked, f"{seconds['counting']:.2f}",
    ]


if options.stability:
    header = ["data set", "rules", "rules again, seeds", "predictions agree, seeds", "rules again, bootstrap",
              "predictions agree, bootstrap", "rules, shuffled labels", "fidelity", "baseline", "accuracy",
              "baseline", "warning", "seconds"]
else:
    header = ["data set", "rows", "depth", "conditions", "leaf penalty", "best objective", "objective of the rules",
              "trees within 1 %", "within 2 %", "objective at most that of the rules", "columns tested, of those within 2 %",
              "seconds"]
print("| " + " | ".join(header) + " |\n|---" + "|--:" * (len(header) - 1) + "|")
for name in options.names or SHIPPED:
    with tempfile.TemporaryDirectory() as folder:
        command = [options.tool, "explain", name, "--output", folder + "/r", "--threads", "1", "--quiet"]
        if options.stability:
            command += ["--stability", str(options.stability)]
        done = subprocess.run(command + options.extra.split(), capture_output=True, text=True)
        if done.returncode not in (0, 2):
            sys.exit(f"{name}: {done.stderr}")
        e = json.loads(pathlib.Path(folder, "r/explanation.json").read_text())
        stages = json.loads(pathlib.Path(folder, "r/manifest.json").read_text())["stages"]
        seconds = {stage["name"]: stage["seconds"] for stage in stages}
        label = pathlib.Path(name).name.removesuffix(".csv").replace("_", " ")
        print("| " + " | ".join(row(label, e, seconds)) + " |", flush=True)
