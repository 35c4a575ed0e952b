"""Models as ONNX files: scikit-learn estimators and PyTorch modules are exported."""

from __future__ import annotations

import contextlib
import copy
import itertools
import os
import pathlib
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._columns import Column
from ._raw import text_of
from .errors import DataError, InputMissingError, MissingDependencyError


@dataclass(frozen=True)
class GivenModel:
    """The model to explain.

    Attributes
    ----------
    kind : {"none", "file", "sklearn", "torch"}
        Where it comes from; "none" lets the program train a network.
    model : object
        The model itself; a path or bytes for a file.
    """

    kind: str
    model: Any = None

    @property
    def has_regression(self) -> bool | None:
        """Whether the model predicts numbers; None if that is not known."""
        if self.kind != "sklearn":
            return None
        from sklearn.base import is_classifier, is_regressor

        if is_regressor(self.model):
            return True
        if is_classifier(self.model):
            return False
        raise DataError(
            f"{type(self.model).__name__} is neither a classifier nor a regressor",
            "give a fitted classifier, or a pipeline that ends with one",
        )

    @property
    def classes(self) -> np.ndarray | None:
        """The classes that a scikit-learn classifier knows, in its order."""
        if self.kind != "sklearn" or self.has_regression:
            return None
        found = getattr(self.model, "classes_", None)
        if found is None:
            from sklearn.exceptions import NotFittedError

            raise NotFittedError(
                f"This {type(self.model).__name__} instance is not fitted yet. Call 'fit' before "
                "it is explained."
            )
        if isinstance(found, list):
            raise DataError("a classifier with several outputs cannot be explained")
        return np.asarray(found)


def given_model(model: Any) -> GivenModel:
    """Return what a model is.

    Raises
    ------
    TypeError
        If it is of an unsupported type.
    """
    if model is None:
        return GivenModel("none")
    if isinstance(model, (str, os.PathLike)):
        path = pathlib.Path(model).absolute()
        if not path.is_file():
            raise InputMissingError(
                f"there is no file '{path}'", "give the path of an .onnx file"
            )
        return GivenModel("file", path)
    if isinstance(model, bytes):
        return GivenModel("file", model)
    if hasattr(model, "SerializeToString") and hasattr(model, "graph"):
        return GivenModel("file", model.SerializeToString())
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(model, torch.nn.Module):
        return GivenModel("torch", model)
    if hasattr(model, "predict") and hasattr(model, "get_params"):
        return GivenModel("sklearn", model)
    raise TypeError(
        f"a model of type {type(model).__name__} cannot be explained: give a path of an .onnx "
        "file, an onnx.ModelProto, a torch.nn.Module, a fitted scikit-learn estimator, or None to "
        "train a network"
    )


def write_model(
    given: GivenModel,
    file: pathlib.Path,
    X: Any,
    columns: Sequence[Column],
    precision: str = "double",
) -> pathlib.Path:
    """Write the model as an ONNX file and return its path.

    Parameters
    ----------
    given : GivenModel
        The model, not of kind "none".
    file : pathlib.Path
        Where to write it, unless it is a file already.
    X : DataFrame or array-like
        The rows, as they were given.
    columns : sequence of Column
        The columns that the program reads.
    precision : {"double", "float"}
        The type of numbers in the file of a scikit-learn model.
    """
    if isinstance(given.model, pathlib.Path):
        return given.model
    if isinstance(given.model, bytes):
        file.write_bytes(given.model)
    elif given.kind == "sklearn":
        file.write_bytes(_sklearn_file(given, X, columns, precision))
    else:
        _write_torch(given.model, file, columns)
    return file


def torch_predictions(module: Any, columns: Sequence[Column], classes: Any) -> Any:
    """Return what a PyTorch module predicts for the columns.

    Parameters
    ----------
    module : torch.nn.Module
        The module.
    columns : sequence of Column
        Numeric columns.
    classes : numpy.ndarray or None
        The label of each output; None for a number.

    Returns
    -------
    numpy.ndarray or None
        The labels or numbers; None if the outputs are neither one score for each class nor one
        probability or logit of the second of two classes.
    """
    outputs = _torch_outputs(module, columns)
    if classes is None:
        return outputs.reshape(-1) if outputs.size == len(outputs) else None
    if outputs.ndim == 2 and outputs.shape[1] == len(classes):
        return np.asarray(classes)[outputs.argmax(axis=1)]
    if outputs.size == len(outputs) and len(classes) == 2:
        scores = outputs.reshape(-1)
        is_share = ((scores >= 0) & (scores <= 1)).all()
        if is_share and (scores >= 0.5).all():
            # Probabilities or logits.
            return None
        return np.asarray(classes)[(scores > (0.5 if is_share else 0)).astype(int)]
    return None


