#!/usr/bin/env python3
"""Readable networks on the shipped tables: what they cost, and what their rules reach.

usage: Reports/readable.py [--tool ./espalier] [--seed 42] [NAME…]

Each table is explained with --no-readable, with --readable, and by default; figures are of held-out rows.
"""
import argparse, json, pathlib, subprocess, sys, tempfile

root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--seed", default="42")
parser.add_argument("names", nargs="*")
options = parser.parse_args()
names = options.names or ("iris wine breast-cancer house-votes mushroom monks-1 monks-2 monks-3 car nursery tic-tac-toe "
                          "balance zoo german-credit heart").split()


def explained(name, *arguments):
    with tempfile.TemporaryDirectory() as place:
        done = subprocess.run([options.tool, "explain", name, "--seed", options.seed, "-o", place + "/r", "--quiet",
                               "--progress", "none", "--cross-validation", "0", *arguments], capture_output=True, text=True)
        if done.returncode not in (0, 2):
            sys.exit(done.stderr)
        return json.loads(pathlib.Path(place, "r/explanation.json").read_text())


def share(proportion):
    return f"{100 * proportion['value']:.1f}"


def rules(found, key, fidelity):
    entry = found.get(key)
    return f"{share(found[fidelity]['heldOut'])} ({len(entry['rules'])})" if entry else "–"


print("| table | network | pruned | readable | features | columns | described rules of the pruned network | "
      "described rules of the readable network | default |")
print("|---|--:|--:|--:|--:|--:|--:|--:|---|")
for name in names:
    plain, readable, usual = explained(name, "--no-readable"), explained(name, "--readable"), explained(name)
    print(f"| {name} | {share(plain['network']['accuracy'])} | {share(plain['pruned']['accuracy'])} | "
          f"{share(readable['pruned']['accuracy'])} | {readable['pruned']['neurons']} | {readable['pruned']['inputs']} | "
          f"{rules(plain, 'describedRules', 'describedFidelity')} | "
          f"{rules(readable, 'describedRules', 'describedFidelity')} | "
          f"{'readable' if usual['pruned'].get('readable') else 'pruned'} |", flush=True)
