#!/usr/bin/env python3
"""Plants small faults in modules, one by one, runs the tests, and lists the faults that no test finds.

usage: mutate.py MODULE… [--count 30] [--seed 1] [--files REGEX] [--only 12,57] [--place FOLDER]
                 [--first-stage 1] [--stages 4] [--built] [--jobs 1] [--json FILE] [--list]
       mutate.py figures [--only …] [--place FOLDER] [--jobs 1] [--json FILE] [--list]

Modules: Explanations, Rules, Pruning, Networks, Datasets, ModelFiles. The checkout is never written
to: it is copied to FOLDER, or to a temporary folder that is removed at the end. A FOLDER keeps its
build, so that a second run (other tests, other seed) starts sooner.

All faults are compiled at once (mutant schemata, Untch, Offutt & Harrold 1993,
doi:10.1145/154183.154265): every chosen place does the wrong thing where the environment variable
ESPALIER_MUTANT has its number. So there is one build, and one run of the tests for each fault.

Faults, as many of each kind as there are places: comparisons flipped (< and <=, > and >=), equality
turned round, terms dropped (a + b, a * b, a / b, a && b, a || b become a), signs and && and ||
exchanged, a ! dropped, whole numbers 0, 1 and 2 off by one, min and max, first and last exchanged,
ranges with one more or one less at the end (..< and ...), two arguments of one call exchanged.
Which ones is drawn by --seed; a change of one line of the source does not change the others drawn.
At most one fault stands in a line; what does not compile is left out, and what equivalent.json beside
this script has: faults that were seen to change no result, each with its reason. "figures" are the faults of
figures.json beside this script, written by hand: a definition of each figure of explanation.json and
of --json that is nearly the right one, in Experiments, espalier and other modules, and of what they
are computed with: thresholds, orders, scores, schedules, losses, splits.

For each fault the tests run in stages, and end at the first that fails: those of the module, those of
the modules above it with ExperimentsTests, those of the built program: what counts figures, then
all. For "figures" what counts them is the second stage. A fault is found where a test
fails, where the tests crash, and where they take --limit times as long as without a fault (at least a
minute): a crash or an endless loop does not pass unseen. Exit code 1 where more than 5 % survive.
"""
import argparse, concurrent.futures, hashlib, json, os, pathlib, re, shutil, signal, subprocess, sys
import tempfile, threading, time

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("modules", nargs="+")
parser.add_argument("--count", type=int, default=30, help="faults in each module")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--files", default="", help="only files whose path matches")
parser.add_argument("--only", help="only the faults with these numbers, of the same draw")
parser.add_argument("--place", type=pathlib.Path, help="a folder that keeps the copy and its build")
parser.add_argument("--jobs", type=int, default=1, help="runs of the tests at the same time")
parser.add_argument("--limit", type=float, default=4.0, help="a run of so many times the usual is a find")
parser.add_argument("--json", type=pathlib.Path)
parser.add_argument("--stages", type=int, default=4, help="how many stages a fault may go through")
parser.add_argument("--first-stage", type=int, default=1, help="the stage to begin with")
parser.add_argument("--built", action="store_true", help="the place is built with these faults already")
parser.add_argument("--list", action="store_true", help="only say what would be planted")
options = parser.parse_args()

# From the lowest module to the highest, with the tests of the modules that stand on it.
ABOVE = {
    "Datasets": "Rules|Networks|ModelFiles|Explanations",
    "Rules": "Explanations|Reports",
    "Networks": "Explanations|ModelFiles|CompressedModels|Pruning",
    "ModelFiles": "",
    "Pruning": "",
    "Explanations": "Reports",
}

