"""JSON into dataclasses, by their annotations."""

from __future__ import annotations

import dataclasses
import functools
import types
import typing
from typing import Any, TypeVar

from .errors import DataError

T = TypeVar("T")


def decode(kind: type[T], value: Any, path: str = "") -> T:
    """Return an object of a dataclass from a JSON object.

    A field named ``held_out`` has the key ``heldOut``, unless its metadata have another ``key``.
    Keys without a field are ignored; the version of the format says when their meaning changes.

    Parameters
    ----------
    kind : type
        A dataclass.
    value : object
        What `json.loads` returned.
    path : str
        The place of the value in the document, for messages.

    Raises
    ------
    DataError
        If a key is missing or its value has another type.
    """
    if not isinstance(value, dict):
        raise _unexpected(path, "an object", value)
    found: dict[str, Any] = {}
    for name, key, hint, is_required in _fields(typing.cast(Any, kind)):
        if key in value:
            found[name] = _convert(hint, value[key], f"{path}.{key}" if path else key)
        elif is_required:
            raise DataError(
                f"explanation.json: there is no '{f'{path}.{key}' if path else key}'",
                "give a result that this version of espalier wrote",
            )
    return kind(**found)


@functools.cache
def _fields(kind: Any) -> tuple[tuple[str, str, Any, bool], ...]:
    hints = typing.get_type_hints(kind)
    described = []
    for one in dataclasses.fields(kind):
        if not one.init or one.metadata.get("key", "") is None:
            continue
        key = one.metadata.get("key") or _camel(one.name)
        required = (
            one.default is dataclasses.MISSING
            and one.default_factory is dataclasses.MISSING
        )
        described.append((one.name, key, hints[one.name], required))
    return tuple(described)


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


def _convert(hint: Any, value: Any, path: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        if value is None and type(None) in arguments:
            return None
        return _convert(
            next(one for one in arguments if one is not type(None)), value, path
        )
    if dataclasses.is_dataclass(hint):
        return decode(typing.cast(type, hint), value, path)
    if origin is tuple:
        if not isinstance(value, list):
            raise _unexpected(path, "a list", value)
        return tuple(
            _convert(arguments[0], one, f"{path}[{position}]")
            for position, one in enumerate(value)
        )
    if origin is dict:
        if not isinstance(value, dict):
            raise _unexpected(path, "an object", value)
        return {
            key: _convert(arguments[1], one, f"{path}.{key}")
            for key, one in value.items()
        }
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is Any:
        return value
    is_bool = isinstance(value, bool)
    if not isinstance(value, hint) or (is_bool and hint is not bool):
        raise _unexpected(path, f"a value of type {hint.__name__}", value)
    return value


def _unexpected(path: str, expected: str, found: Any) -> DataError:
    return DataError(
        f"explanation.json: '{path or 'the document'}' is not {expected}, but "
        f"{type(found).__name__}",
        "give a result that this version of espalier wrote",
    )
