#!/usr/bin/env python3
"""Plants small faults in a module, one by one, runs its tests, and lists the faults that no test finds.

usage: mutate.py MODULE… [--count 30] [--seed 1] [--tests REGEX] [--jobs 1] [--json FILE]

Modules: Explanations, Rules, Pruning, Networks, Datasets, ModelFiles. The checkout is copied to a
temporary folder, with its build. All faults of a module are compiled at once (mutant schemata, Untch,
Offutt & Harrold 1993, doi:10.1145/154183.154265): every chosen operator becomes an operator of its own
that does the wrong thing where the environment variable ESPALIER_MUTANT has its number. So there is one
build, and one run of the tests for each fault.

Faults: comparisons flipped (< and <=, > and >=, == and !=), terms dropped (a + b, a * b, a && b, a || b
become a), signs exchanged (a - b becomes a + b), quotients dropped, and two arguments of one call
exchanged. Exit code 1 where more than 5 % survive.
"""
import argparse, json, os, pathlib, random, re, shutil, subprocess, sys, tempfile, time

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("modules", nargs="+")
parser.add_argument("--count", type=int, default=30)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--tests", help="the tests to run; those of the module and of Experiments unless said")
parser.add_argument("--limit", type=float, default=4.0, help="a run that takes so many times the usual is a find")
parser.add_argument("--json", type=pathlib.Path)
options = parser.parse_args()

# The operators with their precedence, what each is defined for, and what becomes of it.
COMPARISON = "<T: Comparable>(a: T, b: T) -> Bool"
EQUALITY = "<T: Equatable>(a: T, b: T) -> Bool"
NUMBER = "<T: Numeric>(a: T, b: T) -> T"
LOGIC = "(a: Bool, b: @autoclosure () throws -> Bool) rethrows -> Bool"
OPERATORS = {
    "<": ("ComparisonPrecedence", COMPARISON, "a <= b", "a < b"),
    "<=": ("ComparisonPrecedence", COMPARISON, "a < b", "a <= b"),
    ">": ("ComparisonPrecedence", COMPARISON, "a >= b", "a > b"),
    ">=": ("ComparisonPrecedence", COMPARISON, "a > b", "a >= b"),
    "==": ("ComparisonPrecedence", EQUALITY, "a != b", "a == b"),
    "!=": ("ComparisonPrecedence", EQUALITY, "a == b", "a != b"),
    "+": ("AdditionPrecedence", NUMBER, "a", "a + b"),
    "-": ("AdditionPrecedence", NUMBER, "a + b", "a - b"),
    "*": ("MultiplicationPrecedence", NUMBER, "a", "a * b"),
    "/": ("MultiplicationPrecedence", "<T: BinaryFloatingPoint>(a: T, b: T) -> T", "a", "a / b"),
    "&&": ("LogicalConjunctionPrecedence", LOGIC, "a", "try a && b()"),
    "||": ("LogicalDisjunctionPrecedence", LOGIC, "a", "try a || b()"),
}
SITE = re.compile(r"(?<= )(<=|>=|==|!=|&&|\|\||[-<>+*/])(?= )")
CALL = re.compile(r"\b([a-z]\w*)\((\w+): ([\w.$]+), (\w+): ([\w.$]+)\)")


def code(line):
    """The line with everything that is no code blanked out, at the same positions."""
    line = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: "_" * len(m.group()), line)
    return line.split("//")[0]


def sites(folder):
    found = []
    for path in sorted(folder.rglob("*.swift")):
        inside = False
        for number, line in enumerate(path.read_text().splitlines()):
            if '"""' in line and line.count('"""') == 1: inside = not inside
            plain = code(line)
            if inside or "func " in plain or "import " in plain or plain.strip().startswith(("@", "case .")): continue
            for m in SITE.finditer(plain):
                if m.group() in "==!=" and re.match(r" (nil|\.)", plain[m.end():]): continue
                found.append((path, number, m.start(), m.end(), m.group()))
            for m in CALL.finditer(plain):
                if m.group(3) != m.group(5): found.append((path, number, m.start(), m.end(), "call"))
    return found


def name(operator, number):
    """An operator of its own: the number in binary, in two characters that operators may have."""
    return operator + "".join("†‡"[int(bit)] for bit in f"{number:b}")