def _sklearn_file(
    given: GivenModel, X: Any, columns: Sequence[Column], precision: str
) -> bytes:
    try:
        from skl2onnx import to_onnx
        from skl2onnx.common.data_types import (
            DoubleTensorType,
            FloatTensorType,
            StringTensorType,
        )
    except ImportError:
        raise MissingDependencyError(
            "skl2onnx is needed to export a scikit-learn model, and is not installed",
            "pip install 'espalier[sklearn]'",
        ) from None
    number = DoubleTensorType if precision == "double" else FloatTensorType
    kinds = [number if one.levels is None else StringTensorType for one in columns]
    inputs = []
    if len(set(kinds)) == 1:
        # One matrix, for a model that does not choose columns by name.
        inputs.append([("X", kinds[0]([None, len(columns)]))])
    if hasattr(X, "columns"):
        names = map(str, X.columns)
        inputs.append(
            [(name, kind([None, 1])) for name, kind in zip(names, kinds, strict=True)]
        )
    if not inputs:
        raise DataError(
            "X is an array with numbers and strings, which ONNX does not have",
            "fit the pipeline on a data frame and give a data frame",
        )
    model = _without_flattening(_with_named_classes(given))
    problems: list[Exception] = []
    # Not every classifier has the option zipmap.
    choices = [None] if given.has_regression else [{"zipmap": False}, {"nocl": False}]
    for types, options in itertools.product(inputs, choices):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                file = to_onnx(model, initial_types=types, options=options)
            return file.SerializeToString()
        except Exception as error:  # skl2onnx has no common type of its errors.
            problems.append(error)
    words = " ".join(str(problems[-1]).split())[:300]
    raise DataError(
        f"skl2onnx cannot export this model: {words}",
        "change the step that it names, or give an .onnx file",
    ) from problems[-1]


def _without_flattening(model: Any) -> Any:
    """Return the model, or a copy of a voting classifier that skl2onnx can export.

    ``flatten_transform`` changes ``transform`` only, and not the predictions.
    """
    if not getattr(model, "flatten_transform", False):
        return model
    model = copy.copy(model)
    model.flatten_transform = False
    return model


def _with_named_classes(given: GivenModel) -> Any:
    """Return the model, or a copy with texts for boolean classes, which ONNX files cannot name."""
    classes = given.classes
    if classes is None or classes.dtype.kind != "b":
        return given.model
    model = copy.deepcopy(given.model)
    while hasattr(model, "best_estimator_"):
        # A search over parameters predicts as the best of its estimators.
        model = model.best_estimator_
    last = model
    while hasattr(last, "steps"):
        last = last.steps[-1][1]
    last.classes_ = np.array([text_of(one) for one in classes.tolist()])
    return model


def _matrix(columns: Sequence[Column]) -> np.ndarray:
    for one in columns:
        if one.levels is not None:
            raise DataError(
                f"a PyTorch module reads numbers, and column '{one.name}' has categories",
                "give the columns of numbers that the module was trained on",
            )
        if np.isnan(one.values).any():
            raise DataError(
                f"a PyTorch module reads numbers, and column '{one.name}' has missing values",
                "fill them as for the training of the module",
            )
    return np.stack([one.values for one in columns], axis=1)


@contextlib.contextmanager
def _evaluating(module: Any) -> Iterator[None]:
    """Set a module to evaluation, and each of its parts back to its own mode afterwards."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, was_training in modes:
            part.training = was_training


def _torch_outputs(module: Any, columns: Sequence[Column]) -> np.ndarray:
    import torch

    with _evaluating(module), torch.no_grad():
        try:
            outputs = module(_torch_rows(module, columns))
        except RuntimeError as error:
            words = " ".join(str(error).split())[:300]
            raise DataError(
                f"the PyTorch module does not take the {len(columns)} columns of X: {words}",
                "give the columns that the module was trained on",
            ) from error
    if not isinstance(outputs, torch.Tensor):
        raise DataError(
            f"the PyTorch module returns {type(outputs).__name__}, and one tensor is needed",
            "wrap it in a module that returns the scores of the classes only",
        )
    return outputs.detach().cpu().double().numpy()


def _torch_rows(module: Any, columns: Sequence[Column]) -> Any:
    import torch

    first = next(module.parameters(), None)
    kind = torch.float32 if first is None else first.dtype
    device = "cpu" if first is None else first.device
    return torch.as_tensor(_matrix(columns), dtype=kind, device=device)


def _write_torch(module: Any, file: pathlib.Path, columns: Sequence[Column]) -> None:
    import torch

    rows = _torch_rows(module, columns)[:2]
    try:
        with _evaluating(module), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                module,
                (rows,),
                str(file),
                input_names=["input"],
                output_names=["output"],
                dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
                dynamo=False,
            )
    except ImportError as error:
        raise MissingDependencyError(
            f"PyTorch needs the package '{error.name}' to export a module",
            "pip install 'espalier[torch]'",
        ) from error
