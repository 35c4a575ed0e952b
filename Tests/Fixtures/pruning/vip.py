"""The variable importance in projection of a small table, by scikit-learn's PLS regression.

    python3 vip.py > vip.json

needs NumPy and scikit-learn. `Tests/PruningTests/ScoreTests.swift` holds the numbers.
"""

import json

import numpy
from sklearn.cross_decomposition import PLSRegression

COMPONENTS = 2


def main():
    generator = numpy.random.default_rng(7)
    labels = numpy.arange(30) % 3
    table = generator.uniform(0, 1, size=(30, 6))
    table[:, 0] += labels
    table[:, 1] += 2 * (labels == 2)
    table[:, 4] = 0.5
    table = numpy.round(table, 3)
    answers = (labels[:, None] == numpy.arange(3)).astype(float)
    varies = table.std(axis=0) > 0
    model = PLSRegression(COMPONENTS, tol=1e-12, max_iter=5000).fit(table[:, varies], answers)
    scores, weights, loadings = model.x_scores_, model.x_weights_, model.y_loadings_
    explained = (scores**2).sum(axis=0) * (loadings**2).sum(axis=0)
    shares = (weights / numpy.linalg.norm(weights, axis=0)) ** 2
    importance = numpy.zeros(6)
    importance[varies] = numpy.sqrt(varies.sum() * (shares @ explained) / explained.sum())
    print(json.dumps({"table": table.tolist(), "importance": importance.tolist()}))


main()
