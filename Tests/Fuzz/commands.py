#!/usr/bin/env python3
"""Runs the command line with mutated arguments and mutated files, and checks how every run ends.

usage: commands.py [--tool PROGRAM] [--count 1000] [--seed 1] [--jobs 2] [--only N] [--keep FOLDER]

Mutations know the structure of what they change: cells, separators, quotes and encodings of tables, values
and keys of JSON, fields of protobuf messages (ONNX), sizes and bytes of binary files, values and order of
options. A run is a finding where it

- ends by a signal, or with a code that is not documented, or with 1,
- takes more than 10 s of wall time,
- takes more than 1 GiB of memory (resident set),
- fails without a line "error: ..." on stderr, or with words of the runtime there,
- leaves an output behind although it failed (code 2 aside), or files of its own that are not the output.

The case numbers are the same on every run with the same seed; --only N runs one of them again and prints
its command, --keep FOLDER leaves its files there. Exit code 1 where there is a finding.
"""
import argparse, collections, concurrent.futures, gzip, json, os, pathlib, random, re, shlex, shutil, struct, subprocess, sys
import tempfile, threading, time

root = pathlib.Path(__file__).resolve().parent.parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / ".build/release/espalier"))
parser.add_argument("--count", type=int, default=1000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--jobs", type=int, default=2)
parser.add_argument("--seconds", type=float, default=10)
parser.add_argument("--megabytes", type=int, default=1024)
parser.add_argument("--only", type=int)
parser.add_argument("--keep", type=pathlib.Path)
options = parser.parse_args()
environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "SWIFT_BACKTRACE": "enable=no", "NO_COLOR": "1",
               "ESPALIER_HOME": str(root)}

NUMBERS = ["0", "-1", "1", "2", "-0", "0.5", "1.5", "-0.5", "1e308", "-1e308", "1e-320", "nan", "inf", "-inf",
           "9223372036854775807", "-9223372036854775808", "9223372036854775808", "4000000000", "1e5", "0x10", "１",
           "1,5", "1_000", "١", "∞", "+3", "1e", "00012", "99999999999999999999999"]
WORDS = ["", " ", "a", "iris", "-", "--", ".", "..", "/", "/dev/null", "/dev/full", "/etc/passwd", "no/such/file",
         "\u00e9", "e\u0301", "\u202e", "🙂", "a,b", ",", "a=b", "name=", "=1", "'", '"', "\n", "\t", "%s%n", "$(id)", "*",
         "a" * 3000, "\u0000x".replace("\u0000", "\u0001"), "null", "true", "[]", "{}"]
CELLS = NUMBERS + WORDS + ["NA", "N/A", "#DIV/0!", "1.234,5", "1 234", "$5", "5 %", "2020-01-31", "31/12/2020",
                           "TRUE", "\u2212 3", "<script>alert(1)</script>", "=1+1", "\ufeff", "9007199254740993", "12:30"]


# Files ------------------------------------------------------------------------------------------------------

def table(data, chance):
    """Cells, rows, separators, quotes, line ends and encodings of a table."""
    rows = [line.split(",") for line in data.decode("utf-8", "replace").splitlines()]
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        if not rows: break
        row = chance.randrange(len(rows))
        column = chance.randrange(max(len(rows[row]), 1))
        kind = chance.randrange(14)
        if kind < 4 and rows[row]: rows[row][min(column, len(rows[row]) - 1)] = chance.choice(CELLS)
        elif kind == 4: del rows[row]
        elif kind == 5: rows.insert(row, list(chance.choice(rows)))
        elif kind == 6: rows[row].append(chance.choice(CELLS))
        elif kind == 7 and rows[row]: rows[row].pop()
        elif kind == 8: rows = [r[:column] + [chance.choice(CELLS)] + r[column + 1:] for r in rows]
        elif kind == 9: rows = rows[1:]
        elif kind == 10: rows = [r[:column] + r[column + 1:] for r in rows]
        elif kind == 11: rows[0] = [rows[0][0] if rows[0] else ""] * len(rows[0])
        elif kind == 12: rows = [["".join(chance.choice('",;\n\r ab1') for _ in range(6)) for _ in r] for r in rows]
        else: rows = rows[: chance.choice([0, 1, 2, 3, 10])]
    separator = chance.choice([",", ",", ",", ";", "\t", "|", " ", "::"])
    quote = chance.random() < 0.15
    end = chance.choice(["\n", "\n", "\n", "\r\n", "\r", "\n\n"])
    text = end.join(separator.join(f'"{c}"' if quote else c for c in r) for r in rows)
    if chance.random() < 0.1: text = chance.choice(["# words\n", "sep=;\n", "\ufeff", "\n\n"]) + text
    encoding = chance.choice(["utf-8"] * 8 + ["utf-16", "utf-16-le", "latin-1", "utf-32"])
    result = text.encode(encoding, "replace")
    return raw(result, chance) if chance.random() < 0.1 else result


