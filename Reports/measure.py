#!/usr/bin/env python3
"""Runs the main job on data sets and writes the table of Reports/README.md.

usage: Reports/measure.py [--tool ./espalier] [--output FOLDER] [NAME ...]

For each data set `espalier explain NAME` runs once; rows, accuracies, sizes, rules and fidelity come
from its explanation.json, seconds and peak memory from the operating system. Without names every
shipped data set runs, and the table replaces the one between the two marks in Reports/README.md.
"""
import argparse, json, os, pathlib, resource, subprocess, sys, tempfile, time

SHIPPED = """iris wine breast-cancer house-votes mushroom monks-1 monks-2 monks-3 car nursery tic-tac-toe
balance zoo german-credit heart digits""".split()
root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--output", type=pathlib.Path, help="keep the report folders here")
parser.add_argument("--extra", default="", help="further arguments for explain")
parser.add_argument("names", nargs="*")
options = parser.parse_args()


def share(p, digits=1):
    return f"{100 * p['value']:.{digits}f} %"


def interval(p):
    return f"{p['count']} of {p['total']}: {100 * p['value']:.1f} % ({100 * p['low']:.1f} to {100 * p['high']:.1f})"


def run(name, folder):
    command = [options.tool, "explain", name, "--output", str(folder), "--force", "--quiet", *options.extra.split()]
    start = time.time()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.time() - start
    if os.waitstatus_to_exitcode(status) not in (0, 2):
        sys.exit(f"{name}: {errors}")
    e = json.loads((folder / "explanation.json").read_text())
    before, after, size = e["network"], e["pruned"], e["complexity"]
    return [
        name, f"{e['data']['rowsUsed'] + (e['data']['heldOut'] if 'published' in e['data']['heldOutFrom'] else 0):,}",
        share(before["accuracy"]), share(after["accuracy"]),
        f"{before['neurons']} → {after['neurons']}", f"{before['inputs']} → {after['inputs']}",
        str(size["rules"]), f"{size['meanLiterals']:.1f}", interval(e["fidelity"]["heldOut"]),
        share(e["fidelity"]["majorityBaseline"]), f"{seconds:.1f}", f"{usage.ru_maxrss / 1024:.0f}",
    ]


header = ["data set", "rows", "network accuracy", "pruned accuracy", "hidden features", "inputs", "rules",
          "mean literals", "held-out fidelity (95 % interval)", "majority baseline", "seconds", "peak MiB"]
lines = ["| " + " | ".join(header) + " |", "|---" * 2 + "|--:" * (len(header) - 2) + "|"]
run(SHIPPED[0], pathlib.Path(tempfile.mkdtemp()) / "warm-up")  # the first start builds the tool
for name in options.names or SHIPPED:
    folder = (options.output or pathlib.Path(tempfile.mkdtemp())) / pathlib.Path(name).name
    lines.append("| " + " | ".join(run(name, folder)) + " |")
    print(lines[-1], file=sys.stderr, flush=True)
table = "\n".join(lines)
print(table)
if not options.names:
    page = root / "Reports" / "README.md"
    text = page.read_text()
    head, rest = text.split("<!-- table -->\n", 1)
    _, tail = rest.split("<!-- end of table -->", 1)
    page.write_text(f"{head}<!-- table -->\n{table}\n<!-- end of table -->{tail}")
