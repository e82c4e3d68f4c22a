"""Makes the golden vectors: results of other systems to compare the library with.

    python3 -m venv golden && golden/bin/pip install -r host-tests/golden/requirements.txt
    golden/bin/python host-tests/golden/make.py             # all files
    golden/bin/python host-tests/golden/make.py losses      # one of them

Inputs and the weights of fitted models are binary32, which f64 holds exactly; references are computed in f64.
Equal versions write equal files; each file lists its versions.
"""

import json
import platform
import sys
from pathlib import Path

import numpy as np
import sklearn
from sklearn._loss import HalfMultinomialLoss
from sklearn.datasets import load_digits, load_iris
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import hinge_loss
from sklearn.svm import LinearSVC

HERE = Path(__file__).parent
# The numbers of classes, features and samples.
SMALL = [(2, 1, 1), (3, 4, 5), (4, 16, 3)]
LARGE = [(7, 30, 6), (10, 64, 7), (26, 16, 9)]


def single(values):
    """The values rounded to binary32, stored in f64."""
    return np.asarray(values, dtype=np.float32).astype(np.float64)


def write(name, versions, cases):
    versions = {"python": platform.python_version(), "numpy": np.__version__, **versions}
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (HERE / name).write_text(f'{{"versions":{json.dumps(versions)},"cases":[\n{lines}\n]}}\n')


def margins(weights, bias, x, labels, delta):
    """s_j - s_y + delta of all samples and classes; the label's own entry is not a margin and is set to -1."""
    scores = x @ weights.T + bias
    own = scores[np.arange(len(labels)), labels]
    result = scores - own[:, None] + delta
    result[np.arange(len(labels)), labels] = -1.0
    return result


def draw(rng, shape, delta, with_bias=1.0):
    """A case whose margins are all far enough from zero that binary32 must agree on which of them count."""
    classes, features, samples = shape
    while True:
        weights = single(rng.normal(size=(classes, features)) / np.sqrt(features))
        bias = single(with_bias * rng.normal(size=classes) / 4)
        x = single(rng.normal(size=(samples, features)))
        labels = rng.integers(classes, size=samples)
        if np.abs(margins(weights, bias, x, labels, delta)).min() > 1e-4:
            return weights, bias, x, labels


def shortest(array):
    """The fewest digits that are parsed as these binary32 numbers."""
    return [shortest(row) for row in array] if array.ndim > 1 else [float(str(np.float32(v))) for v in array]


def case(weights, bias, x, labels, **rest):
    inputs = {"weights": shortest(weights), "bias": shortest(bias), "x": shortest(x), "labels": labels.tolist()}
    return inputs | rest


def multi_margin_loss(weights, bias, x, labels, delta):
    """PyTorch's loss on a linear layer, and its gradient by autograd."""
    import torch

    w, b = (torch.tensor(array, dtype=torch.float64, requires_grad=True) for array in (weights, bias))
    scores = torch.nn.functional.linear(torch.tensor(x, dtype=torch.float64), w, b)
    loss = torch.nn.MultiMarginLoss(p=1, margin=delta)(scores, torch.tensor(labels))
    loss.backward()
    return {
        "margin": delta,
        "loss": loss.item(),
        "weight_gradient": w.grad.tolist(),
        "bias_gradient": b.grad.tolist(),
    }


def pytorch():
    import torch

    rng = np.random.default_rng(1)
    cases = []
    for shapes, deltas in [(SMALL, [0.0, 0.5, 1.0, 2.0]), (LARGE, [1.0])]:
        for shape, delta in [(shape, delta) for shape in shapes for delta in deltas]:
            drawn = draw(rng, shape, delta)
            cases.append(case(*drawn, exact=False, **multi_margin_loss(*drawn, delta)))
    # Small whole numbers, so that margins are exactly 0 and everything is exact. Four classes and samples, since both
    # systems divide: one by the samples, the other by the classes too.
    for delta in [1.0, 2.0]:
        shape = [(4, 16), 4, (4, 16)]
        weights, bias, x = (single(rng.integers(-1, 2, size=size)) for size in shape)
        labels = rng.integers(4, size=4)
        assert (margins(weights, bias, x, labels, delta) == 0.0).any()
        cases.append(case(weights, bias, x, labels, exact=True, **multi_margin_loss(weights, bias, x, labels, delta)))
    write("multi_margin_loss.json", {"torch": torch.__version__}, cases)