# The operators with their precedence and signature, how they are right, and how they may be wrong.
COMPARISON = ("ComparisonPrecedence", "<T: Comparable>(a: T, b: T) -> Bool")
EQUALITY = ("ComparisonPrecedence", "<T: Equatable>(a: T, b: T) -> Bool")
SUM = ("AdditionPrecedence", "<T: Numeric>(a: T, b: T) -> T")
PRODUCT = ("MultiplicationPrecedence", "<T: Numeric>(a: T, b: T) -> T")
QUOTIENT = ("MultiplicationPrecedence", "<T: BinaryFloatingPoint>(a: T, b: T) -> T")
AND = ("LogicalConjunctionPrecedence", "(a: Bool, b: @autoclosure () throws -> Bool) rethrows -> Bool")
OR = ("LogicalDisjunctionPrecedence", AND[1])
OPERATORS = {
    "<": (COMPARISON, "a < b", ["a <= b"]),
    "<=": (COMPARISON, "a <= b", ["a < b"]),
    ">": (COMPARISON, "a > b", ["a >= b"]),
    ">=": (COMPARISON, "a >= b", ["a > b"]),
    "==": (EQUALITY, "a == b", ["a != b"]),
    "!=": (EQUALITY, "a != b", ["a == b"]),
    "+": (SUM, "a + b", ["a", "a - b"]),
    "-": (SUM, "a - b", ["a", "a + b"]),
    "*": (PRODUCT, "a * b", ["a"]),
    "/": (QUOTIENT, "a / b", ["a"]),
    "&&": (AND, "try a && b()", ["a", "try a || b()"]),
    "||": (OR, "try a || b()", ["a", "try a && b()"]),
    "..<": (("RangeFormationPrecedence", "(a: Int, b: Int) -> Range<Int>"), "a..<b", ["a..<(b + 1)"]),
    "...": (("RangeFormationPrecedence", "(a: Int, b: Int) -> ClosedRange<Int>"), "a...b",
            ["a...Swift.max(a, b - 1)"]),
}
KINDS = {
    "comparison": r"(?<= )(?P<operator><=|>=|[<>])(?= )",
    "equality": r"(?<= )(?P<operator>==|!=)(?= )(?! nil| \.)",
    "arithmetic": r"(?<= )(?P<operator>[-+*/])(?= )",
    "logic": r"(?<= )(?P<operator>&&|\|\|)(?= )",
    "range": r"(?<=[\w)\]])(?P<operator>\.\.<|\.\.\.)(?=[\w(])",
    "not": r"(?<![^ (\[])!(?=[\w(.$])",
    "number": r"(?<![\w.$])[012](?!\w|\.\d)",
    "extremum": r"(?<![\w.])(?:Swift\.)?(?P<free>min|max)\(|\.(?P<method>min|max)(?=\(\)|\(by:| \{)",
    "end": r"(?<=[\w)\]])\.(?P<end>first|last)(?P<index>Index)?\b(?!:)",
    "arguments": r"(?<![\w.)\]?!])(?P<call>(?:[\w$]+\.)*[a-z]\w*)"
                 r"\((?P<l1>\w+: )?(?P<a>[\w.$]+), (?P<l2>\w+: )?(?P<b>[\w.$]+)\)",
}
SEQUENCE = {
    "()": "func {n}() -> Element? where Element: Comparable {{ mutant({i}) ? self.{wrong}() : self.{right}() }}",
    "by": "func {n}(by less: (Element, Element) throws -> Bool) rethrows -> Element? "
          "{{ try mutant({i}) ? self.{wrong}(by: less) : self.{right}(by: less) }}",
}


def code(line):
    """The line with everything that is no code blanked out, at the same positions."""
    line = re.sub(r'"(?:[^"\\]|\\.)*"', lambda m: "_" * len(m.group()), line)
    return line.split("//")[0]


EQUIVALENT = {}
for known in json.loads((root / "Tests/Mutation/equivalent.json").read_text()):
    EQUIVALENT.setdefault((known["file"], known["code"]), set()).add(known["fault"])


