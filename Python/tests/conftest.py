"""Rows and results that several tests use."""

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_iris

import espalier


@pytest.fixture(scope="session")
def iris():
    """Columns and class names of iris."""
    data = load_iris(as_frame=True)
    return data.data, pd.Series(data.target_names[data.target], name="species")


@pytest.fixture(scope="session")
def loans():
    """Numbers, categories and booleans, with missing values."""
    random = np.random.default_rng(0)
    rows = 300
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 80, rows).astype(float),
            "income": random.normal(3000, 800, rows).round(2),
            "city": random.choice(["Bonn", "Köln", "Ulm, Donau"], rows),
            "member": random.random(rows) < 0.5,
        }
    )
    answers = (frame.income > 3000) & (frame.city != "Bonn") | frame.member & (
        frame.age > 60
    )
    frame.loc[random.random(rows) < 0.1, "age"] = np.nan
    frame.loc[random.random(rows) < 0.1, "city"] = None
    return frame, np.where(answers, "yes", "no")


@pytest.fixture(scope="session")
def found(iris):
    """An explanation of a network trained on iris."""
    return espalier.explain(None, *iris)


@pytest.fixture(scope="session")
def found_loans(loans):
    """An explanation of a network trained on mixed columns."""
    return espalier.explain(None, *loans)
