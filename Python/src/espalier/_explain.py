"""`explain`: from a model and its rows to an explanation, by one run of the program."""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from . import _program
from ._columns import Column, read_columns
from ._models import GivenModel, given_model, torch_predictions, write_model
from ._progress import Progress, ProgressReader
from ._table import READING, Table
from ._target import Task, read_target
from ._warnings import warn
from .errors import (
    DataError,
    ExplanationWarning,
    GateError,
    ModelMismatchWarning,
    UsageError,
    in_python,
)
from .explanation import Explanation, executable
from .figures import Proportion

# Files in single precision may predict differently for a row on a boundary.
_SAME_MODEL = 0.995


def explain(
    model: Any,
    X: Any,
    y: Any,
    *,
    held_out: float | tuple[Any, Any] = 0.2,
    feature_names: Sequence[str] | None = None,
    categorical: Collection[str | int] = (),
    classes: Sequence[Any] | np.ndarray | None = None,
    task: Task | None = None,
    target_name: str | None = None,
    name: str = "data",
    random_state: int = 42,
    extractor: str | None = None,
    rules: str | None = None,
    max_rules: int | None = None,
    min_fidelity: float | None = None,
    stability: int | None = None,
    scale_inputs: str | None = None,
    n_jobs: int | None = None,
    options: Mapping[str, Any] | None = None,
    output: str | os.PathLike[str] | None = None,
    force: bool = False,
    progress: bool | Callable[[Progress], None] | None = None,
) -> Explanation:
    """Explain a network with rules, and measure how often they predict what it predicts.

    Parameters
    ----------
    model : path, bytes, onnx.ModelProto, torch.nn.Module, scikit-learn estimator or None
        The network. A fitted scikit-learn classifier, regressor or pipeline is exported with
        skl2onnx, and its scaling, one-hot encoding and imputation become part of the rules'
        units; a PyTorch module is exported with `torch.onnx` and must take the columns of X as
        they are, as one matrix (see `scale_inputs`). None trains a network on X and y.
    X : DataFrame of pandas or polars, or array-like of shape (n_rows, n_columns)
        The rows, before any scaling or encoding that the model contains. Columns of numbers are
        numeric, of strings and categories categorical, of booleans categorical unless a model
        is given; NaN, None and NA are missing values.
    y : array-like of shape (n_rows,)
        The labels, or numbers.
    held_out : float or tuple of (X, y), default=0.2
        The rows on which the fidelity is measured: a share of the rows, stratified by class, or
        other rows. The network must not have been fitted to them.
    feature_names : sequence of str, optional
        The names of the columns; by default those of the data frame, or ``x0``, ``x1``, ….
    categorical : collection of str or int, optional
        Names or positions of columns of numbers that are categories.
    classes : sequence, optional
        The labels in the order of the network's outputs. By default ``model.classes_``, or the
        sorted labels; needed for an ONNX file without class names and for a PyTorch module,
        unless the labels are 0, 1, 2, ….
    task : {"classification", "regression"}, optional
        By default what the model is; without one, regression if y has numbers that are not whole.
    target_name : str, optional
        The name of the target in rules; by default that of the series y, or ``target``.
    name : str, default="data"
        The name of the data in the report.
    random_state : int, default=42
        The seed.
    extractor : str, optional
        The rule extractor: ``espalier list extractors``.
    rules : {"inputs", "features", "described", "all"}, optional
        The level of the rules that `fidelity` refers to.
    max_rules : int, optional
        The largest number of rules.
    min_fidelity : float, optional
        The lowest held-out fidelity that is accepted.
    stability : int, optional
        Extract the rules again with this number of seeds and of bootstrap samples.
    scale_inputs : {"standard", "minmax"}, optional
        Scaling of the columns, fitted to the training rows, for a model that was trained on
        scaled columns and does not contain the scaling.
    n_jobs : int, optional
        The number of threads; it does not change the result.
    options : mapping, optional
        Other options of ``espalier explain``: ``{"epochs": 50, "no_pruning": True}``.
    output : path, optional
        The report folder to write; without it the report is in `Explanation.files`.
    force : bool, default=False
        Whether to replace an earlier report in `output`.
    progress : bool or callable, optional
        By default a bar in a notebook and a line on a terminal. A function is called with every
        `Progress`.

    Returns
    -------
    Explanation
        Rules with their figures.

    Raises
    ------
    GateError
        If `min_fidelity` or `max_rules` is not met; its `explanation` is the result.
    DataError
        If the data or the model are unsupported; it is a `ValueError`.
    EspalierError
        For other errors of the program.

    Examples
    --------
    >>> import espalier
    >>> from sklearn.datasets import load_iris
    >>> iris = load_iris(as_frame=True)
    >>> found = espalier.explain(None, iris.data, iris.target_names[iris.target])
    >>> print(found)  # doctest: +SKIP
    """
    given = given_model(model)
    classes, task = _known(given, classes, task)
    own = given.model.predict(X) if given.kind == "sklearn" else None
    columns = read_columns(
        X,
        names=feature_names,
        categorical=categorical,
        bools_are_numbers=given.kind != "none",
    )
    target = read_target(
        y,
        len(columns[0].values),
        name=target_name,
        classes=classes,
        task=task,
        taken=[one.name for one in columns],
    )
    if given.kind == "torch":
        own = torch_predictions(given.model, columns, target.classes)
    table = Table(columns, target)
    order = _class_order(given, table, classes)
    chosen = {
        "extractor": extractor,
        "rules": rules,
        "max_rules": max_rules,
        "min_fidelity": min_fidelity,
        "stability": stability,
        "threads": n_jobs,
        **(options or {}),
    }
    with tempfile.TemporaryDirectory(prefix="espalier-") as place:
        folder = pathlib.Path(place)
        data = folder / _file_name(name)
        aside = folder / ".run"
        aside.mkdir()
        table.write(data)
        result = aside / "result" if output is None else pathlib.Path(output).absolute()
        reading = [] if scale_inputs is None else ["--scale-inputs", scale_inputs]
        reading += [] if order is None else _ordered(order, aside)
        arguments = ["explain", str(data), *READING, "--progress", "json"]
        arguments += [
            "--seed",
            str(int(random_state)),
            *_held_out(held_out, table, aside),
        ]
        arguments += [
            *reading,
            *(part for one in chosen.items() for part in _option(*one)),
        ]
        arguments += ["--output", str(result), *(["--force"] if force else [])]
        with ProgressReader(progress) as display:
            for last, network in _networks(given, aside, X, columns):
                given_network = [] if network is None else ["--model", str(network)]
                try:
                    run = _program.run(
                        [*arguments, *given_network], display, private=place
                    )
                    break
                except DataError:
                    if last:
                        raise
        found = _read(result, table, run)
        if network is not None and own is not None:
            share = _agreement(own, table, network, aside, result, reading)
            found = replace(found, model_agreement=share)
    _tell(found)
    if run.code == 2:
        hint = "the result is the 'explanation' of this exception"
        error = GateError(run.message or "a gate was not met", hint, 2)
        error.explanation = found
        raise error
    return found


