#!/usr/bin/env python3
"""Causal check of the hidden features on every shipped data set, as a Markdown table.

Usage: Reports/causal.py [DATA ...] [--OPTION ...]

Options are passed to `explain`.
"""

import json
import os
import subprocess
import sys
import tempfile

DATA = (
    "iris wine breast-cancer house-votes mushroom monks-1 monks-2 monks-3 car nursery tic-tac-toe "
    "balance zoo german-credit heart digits"
).split()


def share(proportion):
    return f"{100 * proportion['value']:.1f} %"


print("| data set | features of the rules | of | others replaced | these replaced | trivial |")
print("|---|--:|--:|--:|--:|--:|")
options = [word for word in sys.argv[1:] if word.startswith("--")]
for name in [word for word in sys.argv[1:] if word not in options] or DATA:
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "report")
        subprocess.run(
            [os.environ.get("ESPALIER", "./espalier"), "explain", name, "--output", output,
             "--rules", "all", "--quiet", *options],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(os.path.join(output, "explanation.json")) as file:
            result = json.load(file)
    found = result.get("causal")
    if not found:
        print(f"| {name} | 0 | {len(result['features'])} | | | |")
        continue
    print(
        f"| {name} | {len(found['features'])} | {len(result['features'])} | "
        f"{share(found['keptAlone'])} | {share(found['removed'])} | {share(found['trivial'])} |",
        flush=True)
