"""Writes linear models of scikit-learn and PyTorch as JSON that `hingeline import` reads.

    import to_hingeline
    to_hingeline.write("svm.json", to_hingeline.sklearn(pipeline))             # LinearSVC, SGDClassifier, LogisticRegression,
                                                                               # alone or behind a StandardScaler
    to_hingeline.write("net.json", to_hingeline.torch(linear, ["no", "yes"]))  # torch.nn.Linear

Nothing is pickled, and nothing that is written is ever executed.
"""

import json


def sklearn(model, features=None):
    """Converts a fitted linear classifier, or a pipeline of a StandardScaler and a classifier."""
    if hasattr(model, "best_estimator_"):
        model = model.best_estimator_
    steps = [step for _, step in getattr(model, "steps", [("", model)]) if step is not None]
    *scalers, classifier = steps
    if len(scalers) > 1 or any(type(scaler).__name__ != "StandardScaler" for scaler in scalers):
        raise ValueError("expected a linear classifier, alone or behind one StandardScaler")
    if features is None:
        names = getattr(steps[0], "feature_names_in_", None)
        features = None if names is None else [str(name) for name in names]
    mean = deviation = None
    for scaler in scalers:
        mean = scaler.mean_.tolist() if scaler.with_mean else None
        deviation = scaler.scale_.tolist() if scaler.with_std else None
    weights = classifier.coef_.tolist()
    bias = classifier.intercept_
    bias = bias.tolist() if hasattr(bias, "tolist") else bias
    # Without an intercept, scikit-learn stores a single 0.
    if not isinstance(bias, list) or len(bias) != len(weights):
        bias = [0.0] * len(weights)
    classes = [str(name) for name in classifier.classes_]
    return _model(classes, features, weights, bias, mean, deviation)


def torch(linear, classes, features=None, mean=None, deviation=None):
    """Converts a torch.nn.Linear whose outputs are the scores of these classes, of standardised features if mean and
    deviation are given."""
    weights = linear.weight.detach().tolist()
    bias = [0.0] * len(weights) if linear.bias is None else linear.bias.detach().tolist()
    return _model([str(name) for name in classes], features, weights, bias, mean, deviation)


def write(path, model):
    """Writes what one of the functions above returned."""
    with open(path, "w", encoding="utf-8") as file:
        json.dump(model, file, allow_nan=False)
        file.write("\n")


def _model(classes, features, weights, bias, mean, deviation):
    return {
        "format": "hingeline import 1",
        "classes": classes,
        "features": features,
        "weights": weights,
        "bias": bias,
        "mean": mean,
        "deviation": deviation,
    }
