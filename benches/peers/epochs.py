"""Epochs of scikit-learn and of LIBLINEAR over samples in a file, for `cargo kernels`, which writes it: ns per
sample, as JSON.

    python epochs.py FILE FEATURES

FILE holds records: the features in little-endian binary32, then a label of one byte. The time of an epoch is the
difference between a longer and a shorter training, so that the work before and after the epochs is not counted.
SGDClassifier trains one linear model per class. LIBLINEAR is the solver of Crammer and Singer that comes with
scikit-learn; its iterations skip samples that seem to be done.
"""

import os

# Set before numpy is imported: its libraries read them once.
for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = "1"

import json
import sys
import time
import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier
from sklearn.svm import LinearSVC

warnings.simplefilter("ignore", ConvergenceWarning)


def sgd(epochs):
    return SGDClassifier(loss="hinge", alpha=1e-4, max_iter=epochs, tol=None, random_state=1, n_jobs=1)


def crammer_singer(epochs):
    return LinearSVC(multi_class="crammer_singer", C=0.01, max_iter=epochs, tol=1e-12, random_state=1)


def seconds(classifier, x, labels):
    start = time.perf_counter()
    classifier.fit(x, labels)
    return time.perf_counter() - start


def main():
    path, features = sys.argv[1], int(sys.argv[2])
    records = np.fromfile(path, dtype=np.dtype([("x", "<f4", features), ("label", "u1")]))
    x, labels = np.ascontiguousarray(records["x"]), records["label"]
    few, many = 1, 4
    for name, classifier in [("scikit-learn", sgd), ("liblinear", crammer_singer)]:
        shortest = [min(seconds(classifier(epochs), x, labels) for _ in range(2)) for epochs in [few, many]]
        epoch = (shortest[1] - shortest[0]) / (many - few)
        print(json.dumps({"name": name, "nanoseconds": 1e9 * epoch / len(labels)}), flush=True)


if __name__ == "__main__":
    main()
