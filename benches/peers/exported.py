"""Classifiers on an emulated Cortex-M4F: ours exported as C and by the library for C, emlearn's, and one by CMSIS-DSP, for the same
handwritten digits.

    python3 -m venv target/peers && target/peers/bin/pip install -r benches/peers/requirements.txt
    target/peers/bin/python benches/peers/exported.py

Needs arm-none-eabi-gcc with newlib and qemu-system-arm (Debian: gcc-arm-none-eabi, libnewlib-arm-none-eabi). Prints test accuracy on the
device, bytes of flash (code and constants of the classifier, by gcc -Os), and executed instructions per prediction,
the mean of ten samples. emlearn's trees take integers, here twice the pixels, since thresholds between two integers are
rounded; its networks take floats. Ours is the best of 60 recipes, theirs are not tuned.
The library and CMSIS-DSP have the weights of ours, with the standardisation folded in. CMSIS-DSP is compiled by -O3 with
unrolled loops; its source comes from PyPI.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
import tempfile
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import emlearn
import numpy as np
import sklearn
from sklearn.ensemble import RandomForestClassifier
from sklearn.neural_network import MLPClassifier

ROOT = Path(__file__).resolve().parents[2]
BOARD = ROOT / "examples/c"
GCC = "arm-none-eabi-gcc -std=gnu11 -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 -Os -ffunction-sections".split()
QEMU = "qemu-system-arm -M mps2-an386 -nographic -monitor none -semihosting".split()
CMSIS = "https://files.pythonhosted.org/packages/2c/ec/0decbb48985d2eb98739a9bbf4ba090278cc492a7c1a5d5b907e8baf67b5/cmsisdsp-1.10.3.tar.gz"
CMSIS_SHA256 = "307d32298faa7c58db912851027fce35f886fec7eb1a27c4b309ce1a97f47519"
TARGET = "thumbv7em-none-eabihf"
BY_CMSIS = """static int by_cmsis(const float *x) {
    const arm_matrix_instance_f32 matrix = {10, 64, (float *)weights};
    float scores[10];
    arm_mat_vec_mult_f32(&matrix, x, scores);
    int best = 0;
    for (int c = 0; c < 10; c++) {
        scores[c] += bias[c];
        if (scores[c] > scores[best]) best = c;
    }
    return best;
}
"""
BY_LIBRARY = """static hingeline_model model;
static HINGELINE_MEMORY(memory, HINGELINE_MODEL_BYTES(10, 64));
static int by_library(const float *x) {
    static bool is_ready;
    size_t class = 10;
    if (!is_ready) {
        hingeline_model_init(&model, memory, sizeof memory, 10, 64);
        hingeline_model_load(&model, weights, 640, bias, 10, 1.0f, 0.0f);
        is_ready = true;
    }
    hingeline_model_predict(&model, x, 64, &class);
    return (int)class;
}
"""
RECORD = np.dtype([("label", "u1"), ("x", "u1", 64)])
COUNTED = 10


@dataclass
class Classifier:
    """One row of the table, and how C calls it: `call` is the class of x, 64 values of a type, pixels times a factor."""

    system: str
    model: str
    header: Path
    kind: str
    call: str
    factor: str = "1"
    objects: tuple = ()


def main():
    train, test = (np.fromfile(ROOT / f"examples/data/digits/{name}.bin", dtype=RECORD) for name in ("train", "test"))
    print(f"emlearn {emlearn.__version__}, scikit-learn {sklearn.__version__}, {version(GCC[0])}, {version(QEMU[0])}")
    print("| system | model | test accuracy | flash (bytes) | instructions |")
    print("|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        # emlearn writes into the working directory.
        os.chdir(folder)
        for classifier in models(train, Path(folder)):
            correct, flash, instructions = measure(Path(folder), classifier, test)
            print(f"| {classifier.system} | {classifier.model} | {100 * correct / len(test):.1f} | {flash} | {instructions:.0f} |", flush=True)


def version(program):
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]


def models(train, folder):
    """The classifiers to measure."""
    stored = folder / "model.json"
    hingeline("train", ROOT / "examples/data/digits", "-o", stored)
    for name, options, kind in [("linear, binary32", [], "float"), ("linear, 16-bit integers", ["--integers", "i16"], "uint8_t")]:
        header = folder / f"ours_{kind}.h"
        hingeline("export", stored, "--to", "c", *options, "-o", header)
        yield Classifier("hingeline, exported", name, header, kind, "model_predict(x)")
    x, labels = train["x"], train["label"]
    forest = RandomForestClassifier(n_estimators=10, random_state=1)
    network = MLPClassifier(hidden_layer_sizes=(32,), max_iter=500, random_state=1)
    for name, estimator, scale, factor, kind, options in [
        ("10 trees", forest, 2, "2", "int16_t", {"dtype": "int16_t"}),
        ("network of 32 hidden neurons", network, 0.0625, "0.0625f", "float", {}),
    ]:
        estimator.fit(x * scale, labels)
        header = folder / f"{type(estimator).__name__}.h"
        emlearn.convert(estimator, method="inline", **options).save(file=str(header), name="digits")
        yield Classifier("emlearn", name, header, kind, "digits_predict(x, 64)", factor)
    operation, header = cmsis(folder), folder / "cmsis.h"
    weights = folded(stored)
    header.write_text(f'#include "dsp/matrix_functions.h"\n{weights}{BY_CMSIS}')
    yield Classifier("CMSIS-DSP 1.10.3", "linear, binary32", header, "float", "by_cmsis(x)", objects=(operation,))
    build = [".ci/cross", TARGET, "build", "--quiet", "--release", "--manifest-path", "core/c/Cargo.toml", "--target-dir", "target/c"]
    subprocess.run(build, cwd=ROOT, check=True)
    header = folder / "library.h"
    header.write_text(f'#include "{ROOT}/core/c/include/hingeline.h"\n{weights}{BY_LIBRARY}')
    library = ROOT / f"target/c/{TARGET}/release/libhingeline.a"
    yield Classifier("hingeline, library for C", "linear, binary32", header, "float", "by_library(x)", objects=(library,))


def cmsis(folder):
    """An object file of the product of a matrix and a vector."""
    with urllib.request.urlopen(CMSIS) as answer:
        archive = answer.read()
    if hashlib.sha256(archive).hexdigest() != CMSIS_SHA256:
        raise ValueError("CMSIS-DSP: another archive than expected")
    tarfile.open(fileobj=io.BytesIO(archive)).extractall(folder, filter="data")
    root, to = folder / "cmsisdsp-1.10.3", folder / "cmsis.o"
    # The macro stands for a compiler without the headers of a processor's maker.
    flags = ["-O3", "-DARM_MATH_LOOPUNROLL", "-D__GNUC_PYTHON__", f"-I{root}/Include", f"-I{root}/PrivateInclude", "-w"]
    subprocess.run([*GCC, *flags, "-c", root / "Source/MatrixFunctions/arm_mat_vec_mult_f32.c", "-o", to], check=True)
    return to


def folded(stored):
    """The weights and biases of a model for features as recorded, in C."""
    model = json.loads(stored.read_text())
    weights, bias = np.array(model["weights"]), np.array(model["bias"])
    mean, factor = (np.array(model["standardiser"][name]) for name in ("mean", "factor"))
    bias = bias - weights @ (mean * factor)
    numbers = lambda values: ",".join(f"{value:.9e}f" for value in values)
    return f"static const float weights[640] = {{{numbers((weights * factor).ravel())}}};\nstatic const float bias[10] = {{{numbers(bias)}}};\n"


def hingeline(*arguments):
    command = ["cargo", "run", "--quiet", "--release", "-p", "hingeline-examples", "--bin", "hingeline", "--", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def measure(folder, classifier, test):
    """Digits recognised, bytes of flash, instructions per prediction."""
    whole = build(folder, classifier, test)
    printed = subprocess.run([*QEMU, "-kernel", whole], check=True, capture_output=True, text=True, timeout=100).stdout
    # The same program without a classifier is what its bytes are compared with.
    flash = size(whole) - size(build(folder, None, test))
    few, fewer = (instructions(build(folder, classifier, test[:count])) for count in (COUNTED + 1, 1))
    return int(re.search(r"(\d+) right", printed).group(1)), flash, (few - fewer) / COUNTED


def build(folder, classifier, test):
    """A program that classifies these samples; without a classifier it reads them alone."""
    include, statement, objects = "", "int found = pixels[at][0];", ()
    if classifier:
        include, objects = f'#include "{classifier.header}"\n', classifier.objects
        statement = f"""{classifier.kind} x[64];
    for (int i = 0; i < 64; i++) x[i] = pixels[at][i] * {classifier.factor};
    int found = {classifier.call};"""
    source = folder / "program.c"
    pixels = ",".join("{" + ",".join(map(str, x)) + "}" for x in test["x"])
    source.write_text(
        '#include "board.h"\n' + include + f"enum {{ COUNT = {len(test)} }};\n"
        f"static const uint8_t pixels[COUNT][64] = {{{pixels}}};\n"
        f"static const uint8_t labels[COUNT] = {{{','.join(map(str, test['label']))}}};\n"
        f"__attribute__((noinline)) static int classify(int at) {{ {statement} return found; }}\n"
        "int main(void) { uint32_t right = 0; for (int at = 0; at < COUNT; at++) right += classify(at) == labels[at];\n"
        'board_print_number(right); board_print(" right\\n"); board_exit(true); }\n'
        # newlib is there for its mathematics; nothing here opens files or asks for memory.
        "void *_sbrk(int more) { (void)more; return (void *)-1; }\n"
    )
    program = folder / "program"
    link = ["-nostartfiles", f"-L{BOARD}/board", "-Tmps2-an386.ld", "-Wl,--gc-sections", "--specs=nosys.specs", "-lm"]
    command = [*GCC, f"-I{BOARD}", f"-I{emlearn.includedir}", f"-I{folder}/cmsisdsp-1.10.3/Include", "-D__GNUC_PYTHON__",
               "-w", source, BOARD / "board/cortex_m.c", *objects, "-o", program, *link]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return program


def size(program):
    text, data = subprocess.run(["arm-none-eabi-size", program], check=True, capture_output=True, text=True).stdout.splitlines()[1].split()[:2]
    return int(text) + int(data)


def instructions(program):
    """All that the program executes."""
    with tempfile.NamedTemporaryFile() as trace:
        major = int(re.search(r"version (\d+)", version(QEMU[0])).group(1))
        single = ["-singlestep"] if major < 9 else ["-accel", "tcg,one-insn-per-tb=on"]
        command = [*QEMU, *single, "-d", "exec,nochain", "-D", trace.name, "-kernel", program]
        subprocess.run(command, check=True, capture_output=True, timeout=100)
        return sum(1 for line in open(trace.name, "rb") if line.startswith(b"Trace"))


if __name__ == "__main__":
    main()
