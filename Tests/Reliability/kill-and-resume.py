#!/usr/bin/env python3
"""Kills commands at random moments, goes on, and compares the end with an undisturbed run.

usage: kill-and-resume.py [--tool ./espalier] [--kills 100] [--seed 1] [--commands explain,train,…] [--mnist FOLDER]

Commands: explain, train, prune, compare, export, datasets (--mnist names the folder of MNIST's four files;
without it datasets is left out). Every trial is killed once or more (SIGKILL to the process group, at a
moment drawn evenly from the time that an undisturbed run takes), then brought to its end with --resume
(export and datasets: by the same command). In half of the trials there is an earlier output in the place, to
be replaced by --force. After every kill the output must be absent, or the earlier one, or the whole new
one; at the end it must be the bytes of the undisturbed run (manifests aside, which have times), and
nothing else may be left in the folder. Exit code 1 where that does not hold.
"""
import argparse, filecmp, os, pathlib, random, shutil, signal, subprocess, sys, tempfile, time

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--kills", type=int, default=100)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--commands", default="explain,train,prune,compare,export,datasets")
parser.add_argument("--mnist", type=pathlib.Path)
options = parser.parse_args()
options.tool = str(pathlib.Path(options.tool).resolve())
os.environ.setdefault("ESPALIER_HOME", str(root))
chance = random.Random(options.seed)

# name: (arguments, outputs, whether --resume and --force are understood)
COMMANDS = {
    "explain": (["explain", "digits", "--output", "out"], ["out"], True),
    "train": (["train", "digits", "--hidden", "256,128", "-o", "out.onnx"], ["out.onnx"], True),
    "prune": (["prune", "../net.onnx", "digits", "--method", "taylor", "--keep", "0.2", "--rounds", "6", "--epochs", "20",
               "-o", "out.onnx", "--coded", "out.espalier", "--plan", "plan.json"],
              ["out.onnx", "out.espalier", "plan.json"], True),
    "compare": (["compare", "iris", "--seeds", "2", "--methods", "neuron-magnitude,taylor,orthogonal", "--keep", "0.5,0.25",
                 "--output", "out"], ["out"], True),
    "export": (["export", "../report", "--to", "python", "-o", "out.py"], ["out.py"], False),
    "datasets": (["datasets", "fetch", "mnist", "--from", str(options.mnist and options.mnist.resolve())], ["data"], False),
}


def start(name, folder, *extra):
    environment = {**os.environ, "XDG_DATA_HOME": str(folder / "data"), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen([options.tool, *COMMANDS[name][0], "--quiet", *extra], cwd=folder, env=environment,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)


def finish(name, folder, *extra):
    process = start(name, folder, *extra)
    _, talk = process.communicate()
    if process.returncode != 0: sys.exit(f"{name} {extra}: code {process.returncode}\n{talk.decode(errors='replace')}")


def same(one, other):
    """Whether two files, or two folders, hold the same; times in manifests aside."""
    if one.is_dir() != other.is_dir(): return False
    if not one.is_dir(): return filecmp.cmp(one, other, shallow=False)
    names = sorted(p.name for p in one.iterdir())
    return names == sorted(p.name for p in other.iterdir()) and all(
        n == "manifest.json" or same(one / n, other / n) for n in names)


with tempfile.TemporaryDirectory(prefix="espalier-kills-") as place:
    place = pathlib.Path(place)
    subprocess.run([options.tool, "train", "digits", "--hidden", "256,128", "--epochs", "10", "-o", "net.onnx", "--quiet"], cwd=place, check=True)
    subprocess.run([options.tool, "explain", "iris", "--output", "report", "--quiet"], cwd=place, check=True,
                   stdout=subprocess.DEVNULL)
    names = [n for n in options.commands.split(",") if n != "datasets" or options.mnist]
    total = 0
    for name in names:
        arguments, outputs, resumes = COMMANDS[name]
        whole = place / f"{name}-whole"
        whole.mkdir()
        begun = time.time()
        finish(name, whole)
        length = time.time() - begun
        kills = trials = kept = 0
        while kills < options.kills // len(names):
            folder = place / f"{name}-{trials}"
            folder.mkdir()
            replaces = resumes and chance.random() < 0.5
            if replaces:
                # An earlier output of the tool's own, of another seed.
                earlier = place / f"{name}-earlier"
                if not earlier.exists():
                    earlier.mkdir()
                    finish(name, earlier, "--seed", "7")
                for output in outputs:
                    (shutil.copytree if (earlier / output).is_dir() else shutil.copy)(earlier / output, folder / output)
            extra = ["--force"] if replaces else []
            for turn in range(chance.choice([1, 1, 2, 3])):
                process = start(name, folder, *extra, *(["--resume"] if turn and resumes else []))
                try:
                    process.wait(chance.uniform(0, length))
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    kills += 1
                process.wait()
                process.stderr.close()
                for output in outputs:
                    found = folder / output
                    if name == "datasets" and found.exists():
                        sets = [p for p in found.rglob("*") if p.is_dir() and p.name == "mnist"]
                        if any(not same(p, whole / p.relative_to(folder)) for p in sets): sys.exit(f"{folder.name}: a broken data set")
                        continue
                    if not found.exists() and not replaces: continue
                    if found.exists() and same(found, whole / output): continue
                    if replaces and found.exists() and same(found, place / f"{name}-earlier" / output): continue
                    sys.exit(f"{folder.name}: {output} is neither whole nor as it was after a kill")
                if all((folder / o).exists() and same(folder / o, whole / o) for o in outputs): break
            done = all((folder / o).exists() and same(folder / o, whole / o) for o in outputs)
            if done: kept += 1
            else: finish(name, folder, *extra, *(["--resume"] if resumes else []))
            for output in outputs:
                if not same(folder / output, whole / output): sys.exit(f"{folder.name}: {output} differs at the end")
            left = sorted(p.name for p in folder.iterdir() if p.name not in outputs)
            if left and not (done and all(n.startswith(".") for n in left)): sys.exit(f"{folder.name}: left behind: {left}")
            shutil.rmtree(folder)
            trials += 1
        total += kills
        print(f"{name}: {trials} trials, {kills} kills, an undisturbed run takes {length:.1f} s", flush=True)
    print(f"{total} kills: nothing broken, every end the same bytes as the undisturbed run")
