#!/usr/bin/env python3
"""Kills a run at random moments, goes on with --resume, and compares the end with an undisturbed run.

usage: kill-and-resume.py [--tool ./espalier] [--data digits] [--times 20] [--seed 1] [--extra "..."]

After every kill the report folder must be absent or whole; after the last run its files must be the
same bytes as those of a run that nobody killed.
"""
import argparse, filecmp, pathlib, random, signal, subprocess, sys, tempfile, time

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--data", default="digits")
parser.add_argument("--times", type=int, default=20)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--extra", default="")
options = parser.parse_args()
chance = random.Random(options.seed)
wanted = ["explanation.json", "report.html", "report.md", "rules.txt", "network.dot", "network.svg",
          "features.svg", "rules.svg", "curve.svg", "model.onnx", "manifest.json"]


def command(folder, resume):
    extra = ["--resume"] if resume else []
    return [options.tool, "explain", options.data, "--output", str(folder), "--quiet", *options.extra.split(), *extra]


with tempfile.TemporaryDirectory() as place:
    place = pathlib.Path(place)
    start = time.time()
    subprocess.run(command(place / "whole", False), check=True, stdout=subprocess.DEVNULL)
    length = time.time() - start
    kills = 0
    for attempt in range(options.times):
        # Every trial starts afresh, is killed once or more, and is brought to its end.
        target = place / f"trial{attempt}"
        resume = False
        for _ in range(chance.choice([1, 1, 2, 3])):
            process = subprocess.Popen(command(target, resume), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       start_new_session=True)
            time.sleep(chance.uniform(0, length))
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                kills += 1
            process.wait()
            resume = True
            if target.exists() and sorted(p.name for p in target.iterdir()) != sorted(wanted):
                sys.exit(f"trial {attempt}: a broken folder: {sorted(p.name for p in target.iterdir())}")
        subprocess.run(command(target, True), check=True, stdout=subprocess.DEVNULL)
        for name in wanted:
            if name != "manifest.json" and not filecmp.cmp(target / name, place / "whole" / name, shallow=False):
                sys.exit(f"trial {attempt}: {name} differs after --resume")
    left = [p.name for p in place.iterdir() if p.name != "whole" and not p.name.startswith("trial")]
    if left:
        sys.exit(f"left behind: {left}")
    print(f"{options.times} trials, {kills} kills, every end the same bytes as the undisturbed run of {length:.1f} s")