def _known(
    given: GivenModel, classes: Sequence[Any] | np.ndarray | None, task: Task | None
) -> tuple[Sequence[Any] | np.ndarray | None, Task | None]:
    """Return classes and task, which a scikit-learn model knows itself."""
    if given.classes is not None:
        if classes is not None:
            raise UsageError(
                "classes are given for a model that has classes_", "leave them out"
            )
        classes = given.classes
    if given.has_regression is not None:
        own: Task = "regression" if given.has_regression else "classification"
        if task not in (None, own):
            raise UsageError(f"task='{task}' for a model of {own}", "leave it out")
        task = own
    return classes, task


def _networks(
    given: GivenModel, folder: pathlib.Path, X: Any, columns: Sequence[Column]
) -> Iterator[tuple[bool, pathlib.Path | None]]:
    """Yield the files to try with whether each is the last one.

    skl2onnx writes some models in double precision with operators that the program does not
    read, and with others in single precision.
    """
    if given.kind == "none":
        yield True, None
    elif given.kind == "sklearn":
        for kind in ("double", "float"):
            try:
                file = write_model(given, folder / f"{kind}.onnx", X, columns, kind)
            except DataError:
                if kind == "float":
                    raise
                continue
            yield kind == "float", file.rename(folder / "model.onnx")
    else:
        yield True, write_model(given, folder / "model.onnx", X, columns)


