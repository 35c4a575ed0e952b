#!/usr/bin/env python3
"""The disagreement of models that are no rules, on the cases of peers.md: what any rules can hope for.

usage: limits.py CASES

CASES has a folder for each data set, with folds: train.csv.gz, test.csv.gz and model.onnx. A linear model over
all columns and a random forest of 200 trees without a limit of size are fitted to the network's predictions on
the training rows, weighted five times, and on 24,000 synthetic rows between them. Printed: held-out rows on
which each disagrees with the network, of the rows of all folds.

needs: pip install numpy pandas scikit-learn onnxruntime
"""
import pathlib
import sys

import numpy as np
import onnxruntime
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler


def synthetic(real, count, candidates, generator):
    """Sample rows between a row and the nearest of some others; few-valued columns are copied from one."""
    deviation = real.std(0) + 1e-12
    few = np.array([len(np.unique(column)) <= 12 for column in real.T])
    one = generator.integers(0, len(real), count)
    near = generator.integers(0, len(real), (count, candidates))
    scaled = real / deviation
    distance = np.stack([((scaled[near[:, k]] - scaled[one]) ** 2).sum(1) for k in range(candidates)], 1)
    distance[near == one[:, None]] = np.inf
    other = near[np.arange(count), distance.argmin(1)]
    share = generator.random((count, 1))
    rows = real[one] + share * (real[other] - real[one]) + 0.1 * deviation * generator.normal(size=(count, real.shape[1]))
    copied = np.where(generator.random(rows.shape) < share, real[other], real[one])
    return np.clip(np.where(few, copied, rows), real.min(0), real.max(0))


print("| data set | rows | linear model over all columns | forest |\n|---|--:|--:|--:|")
for folder in sorted(path for path in pathlib.Path(sys.argv[1]).iterdir() if path.is_dir()):
    wrong = {"linear": 0, "forest": 0}
    total = 0
    for fold in sorted(folder.glob("fold[012]")):
        session = onnxruntime.InferenceSession(fold / "model.onnx")
        name = session.get_inputs()[0].name
        train, test = (
            pd.read_csv(fold / f"{part}.csv.gz").drop(columns=["label", "net"]) for part in ("train", "test"))
        if not all(np.issubdtype(kind, np.number) for kind in train.dtypes):
            continue
        train, test = train.to_numpy(float), test.to_numpy(float)
        ask = lambda rows: session.run(None, {name: rows.astype(np.float32)})[0].argmax(1)
        generator = np.random.default_rng(int(fold.name[-1]))
        rows = np.vstack([train] + [synthetic(train, 12000, k, generator) for k in (12, 1)])
        answers = ask(rows)
        weights = np.r_[np.full(len(train), 5.0), np.ones(24000)]
        scaler = StandardScaler().fit(rows)
        models = {
            "linear": LogisticRegression(C=10, max_iter=500),
            "forest": RandomForestClassifier(200, random_state=0, n_jobs=2)}
        for key, model in models.items():
            model.fit(scaler.transform(rows), answers, sample_weight=weights)
            wrong[key] += int((model.predict(scaler.transform(test)) != ask(test)).sum())
        total += len(test)
    if total:
        print(f"| {folder.name} | {total} | {wrong['linear']} | {wrong['forest']} |", flush=True)
