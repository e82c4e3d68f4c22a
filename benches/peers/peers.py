"""Time and test accuracy beside scikit-learn and LIBLINEAR, on the same files, on one core each.

    python3 -m venv peers && peers/bin/pip install -r benches/peers/requirements.txt
    peers/bin/python benches/peers/peers.py DIR...

A DIR holds train.bin, test.bin (records: a label of one byte, then the features) and meta.json (name, d, classes, dtype).
Features are standardised by the training part's mean and deviation. Ours is `hingeline train`, which chooses its
parameters by cross-validation, except for the loss if --loss is given. The others' parameters are chosen on a fifth of
the training part, of 5,000 samples at most. The time is that of the training that follows, on all of it. --enlarge N
measures a set of N training samples instead, made of the given pictures by random shifts of up to two pixels.
"""

import os

# Set before numpy is imported: its libraries read them once.
for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"]:
    os.environ[name] = "1"

import argparse
import importlib.metadata
import json
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from liblinear.liblinearutil import predict, problem, train
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import SGDClassifier

# A choice of parameters that does not converge is rated by its accuracy.
warnings.simplefilter("ignore", ConvergenceWarning)

TYPES = {"u8": "u1", "i8": "i1", "i16 little-endian": "<i2", "f32 little-endian": "<f4"}
ROOT = Path(__file__).resolve().parents[2]
CHOSEN_ON = 5_000


def read(folder, name, meta):
    record = np.dtype([("label", "u1"), ("x", TYPES[meta["dtype"]], meta["d"])])
    records = np.fromfile(folder / name, dtype=record)
    return records["x"], records["label"]


def enlarge(folder, meta, count, into):
    """Writes a set of the requested number of pictures: the given ones, each time shifted by up to two pixels."""
    side = int(meta["d"] ** 0.5)
    if meta["dtype"] != "u8" or side * side != meta["d"]:
        raise SystemExit(f"{folder}: --enlarge wants square pictures of bytes")
    x, labels = read(folder, "train.bin", meta)
    rng = np.random.default_rng(1)
    with open(into / "train.bin", "wb") as file:
        for index in range(count):
            source = index % len(labels)
            shift = rng.integers(-2, 3, size=2) if index >= len(labels) else (0, 0)
            padded = np.pad(x[source].reshape(side, side), 2)
            image = padded[2 + shift[0] : 2 + shift[0] + side, 2 + shift[1] : 2 + shift[1] + side]
            file.write(bytes([labels[source]]) + image.tobytes())
    (into / "test.bin").write_bytes((folder / "test.bin").read_bytes())
    (into / "meta.json").write_text(json.dumps({**meta, "name": f"{meta['name']} enlarged to {count}"}))


def standardised(folder, meta):
    (x, labels), (test_x, test_labels) = (read(folder, name, meta) for name in ["train.bin", "test.bin"])
    mean, deviation = x.mean(axis=0, dtype=np.float64), x.std(axis=0, dtype=np.float64)
    scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)
    return ((x - mean) * scale, labels), ((test_x - mean) * scale, test_labels)


class ScikitLearn:
    name = "SGDClassifier (hinge, averaged)"
    version = "scikit-learn " + importlib.metadata.version("scikit-learn")
    choices = [1e-5, 1e-4, 1e-3, 1e-2]

    def problem(self, x, labels):
        return x, labels

    def fit(self, problem, alpha):
        return SGDClassifier(loss="hinge", alpha=alpha, average=True, random_state=1, n_jobs=1).fit(*problem)

    def accuracy(self, model, x, labels):
        return float(model.score(x, labels))


class Liblinear:
    version = "LIBLINEAR " + importlib.metadata.version("liblinear-official")
    choices = [1e-4, 1e-3, 1e-2, 1e-1]

    def __init__(self, name, solver):
        self.name, self.solver = name, solver

    def problem(self, x, labels):
        return problem(labels, x)

    def fit(self, problem, c):
        return train(problem, f"-s {self.solver} -c {c} -B 1 -q")

    def accuracy(self, model, x, labels):
        return predict(labels, x, model, "-q")[1][0] / 100.0


def choose(system, x, labels):
    """The best parameter on a fifth."""
    order = np.random.default_rng(1).permutation(len(labels))[:CHOSEN_ON]
    fifth = len(order) // 5
    held, rest = order[:fifth], order[fifth:]
    problem = system.problem(x[rest], labels[rest])
    return max(system.choices, key=lambda choice: system.accuracy(system.fit(problem, choice), x[held], labels[held]))


def measured(system, part, test):
    best = choose(system, *part)
    # The system's own form of the data is made before the clock starts.
    problem = system.problem(*part)
    start = time.perf_counter()
    model = system.fit(problem, best)
    seconds = time.perf_counter() - start
    return {"system": system.name, "version": system.version, "seconds": seconds, "accuracy": system.accuracy(model, *test)}


def ours(folder, loss):
    chosen = [] if loss is None else ["--loss", loss]
    with tempfile.TemporaryDirectory() as directory:
        command = [ROOT / "target/release/hingeline", "train", folder, "--json", "--quiet", "-o", f"{directory}/model.json", *chosen]
        row = json.loads(subprocess.check_output(command, text=True))
    name, version = f"averaged SGD, {row['kernel']}", "hingeline"
    return {"system": name, "version": version, "seconds": row["train_seconds"], "accuracy": row["test"]["accuracy"]}


def compare(folder, loss):
    meta = json.loads((folder / "meta.json").read_text())
    part, test = standardised(folder, meta)
    crammer_singer = measured(Liblinear("Crammer-Singer (-s 4)", 4), part, test)
    one_versus_rest = measured(Liblinear("one versus rest (-s 3, hinge)", 3), part, test)
    rows = [ours(folder, loss), measured(ScikitLearn(), part, test), one_versus_rest, crammer_singer]
    shape = f"{len(part[1]):,} x {meta['d']} to train, {len(test[1]):,} to test, {len(meta['classes'])} classes"
    print(f"\n{meta['name']}: {shape}\n")
    print("| system | version | train s | of ours | accuracy | to Crammer-Singer |\n|---|---|---:|---:|---:|---:|")
    for row in rows:
        ratio, accuracy = row["seconds"] / rows[0]["seconds"], 100 * row["accuracy"]
        difference = accuracy - 100 * crammer_singer["accuracy"]
        cells = [f"{row['seconds']:.3f}", f"{ratio:.1f}", f"{accuracy:.2f} %", f"{difference:+.2f}"]
        print(f"| {row['system']} | {row['version']} | {' | '.join(cells)} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", metavar="DIR", nargs="+", type=Path)
    parser.add_argument("--enlarge", metavar="N", type=int, help="make N training samples of the pictures by shifts")
    parser.add_argument("--loss", help="the loss that ours is trained with; chosen if it is not said")
    options = parser.parse_args()
    build = ["cargo", "build", "--quiet", "--release", "-p", "hingeline-examples", "--bin", "hingeline"]
    subprocess.check_call(build, cwd=ROOT)
    # One core for all of them, and for ours, which inherits the setting.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for folder in options.folders:
        if options.enlarge is None:
            compare(folder, options.loss)
            continue
        with tempfile.TemporaryDirectory() as temporary:
            meta = json.loads((folder / "meta.json").read_text())
            enlarge(folder, meta, options.enlarge, Path(temporary))
            compare(Path(temporary), options.loss)


if __name__ == "__main__":
    main()