class Site:
    """A place and what is wrong there."""

    def __init__(self, path, row, match, kind, text):
        self.path, self.row, self.kind, self.line = path, row, kind, text.strip()
        self.start, self.end, self.match = match.start(), match.end(), match
        key = f"{options.seed} {path.relative_to(place)} {kind} {match.start()} {text}"
        self.rank = hashlib.sha256(key.encode()).hexdigest()

    @property
    def variant(self): return int(self.rank[:8], 16)

    @property
    def is_equivalent(self):
        """Whether it is one of the faults that are known to change nothing."""
        key = (str(self.path.relative_to(place)), self.line)
        return key in EQUIVALENT and self.write(0)[2] in EQUIVALENT[key]

    def write(self, i):
        """What stands there instead, what must be declared for it, and the fault in words."""
        m, old = self.match, self.match.group()
        if self.kind == "number":
            wrong = {"0": ["1"], "1": ["0", "2"], "2": ["1", "3"]}[old]
            wrong = wrong[self.variant % len(wrong)]
            return f"(mutant({i}) ? {wrong} : {old})", "", f"{old} → {wrong}"
        if self.kind == "not":
            return name("!", i), (f"prefix operator {name('!', i)}\n@inline(__always) prefix func "
                                  f"{name('!', i)} (a: Bool) -> Bool {{ mutant({i}) ? a : !a }}"), "! dropped"
        if self.kind == "arguments":
            f, l1, a, l2, b = m["call"], m["l1"] or "", m["a"], m["l2"] or "", m["b"]
            return (f"(mutant({i}) ? {f}({l1}{b}, {l2}{a}) : {old})", "", f"{a} and {b} exchanged")
        if self.kind == "extremum":
            right = m["free"] or m["method"]
            wrong = "max" if right == "min" else "min"
            if m["free"]:
                return f"{right}Mutant{i}(", (
                    f"@inline(__always) func {right}Mutant{i}<T: Comparable>(_ a: T, _ b: T) -> T "
                    f"{{ mutant({i}) ? {wrong}(a, b) : {right}(a, b) }}"), f"{right} → {wrong}"
            form = SEQUENCE["()" if m.string[m.end():].startswith("()") else "by"]
            own = form.format(n=f"{right}Mutant{i}", i=i, wrong=wrong, right=right)
            return f".{right}Mutant{i}", f"extension Sequence {{ {own} }}", f"{right} → {wrong}"
        if self.kind == "end":
            right, index = m["end"], m["index"] or ""
            wrong = "last" if right == "first" else "first"
            n, rest = f"{right}{index}Mutant{i}", m.string[m.end():]
            if not index and not re.match(r"\(| \{", rest):
                own = f"var {n}: Element? {{ mutant({i}) ? {wrong} : {right} }}"
            elif rest.startswith("(of:"):
                own = (f"func {n}(of e: Element) -> Index? where Element: Equatable "
                       f"{{ mutant({i}) ? {wrong}Index(of: e) : {right}Index(of: e) }}")
            else:
                result = "Index?" if index else "Element?"
                own = (f"func {n}(where holds: (Element) throws -> Bool) rethrows -> {result} "
                       f"{{ try mutant({i}) ? {wrong}{index}(where: holds) : {right}{index}(where: holds) }}")
            return f".{n}", f"extension BidirectionalCollection {{ {own} }}", f"{right}{index} → {wrong}{index}"
        (precedence, signature), right, wrongs = OPERATORS[m["operator"]]
        wrong, own = wrongs[self.variant % len(wrongs)], name(m["operator"], i)
        if wrong.startswith("try"): body = f"try mutant({i}) ? {wrong[4:]} : {right.removeprefix('try ')}"
        else: body = f"{'try ' if 'try' in right else ''}mutant({i}) ? {wrong} : {right.removeprefix('try ')}"
        new = f" {own} " if self.kind == "range" else own
        words = f"{right} → {wrong}".replace("try ", "").replace("b()", "b").replace("Swift.", "")
        return new, (f"infix operator {own}: {precedence}\n"
                     f"@inline(__always) func {own} {signature} {{ {body} }}"), words


class HandSite(Site):
    """A fault that was written by hand: another expression in the place of one."""

    def __init__(self, fault):
        self.path, self.kind, self.fault = place / fault["file"], "hand", fault
        lines = (root / fault["file"]).read_text().splitlines()
        rows = [row for row, line in enumerate(lines) if fault["old"] in line and fault.get("line", "") in line]
        if len(rows) != 1: sys.exit(f"figures.json: {fault['file']} has '{fault['old']}' {len(rows)} times")
        self.row, self.line = rows[0], lines[rows[0]].strip()
        self.start = lines[self.row].index(fault["old"])
        self.end = self.start + len(fault["old"])

    @property
    def module(self): return self.fault["file"].split("/")[1]

    def write(self, i):
        old, new = self.fault["old"], self.fault["new"]
        return f"(mutant({i}) ? {new} : {old})", "", f"{old} → {new}"


