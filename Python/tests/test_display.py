"""What is shown: tables in a notebook, texts, and progress."""

import html.parser
import sys
import types

import numpy as np
import pandas as pd
import pytest

import espalier
from espalier._progress import ProgressReader


class Tags(html.parser.HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, markup):
        super().__init__()
        self.open, self.seen, self.text = [], [], ""
        self.feed(markup)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def test_headline_and_rules(found):
    page = Tags(found._repr_html_())
    fidelity = found.fidelity.held_out
    assert page.text.startswith(
        f"The rules agree with the pruned network on {fidelity.count} of 30 held-out rows ("
    )
    high = "100" if fidelity.high == 1 else f"{fidelity.high * 100:.1f}"
    assert f"95 % interval {fidelity.low * 100:.1f} to {high} %" in page.text
    majority = found.fidelity.majority_class
    assert f"always predicting ‘{majority}’ would agree on" in page.text
    assert page.seen.count("tr") == len(found.rules) + 2
    assert "script" not in page.seen
    assert str(found).splitlines()[0] in page.text
    # The first sentence is that of the program.
    text = " ".join(found.files["rules.txt"].decode().split())
    assert str(found).splitlines()[0] in text


def test_names_are_escaped():
    random = np.random.default_rng(2)
    X = pd.DataFrame(
        {"<script>alert(1)</script>": random.random(80), "&": random.random(80)}
    )
    y = np.where(X.iloc[:, 0] > 0.5, "<b>", "&amp;")
    found = espalier.explain(None, X, y)
    page = Tags(found._repr_html_())
    assert "script" not in page.seen
    assert "b" not in page.seen
    assert "<script>alert(1)</script>" in page.text


def test_warnings_are_shown(iris):
    X, y = iris
    labels = np.random.default_rng(0).permutation(y)
    with pytest.warns(espalier.ExplanationWarning) as caught:
        found = espalier.explain(
            None,
            X,
            labels,
            extractor="surrogate-tree",
            rules="inputs",
            options={"no_pruning": True},
        )
    page = Tags(found._repr_html_())
    assert len(found.warnings) == len(caught)
    assert caught[0].filename == __file__
    assert "Warnings" in page.text
    assert all(one.text in page.text for one in found.warnings)


def test_scores_are_shown(found):
    page = Tags(found.described_rules._repr_html_())
    assert "S1 = " in page.text


def test_progress_calls(iris):
    states = []
    espalier.explain(None, *iris, progress=states.append)
    assert [one.stage for one in states][0] == "reading"
    assert {"training", "pruning", "extracting", "writing"} <= {
        one.stage for one in states
    }
    assert all(one.fraction is None or 0 <= one.fraction <= 1 for one in states)
    assert states == sorted(states, key=lambda one: one.seconds)


def test_a_function_that_raises_ends_the_run(iris):
    def stop(state):
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        espalier.explain(None, *iris, progress=stop)


def test_progress_in_a_notebook(monkeypatch):
    shown = []

    class Handle:
        def update(self, markup):
            shown.append(markup)

    def display(markup, display_id):
        assert display_id
        shown.append(markup)
        return Handle()

    module = types.ModuleType("IPython")
    module.get_ipython = lambda: types.SimpleNamespace(kernel=object())
    module.display = types.ModuleType("IPython.display")
    module.display.HTML = str
    module.display.display = display
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "IPython.display", module.display)
    with ProgressReader(None) as reader:
        reader(
            {
                "event": "stage",
                "stage": "training",
                "detail": "<4> rows",
                "seconds": 1.5,
            }
        )
        reader({"event": "note", "note": "not progress"})
        reader._last = 0
        reader({"event": "progress", "fraction": 0.25, "seconds": 2})
    assert len(shown) == 3
    assert "training (2 s) &lt;4&gt; rows" in shown[0]
    assert 'value="0.250"' in shown[1]
    assert shown[2] == ""


def test_progress_lines(capsys):
    with ProgressReader(True) as reader:
        reader({"event": "stage", "stage": "reading", "detail": "iris", "seconds": 0})
    assert capsys.readouterr().err == "espalier: reading (0 s)\n"
    with ProgressReader(None) as reader:
        reader({"event": "stage", "stage": "reading", "detail": "iris", "seconds": 0})
    assert capsys.readouterr().err == ""