def _file_name(name: str) -> str:
    kept = "".join(
        one if one.isalnum() or one in " -_." else "-" for one in name
    ).strip(". ")
    return kept[:80] or "data"


def _class_order(
    given: GivenModel, table: Table, classes: Sequence[Any] | np.ndarray | None
) -> tuple[str, ...] | None:
    """Return the class of each output, where the model file does not have it."""
    target = table.target
    if target.classes is None or given.kind == "none":
        return None
    if given.kind == "sklearn":
        # The exported file names its classes.
        return None
    if classes is not None:
        return target.names
    if given.kind == "file":
        return None
    if target.classes.dtype.kind in "iub" and target.classes.tolist() == [
        *range(len(target.classes))
    ]:
        return target.names
    raise DataError(
        "the order of the classes of a PyTorch module is not known: y has the labels "
        + ", ".join(map(repr, target.classes.tolist())),
        "give classes=[…], the label of each output",
    )


def _ordered(order: tuple[str, ...], folder: pathlib.Path) -> list[str]:
    if not any("," in one for one in order):
        return ["--class-order", ",".join(order)]
    file = folder / "settings.json"
    file.write_text(
        json.dumps({"network": {"classOrder": list(order)}}), encoding="utf-8"
    )
    return ["--config", str(file)]


def _held_out(
    held_out: float | tuple[Any, Any], table: Table, folder: pathlib.Path
) -> list[str]:
    if not isinstance(held_out, tuple):
        return ["--held-out", repr(float(held_out))]
    X, y = held_out
    expected = [one.description for one in table.columns]
    columns = read_columns(X, expected=expected, needed=[one.name for one in expected])
    target = table.target
    other = read_target(
        y,
        len(columns[0].values),
        classes=target.classes,
        task="regression" if target.classes is None else "classification",
        name=target.name,
    )
    file = folder / "held-out.csv"
    Table(columns, replace(other, name=target.name)).write_rows(file)
    return ["--held-out", str(file)]


def _option(name: str, value: Any) -> list[str]:
    flag = "--" + name.replace("_", "-")
    if value is None or value is False:
        return []
    if value is True:
        return [flag]
    if isinstance(value, (list, tuple)):
        return [flag, ",".join(map(str, value))]
    return [flag, str(value)]


def _read(result: pathlib.Path, table: Table, run: _program.Completed) -> Explanation:
    files = {
        one.name: one.read_bytes() for one in sorted(result.iterdir()) if one.is_file()
    }
    notes = tuple(one["note"] for one in run.events if one["event"] == "note")
    found = Explanation.from_json(json.loads(files["explanation.json"]))
    found = replace(
        found, files=files, notes=tuple(dict.fromkeys((*found.data.notes, *notes)))
    )
    target = table.target
    return executable(
        found,
        result / "explanation.json",
        tuple(one.description for one in table.columns),
        target.classes,
        target.names or None,
    )


def _agreement(
    own: Any,
    table: Table,
    network: pathlib.Path,
    folder: pathlib.Path,
    result: pathlib.Path,
    reading_model: list[str],
) -> Proportion | None:
    """Ask the program how often the network it read predicts what the model predicts."""
    file = folder / "predictions.csv"
    table.write_rows(file, labels=np.asarray(own))
    if any(one.startswith("--scale") or one == "--config" for one in reading_model):
        return None
    run = _program.run(
        ["fidelity", str(result), str(network), str(file), *READING, *reading_model]
        + ["--json", "--progress", "json"],
        private=str(folder.parent),
    )
    network_accuracy = json.loads(run.output)["accuracy"]["network"]
    return Proportion(**network_accuracy)


def _tell(found: Explanation) -> None:
    for one in found.warnings:
        warn(in_python(one.text), ExplanationWarning)
    share = found.model_agreement
    if share is not None and share.value < _SAME_MODEL:
        warn(
            f"the network that was explained predicts as the given model on only {share} "
            "rows; the explanation is one of another network",
            ModelMismatchWarning,
        )