def name(operator, number):
    """An operator of its own: the number in binary, in two characters that operators may have."""
    return operator + "".join("†‡"[int(bit)] for bit in f"{number:b}")


def sites(folder):
    """Every place for a fault, in the order in which they are drawn: the kinds take turns."""
    queues = {kind: [] for kind in KINDS}
    for path in sorted((root / folder).rglob("*.swift")):
        inside = False
        path = place / path.relative_to(root)
        if not re.search(options.files, str(path.relative_to(place))): continue
        for row, line in enumerate((root / path.relative_to(place)).read_text().splitlines()):
            if line.count('"""') == 1: inside = not inside
            plain = code(line)
            if inside or re.search(
                    r"\b(func|import|case) |#if|\b(precondition|assert|fatalError|reserveCapacity)\b", plain):
                continue
            if plain.strip().startswith("@"): continue
            for kind, pattern in KINDS.items():
                for m in re.finditer(pattern, plain):
                    if kind == "arguments":
                        same = m["l1"] is None and m["call"] in ("min", "max", "abs", "zip")
                        if same or m["a"] == m["b"] or m["b"].endswith("onStep"): continue
                        m = re.compile(pattern).match(line, m.start()) or m
                    site = Site(path, row, m, kind, line)
                    if not site.is_equivalent: queues[kind].append(site)
    for queue in queues.values(): queue.sort(key=lambda s: s.rank)
    taken, drawn = set(), []
    while any(queues.values()):
        for queue in queues.values():
            while queue:
                site = queue.pop(0)
                if (site.path, site.row) in taken: continue
                taken.add((site.path, site.row))
                drawn.append(site)
                break
    return drawn


def put(path, text):
    """Writes a file where it is not so already: what is built stays built."""
    data = text if isinstance(text, bytes) else text.encode()
    if path.exists() and not path.is_dir() and path.read_bytes() == data: return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def copy(skipping):
    """The checkout in the place, without the files that get faults."""
    here, there = {}, {}
    for top, found in ((root, here), (place, there)):
        for folder, folders, files in os.walk(top):
            folders[:] = [f for f in folders if not re.match(r"\.git$|\.build|Findings$|__pycache__$", f)
                          and not f.endswith("-espalier")]
            for file in files:
                path = pathlib.Path(folder) / file
                found[path.relative_to(top)] = path
    for relative, path in here.items():
        if place / relative in skipping: continue
        if path.is_symlink():
            if not (place / relative).is_symlink():
                (place / relative).parent.mkdir(parents=True, exist_ok=True)
                (place / relative).symlink_to(os.readlink(path))
            continue
        put(place / relative, path.read_bytes())
        (place / relative).chmod(path.stat().st_mode)
    for relative, path in there.items():
        if relative not in here and relative.name != "Mutants.swift": path.unlink()


def write(module, chosen):
    """Writes the module with its chosen places replaced."""
    by_file, declared = {}, []
    for number, site in chosen.items():
        new, own, _ = site.write(number)
        by_file.setdefault(site.path, []).append((site, new))
        if own: declared.append(own)
    for path in (root / "Sources" / module).rglob("*.swift"):
        path = place / path.relative_to(root)
        lines = (root / path.relative_to(place)).read_text().splitlines()
        # From the end of each line to its start: what stands before keeps its place.
        for site, new in sorted(by_file.get(path, []), key=lambda pair: -pair[0].start):
            line = lines[site.row]
            lines[site.row] = line[: site.start] + new + line[site.end:]
        put(path, "\n".join(lines) + "\n")
    put(place / "Sources" / module / "Mutants.swift", "\n".join([
        "import Foundation", "",
        'let activeMutant = Int(ProcessInfo.processInfo.environment["ESPALIER_MUTANT"] ?? "") ?? 0',
        "@inline(__always) func mutant(_ number: Int) -> Bool { activeMutant == number }", *declared]) + "\n")


