"""Test accuracy of `hingeline train`, given only the data, beside scikit-learn's linear classifiers, on the same files.

    python3 -m venv peers && peers/bin/pip install -r benches/peers/requirements.txt
    peers/bin/python benches/peers/classifiers.py DIR...

A DIR holds train.bin, test.bin and meta.json, as for peers.py; for ours, the data is written as CSV. The others get
standardised features and their own defaults, except for averaging, and for the iterations of the third one.
"""

import json
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import argparse
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

warnings.simplefilter("ignore", ConvergenceWarning)

TYPES = {"u8": "u1", "i8": "i1", "i16 little-endian": "<i2", "f32 little-endian": "<f4"}
ROOT = Path(__file__).resolve().parents[2]
OTHERS = [
    LinearSVC(random_state=1),
    SGDClassifier(average=True, random_state=1),
    LogisticRegression(max_iter=1_000),
]


def read(folder, name, meta):
    record = np.dtype([("label", "u1"), ("x", TYPES[meta["dtype"]], meta["d"])])
    records = np.fromfile(folder / name, dtype=record)
    return records["x"], records["label"]


def write_csv(path, x, labels):
    with open(path, "w", encoding="utf-8") as file:
        for row, label in zip(x, labels):
            # A binary32 number as it was written.
            file.write(",".join(str(value) for value in row) + f",{label}\n")


def ours(folder, meta, directory):
    for name in ["train", "test"]:
        write_csv(directory / f"{name}.csv", *read(folder, f"{name}.bin", meta))
    command = [ROOT / "target/release/hingeline", "train", "train.csv", "--test", "test.csv", "--json", "--quiet"]
    start = time.perf_counter()
    row = json.loads(subprocess.check_output(command, cwd=directory, text=True))
    return 100 * row["test"]["accuracy"], time.perf_counter() - start


def theirs(folder, meta):
    (x, labels), (test_x, test_labels) = (read(folder, name, meta) for name in ["train.bin", "test.bin"])
    accuracies = []
    for classifier in OTHERS:
        model = make_pipeline(StandardScaler(), classifier).fit(x.astype(np.float64), labels)
        accuracies.append(100 * model.score(test_x.astype(np.float64), test_labels))
    return accuracies


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", metavar="DIR", nargs="+", type=Path)
    build = ["cargo", "build", "--quiet", "--release", "-p", "hingeline-examples", "--bin", "hingeline"]
    subprocess.check_call(build, cwd=ROOT)
    print("| set | test | LinearSVC | SGDClassifier | LogisticRegression | hingeline train | to the best | seconds |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|", flush=True)
    for folder in parser.parse_args().folders:
        meta = json.loads((folder / "meta.json").read_text())
        with tempfile.TemporaryDirectory() as directory:
            own, seconds = ours(folder, meta, Path(directory))
        others = theirs(folder, meta)
        count = len(read(folder, "test.bin", meta)[1])
        cells = [f"{value:.1f}" for value in [*others, own]]
        print(f"| {folder.name} | {count} | {' | '.join(cells)} | {own - max(others):+.1f} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
