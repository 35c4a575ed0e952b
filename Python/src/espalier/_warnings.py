"""Warnings that point at the caller's line."""

from __future__ import annotations

import pathlib
import sys
import warnings

_PACKAGE = str(pathlib.Path(__file__).parent)


def warn(message: str, category: type[Warning]) -> None:
    """Warn at the innermost line outside of this package.

    Parameters
    ----------
    message : str
        The sentence.
    category : type
        The class of the warning.
    """
    level, frame = 1, sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_PACKAGE):
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
