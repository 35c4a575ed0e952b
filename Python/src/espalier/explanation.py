"""The explanation of a network: the content of ``explanation.json`` as typed objects."""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from . import _html, _program
from ._columns import InputColumn
from ._decoding import decode
from ._execution import Executor
from .errors import DataError, InputMissingError, OutputError
from .figures import Accuracy, Complexity, CurvePoint, Fidelity, Proportion
from .rules import Extractor, Rule, RuleSet, Score, ScoreTerm

__all__ = [
    "DataSummary",
    "Diagram",
    "Disagreement",
    "Driver",
    "Explanation",
    "Feature",
    "NetworkSummary",
    "Provenance",
    "ResultWarning",
    "load",
]

SCHEMA_VERSION = 1


@dataclass(frozen=True)
class RowCount:
    """A number of rows with the reason why they were dropped or changed."""

    reason: str
    count: int


@dataclass(frozen=True)
class SchemaColumn:
    """A column that the program used."""

    name: str
    kind: str = "numeric"
    unit: str | None = None
    levels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class SchemaTarget:
    """The target: its classes, or the cuts between the intervals of its numbers."""

    name: str
    classes: tuple[str, ...] | None = None
    kind: str = "classes"
    cuts: tuple[float, ...] | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Schema:
    """The columns and the target."""

    features: tuple[SchemaColumn, ...]
    target: SchemaTarget


@dataclass(frozen=True)
class DataSummary:
    """The data, with an account of every row."""

    name: str
    sha256: str
    rows: int
    rows_used: int
    rows_dropped: tuple[RowCount, ...]
    rows_altered: tuple[RowCount, ...]
    features: int
    classes: tuple[str, ...]
    training: int
    validation: int
    held_out: int
    held_out_from: str
    schema: Schema
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class NetworkSummary:
    """A network: its layers, its size and its held-out accuracy."""

    architecture: tuple[str, ...]
    parameters: int
    multiplications: int
    bytes: int
    neurons: int
    inputs: int
    accuracy: Proportion
    agreement_with_original: Proportion | None = None


@dataclass(frozen=True)
class Driver:
    """An input that drives a hidden feature: its strength, and the sign of its effect."""

    input: str
    strength: float
    sign: int


@dataclass(frozen=True)
class Effect:
    """The weight of a hidden feature for a class."""

    class_name: str = field(metadata={"key": "class"})
    weight: float


@dataclass(frozen=True)
class Description:
    """A score that describes a hidden feature, which is active above `threshold`."""

    terms: tuple[ScoreTerm, ...]
    threshold: float
    agreement: Proportion


@dataclass(frozen=True)
class Feature:
    """A hidden feature of the pruned network."""

    id: str
    neuron: str
    layer: str
    drivers: tuple[Driver, ...]
    threshold: float
    active_share: float
    effects: tuple[Effect, ...]
    description: Description | None = None


@dataclass(frozen=True)
class Disagreement:
    """A held-out row on which rules and network disagree; `row` counts from 1."""

    row: int
    values: dict[str, str]
    network: str
    rules: str
    rule: str | None = None


@dataclass(frozen=True)
class ResultWarning:
    """A warning about the result: a stable code, a sentence, and the number in it."""

    code: str
    text: str
    figure: float | None = None


@dataclass(frozen=True)
class Provenance:
    """The version, the seed and the command of the run, and where its network comes from."""

    version: str
    seed: int
    arguments: tuple[str, ...]
    started_from: str


@dataclass(frozen=True)
class Diagram:
    """A drawing, shown in a notebook."""

    svg: str = field(repr=False)

    def _repr_svg_(self) -> str:
        return self.svg


@dataclass(frozen=True)
class _RuleEntry:
    """A rule set beside the one of the result."""

    rules: tuple[Rule, ...]
    default_class: str
    resolution: str
    extractor: Extractor
    complexity: Complexity
    scores: tuple[Score, ...] | None = None

    def rule_set(self) -> RuleSet:
        return RuleSet(
            self.rules,
            self.default_class,
            self.resolution,
            self.extractor,
            self.complexity,
            self.scores or (),
        )


