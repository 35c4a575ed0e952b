"""A classifier of scikit-learn whose predictions are rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from ._explain import explain
from ._progress import Progress
from ._raw import raw_columns

__all__ = ["RuleSetClassifier"]

# The program splits the rows, and refuses fewer.
_FEWEST_ROWS = 10


class RuleSetClassifier(ClassifierMixin, BaseEstimator):
    """If-then rules that approximate a network, as a classifier.

    `fit` trains a network on X and y, or fits `estimator`, and extracts rules from it; `predict`
    runs the rules. Numeric columns, categories and missing values are supported.

    Parameters
    ----------
    estimator : scikit-learn classifier, default=None
        The classifier to fit and explain; it must be one that skl2onnx exports and the program
        reads, such as a pipeline that ends with `MLPClassifier`. None trains the network of the
        program.
    held_out : float, default=0.2
        The share of the rows on which the fidelity is measured.
    extractor : str, default=None
        The rule extractor.
    max_rules : int, default=None
        The largest number of rules.
    min_fidelity : float, default=None
        The lowest held-out fidelity that is accepted; `fit` raises `GateError` otherwise.
    categorical : collection of str or int, default=()
        Names or positions of columns of numbers that are categories.
    options : mapping, default=None
        Other options of ``espalier explain``.
    random_state : int, RandomState instance or None, default=42
        The seed.
    n_jobs : int, default=None
        The number of threads; it does not change the result.
    progress : bool or callable, default=False
        Progress of `fit`; see `explain`.

    Attributes
    ----------
    rules_ : RuleSet
        The rules.
    explanation_ : Explanation
        The whole result.
    fidelity_ : Fidelity
        How often the rules predict what the network predicts, on rows fitted by neither.
    estimator_ : classifier
        The fitted `estimator`; only if one is given. It saw the held-out rows.
    classes_ : numpy.ndarray of shape (n_classes,)
        The labels.
    n_features_in_ : int
        The number of columns in `fit`.
    feature_names_in_ : numpy.ndarray of shape (n_features_in_,)
        The names of the columns; only if all of them are strings.

    Examples
    --------
    >>> from espalier import RuleSetClassifier
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> classifier = RuleSetClassifier().fit(X, y)
    >>> print(classifier.rules_, classifier.fidelity_.held_out)  # doctest: +SKIP
    """

    def __init__(
        self,
        estimator: Any = None,
        *,
        held_out: float = 0.2,
        extractor: str | None = None,
        max_rules: int | None = None,
        min_fidelity: float | None = None,
        categorical: Collection[str | int] = (),
        options: Mapping[str, Any] | None = None,
        random_state: Any = 42,
        n_jobs: int | None = None,
        progress: bool | Callable[[Progress], None] | None = False,
    ) -> None:
        self.estimator = estimator
        self.held_out = held_out
        self.extractor = extractor
        self.max_rules = max_rules
        self.min_fidelity = min_fidelity
        self.categorical = categorical
        self.options = options
        self.random_state = random_state
        self.n_jobs = n_jobs
        self.progress = progress

    def fit(self, X: Any, y: Any) -> RuleSetClassifier:
        """Fit a network and extract its rules.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,)
            The labels.

        Returns
        -------
        RuleSetClassifier
            This estimator.
        """
        X = self._validated(X, reset=True)
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but the target y "
                "is None"
            )
        labels = column_or_1d(y, warn=True)
        check_classification_targets(labels)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            raise ValueError(
                f"y has one class only, {self.classes_[0]!r}; classification needs at least two "
                "classes"
            )
        network = None
        if self.estimator is not None:
            network = self.estimator_ = clone(self.estimator).fit(X, labels)
        self.explanation_ = explain(
            network,
            X,
            labels,
            held_out=self.held_out,
            categorical=self.categorical,
            classes=self.classes_ if network is None else None,
            task="classification",
            target_name=getattr(y, "name", None),
            random_state=_seed(self.random_state),
            extractor=self.extractor,
            max_rules=self.max_rules,
            min_fidelity=self.min_fidelity,
            n_jobs=self.n_jobs,
            options=self.options,
            progress=self.progress,
        )
        self.rules_ = self.explanation_.rules
        self.fidelity_ = self.explanation_.fidelity
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Predict by the rules.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
            The rows.

        Returns
        -------
        numpy.ndarray of shape (n_samples,)
            The labels.
        """
        check_is_fitted(self)
        return self.rules_.predict(self._validated(X, reset=False))

    def _validated(self, X: Any, *, reset: bool) -> Any:
        """Check X as scikit-learn does, and keep a data frame with the types of its columns."""
        fewest = _FEWEST_ROWS if reset else 1
        if not hasattr(X, "columns"):
            return validate_data(
                self,
                X,
                reset=reset,
                dtype=None,
                ensure_all_finite="allow-nan",
                ensure_min_samples=fewest,
            )
        validate_data(self, X, reset=reset, skip_check_array=True)
        raw_columns(X)
        if len(X) < fewest:
            raise ValueError(
                f"Found {len(X)} sample(s) while a minimum of {fewest} is required by "
                f"{type(self).__name__}."
            )
        return X

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        return tags


def _seed(random_state: Any) -> int:
    if isinstance(random_state, (int, np.integer)) and not isinstance(
        random_state, bool
    ):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))