def fitted(model, x, labels, shown):
    """A model of scikit-learn with its weights rounded to binary32, and its results for some samples."""
    model.fit(x, labels)
    model.coef_, model.intercept_ = single(model.coef_), single(model.intercept_)
    some, own = single(x[shown]), labels[shown]
    decision = model.decision_function(some)
    return case(
        model.coef_,
        model.intercept_,
        some,
        own,
        model=type(model).__name__,
        decision_function=decision.tolist(),
        predict=model.predict(some).tolist(),
        hinge_loss=hinge_loss(own, decision, labels=model.classes_),
    )


def scikit_learn():
    cases = []
    for data, some in [(load_iris(), slice(0, None, 6)), (load_digits(), slice(0, None, 100))]:
        x, labels = single(data.data), data.target
        for model in [LinearSVC(random_state=0), SGDClassifier(loss="hinge", random_state=0)]:
            cases.append(fitted(model, x, labels, some))
    write("scikit_learn.json", {"scikit-learn": sklearn.__version__}, cases)


def course_loss(w, x, labels, reg):
    """The vectorised loss of Stanford's CS231n, assignment 1, from its definition: W is D x C, and the regulariser is
    reg times the sum of its squares."""
    rows = np.arange(len(labels))
    hinges = np.maximum(0.0, margins(w.T, 0.0, x, labels, 1.0))
    counts = (hinges > 0).astype(np.float64)
    counts[rows, labels] = -counts.sum(axis=1)
    loss = hinges.sum() / len(labels) + reg * np.sum(w * w)
    return loss, x.T @ counts / len(labels) + 2 * reg * w


def course():
    rng = np.random.default_rng(2)
    cases = []
    for shapes, regs in [(SMALL, [0.0, 0.125, 2.0]), (LARGE, [0.125])]:
        for shape, reg in [(shape, reg) for shape in shapes for reg in regs]:
            weights, bias, x, labels = draw(rng, shape, 1.0, with_bias=0.0)
            loss, gradient = course_loss(weights.T, x, labels, reg)
            expected = {"reg": reg, "loss": loss, "weight_gradient": gradient.T.tolist()}
            cases.append(case(weights, bias, x, labels, **expected))
    write("course.json", {}, cases)


def losses():
    """Cross-entropy and its gradient with respect to the scores, as in scikit-learn's logistic regression, and the
    multiclass hinge loss, which is Crammer and Singer's. Scores from a tenth to a hundred apart, and whole numbers with
    ties."""
    rng = np.random.default_rng(3)
    cases = []
    for classes in [3, 4, 10, 26]:
        multinomial = HalfMultinomialLoss(n_classes=classes)
        for spread in [0.1, 1.0, 10.0, 100.0, None]:
            scores = single(rng.integers(-1, 2, size=classes) if spread is None else spread * rng.normal(size=classes))
            label = int(rng.integers(classes))
            loss, gradient = multinomial.loss_gradient(np.array([float(label)]), scores[None])
            cases.append(
                {
                    "scores": shortest(scores),
                    "label": label,
                    "cross_entropy": loss.item(),
                    "coefficients": gradient[0].tolist(),
                    "hinge_loss": hinge_loss([label], scores[None], labels=range(classes)),
                }
            )
    write("losses.json", {"scikit-learn": sklearn.__version__}, cases)


if __name__ == "__main__":
    files = {"multi_margin_loss": pytorch, "scikit_learn": scikit_learn, "course": course, "losses": losses}
    for name in sys.argv[1:] or files:
        files[name]()
