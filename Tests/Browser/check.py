#!/usr/bin/env python3
"""Opens reports in Chromium, and checks how they look and what they compute.

usage: check.py [--tool ./espalier] [--rows 100] [--screenshots FOLDER] [--chromium PROGRAM] [--reports FOLDER]

Explains iris, house-votes and german-credit with the tool and opens each report.html

- at 360, 768, 1024 and 1440 pixels, light and dark, and as printed: no error in the console, no request,
  nothing wider than the screen, no table of rules wider than its box, no word broken in two, nothing sticky above a tenth of the height, no light area on a
  dark page, no violation that axe-core finds;
- without scripts: the text is there, and nothing that needs them;
- by keyboard alone: a row is pasted and a value typed;
- a rule leads to its path in the diagram and back, a table of 45 rows is folded, filtered and sorted, and the
  rules are saved as CSV and JSON;
- as PDF by WeasyPrint where that is installed: the same bytes twice, every section, pages of A4;
- with rows of the data, and damaged copies of them with missing values and unknown levels, in the box: the
  rules of each level, the deciding rule, and the network with its probabilities are those of
  `espalier predict`, the nearest changes those of `espalier why`.

Needs chromium and Python 3.9, no packages. axe-core is used where the Python package axe-core-python is
installed; otherwise labels and contrast are checked here, and it is said. --screenshots keeps a screenshot
of each, --reports the reports. Exit code 1 where something is wrong.
"""
import argparse, csv, importlib.util, io, json, pathlib, random, re, shutil, subprocess, sys, tempfile
from browser import Browser

root = pathlib.Path(__file__).resolve().parent.parent.parent
scripts = (pathlib.Path(__file__).parent / "page.js").read_text()
problems = []


def expect(is_right, text):
    if not is_right:
        problems.append(text)
        print("wrong:", text, file=sys.stderr)


def axe_core():
    """The source of axe-core, if its package is installed."""
    found = importlib.util.find_spec("axe_core_python")
    file = found and pathlib.Path(found.origin).parent / "axe.min.js"
    return file.read_text() if file and file.exists() else None


