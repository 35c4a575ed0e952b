"""`explain` on PyTorch modules; without PyTorch nothing is tested here."""

import numpy as np
import pytest

import espalier

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
pytestmark = pytest.mark.filterwarnings("ignore::espalier.ExplanationWarning")


class Scaled(torch.nn.Module):
    """A network that contains the scaling of its inputs."""

    def __init__(self, mean, scale, network):
        super().__init__()
        self.network = network
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, rows):
        return self.network((rows - self.mean) / self.scale)


@pytest.fixture(scope="module")
def trained(iris):
    X, y = iris
    torch.manual_seed(0)
    mean, scale = X.mean().to_numpy(), X.std().to_numpy()
    labels = np.unique(y, return_inverse=True)[1]
    inner = torch.nn.Sequential(
        torch.nn.Linear(4, 12),
        torch.nn.ReLU(),
        torch.nn.Dropout(0.1),
        torch.nn.Linear(12, 3),
    )
    rows = torch.tensor((X.to_numpy() - mean) / scale, dtype=torch.float32)
    optimiser = torch.optim.Adam(inner.parameters(), 0.02)
    for _ in range(150):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(inner(rows), torch.tensor(labels)).backward()
        optimiser.step()
    return inner, Scaled(mean, scale, inner), labels


def test_module_with_its_scaling(trained, iris):
    _, module, labels = trained
    found = espalier.explain(module, iris[0], labels)
    assert found.model_agreement.count == 150
    assert (found.rules.predict(iris[0]) == labels).mean() > 0.9
    assert module.training
    module.eval()
    espalier.explain(module, iris[0], labels, rules="inputs")
    assert not module.training
    module.train()


def test_module_without_its_scaling(trained, iris):
    inner, _, labels = trained
    with pytest.warns(espalier.ExplanationWarning, match="scale_inputs='standard'"):
        espalier.explain(inner, iris[0], labels)
    found = espalier.explain(inner, iris[0], labels, scale_inputs="standard")
    assert found.accuracy.network.value > 0.85


def test_class_order(trained, iris):
    _, module, _ = trained
    with pytest.raises(espalier.DataError) as caught:
        espalier.explain(module, *iris)
    assert str(caught.value) == (
        "the order of the classes of a PyTorch module is not known: y has the labels 'setosa', "
        "'versicolor', 'virginica'\nhint: give classes=[…], the label of each output"
    )
    found = espalier.explain(
        module, *iris, classes=["setosa", "versicolor", "virginica"]
    )
    assert found.model_agreement.count == 150


def test_columns_that_a_module_cannot_read(trained, iris):
    _, module, labels = trained
    X = iris[0].copy()
    X.iloc[3, 0] = np.nan
    with pytest.raises(espalier.DataError, match="has missing values"):
        espalier.explain(module, X, labels)
    X["text"] = "a"
    with pytest.raises(espalier.DataError, match="'text' has categories"):
        espalier.explain(module, X[[*X.columns[1:]]], labels)


def test_modes_of_the_parts_of_a_module_stay(iris):
    torch.manual_seed(0)
    frozen = torch.nn.BatchNorm1d(4)
    module = torch.nn.Sequential(frozen, torch.nn.Linear(4, 3))
    module.train()
    frozen.eval()
    labels = np.unique(iris[1], return_inverse=True)[1]
    espalier.explain(
        module, iris[0], labels, extractor="surrogate-tree", rules="inputs"
    )
    assert module.training and not frozen.training and module[1].training


@pytest.mark.parametrize("last", [torch.nn.Sigmoid(), torch.nn.Identity()])
def test_one_output_is_compared(iris, last):
    X = iris[0].iloc[:100]
    y = (iris[1].iloc[:100] == "versicolor").astype(int).to_numpy()
    layer = torch.nn.Linear(4, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[0.0, 0.0, 2.0, 2.0]]))
        layer.bias.fill_(-7.0)
    module = torch.nn.Sequential(layer, last)
    found = espalier.explain(module, X, y, extractor="surrogate-tree", rules="inputs")
    assert (found.model_agreement.count, found.model_agreement.total) == (100, 100)


def test_what_a_module_returns_or_takes_is_refused_in_words(iris):
    class Pair(torch.nn.Module):
        def forward(self, rows):
            return rows, rows

    labels = np.unique(iris[1], return_inverse=True)[1]
    with pytest.raises(
        espalier.DataError, match="returns tuple, and one tensor is needed"
    ):
        espalier.explain(Pair(), iris[0], labels)
    with pytest.raises(espalier.DataError, match="does not take the 4 columns of X"):
        espalier.explain(torch.nn.Linear(5, 3), iris[0], labels)
