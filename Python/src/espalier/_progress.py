"""Progress of a run: in a notebook, on a terminal, or to a function."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Protocol


@dataclass(frozen=True)
class Progress:
    """The state of a run, which a function given as `progress` is called with.

    Attributes
    ----------
    stage : str
        ``reading``, ``training``, ``pruning``, ``extracting`` or ``writing``.
    detail : str
        What the stage works on.
    fraction : float or None
        The share of the stage that is done, 0 to 1; None if it is not known.
    seconds : float
        The time since the start of the run.
    """

    stage: str
    detail: str
    fraction: float | None
    seconds: float

    def __str__(self) -> str:
        share = "" if self.fraction is None else f" {self.fraction:.0%}"
        return f"{self.stage}{share} ({self.seconds:.0f} s)"


class _Display(Protocol):
    def show(self, state: Progress) -> None: ...

    def close(self) -> None: ...


class ProgressReader:
    """Converts the events of the program into calls of a display, at most ten a second.

    Parameters
    ----------
    progress : bool, callable or None
        None: a bar in a notebook and a line on a terminal; True: also elsewhere; False: nothing;
        a function is called with every `Progress`.
    """

    def __init__(self, progress: bool | Callable[[Progress], None] | None) -> None:
        self._display = _display(progress)
        self._stage, self._detail = "", ""
        self._last = 0.0

    def __call__(self, event: dict[str, Any]) -> None:
        """Read one event."""
        kind = event.get("event")
        if self._display is None or kind not in ("stage", "progress"):
            return
        if kind == "stage":
            self._stage, self._detail = (
                str(event.get("stage", "")),
                str(event.get("detail", "")),
            )
        now = time.monotonic()
        if kind == "progress" and now - self._last < 0.1:
            return
        self._last = now
        fraction = event.get("fraction")
        self._display.show(
            Progress(
                self._stage,
                self._detail,
                None if fraction is None else min(max(float(fraction), 0.0), 1.0),
                float(event.get("seconds", 0)),
            )
        )

    def __enter__(self) -> ProgressReader:
        return self

    def __exit__(self, *_: object) -> None:
        if self._display is not None:
            self._display.close()


def _display(progress: bool | Callable[[Progress], None] | None) -> _Display | None:
    if progress is False:
        return None
    if progress is not None and progress is not True:
        return _Calls(progress)
    if _in_notebook():
        return _Notebook()
    if progress is True or sys.stderr.isatty():
        return _Line()
    return None


def _in_notebook() -> bool:
    """Whether this is a kernel whose front end shows HTML."""
    shell = sys.modules.get("IPython")
    current = shell.get_ipython() if shell is not None else None
    return current is not None and getattr(current, "kernel", None) is not None


class _Calls:
    def __init__(self, function: Callable[[Progress], None]) -> None:
        self._function = function

    def show(self, state: Progress) -> None:
        self._function(state)

    def close(self) -> None:
        pass


class _Line:
    def show(self, state: Progress) -> None:
        start = "\r\x1b[K" if sys.stderr.isatty() else ""
        end = "" if sys.stderr.isatty() else "\n"
        print(f"{start}espalier: {state}", end=end, file=sys.stderr, flush=True)

    def close(self) -> None:
        if sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


class _Notebook:
    """One output that is replaced, and empty at the end: a saved notebook stays small."""

    def __init__(self) -> None:
        self._handle: Any = None

    def show(self, state: Progress) -> None:
        value = "" if state.fraction is None else f' value="{state.fraction:.3f}"'
        self._put(
            f'<progress max="1"{value} aria-label="progress"></progress> {escape(str(state))} '
            f"{escape(state.detail)}"
        )

    def close(self) -> None:
        if self._handle is not None:
            self._put("")

    def _put(self, markup: str) -> None:
        from IPython.display import HTML, display

        if self._handle is None:
            self._handle = display(HTML(markup), display_id=True)
        else:
            self._handle.update(HTML(markup))
