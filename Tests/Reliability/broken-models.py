#!/usr/bin/env python3
"""Gives the tool every broken model: each must be refused with code 65, soon, and in little memory.

Code 66 is for a file beside the model that is not there.

usage: broken-models.py [--tool ./espalier] [--seconds 1] [--megabytes 200] [--list]

Seconds are of the processor, so that other work on the machine does not count; --list prints what each
file is refused with.
"""
import argparse, os, pathlib, resource, subprocess, sys, tempfile

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--seconds", type=float, default=1)
parser.add_argument("--megabytes", type=int, default=200)
parser.add_argument("--list", action="store_true")
options = parser.parse_args()


def limits():
    """What runs away ends by itself."""
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


wrong, most = [], (0.0, 0.0)
files = sorted((root / "Tests/Fixtures/models/broken").glob("*.onnx"))
with tempfile.TemporaryDirectory() as place:
    for file in files:
        with open(f"{place}/talk", "wb") as talk:
            process = subprocess.Popen(
                [options.tool, "draw", file, "-o", f"{place}/picture.dot"], stdout=subprocess.DEVNULL, stderr=talk,
                preexec_fn=limits)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds, megabytes = usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024
        most = max(most[0], seconds), max(most[1], megabytes)
        text = pathlib.Path(f"{place}/talk").read_text(errors="replace")
        if options.list:
            print(f"{file.stem}: " + text.removeprefix("error: ").split("\n")[0])
        if process.returncode != (66 if file.stem == "external-gone" else 65) or seconds >= options.seconds or megabytes >= options.megabytes:
            wrong.append(f"{file.stem}: code {process.returncode}, {seconds:.2f} s, {megabytes:.0f} MiB")
if wrong:
    sys.exit("\n".join(wrong))
if not options.list:
    print(f"{len(files)} files refused, each within {most[0]:.2f} s and {most[1]:.0f} MiB")
