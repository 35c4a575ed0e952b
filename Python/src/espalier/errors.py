"""Exceptions and warnings.

The program ends with a documented exit code; each code has an exception, which has the message and
the hint of the program. Mistakes in values are also `ValueError`, problems with files `OSError`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .explanation import Explanation

__all__ = [
    "DataError",
    "EspalierError",
    "ExplanationWarning",
    "GateError",
    "InputMissingError",
    "InternalError",
    "LimitError",
    "MissingDependencyError",
    "ModelMismatchWarning",
    "OutputError",
    "UsageError",
]


class EspalierError(Exception):
    """An error of the program or of this package.

    Parameters
    ----------
    message : str
        What is wrong, where, what was found and what was expected.
    hint : str, optional
        What to do.
    exit_code : int, optional
        The exit code of the program; None for an error of this package.

    Attributes
    ----------
    message, hint, exit_code
        The parameters.
    """

    def __init__(
        self, message: str, hint: str | None = None, exit_code: int | None = None
    ) -> None:
        super().__init__(message, hint, exit_code)
        self.message = message
        self.hint = hint
        self.exit_code = exit_code

    def __str__(self) -> str:
        return (
            self.message if self.hint is None else f"{self.message}\nhint: {self.hint}"
        )


class UsageError(EspalierError, ValueError):
    """An argument that does not exist or does not apply (exit code 64)."""


class DataError(EspalierError, ValueError):
    """Data or a model that are malformed or unsupported (exit code 65)."""


class InputMissingError(EspalierError, OSError):
    """An input that is missing or unreadable (exit code 66)."""


class MissingDependencyError(EspalierError, ImportError):
    """Something needed is not installed (exit code 69), or a Python package is not."""


class OutputError(EspalierError, OSError):
    """An output that cannot be created or written (exit codes 73 and 74)."""


class LimitError(EspalierError):
    """A limit of time or memory was reached; the run can be resumed (exit code 75)."""


class InternalError(EspalierError):
    """A fault of the program (exit code 1), or a signal that ended it."""


class GateError(EspalierError):
    """The run is done, but `min_fidelity` or `max_rules` was not met (exit code 2).

    Attributes
    ----------
    explanation : Explanation or None
        The result, which is complete.
    """

    explanation: Explanation | None = None


class ExplanationWarning(UserWarning):
    """A warning about a result, which is also in `Explanation.warnings`."""


class ModelMismatchWarning(UserWarning):
    """The network that was explained does not predict as the model that was given."""


_OPTIONS = {
    "--scale-inputs standard": "scale_inputs='standard'",
    "--scale-inputs minmax": "scale_inputs='minmax'",
    "--explain original": "options={'explain': 'original'}",
    "--class-order": "classes",
    "--class-weights": "options={'class_weights': True}",
    "without --model": "with None as the model",
    "--held-out": "held_out",
    "--max-rules": "max_rules",
    "--min-fidelity": "min_fidelity",
    "--output": "output",
    "--force": "force=True",
}


def in_python(text: str) -> str:
    """Return a sentence of the program with the parameters of `explain` for its options."""
    for option, parameter in _OPTIONS.items():
        text = re.sub(re.escape(option) + r"(?![\w-])", parameter, text)
    return text


_BY_CODE: dict[int, type[EspalierError]] = {
    1: InternalError,
    2: GateError,
    64: UsageError,
    65: DataError,
    66: InputMissingError,
    69: MissingDependencyError,
    73: OutputError,
    74: OutputError,
    75: LimitError,
}


def error_for(code: int, message: str, hint: str | None) -> EspalierError:
    """Return the exception of an exit code.

    Parameters
    ----------
    code : int
        The exit code of the program; negative for a signal.
    message, hint : str
        The texts of the program.
    """
    kind = _BY_CODE.get(code, InternalError)
    return kind(in_python(message), None if hint is None else in_python(hint), code)
