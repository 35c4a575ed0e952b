"""If-then rules that approximate a neural network, with their fidelity on held-out rows.

`explain` runs the program that the package carries; `RuleSetClassifier` is the same as a
scikit-learn estimator. The package itself computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._execution import Decision
from ._explain import explain
from ._progress import Progress
from ._version import __version__
from .errors import (
    DataError,
    EspalierError,
    ExplanationWarning,
    GateError,
    InputMissingError,
    InternalError,
    LimitError,
    MissingDependencyError,
    ModelMismatchWarning,
    OutputError,
    UsageError,
)
from .explanation import Explanation, Feature, ResultWarning, load
from .figures import Fidelity, Proportion
from .rules import Condition, Rule, RuleSet, Score

if TYPE_CHECKING:
    from .classifier import RuleSetClassifier

__all__ = [
    "Condition",
    "DataError",
    "Decision",
    "EspalierError",
    "Explanation",
    "ExplanationWarning",
    "Feature",
    "Fidelity",
    "GateError",
    "InputMissingError",
    "InternalError",
    "LimitError",
    "MissingDependencyError",
    "ModelMismatchWarning",
    "OutputError",
    "Progress",
    "Proportion",
    "ResultWarning",
    "Rule",
    "RuleSet",
    "RuleSetClassifier",
    "Score",
    "UsageError",
    "__version__",
    "explain",
    "load",
]


def __getattr__(name: str) -> Any:
    """Import `RuleSetClassifier` when it is asked for: it needs scikit-learn."""
    if name != "RuleSetClassifier":
        raise AttributeError(f"module 'espalier' has no attribute '{name}'")
    try:
        from .classifier import RuleSetClassifier
    except ImportError as error:
        raise MissingDependencyError(
            f"RuleSetClassifier needs scikit-learn: {error}",
            "pip install 'espalier[sklearn]'",
        ) from error
    return RuleSetClassifier