def build(*command):
    environment = {**os.environ, "ESPALIER_HOME": str(place), "ESPALIER_STRICT": "1"}
    done = subprocess.run(["swift", *command], cwd=place, env=environment, capture_output=True, text=True,
                          errors="replace")
    return done.returncode, done.stdout + done.stderr


def compile(module, chosen):
    """Builds the module, without the faults that do not compile."""
    for attempt in range(15):
        write(module, chosen)
        status, output = build("build", "-c", "release", "--target", module)
        if status == 0: return
        bad = {(m[1], int(m[2]) - 1) for m in re.finditer(r"^(/\S+\.swift):(\d+):\d+: error", output, re.M)}
        declared = (place / "Sources" / module / "Mutants.swift").read_text().splitlines()
        numbers = {int(n) for path, row in bad if path.endswith("/Mutants.swift")
                   for n in re.findall(r"mutant\((\d+)\)", "".join(declared[row: row + 2]))}
        for reach in (-1, 0, 3, 10, 10 ** 6):
            dropped = [n for n in chosen if n in numbers] if reach < 0 else [n for n, s in chosen.items()
                       if any(str(s.path) == path and abs(s.row - row) <= reach for path, row in bad)]
            if dropped: break
        if not dropped: sys.exit(f"{module}: does not build\n{output[-5000:]}")
        for number in dropped:
            if chosen[number].kind == "hand": print(f"does not compile: {chosen[number].fault}", flush=True)
            del chosen[number]
    sys.exit(f"{module}: does not build after {attempt + 1} attempts")


def test(filter, mutant=0, timeout=None):
    """Runs tests until the first that fails: which that is, or nothing, and the seconds."""
    with tempfile.TemporaryDirectory(prefix="espalier-mutant-", ignore_cleanup_errors=True) as temporary:
        environment = {**os.environ, "ESPALIER_HOME": str(place), "ESPALIER_MUTANT": str(mutant),
                       "TMPDIR": temporary, "SWIFT_BACKTRACE": "enable=no"}
        binary = place / ".build/release/espalierPackageTests.xctest"
        start, found, late = time.time(), None, threading.Event()
        process = subprocess.Popen(
            [binary, "--testing-library", "swift-testing", "--filter", filter], cwd=place, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
            start_new_session=True)

        def end():
            try: os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError: pass

        def expire():
            late.set()
            end()

        clock = threading.Timer(timeout or 3600, expire)
        clock.start()
        passed = False
        for line in process.stdout:
            line = re.sub(r"\x1b\[[0-9;]*m", "", line)
            m = re.search(r"✘ Test (.*?) recorded an issue", line)
            if m:
                found = m[1].split(" with ")[0]
                break
            if "Test run with" in line and "passed" in line: passed = True
        end()
        process.wait()
        clock.cancel()
        if late.is_set(): found = "timed out"
        elif found is None and not passed: found = f"ended with {process.returncode}"
        return found, time.time() - start


def stages(module, own=""):
    above = [m for m in ABOVE.get(module, "").split("|") if m] + ["Experiments"]
    # Of the built program first what counts figures: it takes half a minute.
    counted = "Figures|CrossValidation|Readable|Predict|Why|Diff|FidelityGate|NetworkUse"
    built = [rf"^CommandTests\.\w*({counted})", r"^CommandTests\."]
    if module == "figures":
        first = [rf"^{own}Tests\."] if (root / f"Tests/{own}Tests").exists() else []
        return first + [built[0], r"^(Experiments|Reports|Explanations|Pruning)Tests\.", built[1]]
    return [rf"^{module}Tests\.", rf"^({'|'.join(above)})Tests\.", *built]


def plant(chosen):
    """The checkout with all faults in the place, built."""
    # The files of modules without faults are copied as they are, those of the others written below.
    skipping = {place / p.relative_to(root) for m in chosen for p in (root / "Sources" / m).rglob("*.swift")}
    copy(skipping if (place / "Package.swift").exists() else set())
    for path in (place / "Sources").rglob("Mutants.swift"):
        if path.parent.name not in chosen: path.unlink()
    for module in sorted(chosen, key=lambda m: list(ABOVE).index(m) if m in ABOVE else 99):
        compile(module, chosen[module])
    print(f"{sum(map(len, chosen.values()))} faults compile", flush=True)
    status, output = build("test", "-c", "release", "--disable-testable-imports", "--filter", "^nothing$")
    if status != 0: sys.exit(f"does not build\n{output[-5000:]}")


