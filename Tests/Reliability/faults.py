#!/usr/bin/env python3
"""Runs commands while the system fails under them, and checks how they end.

usage: faults.py [--tool PROGRAM] [--only NAME,…]

Faults: full-disk (file systems of 16 to 600 kB for the output), file-limit (ulimit -f), full-output (/dev/full),
closed-pipe, closed-streams, memory (ulimit -v of 150 to 600 MB), descriptors (ulimit -n of 3 to 24), clock (back by
30 years, ahead by 50, jumping with every call), read-only (the whole checkout), locale (five locales and a time zone),
environment (no HOME, no PATH, no folder for temporary files), folder-gone (the working folder removed), threads
(pthread_create fails), devices (endless and unreadable inputs).

Wherever a command fails it must end by a documented code with a line "error: …", must leave no output and no
file of its own that a later run does not remove, and an output that was there before stays as it was. Where
it succeeds (clock, read-only, locale, environment) explanation.json must be the same bytes as always. full-disk and
read-only need root, for they mount file systems in a name space of their own; clock and threads need cc. Exit code
1 where something does not hold.
"""
import argparse, hashlib, os, pathlib, shutil, subprocess, sys, tempfile

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / ".build/release/espalier"))
parser.add_argument("--only", default="")
options = parser.parse_args()
tool = str(pathlib.Path(options.tool).resolve())
base = {**os.environ, "ESPALIER_HOME": str(root), "OPENBLAS_NUM_THREADS": "1", "NO_COLOR": "1"}
CODES = {0, 2, 64, 65, 66, 69, 73, 74, 75}
problems, counts = [], {}

