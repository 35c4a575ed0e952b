#!/usr/bin/env python3
"""The networks of `espalier explain` beside scikit-learn's, on random splits.

usage: Reports/networks.py [--tool ./espalier] [--seeds 1,2,3,4,5] NAME|FILE.csv ...

For each table and seed, a fifth of the rows (stratified by class) is held out. On the same rows, at their
defaults: `espalier explain`, MLPClassifier with early stopping, and LogisticRegression (both after imputation,
scaling and one-hot encoding). NAME is a shipped data set; of a FILE the last column is the target. At most 6,000
rows of a table are used. Requires pandas and scikit-learn. Prints Markdown: means over the seeds in percent, and
the difference to the better of the two with its standard error.
"""
import argparse, concurrent.futures, json, os, pathlib, statistics, subprocess, sys, tempfile, warnings
os.environ["OPENBLAS_NUM_THREADS"] = "1"
import pandas
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
root = pathlib.Path(__file__).resolve().parent.parent
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--tool", default=str(root / "espalier"))
parser.add_argument("--seeds", default="1,2,3,4,5")
parser.add_argument("--processes", type=int, default=2)
parser.add_argument("tables", nargs="+")
options = parser.parse_args()


def table(name):
    """All rows with their target, and the schema of a shipped data set."""
    folder = root / "Datasets" / name
    if folder.is_dir():
        files, schema = [folder / "data.csv", folder / "test.csv"], (folder / "schema.json").read_text()
        rows = pandas.concat(pandas.read_csv(file, na_values=["?"]) for file in files if file.exists())
        target = json.loads(schema)["target"]["name"]
    else:
        rows, schema = pandas.read_csv(name, na_values=["?"]), None
        target = rows.columns[-1]
    rows = rows.dropna(subset=[target])
    if len(rows) > 6000:
        rows = rows.sample(6000, random_state=0)
    counts = rows[target].astype(str).map(rows[target].astype(str).value_counts())
    return rows[counts > 1], target, schema


def measured(name, seed):
    rows, target, schema = table(name)
    train, test = train_test_split(rows, test_size=0.2, random_state=seed, stratify=rows[target].astype(str))
    inputs = rows.drop(columns=target)
    numbers = [column for column in inputs if pandas.api.types.is_numeric_dtype(inputs[column])]
    texts = [column for column in inputs if column not in numbers]
    found = {}
    for kind, model in (
        ("MLPClassifier", MLPClassifier(early_stopping=True, random_state=seed, max_iter=500)),
        ("LogisticRegression", LogisticRegression(max_iter=2000)),
    ):
        encoder = make_column_transformer(
            (make_pipeline(SimpleImputer(), StandardScaler()), numbers),
            (make_pipeline(SimpleImputer(strategy="constant", fill_value="?"), OneHotEncoder(handle_unknown="ignore")),
             texts))
        fitted = make_pipeline(encoder, model).fit(train.drop(columns=target), train[target].astype(str))
        found[kind] = 100 * fitted.score(test.drop(columns=target), test[target].astype(str))
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        (place / "train").mkdir()
        train.to_csv(place / "train" / "data.csv", index=False)
        test.to_csv(place / "test.csv", index=False)
        if schema:
            (place / "train" / "schema.json").write_text(schema)
        data = place / "train" if schema else place / "train" / "data.csv"
        command = [options.tool, "explain", data, "--held-out", place / "test.csv", "--seed", seed, "--threads", 1, "--rules",
                   "inputs", "--cross-validation", 0, "--output", place / "out", "--quiet"]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if done.returncode not in (0, 2):
            sys.exit(f"{' '.join(map(str, command))}: {done.stderr}")
        explanation = json.loads((place / "out" / "explanation.json").read_text())
    found["network"] = 100 * explanation["network"]["accuracy"]["value"]
    found["pruned"] = 100 * explanation["pruned"]["accuracy"]["value"]
    return found


seeds = [int(seed) for seed in options.seeds.split(",")]
print("| table | rows | MLPClassifier | LogisticRegression | network | difference (standard error) | pruned | difference"
      " (standard error) |")
print("|---|--:|--:|--:|--:|--:|--:|--:|")
with concurrent.futures.ProcessPoolExecutor(options.processes) as pool:
    jobs = {name: [pool.submit(measured, name, seed) for seed in seeds] for name in options.tables}
    for name, running in jobs.items():
        found = [job.result() for job in running]
        mean = {kind: statistics.mean(one[kind] for one in found) for kind in found[0]}
        best = max("MLPClassifier", "LogisticRegression", key=lambda kind: mean[kind])

        def difference(kind):
            gaps = [one[kind] - one[best] for one in found]
            error = statistics.stdev(gaps) / len(gaps) ** 0.5
            return f"{statistics.mean(gaps):+.1f} ({error:.1f}){' worse' if statistics.mean(gaps) < -error - 1e-9 else ''}"

        print(f"| {pathlib.Path(name).stem} | {len(table(name)[0]):,} | {mean['MLPClassifier']:.1f} | "
              f"{mean['LogisticRegression']:.1f} | {mean['network']:.1f} | {difference('network')} | {mean['pruned']:.1f} | "
              f"{difference('pruned')} |", flush=True)