def main():
    chosen = {}
    for index, module in enumerate(ABOVE):
        if module not in options.modules: continue
        # Some more than wanted: those that do not compile are left out.
        drawn = sites(f"Sources/{module}")[: options.count * 3 // 2 + 5]
        chosen[module] = {1000 * (index + 1) + n: site for n, site in enumerate(drawn)}
    groups = {number: module for module, faults in chosen.items() for number in faults}
    if "figures" in options.modules:
        faults = json.loads((root / "Tests/Mutation/figures.json").read_text())
        for number, fault in enumerate(faults):
            site = HandSite(fault)
            chosen.setdefault(site.module, {})[9000 + number] = site
            groups[9000 + number] = "figures"
    if options.list:
        for faults in chosen.values():
            for number, site in faults.items():
                print(f"{number} {site.path.relative_to(place)}:{site.row + 1}: {site.write(number)[2]}: {site.line}")
        return 0
    if options.built:
        known = {int(n) for path in (place / "Sources").rglob("*.swift")
                 for n in re.findall(r"mutant\((\d+)\)", path.read_text())}
        for module in chosen: chosen[module] = {n: site for n, site in chosen[module].items() if n in known}
    else:
        plant(chosen)
    only = {int(n) for n in options.only.split(",")} if options.only else None
    planted = []
    for group in dict.fromkeys(groups.values()):
        mine = [(group, number, site) for faults in chosen.values() for number, site in faults.items()
                if groups[number] == group]
        if only is not None: mine = [fault for fault in mine if fault[1] in only]
        elif group != "figures": mine = mine[: options.count]
        planted += mine
    usual, lock = {}, threading.Lock()

    def seconds(filter):
        """How long a stage takes without a fault; it must pass."""
        with lock:
            if filter not in usual:
                found, usual[filter] = test(filter)
                if found:
                    print(f"{filter}: fails without a fault: {found}", flush=True)
                    os._exit(2)
                print(f"{filter}: {usual[filter]:.0f} s", flush=True)
            return usual[filter]

    def judge(fault):
        module, number, site = fault
        for filter in stages(module, site.path.relative_to(place).parts[1])[options.first_stage - 1: options.stages]:
            found, _ = test(filter, number, max(60, options.limit * options.jobs * seconds(filter)))
            if found: break
        where = f"{site.path.relative_to(place)}:{site.row + 1}"
        text = f"{number} {where}: {site.write(number)[2]}: {site.line}"
        print(f"{'found   ' if found else 'SURVIVED'} {text}" + (f"  [{found}]" if found else ""), flush=True)
        return {"module": module, "number": number, "where": where, "fault": site.write(number)[2],
                "code": site.line, "found": found}

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool: results = list(pool.map(judge, planted))
    for module in dict.fromkeys(m for m, _, _ in planted):
        mine = [r for r in results if r["module"] == module]
        print(f"{module}: {sum(not r['found'] for r in mine)} of {len(mine)} faults survived")
    alive = [r for r in results if not r["found"]]
    print(f"{len(alive)} of {len(results)} faults survived ({100 * len(alive) / max(len(results), 1):.1f} %)")
    for r in alive: print(f"  {r['number']} {r['where']}: {r['fault']}: {r['code']}")
    if options.json: options.json.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    return 1 if len(alive) * 20 > len(results) else 0


unknown = [m for m in options.modules if m not in ABOVE and m != "figures"]
if unknown: sys.exit(f"no such module: {unknown[0]}; there are {', '.join(ABOVE)}, figures")
if options.place:
    place = options.place.resolve()
    sys.exit(main())
with tempfile.TemporaryDirectory(prefix="espalier-mutation-") as temporary:
    place = pathlib.Path(temporary) / "checkout"
    sys.exit(main())
