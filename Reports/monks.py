#!/usr/bin/env python3
"""Which of MONK's true rules the tool finds.

usage: Reports/monks.py [--tool ./espalier] [--seeds 42,1,2]

The three true rules are known (Thrun et al. 1991). For each problem and seed the tool explains its
network, the rules are exported as Python, and THIS script runs them on all 432 possible rows.
"""
import argparse, importlib.util, itertools, json, pathlib, subprocess, sys, tempfile

root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--seeds", default="42,1,2")
options = parser.parse_args()
names = ["head_shape", "body_shape", "is_smiling", "holding", "jacket_color", "has_tie"]
domain = list(itertools.product((1, 2, 3), (1, 2, 3), (1, 2), (1, 2, 3), (1, 2, 3, 4), (1, 2)))
truths = {
    "monks-1": lambda r: r[0] == r[1] or r[4] == 1,
    "monks-2": lambda r: sum(v == 1 for v in r) == 2,
    "monks-3": lambda r: (r[4] == 3 and r[3] == 1) or (r[4] != 4 and r[1] != 3),
}
print("| problem | seed | network right (of 432) | rules | mean literals | rules right (of 432) | the true rule |")
print("|---|--:|--:|--:|--:|--:|---|")
for problem, truth in truths.items():
    for seed in options.seeds.split(","):
        with tempfile.TemporaryDirectory() as place:
            out = pathlib.Path(place) / "out"
            done = subprocess.run([options.tool, "explain", problem, "--seed", seed, "--output", str(out), "--quiet"],
                                  capture_output=True, text=True)
            if done.returncode not in (0, 2):
                sys.exit(done.stderr)
            subprocess.run([options.tool, "export", str(out), "--to", "python", "-o", place + "/rules.py"],
                           check=True, capture_output=True)
            spec = importlib.util.spec_from_file_location("rules", place + "/rules.py")
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            right = sum(str(module.classify({n: str(v) for n, v in zip(names, r)})) == str(int(truth(r))) for r in domain)
            e = json.loads((out / "explanation.json").read_text())
            print(f"| {problem} | {seed} | {e['accuracy']['network']['count']} of {e['accuracy']['network']['total']} "
                  f"| {e['complexity']['rules']} | {e['complexity']['meanLiterals']:.1f} | {right} "
                  f"| {'found' if right == len(domain) else 'not found'} |", flush=True)
