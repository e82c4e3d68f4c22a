"""Exported classifiers on an emulated Cortex-M4F: ours beside emlearn's, trained on the same handwritten digits.

    python3 -m venv target/peers && target/peers/bin/pip install -r benches/peers/requirements.txt
    target/peers/bin/python benches/peers/exported.py

Needs arm-none-eabi-gcc with newlib and qemu-system-arm (Debian: gcc-arm-none-eabi, libnewlib-arm-none-eabi). Prints test accuracy on the
device, bytes of flash (code and constants of the classifier, by gcc -Os), and executed instructions per prediction,
the mean of ten samples. Those of emlearn get what its documentation recommends: trees take integers, networks floats.
"""

import re
import subprocess
import tempfile
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
RECORD = np.dtype([("label", "u1"), ("x", "u1", 64)])
COUNTED = 10


def main():
    train, test = (np.fromfile(ROOT / f"examples/data/digits/{name}.bin", dtype=RECORD) for name in ("train", "test"))
    print(f"emlearn {emlearn.__version__}, scikit-learn {sklearn.__version__}, {version(GCC[0])}, {version(QEMU[0])}")
    print("| system | model | test accuracy | flash (bytes) | instructions |")
    print("|---|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        for system, name, call, header in models(train, Path(folder)):
            correct, flash, instructions = measure(Path(folder), call, header, test)
            print(f"| {system} | {name} | {100 * correct / len(test):.1f} | {flash} | {instructions:.0f} |", flush=True)


def version(program):
    return subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.splitlines()[0]


def models(train, folder):
    """System, model, a C expression for the class of `pixels`, and the header."""
    stored = folder / "model.json"
    hingeline("train", ROOT / "examples/data/digits", "-o", stored)
    for name, options, kind in [("linear, binary32", [], "float"), ("linear, 16-bit integers", ["--integers", "i16"], "uint8_t")]:
        header = folder / f"ours_{kind}.h"
        hingeline("export", stored, "--to", "c", *options, "-o", header)
        yield "hingeline", name, f"({kind} x[64]; AS(x); model_predict(x))", header
    x, labels = train["x"], train["label"]
    for name, estimator, scale, kind in [
        ("10 trees", RandomForestClassifier(n_estimators=10, random_state=1), 1, "int16_t"),
        ("network of 32 hidden neurons", MLPClassifier(hidden_layer_sizes=(32,), max_iter=500, random_state=1), 16, "float"),
    ]:
        estimator.fit(x / scale, labels)
        header = folder / f"{type(estimator).__name__}.h"
        options = {"dtype": kind} if kind == "int16_t" else {}
        emlearn.convert(estimator, method="inline", **options).save(file=str(header), name="digits")
        yield "emlearn", name, f"({kind} x[64]; AS(x, {scale}); digits_predict(x, 64))", header


def hingeline(*arguments):
    command = ["cargo", "run", "--quiet", "--release", "-p", "hingeline-examples", "--bin", "hingeline", "--", *map(str, arguments)]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def measure(folder, call, header, test):
    """Digits recognised, bytes of flash, instructions per prediction."""
    whole = build(folder, call, header, test)
    printed = subprocess.run([*QEMU, "-kernel", whole], check=True, capture_output=True, text=True, timeout=100).stdout
    # The same program without a classifier is what its bytes are compared with.
    flash = size(whole) - size(build(folder, None, header, test))
    few, fewer = (instructions(build(folder, call, header, test[:count])) for count in (COUNTED + 1, 1))
    return int(re.search(r"(\d+) right", printed).group(1)), flash, (few - fewer) / COUNTED


def build(folder, call, header, test):
    """A program that classifies these samples."""
    statement = "int found = pixels[at][0];"
    if call:
        declaration, convert, expression = re.fullmatch(r"\((.*); (AS\(.*\)); (.*)\)", call).groups()
        scale = re.findall(r", (\d+)", convert)
        statement = f"{declaration}; for (int i = 0; i < 64; i++) x[i] = pixels[at][i]{' / ' + scale[0] + '.0f' if scale and scale[0] != '1' else ''};"
        statement += f" int found = {expression};"
    source = folder / "program.c"
    pixels = ",".join("{" + ",".join(map(str, x)) + "}" for x in test["x"])
    source.write_text(
        '#include "board.h"\n' + (f'#include "{header}"\n' if call else "") + f"enum {{ COUNT = {len(test)} }};\n"
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
    command = [*GCC, f"-I{BOARD}", f"-I{emlearn.includedir}", "-w", source, BOARD / "board/cortex_m.c", "-o", program, *link]
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
