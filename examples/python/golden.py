"""Writes examples/tests/golden: models of scikit-learn, samples, and the values of its decision_function for them.

    python3 -m venv golden && golden/bin/pip install scikit-learn==1.9.1 safetensors==0.8.0
    golden/bin/python examples/python/golden.py

The samples are the wines of scikit-learn's load_wine (UCI Machine Learning Repository, CC BY 4.0), drawn and rounded.
The PyTorch model has only the shape of one: PyTorch itself is not needed here.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.datasets import load_wine
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

import to_hingeline

FOLDER = Path(__file__).resolve().parents[1] / "tests" / "golden"
SHOWN = 30


class Tensor(np.ndarray):
    def detach(self):
        return self


class Linear:
    """The part of a torch.nn.Linear that to_hingeline uses."""

    def __init__(self, weight, bias):
        self.weight, self.bias = weight.view(Tensor), bias.view(Tensor)


def save(name, model, x, decisions):
    decisions = np.asarray(decisions, dtype=np.float64).reshape(len(x), -1)
    golden = {"model": model, "samples": x.tolist(), "decisions": decisions.tolist()}
    (FOLDER / f"{name}.json").write_text(json.dumps(golden, allow_nan=False) + "\n")


def main():
    x, labels = load_wine(return_X_y=True)
    # These are the same in binary32 and as decimal numbers.
    x = x.astype(np.float32).astype(np.float64)
    names = np.array(["barbera", "barolo", "grignolino"])[labels]
    shown = np.random.default_rng(1).permutation(len(x))[:SHOWN]
    two = labels < 2
    shown_of_two = shown[two[shown]]
    shown_of_two = np.concatenate([shown_of_two, np.flatnonzero(two)])[:SHOWN]
    models = {
        "linear_svc": (make_pipeline(StandardScaler(), LinearSVC(random_state=1)), False),
        "linear_svc_binary_without_intercept": (make_pipeline(StandardScaler(), LinearSVC(fit_intercept=False, random_state=1)), True),
        "sgd_classifier": (make_pipeline(StandardScaler(), SGDClassifier(average=True, random_state=1)), False),
        "sgd_classifier_binary": (SGDClassifier(random_state=1, alpha=10.0), True),
        "logistic_regression": (make_pipeline(StandardScaler(), LogisticRegression()), False),
    }
    for name, (model, is_binary) in models.items():
        part, samples = (two, shown_of_two) if is_binary else (slice(None), shown)
        model.fit(x[part], names[part])
        save(name, to_hingeline.sklearn(model), x[samples], model.decision_function(x[samples]))
    rng = np.random.default_rng(2)
    linear = Linear(rng.normal(size=(3, x.shape[1])), rng.normal(size=3))
    decisions = x[shown] @ np.asarray(linear.weight).T + np.asarray(linear.bias)
    save("pytorch_linear", to_hingeline.torch(linear, ["a", "b", "c"]), x[shown], decisions)
    # The same in binary32, with the names that a layer of PyTorch has in a file.
    tensors = {"head.weight": np.asarray(linear.weight, dtype=np.float32), "head.bias": np.asarray(linear.bias, dtype=np.float32)}
    save_file(tensors, FOLDER / "pytorch_linear.safetensors")


if __name__ == "__main__":
    main()