@dataclass(frozen=True)
class _Document(_RuleEntry):
    """The keys of ``explanation.json`` that become an explanation."""

    schema_version: int = SCHEMA_VERSION
    level: str = "inputs"
    feature_rules: _RuleEntry | None = None
    described_rules: _RuleEntry | None = None


@dataclass(frozen=True)
class Explanation:
    """An explanation.

    Attributes
    ----------
    rules : RuleSet
        The rules that `fidelity` and `accuracy` refer to, by default over columns; they predict.
    input_rules, feature_rules, described_rules : RuleSet or None
        The rules over columns, over hidden features, and over scores.
    fidelity : Fidelity
        How often the rules predict what the explained network predicts.
    feature_fidelity, described_fidelity : Fidelity or None
        The same for the other rules.
    accuracy : Accuracy
        The accuracy of rules and network against the labels of the held-out rows.
    complexity : Complexity
        The size of the rules.
    curve : tuple of CurvePoint
        The fidelity of smaller and larger rule sets.
    data : DataSummary
        The rows: used, dropped, changed, and how they were split.
    network, pruned : NetworkSummary
        The network before and after pruning.
    explains : {"pruned", "original"} or None
        Which of them the rules approximate.
    features : tuple of Feature
        The hidden features of the pruned network.
    disagreements : tuple of Disagreement
        Up to 50 held-out rows on which rules and network disagree.
    disagreements_total : int
        Their number.
    warnings : tuple of ResultWarning
        What to know before trusting the result.
    level : {"inputs", "features", "described"}
        The kind of `rules`.
    provenance : Provenance
        Where the result comes from.
    model_agreement : Proportion or None
        The rows on which the imported network predicts what the model given to `explain` itself
        predicts.
    notes : tuple of str
        What was assumed about the data and the model.
    json : dict
        The whole document; it has keys without an attribute here.
    files : dict of str to bytes
        The files of the report folder by name: ``report.html``, ``rules.txt``, ….
    """

    fidelity: Fidelity
    accuracy: Accuracy
    complexity: Complexity
    curve: tuple[CurvePoint, ...]
    data: DataSummary
    network: NetworkSummary
    pruned: NetworkSummary
    features: tuple[Feature, ...]
    disagreements: tuple[Disagreement, ...]
    disagreements_total: int
    provenance: Provenance
    explains: str | None = None
    warnings: tuple[ResultWarning, ...] = ()
    level: str = "inputs"
    feature_fidelity: Fidelity | None = None
    described_fidelity: Fidelity | None = None
    rules: RuleSet = field(default=None, metadata={"key": None})  # type: ignore[assignment]
    input_rules: RuleSet | None = field(default=None, metadata={"key": None})
    feature_rules: RuleSet | None = field(default=None, metadata={"key": None})
    described_rules: RuleSet | None = field(default=None, metadata={"key": None})
    model_agreement: Proportion | None = field(default=None, metadata={"key": None})
    notes: tuple[str, ...] = field(default=(), metadata={"key": None})
    json: dict[str, Any] = field(
        default_factory=dict, repr=False, compare=False, metadata={"key": None}
    )
    files: Mapping[str, bytes] = field(
        default_factory=dict, repr=False, compare=False, metadata={"key": None}
    )

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Explanation:
        """Return the explanation of a document; its rules do not predict.

        Parameters
        ----------
        document : dict
            The content of ``explanation.json``.
        """
        head = decode(_Document, document)
        if head.schema_version > SCHEMA_VERSION:
            raise DataError(
                f"explanation.json: schema version {head.schema_version}, where this package "
                f"reads {SCHEMA_VERSION}",
                "install a newer version of this package",
            )
        inputs = head.rule_set()
        others: dict[str, RuleSet | None] = {
            "features": head.feature_rules.rule_set() if head.feature_rules else None,
            "described": head.described_rules.rule_set()
            if head.described_rules
            else None,
        }
        return replace(
            decode(cls, document),
            rules=others.get(head.level) or inputs,
            input_rules=inputs if inputs.rules or head.level == "inputs" else None,
            feature_rules=others["features"],
            described_rules=others["described"],
            json=document,
        )

    @property
    def rules_(self) -> RuleSet:
        """The rules, under the name that a fitted estimator has."""
        return self.rules

    @property
    def report_html(self) -> str:
        """The report: one page, which needs no network."""
        return self.files["report.html"].decode("utf-8")

    @property
    def diagram(self) -> Diagram:
        """The pruned network with its hidden features."""
        return Diagram(self.files["network.svg"].decode("utf-8"))

    def save(self, folder: str | os.PathLike[str]) -> pathlib.Path:
        """Write the report folder, which the commands of espalier read.

        Parameters
        ----------
        folder : path
            A folder that does not exist, or is empty.

        Returns
        -------
        pathlib.Path
            The folder.
        """
        path = pathlib.Path(folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise OutputError(f"'{path}' is not empty", "give another folder")
            for name, content in self.files.items():
                (path / name).write_bytes(content)
        except OSError as error:
            if isinstance(error, OutputError):
                raise
            raise OutputError(
                f"'{path}' cannot be written: {error.strerror}"
            ) from error
        return path

    def __str__(self) -> str:
        return "\n".join([_html.headline(self), "", str(self.rules)])

    def _repr_html_(self) -> str:
        return _html.explanation(self)


def load(result: str | os.PathLike[str]) -> Explanation:
    """Read a report folder, or its ``explanation.json``.

    Parameters
    ----------
    result : path
        What ``espalier explain`` wrote.

    Returns
    -------
    Explanation
        Its rules predict for columns with the names and kinds that the program used; class names
        are texts.
    """
    path = pathlib.Path(result)
    folder = path if path.is_dir() else path.parent
    file = path / "explanation.json" if path.is_dir() else path
    try:
        document = json.loads(file.read_bytes())
        names = (
            [one for one in folder.iterdir() if one.is_file()]
            if path.is_dir()
            else [file]
        )
        files = {one.name: one.read_bytes() for one in names}
    except OSError as error:
        raise InputMissingError(
            f"'{file}' cannot be read: {error.strerror}", "give a report folder"
        ) from error
    except ValueError as error:
        raise DataError(f"{file}: not JSON: {error}", "give a report folder") from error
    found = Explanation.from_json(document)
    return executable(replace(found, files=files), file)


def executable(
    found: Explanation,
    file: pathlib.Path,
    columns: tuple[InputColumn, ...] | None = None,
    classes: Any = None,
    names: tuple[str, ...] | None = None,
) -> Explanation:
    """Return the explanation with rules that predict, if they can be exported.

    Parameters
    ----------
    found : Explanation
        The explanation.
    file : pathlib.Path
        Its ``explanation.json``.
    columns : tuple of InputColumn, optional
        The columns of X; by default those that the program used.
    classes : numpy.ndarray, optional
        The labels of the classes; by default their names.
    names : tuple of str, optional
        The names of the classes, in the order of `classes`.
    """
    if columns is None:
        schema = found.data.schema
        columns = tuple(InputColumn(one.name, one.levels) for one in schema.features)
    with tempfile.TemporaryDirectory(prefix="espalier-") as folder:
        code = pathlib.Path(folder) / "rules.py"
        _program.run(
            ["export", str(file), "--to", "python", "-o", str(code)], private=folder
        )
        text = code.read_text(encoding="utf-8")
    executor = Executor(text, columns, classes, names or found.data.classes)
    rules = replace(found.rules, executor=executor)
    by_level: dict[str, Any] = {
        "inputs": {"input_rules": rules},
        "features": {"feature_rules": rules},
        "described": {"described_rules": rules},
    }
    return replace(found, rules=rules, **by_level[found.level])