SHIFT = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
static long offset(void) {
  static long calls;
  const char *text = getenv("CLOCK_SHIFT");
  if (!text) return 0;
  long seconds = atol(text);
  return seconds ? seconds : (calls++ % 2 ? -7200 : 7200);
}
int clock_gettime(clockid_t id, struct timespec *t) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  int code = real(id, t);
  if (id == CLOCK_REALTIME) t->tv_sec += offset();
  return code;
}
int gettimeofday(struct timeval *t, void *zone) {
  static int (*real)(struct timeval *, void *);
  if (!real) real = (int (*)(struct timeval *, void *))dlsym(RTLD_NEXT, "gettimeofday");
  int code = real(t, zone);
  t->tv_sec += offset();
  return code;
}
time_t time(time_t *out) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  if (out) *out = t.tv_sec;
  return t.tv_sec;
}
"""
THREADS = r"""
#include <errno.h>
#include <pthread.h>
int pthread_create(pthread_t *t, const pthread_attr_t *a, void *(*f)(void *), void *x) { return EAGAIN; }
"""


def run(words, folder, before="", environment=None, stdout=subprocess.DEVNULL):
    """(code, stderr) of the tool after the words of a shell."""
    line = f'{before} exec "$@"' if before else 'exec "$@"'
    ended = subprocess.run(["bash", "-c", line, "bash", tool, *words], cwd=folder, env=environment or base, stdout=stdout,
                           stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, errors="replace", timeout=120)
    return ended.returncode, ended.stderr


def check(fault, what, code, talk, allowed=CODES, silent=False):
    counts[fault] = counts.get(fault, 0) + 1
    if code < 0 or code not in allowed: problems.append(f"{fault}: {what}: code {code}: {talk[-300:]}")
    elif code not in (0, 141) and not silent and "error: " not in talk: problems.append(f"{fault}: {what}: code {code} without a message")
    elif "fault of espalier" in talk or "Fatal error" in talk: problems.append(f"{fault}: {what}: {talk[-300:]}")


def left(fault, what, folder, allowed=()):
    found = sorted(p.name for p in folder.iterdir() if p.name not in allowed and not p.name.endswith(".espalier-run"))
    if found: problems.append(f"{fault}: {what}: left behind {found}")


def digest(folder): return hashlib.sha256((folder / "explanation.json").read_bytes()).hexdigest()


def contents(path):
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    return {str(p): p.read_bytes() for p in files}


# What is run under every fault: (words, output). {in} is the folder of the inputs.
def commands(inputs):
    return [(["explain", "iris", "--output", "out", "--quiet"], "out"),
            (["train", "digits", "-o", "out.onnx", "--quiet"], "out.onnx"),
            (["prune", f"{inputs}/digits.onnx", "digits", "--keep", "0.5", "-o", "out.onnx", "--coded", "out.espalier",
              "--plan", "plan.json", "--quiet"], "out.onnx"),
            (["compare", "iris", "--seeds", "1", "--methods", "taylor", "--keep", "0.5", "--output", "out", "--quiet"], "out"),
            (["draw", f"{inputs}/digits.onnx", "-o", "out.svg", "--quiet"], "out.svg"),
            (["report", f"{inputs}/report", "--output", "out", "--quiet"], "out"),
            (["export", f"{inputs}/report", "--to", "python", "-o", "out.py", "--quiet"], "out.py")]


def full_disk(place, inputs):
    disk = place / "disk"
    disk.mkdir()
    for words, output in commands(inputs):
        for kilobytes in (16, 32, 64, 100, 150, 200, 300, 600):
            for earlier in (False, True):
                subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "none", disk], check=True)
                try:
                    if earlier and "." in output: (disk / output).write_text("earlier")
                    elif earlier: continue
                    code, talk = run([*words, *(["--force"] if earlier else [])], disk)
                    what = f"{words[0]} on {kilobytes} kB"
                    check("full-disk", what, code, talk)
                    if code in (0, 2): continue
                    if code != 74 or "no space" not in talk: problems.append(f"full-disk: {what}: code {code}: {talk}")
                    left("full-disk", what, disk, [output] if earlier else [])
                    if earlier and (disk / output).read_text() != "earlier": problems.append(f"full-disk: {what}: the earlier file is gone")
                finally:
                    subprocess.run(["umount", disk], check=True)


def file_limit(place, inputs):
    for words, output in commands(inputs):
        for blocks in (1, 4, 16, 64, 200):
            folder = place / f"limit-{words[0]}-{blocks}"
            folder.mkdir()
            code, talk = run(words, folder, f"ulimit -f {blocks};")
            check("file-limit", f"{words[0]} with {blocks} blocks", code, talk)
            if code not in (0, 2): left("file-limit", words[0], folder)


def full_output(place, inputs):
    for words in (["list", "methods"], ["list", "datasets", "--json"], ["--help"], ["explain", "iris", "--dry-run"], ["doctor"],
                  ["explain", "iris", "--output", "full", "--json"], ["fidelity", f"{inputs}/report", f"{inputs}/iris.onnx", "iris"],
                  ["features", f"{inputs}/iris.onnx", "iris"], ["--version"], ["train", "iris", "-o", "full.onnx", "--json"]):
        with open("/dev/full", "wb") as full: code, talk = run(words, place, stdout=full)
        check("full-output", " ".join(words), code, talk, allowed={74})


def closed_pipe(place, inputs):
    for words in (["list", "methods"], ["explain", "iris", "--dry-run"], ["explain", "iris", "--output", "pipe", "--json"],
                  ["features", f"{inputs}/iris.onnx", "iris", "--json"], ["train", "iris", "-o", "pipe.onnx", "--json"]):
        reading, writing = os.pipe()
        os.close(reading)
        with os.fdopen(writing, "wb") as pipe: code, talk = run(words, place, stdout=pipe)
        # As every program that writes into a pipe which nobody reads: SIGPIPE, with the output in place.
        check("closed-pipe", " ".join(words), 141 if code == -13 else code, talk, allowed={74, 141})
    if not (place / "pipe/explanation.json").exists(): problems.append("closed-pipe: the report is not there")
    if not (place / "pipe.onnx").exists(): problems.append("closed-pipe: the model is not there")


def closed_streams(place, inputs):
    for number, streams in enumerate(("0<&-", "1>&-", "2>&-", "0<&- 1>&-", "0<&- 2>&-", "0<&- 1>&- 2>&-")):
        for words in (["list", "methods"], ["explain", "iris", "--output", f"closed{number}", "--quiet"],
                      ["train", "iris", "-o", f"closed{number}.onnx"], ["explain", "nothing"]):
            code, talk = run(words, place, f"exec {streams};")
            check("closed-streams", f"{' '.join(words)} {streams}", code, talk, silent="2>" in streams)


def memory(place, inputs):
    for words, output in commands(inputs):
        for megabytes in (150, 170, 190, 210, 230, 250, 275, 300, 350, 400, 500, 600):
            folder = place / f"memory-{words[0]}-{megabytes}"
            folder.mkdir()
            code, talk = run(words, folder, f"ulimit -v {megabytes * 1000};")
            check("memory", f"{words[0]} with {megabytes} MB", code, talk, allowed={0, 2, 75})
            if code == 75: left("memory", words[0], folder)


def descriptors(place, inputs):
    for words, output in commands(inputs):
        for number in (3, 4, 5, 6, 8, 12, 24):
            folder = place / f"descriptors-{words[0]}-{number}"
            folder.mkdir()
            code, talk = run(words, folder, f"ulimit -n {number};")
            # Where the dynamic loader has no descriptor, the program does not begin.
            check("descriptors", f"{words[0]} with {number} descriptors", code, talk, allowed=CODES | {127}, silent=code == 127)
            if code not in (0, 2): left("descriptors", words[0], folder)


def shim(place, name, text):
    source = place / f"{name}.c"
    source.write_text(text)
    library = place / f"{name}.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return str(library)


def clock(place, inputs):
    library = shim(place, "clock", SHIFT)
    for shift in ("-946080000", "1576800000", "0"):
        folder = place / f"clock{shift}"
        folder.mkdir()
        code, talk = run(commands(inputs)[0][0], folder, environment={**base, "LD_PRELOAD": library, "CLOCK_SHIFT": shift})
        check("clock", f"shifted by {shift} s", code, talk, allowed={0})
        if code == 0 and digest(folder / "out") != digest(inputs / "report"): problems.append(f"clock: {shift}: other bytes")


def read_only(place, inputs):
    subprocess.run([root / "espalier", "--version"], stdout=subprocess.DEVNULL, check=True)
    subprocess.run(["mount", "--bind", root, root], check=True)
    subprocess.run(["mount", "-o", "remount,ro,bind", root], check=True)
    try:
        try:
            (root / "written").write_text("")
            problems.append("read-only: the checkout can be written")
        except OSError: pass
        ended = subprocess.run([root / "espalier", "explain", "iris", "--output", "read-only", "--quiet"], cwd=place, text=True,
                               capture_output=True)
        check("read-only", "./espalier explain iris", ended.returncode, ended.stderr, allowed={0})
        if ended.returncode == 0 and digest(place / "read-only") != digest(inputs / "report"): problems.append("read-only: other bytes")
        code, talk = run(["explain", "iris", "--quiet"], root)
        check("read-only", "explain iris in the checkout", code, talk, allowed={73})
    finally:
        subprocess.run(["umount", "-l", root], check=True)


def locale(place, inputs):
    own = place / "locales"
    own.mkdir()
    for name in ("de_DE", "tr_TR", "fr_CH"):
        subprocess.run(["localedef", "-i", name, "-f", "UTF-8", own / f"{name}.UTF-8"], capture_output=True)
    for name, zone in (("de_DE.UTF-8", ""), ("tr_TR.UTF-8", ""), ("fr_CH.UTF-8", ""), ("C", ""), ("xx_YY.UTF-8", ""), ("C.UTF-8", "Asia/Kathmandu")):
        folder = place / f"locale-{name}"
        folder.mkdir()
        environment = {**base, "LC_ALL": name, "LANG": name, "LOCPATH": str(own), **({"TZ": zone} if zone else {})}
        code, talk = run(commands(inputs)[0][0], folder, environment=environment)
        check("locale", name, code, talk, allowed={0})
        for file in ("explanation.json", "report.html", "network.svg", "rules.txt", "model.onnx"):
            if code == 0 and (folder / "out" / file).read_bytes() != (inputs / "report" / file).read_bytes():
                problems.append(f"locale: {name}: {file} differs")


def environment(place, inputs):
    for name, change in (("no HOME", {"HOME": None}), ("no PATH", {"PATH": None}), ("HOME that is not there", {"HOME": "/no/such"}),
                         ("no folder for temporary files", {"TMPDIR": "/no/such", "XDG_DATA_HOME": "relative"}), ("no TERM", {"TERM": None})):
        folder = place / name.replace(" ", "-")
        folder.mkdir()
        changed = {k: v for k, v in {**base, **change}.items() if v is not None}
        ended = subprocess.run([tool, *commands(inputs)[0][0]], cwd=folder, env=changed, capture_output=True, text=True)
        check("environment", name, ended.returncode, ended.stderr, allowed={0})
        if ended.returncode == 0 and digest(folder / "out") != digest(inputs / "report"): problems.append(f"environment: {name}: other bytes")


def folder_gone(place, inputs):
    for words, output in commands(inputs):
        folder = place / f"gone-{words[0]}"
        folder.mkdir()
        code, talk = run(words, folder, 'rmdir "$PWD";')
        check("folder-gone", words[0], code, talk, allowed={66, 73, 74})


def threads(place, inputs):
    library = shim(place, "threads", THREADS)
    for words, output in commands(inputs):
        folder = place / f"threads-{words[0]}"
        folder.mkdir()
        code, talk = run(words, folder, environment={**base, "LD_PRELOAD": library})
        check("threads", words[0], code, talk)
        if words[0] == "explain" and code == 0 and digest(folder / "out") != digest(inputs / "report"): problems.append("threads: other bytes")


def devices(place, inputs):
    for file in ("/dev/zero", "/dev/urandom", "/dev/null", "/proc/self/mem", "/", "/dev/full"):
        for words in (["explain", file, "--dry-run"], ["draw", file, "-o", "device.dot"], ["report", file, "--output", "device"],
                      ["export", file, "--to", "python", "-o", "device.py"], ["explain", "iris", "--config", file, "--dry-run"],
                      ["explain", "iris", "--model", file, "--output", "device"], ["explain", "iris", "--held-out", file, "--dry-run"]):
            code, talk = run(words, place, "ulimit -v 4000000;")
            check("devices", " ".join(words), code, talk, allowed={64, 65, 66, 73, 75})


FAULTS = {"full-disk": full_disk, "file-limit": file_limit, "full-output": full_output, "closed-pipe": closed_pipe,
          "closed-streams": closed_streams, "memory": memory, "descriptors": descriptors, "clock": clock, "read-only": read_only,
          "locale": locale, "environment": environment, "folder-gone": folder_gone, "threads": threads, "devices": devices}
if os.geteuid() == 0 and "ESPALIER_FAULTS" not in os.environ:
    # A name space of its own, so that nothing stays mounted.
    sys.exit(subprocess.run(["unshare", "-m", sys.executable, *sys.argv], env={**os.environ, "ESPALIER_FAULTS": "1"}).returncode)
with tempfile.TemporaryDirectory(prefix="espalier-faults-") as temporary:
    inputs = pathlib.Path(temporary) / "inputs"
    inputs.mkdir()
    for words in (["train", "digits", "-o", "digits.onnx"], ["train", "iris", "-o", "iris.onnx"], ["explain", "iris", "--output", "report"]):
        code, talk = run([*words, "--quiet"], inputs)
        if code: sys.exit(talk)
    before = contents(inputs)
    chosen = options.only.split(",") if options.only else list(FAULTS)
    for name in chosen:
        place = pathlib.Path(temporary) / name
        place.mkdir()
        if name in ("full-disk", "read-only") and os.geteuid() != 0:
            print(f"{name}: left out, needs root")
            continue
        known = len(problems)
        FAULTS[name](place, inputs)
        print(f"{name}: {counts.get(name, 0)} runs, {len(problems) - known} problems", flush=True)
        shutil.rmtree(place, ignore_errors=True)
    if contents(inputs) != before: problems.append("inputs were changed")
print("\n".join(problems) or f"{sum(counts.values())} runs: every end as it must be")
sys.exit(1 if problems else 0)
