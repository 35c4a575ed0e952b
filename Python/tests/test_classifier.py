"""`RuleSetClassifier` keeps the contract of scikit-learn's estimators."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

import espalier
from espalier import RuleSetClassifier

pytestmark = pytest.mark.filterwarnings(
    "ignore::espalier.ExplanationWarning", "ignore::UserWarning"
)


@parametrize_with_checks([RuleSetClassifier()])
def test_check_estimator(estimator, check):
    check(estimator)


def test_attributes(iris):
    X, y = iris
    classifier = RuleSetClassifier(max_rules=6).fit(X, y)
    assert classifier.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    assert classifier.n_features_in_ == 4
    assert classifier.feature_names_in_.tolist() == list(X.columns)
    assert classifier.fidelity_ == classifier.explanation_.fidelity
    assert len(classifier.rules_) <= 6
    assert classifier.score(X, y) > 0.9
    assert (classifier.predict(X) == classifier.rules_.predict(X)).all()
    assert not hasattr(classifier, "estimator_")
    assert classifier.explanation_.data.schema.target.name == "species"
    again = pickle.loads(pickle.dumps(classifier))
    assert (again.predict(X) == classifier.predict(X)).all()


def test_mixed_columns(loans):
    X, y = loans
    classifier = RuleSetClassifier().fit(X, y)
    assert classifier.score(X, y) > 0.8
    with pytest.raises(ValueError, match="feature names should match"):
        classifier.predict(X.drop(columns="city"))


def test_estimator(iris):
    X, y = iris
    network = make_pipeline(
        StandardScaler(),
        MLPClassifier((8,), solver="lbfgs", max_iter=300, random_state=0),
    )
    classifier = RuleSetClassifier(network).fit(X, y)
    assert classifier.estimator_ is not network
    assert classifier.explanation_.model_agreement.count == 150
    agreement = (classifier.predict(X) == classifier.estimator_.predict(X)).mean()
    assert agreement > 0.85


def test_model_selection(iris):
    X, y = iris
    quick = RuleSetClassifier(extractor="surrogate-tree", options={"rules": "inputs"})
    scores = cross_val_score(make_pipeline(MinMaxScaler(), quick), X, y, cv=2)
    assert (scores > 0.8).all()
    search = GridSearchCV(quick, {"max_rules": [2, 4]}, cv=2).fit(X, y)
    assert search.best_estimator_.max_rules in (2, 4)
    assert clone(RuleSetClassifier(max_rules=3)).max_rules == 3


def test_gate(iris):
    with pytest.raises(espalier.GateError):
        RuleSetClassifier(max_rules=1, min_fidelity=1).fit(*iris)


def test_seed(iris):
    first = RuleSetClassifier(random_state=np.random.RandomState(5)).fit(*iris)
    second = RuleSetClassifier(random_state=np.random.RandomState(5)).fit(*iris)
    assert (
        first.explanation_.provenance.seed == second.explanation_.provenance.seed != 42
    )
    assert str(first.rules_) == str(second.rules_)