def write(chosen, originals, module_folder):
    """Writes the module with the chosen sites replaced."""
    by_file = {}
    for number, site in chosen.items(): by_file.setdefault(site[0], []).append((site, number))
    for path, text in originals.items():
        lines = text.splitlines()
        for (_, row, start, end, kind), number in sorted(by_file.get(path, []), key=lambda s: (-s[0][1], -s[0][2])):
            line = lines[row]
            if kind == "call":
                m = CALL.match(line[start:end])
                f, l1, a, l2, b = m.groups()
                new = f"(mutant({number}) ? {f}({l1}: {b}, {l2}: {a}) : {m.group()})"
            else:
                new = name(kind, number)
            lines[row] = line[:start] + new + line[end:]
        path.write_text("\n".join(lines) + "\n")
    text = ["import Foundation", "",
            'private let active = Int(ProcessInfo.processInfo.environment["ESPALIER_MUTANT"] ?? "") ?? 0',
            "func mutant(_ number: Int) -> Bool { active == number }"]
    for number, site in chosen.items():
        if site[4] == "call": continue
        precedence, signature, wrong, right = OPERATORS[site[4]]
        own = name(site[4], number)
        text += [f"infix operator {own}: {precedence}",
                 f"@inline(__always) func {own} {signature} {{ mutant({number}) ? {wrong} : {right} }}".replace(
                     "? a : try", "? a : try")]
    (module_folder / "Mutants.swift").write_text("\n".join(text) + "\n")


def run(command, folder, environment=None, timeout=None):
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", env={**os.environ, **(environment or {})}, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=timeout)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        process.wait()
        return None, "timed out"


def study(module, place):
    folder = place / "Sources" / module
    originals = {path: path.read_text() for path in folder.rglob("*.swift")}
    everything = sites(folder)
    random.Random(options.seed).shuffle(everything)
    # Some more than wanted: those that do not compile are left out.
    chosen = {index + 1: site for index, site in enumerate(everything[: options.count * 2])}
    build = ["swift", "build", "-c", "release", "--build-tests"]
    for attempt in range(12):
        write(chosen, originals, folder)
        status, output = run([*build, "--target", module], place, {"ESPALIER_STRICT": "0"})
        if status == 0: break
        bad = {(m.group(1), int(m.group(2)) - 1) for m in re.finditer(r"^(/\S+\.swift):(\d+):\d+: error", output, re.M)}
        dropped = [n for n, s in chosen.items() if (str(s[0]), s[1]) in bad]
        if not dropped: sys.exit(f"{module}: does not build\n{output[-3000:]}")
        for number in dropped: del chosen[number]
    chosen = dict(list(chosen.items())[: options.count])
    write(chosen, originals, folder)
    status, output = run([*build], place, {"ESPALIER_STRICT": "0"})
    if status != 0: sys.exit(f"{module}: does not build\n{output[-3000:]}")
    tests = options.tests or f"^({module}Tests|ExperimentsTests)\\."
    command = ["swift", "test", "-c", "release", "--skip-build", "--disable-testable-imports", "--filter", tests]
    start = time.time()
    status, output = run(command, place)
    usual = time.time() - start
    if status != 0: sys.exit(f"{module}: the tests fail without any fault\n{output[-3000:]}")
    survivors = []
    for number, (path, row, start_, _, kind) in chosen.items():
        status, output = run(command, place, {"ESPALIER_MUTANT": str(number)}, timeout=max(60, options.limit * usual))
        line = originals[path].splitlines()[row].strip()
        found = status != 0
        print(f"{'found   ' if found else 'SURVIVED'} {path.relative_to(place)}:{row + 1}: {kind}: {line}", flush=True)
        if not found:
            survivors.append({"file": str(path.relative_to(place)), "line": row + 1, "kind": kind, "code": line})
    for path, text in originals.items(): path.write_text(text)
    (folder / "Mutants.swift").unlink()
    return {"module": module, "faults": len(chosen), "survivors": survivors, "seconds": round(usual, 1)}


with tempfile.TemporaryDirectory(prefix="espalier-mutation-") as temporary:
    place = pathlib.Path(temporary) / "checkout"
    shutil.copytree(root, place, symlinks=True, ignore=shutil.ignore_patterns(".git", ".build-*", "Findings"))
    results = [study(module, place) for module in options.modules]
faults = sum(r["faults"] for r in results)
alive = sum(len(r["survivors"]) for r in results)
for r in results: print(f"{r['module']}: {len(r['survivors'])} of {r['faults']} faults survived")
print(f"{alive} of {faults} faults survived ({100 * alive / max(faults, 1):.1f} %)")
if options.json: options.json.write_text(json.dumps(results, indent=1) + "\n")
sys.exit(1 if alive * 20 > faults else 0)
