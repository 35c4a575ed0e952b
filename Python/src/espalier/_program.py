"""The program that computes everything: where it is, and one run of it."""

from __future__ import annotations

import json
import os
import pathlib
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from .errors import InternalError, MissingDependencyError, error_for

_BUNDLE = pathlib.Path(__file__).parent / "_bundle"

Event = dict[str, Any]


def program_path() -> pathlib.Path:
    """Return the path of the program.

    The environment variable ``ESPALIER_PROGRAM`` is used if it is set, otherwise the program in
    the wheel.
    """
    chosen = os.environ.get("ESPALIER_PROGRAM")
    path = pathlib.Path(chosen) if chosen else _BUNDLE / "bin" / "espalier"
    if not path.is_file():
        raise MissingDependencyError(
            f"there is no program '{path}'",
            "install the wheel that Python/build-wheel writes, or set ESPALIER_PROGRAM",
        )
    return path


def environment() -> dict[str, str]:
    """Return the environment of a run: the data sets, plug-ins and fonts of the wheel."""
    values = dict(os.environ)
    values.setdefault("OPENBLAS_NUM_THREADS", "1")
    values["NO_COLOR"] = "1"
    if "ESPALIER_PROGRAM" not in os.environ:
        values["ESPALIER_HOME"] = str(_BUNDLE)
        values["GVBINDIR"] = str(_BUNDLE / "graphviz")
        values["FONTCONFIG_FILE"] = str(_BUNDLE / "Fonts" / "fonts.conf")
    return values


@dataclass
class Completed:
    """A finished run.

    Attributes
    ----------
    code : int
        The exit code: 0, or 2 if a gate was not met.
    output : str
        What was printed on standard output.
    events : list of dict
        The progress events, notes and warnings, in their order.
    message, hint : str or None
        The texts of the error, for a gate that was not met.
    """

    code: int
    output: str
    events: list[Event] = field(default_factory=list)
    message: str | None = None
    hint: str | None = None


def run(
    arguments: Sequence[str],
    on_event: Callable[[Event], None] | None = None,
    private: str | None = None,
) -> Completed:
    """Run the program and wait for it.

    Parameters
    ----------
    arguments : sequence of str
        The command and its options.
    on_event : callable, optional
        Called with every line of ``--progress json``.
    private : str, optional
        A temporary folder, whose path is removed from error messages.

    Returns
    -------
    Completed

    Raises
    ------
    EspalierError
        For every exit code but 0 and 2.
    """
    process = subprocess.Popen(
        [str(program_path()), *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        encoding="utf-8",
        errors="replace",
    )
    assert process.stdout is not None and process.stderr is not None
    output: list[str] = []
    reader = threading.Thread(
        target=lambda stream: output.append(stream.read()),
        args=(process.stdout,),
        daemon=True,
    )
    reader.start()
    events: list[Event] = []
    texts: list[str] = []
    try:
        for line in process.stderr:
            event = _event(line)
            if event is None:
                texts.append(line)
                continue
            events.append(event)
            if on_event is not None:
                on_event(event)
        code = process.wait()
    except BaseException:
        _stop(process)
        raise
    finally:
        process.stderr.close()
        reader.join(timeout=10)
        process.stdout.close()
    message, hint = _error("".join(texts), private)
    if code == 130:
        raise KeyboardInterrupt
    if code not in (0, 2):
        raise error_for(code, *_described(code, message, hint))
    return Completed(code, "".join(output), events, message, hint)


def _described(
    code: int, message: str | None, hint: str | None
) -> tuple[str, str | None]:
    if code < 0:
        name = signal.Signals(-code).name
        return f"the program was ended by {name}", hint
    return message or f"the program ended with code {code}", hint


def _event(line: str) -> Event | None:
    if not line.startswith("{"):
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "event" in value else None


def _error(text: str, private: str | None) -> tuple[str | None, str | None]:
    """Return message and hint of ``error: …`` and `` hint: …`` lines."""
    if private:
        text = text.replace(private.rstrip("/") + "/", "")
    before, found, after = text.partition("error: ")
    if not found:
        return (text.strip() or None), None
    message, found, hint = after.partition("\n hint: ")
    return message.strip(), (hint.strip() if found else None)


def _stop(process: subprocess.Popen[str]) -> None:
    """End a run as Ctrl-C would; then without asking."""
    for number, seconds in ((signal.SIGINT, 10), (signal.SIGTERM, 5)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    process.wait()


def main() -> None:
    """Replace this process by the program: the console command ``espalier``."""
    try:
        path = program_path()
    except MissingDependencyError as error:
        sys.exit(f"error: {error.message}\n hint: {error.hint}")
    values = environment()
    if "NO_COLOR" not in os.environ:
        del values["NO_COLOR"]
    try:
        os.execve(path, [str(path), *sys.argv[1:]], values)
    except OSError as error:
        raise InternalError(f"'{path}' cannot be run: {error.strerror}") from error