def tree(data, chance):
    """Values, keys and nesting of JSON."""
    value = json.loads(data)
    places = []

    def walk(node):
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else []
        for key, child in items:
            places.append((node, key))
            walk(child)

    walk(value)
    for _ in range(chance.choice([1, 1, 2, 5])):
        if not places: break
        node, key = chance.choice(places)
        try: old = node[key]
        except (KeyError, IndexError): continue
        kind = chance.randrange(8)
        if kind == 0: del node[key]
        elif kind == 1 and isinstance(node, dict): node[key + chance.choice("sx ")] = node.pop(key)
        elif kind == 2 and isinstance(node, list): node.append(json.loads(json.dumps(old)))
        elif kind == 3: node[key] = [old]
        elif kind == 4 and isinstance(old, (int, float)): node[key] = -old
        elif kind == 5: node[key] = chance.choice(WORDS)
        else:
            node[key] = chance.choice([None, True, False, [], {}, 0, -1, 1e308, 2**63 - 1, -2**63, 2**64, 1.5, -0.5, 1e-300,
                                       [[]], [None], "1", 4000000000, 10**7])
    text = json.dumps(value)
    if chance.random() < 0.05: text = chance.choice([text[: len(text) // 2], "[" * 5000, text + "}", text.replace('"', "'")])
    return text.encode("utf-8", "surrogatepass")


def varint(number):
    out = bytearray()
    number &= (1 << 64) - 1
    while True:
        out.append((number & 127) | (128 if number > 127 else 0))
        number >>= 7
        if not number: return bytes(out)


def fields(data):
    """The fields of a protobuf message as [number, wire type, value]; None where the bytes are no message."""
    found, place = [], 0

    def number():
        nonlocal place
        value = shift = 0
        while True:
            if place >= len(data) or shift > 63: raise ValueError
            byte = data[place]
            place += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128: return value

    try:
        while place < len(data):
            key = number()
            kind = key & 7
            if key >> 3 == 0 or key >> 3 > 60: return None
            if kind == 0: value = number()
            elif kind in (1, 5):
                size = 8 if kind == 1 else 4
                if place + size > len(data): return None
                value = data[place:place + size]
                place += size
            elif kind == 2:
                size = number()
                if place + size > len(data): return None
                value = data[place:place + size]
                place += size
            else: return None
            found.append([key >> 3, kind, value])
    except ValueError:
        return None
    return found


def message(data, chance, depth=0):
    """One field of a protobuf message, or of one inside it."""
    found = fields(data)
    if not found: return raw(data, chance)
    index = chance.randrange(len(found))
    number, kind, value = found[index]
    if kind == 2 and value and depth < 7 and chance.random() < 0.8:
        found[index][2] = message(value, chance, depth + 1)
    else:
        action = chance.randrange(7)
        if action == 0: del found[index]
        elif action == 1: found.insert(index, list(found[index]))
        elif action == 2: found[index][0] = chance.randrange(1, 25)
        elif action == 3: found[index] = list(chance.choice(found))
        elif kind == 0:
            found[index][2] = chance.choice([0, 1, 2, 7, 11, 2**31 - 1, 2**31, 2**63 - 1, 2**64 - 1, 2**40, value + 1, value ^ 1])
        elif kind == 2: found[index][2] = chance.choice([b"", raw(value, chance), value * 2, value[: len(value) // 2], value[::-1]])
        else: found[index][2] = bytes(chance.randrange(256) for _ in value)
    out = bytearray()
    for number, kind, value in found:
        out += varint(number << 3 | kind)
        out += varint(value) if kind == 0 else (varint(len(value)) + value if kind == 2 else value)
    return bytes(out)


def raw(data, chance):
    """Bytes of a binary file, and its length."""
    data = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 4, 16])):
        place = chance.randrange(min(len(data), chance.choice([16, 64, 1 << 30])) or 1)
        kind = chance.randrange(6)
        if kind == 0: data = data[:place]
        elif kind == 1: data[place:place] = data[place:place + chance.choice([1, 4, 64])]
        elif kind == 2: del data[place:place + chance.choice([1, 2, 4, 100])]
        elif kind == 3: data[place:place + 4] = struct.pack(">I", chance.choice([0, 1, 2**31 - 1, 2**32 - 1, 65536, 28]))
        elif place < len(data): data[place] = chance.choice([0, 255, 127, 128, data[place] ^ 1 << chance.randrange(8)])
    return bytes(data)


MUTATORS = {".csv": table, ".json": tree, ".onnx": message, ".espalier": raw, ".bin": raw, ".gz": raw, "": raw}


# Commands ---------------------------------------------------------------------------------------------------

# {…} is a file of the base folder that is copied, and mutated, for the run.
COMMANDS = [
    (8, "explain {iris.csv} --dry-run"),
    (6, "explain {heart.csv} --dry-run --target num --ignore age"),
    (4, "explain {iris.csv} --epochs 2 --output out"),
    (3, "explain {heart.csv} --epochs 2 --hidden 4 --features 3 --output out --held-out 0.3"),
    (4, "explain {iris.csv} --model {iris.onnx} --output out"),
    (3, "explain {wide-deep.csv} --model {wide-deep.onnx} --output out --no-pruning"),
    (2, "prune {wide-torch.onnx} {wide-torch.csv} --keep 0.5 --recovery none -o out.onnx"),
    (3, "explain {iris.csv} --config {config.json} --output out"),
    (8, "explain {iris.csv} --config {config.json} --dry-run"),
    (6, "explain {schema/} --dry-run"),
    (2, "explain {schema/} --epochs 1 --output out"),
    (4, "explain {idx/} --dry-run"),
    (2, "explain {idx/} --epochs 1 --hidden 4 --features 3 --output out"),
    (3, "explain {cifar/} --dry-run"),
    (3, "explain {iris.csv.gz} --dry-run --max-input-bytes 100000"),
    (3, "train {iris.csv} --epochs 2 -o out.onnx"),
    (3, "train {iris.csv} --epochs 2 --hidden 8 --features 4 --batch 16 --learning-rate 0.01 -o out.espalier"),
    (5, "prune {iris.onnx} {iris.csv} --keep 0.5 --recovery none -o out.onnx"),
    (3, "prune {iris.onnx} {iris.csv} --method taylor --neurons 6 --recovery fine-tune --epochs 1 -o out.onnx --plan plan.json"),
    (2, "prune {iris.espalier} {iris.csv} --method weight-magnitude --keep 0.3 --epochs 1 -o out.onnx --coded out.espalier"),
    (2, "prune {iris.onnx} {iris.csv} --method pls-vip --keep 0.5 --rounds 2 --score-rows 20 --epochs 1 -o out.onnx"),
    (1, "prune {iris.onnx} {iris.csv} --widths dense-1=4 --compensation least-squares --recovery none -o out.onnx"),
    (10, "draw {iris.onnx} -o out.dot"),
    (4, "draw {pipelines-ordinal-scaled.onnx} -o out.dot"), (4, "draw {operators-functions.onnx} -o out.dot"),
    (4, "draw {operators-quantized-units.onnx} -o out.dot"), (4, "draw {keras-convolution-13.onnx} -o out.dot"),
    (4, "draw {wide-torch.onnx} -o out.dot"), (4, "draw {pytorch-halves-dynamo-20.onnx} -o out.dot"),
    (6, "draw {iris.espalier} -o out.dot"),
    (6, "draw {explanation.json} -o out.dot"),
    (1, "draw {explanation.json} -o out.svg"),
    (6, "report {explanation.json} --format md --output out"),
    (2, "report {explanation.json} --output out"),
    (6, "export {explanation.json} --to python -o out.py"),
    (6, "export {explanation.json} --to text -o out.txt"),
    (5, "fidelity {explanation.json} {iris.onnx} {iris.csv}"),
    (5, "fidelity {explanation.json} {iris.onnx} {iris.csv} --min-fidelity 0.9 --json"),
    (4, "features {iris.onnx} {iris.csv}"),
    (2, "features {iris.onnx} {iris.csv} --layer activation-2 --json"),
    (2, "compare {iris.csv} --seeds 1 --methods neuron-magnitude --keep 0.5 --epochs 1 --output out"),
    (3, "list methods"), (1, "list datasets --json"), (1, "doctor"), (1, "datasets fetch mnist --from {iris.csv}"), (1, "--version"),
]
# What an option may be given instead; long runs that somebody asks for are no hang.
LONG = {"--epochs", "--seeds", "--rounds", "--hidden", "--features", "--batch", "--learning-rate", "--weight-decay"}
SHORT_NUMBERS = [n for n in NUMBERS if n not in ("1e5", "4000000000", "00012")]
EXTRA = ["--json", "--quiet", "--force", "--resume", "--no-pruning", "--class-weights", "--no-header", "--header", "--dry-run",
         "--threads 1", "--seed 7", "--max-rules 3", "--min-fidelity 0.5", "--max-neurons 2", "--max-inputs 2", "--rules inputs",
         "--rules features", "--extractor cred", "--extractor oas", "--extractor surrogate-tree", "--extractor nothing", "--separator ;",
         "--decimal ,", "--names a,b,c,d,e", "--target species", "--target nope", "--ignore nope", "--ignore a",
         "--explain original", "--explain pruned", "--pixel-mean 0.5", "--pixel-deviation 0", "--pixel-layout channels-first",
         "--class-order a,b", "--scale-inputs minmax", "--scale-inputs standard", "--max-input-bytes 100", "--held-out 0.5",
         "--held-out {iris.csv}", "--progress json", "--progress plain", "--activation tanh", "--head softmax", "--help",
         "--architecture lenet-5", "--accuracy-drop 0.5", "--keep 0.1", "--neurons 1", "--inputs 1", "--parameters 10",
         "--bytes 100", "--distill 0.5", "--multiple 2", "--schedule cubic", "--scope layer", "--normalization max"]


def arguments(chance):
    """A command with its options changed: [argument], the files being {name}."""
    words = shlex.split(chance.choices([c for _, c in COMMANDS], [w for w, _ in COMMANDS])[0])
    for _ in range(chance.choice([0, 0, 1, 1, 2])):
        if not words: break
        kind = chance.randrange(9)
        place = chance.randrange(1, max(len(words), 2)) if len(words) > 1 else 0
        if kind < 3: words[place:place] = chance.choice(EXTRA).split(" ") if place > 1 and not words[place - 1].startswith("-") else []
        elif kind < 6:
            values = [i for i in range(1, len(words)) if words[i - 1].startswith("-") and not words[i].startswith(("-", "{", "out"))]
            if values:
                place = chance.choice(values)
                numbers = SHORT_NUMBERS if words[place - 1] in LONG else NUMBERS
                words[place] = chance.choice(numbers if chance.random() < 0.7 else WORDS)
        elif kind == 6 and not words[place].startswith("out"): del words[place]
        elif kind == 7: words.append(chance.choice(WORDS + EXTRA))
        else: words[place:place] = [words[place]]
    return words


def prepare(base):
    """Files to mutate, made by the tool itself from small data."""
    def tool(*words):
        subprocess.run([options.tool, *words, "--quiet", "--progress", "none"], check=True, env=environment, cwd=base,
                       stdout=subprocess.DEVNULL)
    for name in ("iris", "heart"):
        lines = (root / "Datasets" / name / "data.csv").read_text().splitlines(keepends=True)
        head, rows = lines[0], lines[1:]
        random.Random(3).shuffle(rows)
        (base / f"{name}.csv").write_text(head + "".join(rows[:80]))
    (base / "iris.csv.gz").write_bytes(gzip.compress((base / "iris.csv").read_bytes(), mtime=0))
    tool("train", "iris.csv", "--epochs", "20", "--hidden", "8", "--features", "6", "-o", "iris.onnx")
    tool("train", "iris.csv", "--epochs", "2", "--hidden", "8", "--features", "6", "-o", "iris.espalier")
    tool("explain", "iris.csv", "--epochs", "20", "--output", "report")
    shutil.move(base / "report/explanation.json", base / "explanation.json")
    shutil.rmtree(base / "report")
    named = {name for _, command in COMMANDS for name in re.findall(r"{([^}]+)}", command)}
    for file in [*(root / "Tests/Fixtures/branches").iterdir(), *(root / "Tests/Fixtures/models/exported").iterdir()]:
        if file.name in named: shutil.copy(file, base / file.name)
    (base / "schema").mkdir()
    shutil.copy(root / "Datasets/iris/schema.json", base / "schema/schema.json")
    shutil.copy(base / "iris.csv", base / "schema/data.csv")
    chance = random.Random(5)
    for part in ("train", "t10k"):
        (base / "idx").mkdir(exist_ok=True)
        count = 40
        (base / f"idx/{part}-images-idx3-ubyte").write_bytes(
            struct.pack(">IIII", 0x803, count, 6, 6) + bytes(chance.randrange(256) for _ in range(count * 36)))
        (base / f"idx/{part}-labels-idx1-ubyte").write_bytes(struct.pack(">II", 0x801, count) + bytes(i % 3 for i in range(count)))
    (base / "cifar").mkdir()
    (base / "cifar/data_batch_1.bin").write_bytes(
        b"".join(bytes([i % 10]) + bytes(chance.randrange(256) for _ in range(3072)) for i in range(20)))
    (base / "config.json").write_text(json.dumps({
        "seed": 7, "heldOut": 0.25, "maxRules": 10, "ignore": [], "level": "inputs", "threads": 2, "minFidelity": 0.1,
        "target": "species", "extractor": "cred", "header": True, "separator": ",",
        "network": {"hidden": [8], "features": 6, "batch": 16, "epochs": 2, "learningRate": 0.01, "weightDecay": 0.2, "activation": "relu",
                    "classWeights": False, "accuracyDrop": 0.01, "prunes": True}}))


def build(base, place, number):
    """The files and the arguments of a case."""
    chance = random.Random(f"{options.seed}/{number}")
    words = arguments(chance)
    named = [i for i, w in enumerate(words) if w.startswith("{") and w.endswith("}") and len(w) > 2]
    mutated = {i for i in named if chance.random() < 0.75}
    for index in named:
        name = words[index][1:-1]
        source = base / name.rstrip("/")
        if not source.exists(): continue
        if source.is_dir():
            shutil.copytree(source, place / source.name, dirs_exist_ok=True)
            files = sorted(p for p in (place / source.name).iterdir())
            victim = chance.choice(files)
        else:
            victim = place / source.name
            shutil.copy(source, victim)
        words[index] = source.name
        if index in mutated:
            mutate = MUTATORS.get(victim.suffix, raw)
            for _ in range(chance.choice([1, 1, 1, 2, 4])):
                try: changed = mutate(victim.read_bytes(), chance)
                except (ValueError, RecursionError): changed = raw(victim.read_bytes(), chance)
                victim.write_bytes(changed)
    return [w for w in words if "\x00" not in w]


OUTPUTS = {"out", "out.onnx", "out.espalier", "out.dot", "out.svg", "out.py", "out.txt", "plan.json"}
CODES = {0, 2, 64, 65, 66, 69, 73, 74, 75}


def unchanged(base):
    """Every command must work as it stands here, so that what is changed is what is tried."""
    for number, (_, command) in enumerate(COMMANDS):
        place = base.parent / f"unchanged-{number}"
        shutil.copytree(base, place)
        words = [w[1:-1].rstrip("/") if w.startswith("{") else w for w in shlex.split(command)]
        ended = subprocess.run([options.tool, *words], cwd=place, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace")
        if ended.returncode not in (0, 2) and "--from" not in words:
            sys.exit(f"does not work unchanged: {shlex.join(words)}\n{ended.stderr}")
        shutil.rmtree(place)


def run(base, number, place=None):
    """(what is wrong or None, code, seconds, megabytes, command)"""
    own = place is None
    place = pathlib.Path(tempfile.mkdtemp(prefix=f"case-{number}-", dir=base.parent)) if own else place
    try:
        words = build(base, place, number)
        before = {p.name for p in place.iterdir()}
        talk = place.parent / (place.name + ".err")
        start = time.monotonic()
        with open(talk, "wb") as stderr:
            process = subprocess.Popen([options.tool, *words], cwd=place, env=environment, stdin=subprocess.DEVNULL,
                                       stdout=subprocess.DEVNULL, stderr=stderr, start_new_session=True)
            late = threading.Timer(3 * options.seconds, process.kill)
            late.start()
            _, status, usage = os.wait4(process.pid, 0)
            late.cancel()
        seconds, megabytes = time.monotonic() - start, usage.ru_maxrss / 1024
        process.returncode = code = os.waitstatus_to_exitcode(status)
        text = talk.read_text(errors="replace")
        talk.unlink()
        new = {p.name for p in place.iterdir()} - before
        wrong = None
        if code < 0: wrong = f"signal {-code}"
        elif code not in CODES: wrong = f"code {code}"
        elif seconds > options.seconds: wrong = f"{seconds:.1f} s"
        elif megabytes > options.megabytes: wrong = f"{megabytes:.0f} MiB"
        elif code not in (0,) and not any(line.startswith("error: ") for line in text.splitlines()): wrong = "no error line"
        elif "Fatal error" in text or "fault of espalier" in text: wrong = "words of the runtime"
        elif code not in (0, 2) and new & OUTPUTS: wrong = f"left behind: {sorted(new)}"
        elif code in (0, 2) and any(name not in OUTPUTS and name.startswith(".") for name in new): wrong = f"left behind: {sorted(new)}"
        if wrong: wrong += ": " + " | ".join(text.splitlines()[-2:])[:300]
        return wrong, code, seconds, megabytes, shlex.join(["espalier", *words])
    finally:
        if own: shutil.rmtree(place, ignore_errors=True)


memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
with tempfile.TemporaryDirectory(prefix="espalier-commands-", dir=memory) as temporary:
    base = pathlib.Path(temporary) / "base"
    base.mkdir()
    prepare(base)
    if options.only is not None:
        place = options.keep or pathlib.Path(temporary) / "case"
        place.mkdir(parents=True, exist_ok=True)
        wrong, code, seconds, megabytes, command = run(base, options.only, place)
        print(f"{command}\ncode {code}, {seconds:.2f} s, {megabytes:.0f} MiB: {wrong or 'as it must be'}")
        sys.exit(1 if wrong else 0)
    unchanged(base)
    codes, findings, most = collections.Counter(), 0, [0.0, 0.0]
    begun = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        pending = ((number, pool.submit(run, base, number)) for number in range(options.count))
        window = collections.deque()
        done = 0
        for number, future in pending:
            window.append((number, future))
            while len(window) > 4 * options.jobs or (number == options.count - 1 and window):
                case, finished = window.popleft()
                wrong, code, seconds, megabytes, command = finished.result()
                codes[code] += 1
                done += 1
                most = [max(most[0], seconds), max(most[1], megabytes)]
                if wrong:
                    findings += 1
                    print(f"case {case}: {wrong}\n  {command}", flush=True)
                if done % 5000 == 0: print(f"{done} runs, {findings} findings", file=sys.stderr, flush=True)
    ends = ", ".join(f"{count} with {code}" for code, count in sorted(codes.items()))
    print(f"{sum(codes.values())} runs in {time.monotonic() - begun:.0f} s: {ends}; "
          f"the longest {most[0]:.1f} s, the largest {most[1]:.0f} MiB; {findings} findings")
    sys.exit(1 if findings else 0)