class Report:
    def __init__(self, tool, name, folder):
        self.tool, self.name, self.folder = tool, name, folder / name
        self.rows = list(csv.reader((root / "Datasets" / name / "data.csv").open(encoding="utf-8")))
        self.header, self.rows = self.rows[0], self.rows[1:]
        if not (self.folder / "report.html").exists():
            self.run("explain", name, "--output", self.folder, "--quiet", "--progress", "none")
        self.page = self.folder / "report.html"
        self.explanation = json.loads((self.folder / "explanation.json").read_text())
        self.levels = ["inputs"] + [level for level, key in [("features", "featureRules"), ("described", "describedRules")]
                                    if self.explanation.get(key)]

    def run(self, *arguments):
        done = subprocess.run([self.tool, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"espalier {' '.join(map(str, arguments))}: {done.stderr}")
        return done.stdout

    def predictions(self, rows, level):
        """What `espalier predict` says about rows, as dictionaries."""
        with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([self.header] + rows)
            file.flush()
            return list(csv.DictReader(io.StringIO(self.run("predict", self.folder, file.name, "--rules", level))))

    def damaged(self, count):
        """Rows with missing values and unknown levels."""
        chance = random.Random(7)
        features = self.explanation["data"]["schema"]["features"]
        levels = {one["name"]: one.get("levels") for one in features}
        rows = []
        for _ in range(count):
            row = list(chance.choice(self.rows))
            for at, name in enumerate(self.header):
                if name not in levels: continue
                draw = chance.random()
                if draw < 0.2: row[at] = chance.choice(["", " "])
                elif draw < 0.3 and levels[name]: row[at] = "never seen"
            rows.append(row)
        return rows


def line(row):
    text = io.StringIO()
    csv.writer(text).writerow(row)
    return text.getvalue()


def check_answers(browser, report, count):
    """The page against the tool: rules, network and nearest change."""
    step = max(len(report.rows) // count, 1)
    rows = report.rows[::step][:count] + report.damaged(count // 5)
    browser.show(1440)
    browser.open(report.page)
    browser.run(scripts)
    found = browser.run("(lines) => check.answers(lines)", [line(row) for row in rows])
    wrong = 0
    for level in report.levels:
        for row, page, tool in zip(rows, found, report.predictions(rows, level), strict=True):
            own = page["rules"].get(level) or {}
            probabilities = [float(text) for name, text in tool.items() if name.startswith("probability_")]
            same = (
                own.get("answer") == tool["rules"] and (own.get("rule") or "default") == tool["rule"]
                and page["network"]["answer"] == tool["network"]
                and len(probabilities) == len(page["network"]["probabilities"] or [])
                and all(abs(a - b) <= 1e-12 for a, b in zip(page["network"]["probabilities"] or [], probabilities)))
            wrong += not same
            if not same and wrong <= 3:
                print(row, page, tool, sep="\n  ", file=sys.stderr)
    expect(wrong == 0, f"{report.name}: {wrong} predictions are not those of the tool")
    numbers = [1, 2, 60, 90, len(report.rows) // 2, len(report.rows)]
    for number in numbers:
        why = json.loads(report.run("why", report.folder, number, "--json"))
        page = browser.run("(line) => check.changes(line)", line(report.rows[number - 1]))
        for level in why["levels"]:
            own, change = page.get(level["level"]), level.get("change")
            tool = change and {
                "answer": change["answer"], "rule": change.get("rule"), "network": change.get("network"),
                "steps": [[one["variable"], one["to"]] for one in change["steps"]]}
            if tool and level["level"] == "features": tool["steps"] = own and own["steps"]
            expect(own == tool, f"{report.name}, row {number}, {level['level']}: the nearest change is {own}, the tool's is {tool}")
    return len(rows)


def check_layout(browser, report, axe, screenshots):
    """Sizes, colour schemes and print."""
    for width in [360, 768, 1024, 1440]:
        for scheme in ["light", "dark", "print"]:
            place = f"{report.name}, {width} px, {scheme}"
            browser.show(width, dark=scheme == "dark", print_=scheme == "print")
            browser.errors.clear()
            browser.requests.clear()
            browser.open(report.page)
            browser.run(scripts)
            for problem in browser.run("(scheme, width) => check.layout(scheme, width)", scheme, width):
                expect(False, f"{place}: {problem}")
            # Contrast is the same at each width, names are the same in each scheme.
            if scheme == "light" or (scheme == "dark" and width == 1440):
                if axe:
                    browser.run(f"() => {{ {axe}; }}")
                    for one in browser.run("() => check.axe()"):
                        expect(False, f"{place}: axe: {one}")
                else:
                    for one in browser.run("() => check.labels()"):
                        expect(False, f"{place}: {one}")
            if screenshots:
                browser.screenshot(screenshots / f"{report.name}-{width}-{scheme}.png")
            expect(not browser.errors, f"{place}: console: {browser.errors[:3]}")
            foreign = [one for one in browser.requests if one != report.page.resolve().as_uri() and not one.startswith("data:")]
            expect(not foreign, f"{place}: requests: {foreign[:3]}")
    browser.show(1440)
    printed = browser.pdf()
    expect(printed.startswith(b"%PDF"), f"{report.name}: it cannot be printed")
    if screenshots:
        (screenshots / f"{report.name}.pdf").write_bytes(printed)
    size = report.page.stat().st_size
    expect(size < 200_000, f"{report.name}: the report has {size} bytes")


def check_without_scripts(browser, report):
    browser.show(768)
    browser.open(report.page, scripts=False)
    seen = browser.run("""() => ({
        rules: document.querySelectorAll('#rules-table tbody tr').length,
        hidden: getComputedStyle(document.getElementById('try')).display,
        controls: document.querySelectorAll('button, input, select, textarea').length,
        wide: document.documentElement.scrollWidth > innerWidth })""")
    expect(seen["rules"] > 1 and seen["hidden"] == "none" and seen["controls"] == 0 and not seen["wide"],
           f"{report.name}: without scripts: {seen}")


def check_keyboard(browser, report):
    """A row is pasted and a value chosen without a pointer."""
    browser.show(1440)
    browser.open(report.page)
    browser.run(scripts)

    def reach(wanted):
        for _ in range(400):
            browser.press("Tab")
            if browser.run("(wanted) => document.activeElement.matches(wanted)", wanted): return True
        expect(False, f"{report.name}: {wanted} cannot be reached by the keyboard")
        return False

    if not reach("#try-box"): return
    row = report.rows[-1]
    browser.type(line(row))
    if not reach("#try .paste button"): return
    browser.press("Enter")
    said = browser.run("() => check.said()")
    tool = report.predictions([row], "inputs")[0]
    expect(said["rules"]["inputs"]["answer"] == tool["rules"] and said["network"]["answer"] == tool["network"],
           f"{report.name}: by keyboard: {said}")
    outline = browser.run("() => check.outlined()")
    expect(outline, f"{report.name}: the focus is not visible")
    if reach("#try .field input, #try .field select"):
        before = browser.run("() => check.row()")
        if browser.run("() => document.activeElement.tagName") == "INPUT":
            browser.run("() => document.activeElement.select()")
            browser.type("1")
        else:
            browser.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowDown", code="ArrowDown", windowsVirtualKeyCode=40)
            browser.call("Input.dispatchKeyEvent", type="keyDown", key="ArrowUp", code="ArrowUp", windowsVirtualKeyCode=38)
            browser.call("Input.dispatchKeyEvent", type="keyDown", key="End", code="End", windowsVirtualKeyCode=35)
        expect(browser.run("() => check.row()") != before, f"{report.name}: a value cannot be changed by the keyboard")


def check_diagrams_and_files(browser, report, folder):
    """From a rule to its path in the diagram and back, long tables, and the rules as files."""
    browser.show(1440)
    browser.open(report.page)
    browser.run(scripts)
    # The table of the rules that the report begins with has a name of its own.
    leading = report.explanation.get("leads", "inputs")
    table = "feature-rules-table" if "features" in report.levels and leading != "features" else "rules-table"
    inputs = "rules-table" if leading == "inputs" else "input-rules-table"
    rules = report.explanation["featureRules"]["rules"] if "features" in report.levels else report.explanation["rules"]
    browser.run("(table) => document.querySelector('#' + table + ' button.link').focus()", table)
    first = browser.run("() => check.highlighted()")
    browser.press("Enter")
    second = browser.run("() => check.highlighted()")
    browser.press("Enter")
    back = browser.run("(table) => document.activeElement.closest('#' + table)?.id ?? null", table)
    expect(first["row"] == rules[0]["id"] and first["lines"] >= len(rules[0]["if"]) and first["isDimmed"]
           and (second["node"] or "").startswith(rules[0]["id"]) and back == table,
           f"{report.name}: a rule and its path in the diagram: {first} {second} {back}")
    folds = browser.run("() => check.fold()")
    expect(folds == [20, 2, 20, 0, 20, 45], f"{report.name}: a table of 45 rows shows {folds}")
    browser.downloads(folder)
    for format in ["CSV", "JSON"]:
        file = folder / f"rules-inputs.{format.lower()}"
        file.unlink(missing_ok=True)
        browser.run("(table, format) => check.save(table, format)", inputs, format)
        for _ in range(200):
            if file.exists() and file.stat().st_size: break
            browser.run("() => new Promise((next) => setTimeout(next, 20))")
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        wanted = [[rule["id"], rule["then"], rule["coverage"]["count"], rule["confidence"]["total"]] for rule in report.explanation["rules"]]
        if format == "CSV":
            found = [[one["rule"], one["then"], int(one["coverage"]), int(one["covered rows"])]
                     for one in csv.DictReader(io.StringIO(text)) if one["rule"] != "else"]
        else:
            found = [[one["id"], one["then"], one["coverage"]["count"], one["confidence"]["total"]] for one in json.loads(text or "{}").get("rules", [])]
        expect(found == wanted, f"{report.name}: the rules as {format} are {found}")


def check_pdf(report, folder):
    """The report as PDF; the number of its pages, or 0 without WeasyPrint."""
    if not shutil.which("weasyprint"): return 0
    made = []
    for name in ["one", "two"]:
        report.run("report", report.folder, "--format", "pdf", "--output", folder / f"{report.name}-pdf-{name}", "--quiet")
        made.append((folder / f"{report.name}-pdf-{name}" / "report.pdf").read_bytes())
    expect(made[0] == made[1], f"{report.name}: the PDF has other bytes when it is written again")
    pages = len(re.findall(rb"/Type /Page\b", made[0]))
    boxes = set(re.findall(rb"/MediaBox \[([^\]]*)\]", made[0]))
    expect(3 <= pages <= 40 and len(boxes) == 1, f"{report.name}: the PDF has {pages} pages of {boxes}")
    headings = len(re.findall(r"<h2", report.page.read_text(encoding="utf-8")))
    marks = made[0].count(b"/Title (") - 1
    expect(marks >= headings - 1, f"{report.name}: the PDF has {marks} marks for {headings} sections")
    return pages


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", default=str(root / "espalier"))
    parser.add_argument("--rows", type=int, default=100)
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--reports", type=pathlib.Path)
    parser.add_argument("--chromium")
    options = parser.parse_args()
    axe = axe_core()
    print("axe-core is used" if axe else "axe-core is not installed (pip install axe-core-python): labels and contrast are checked without it")
    if options.screenshots: options.screenshots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        browser = Browser(options.chromium)
        try:
            for name in ["iris", "house-votes", "german-credit"]:
                report = Report(options.tool, name, options.reports or pathlib.Path(place))
                count = check_answers(browser, report, options.rows)
                check_without_scripts(browser, report)
                check_keyboard(browser, report)
                check_diagrams_and_files(browser, report, pathlib.Path(place))
                check_layout(browser, report, axe, options.screenshots)
                pages = check_pdf(report, pathlib.Path(place))
                print(f"{name}: {count} rows as the tool predicts them, {report.page.stat().st_size:,} bytes, "
                      + (f"{pages} pages of PDF" if pages else "no PDF: there is no weasyprint"), flush=True)
        finally:
            browser.close()
    if problems:
        print(f"{len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
