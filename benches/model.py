#!/usr/bin/env python3
"""The inner loops of the kernels on other processors, as modelled by llvm-mca. A model, not a measurement.

    benches/model.py [TARGET]

Compiles the library for x86-64, or for another target with `.ci/cross`. Takes the innermost loop with the most products
of each operation, and asks llvm-mca how many products per cycle a processor computes if all loads are in the nearest
cache.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Old and new processors; for each kernel, those that have it.
PROCESSORS = {
    "x86_64": ["skylake-avx512", "icelake-server", "sapphirerapids", "znver3", "znver4"],
    "aarch64": ["cortex-a53", "neoverse-n1", "neoverse-v1"],
}
KERNELS = {"x86_64": ["Sse2", "Avx2", "Avx512"], "aarch64": ["Neon"]}
OPERATIONS = ["scores", "batch_scores", "rank_one"]
# The elements in a register of a packed product.
PRODUCT = re.compile(r"\s(?:v?mulps\s.*%(?P<x86>[xyz])mm|fmul\s+v\d+\.4s)")
WIDTH = {"x": 4, "y": 8, "z": 16, None: 4}


def compiled(target):
    into = ROOT / "target/model"
    shutil.rmtree(into, ignore_errors=True)
    cargo = ["cargo"] if target is None else [".ci/cross", target]
    options = ["--target-dir", into, "-p", "hingeline", "--", "--emit", "asm", "-C", "codegen-units=1"]
    subprocess.check_call([*cargo, "rustc", "--quiet", "--release", "--lib", *options], cwd=ROOT)
    [assembly] = into.glob("**/deps/hingeline-*.s")
    return assembly.read_text().splitlines()


def functions(lines):
    """The name and the lines of each function."""
    name = None
    for line in lines:
        if start := re.match(r"(_[\w$.]+):", line):
            name, body = start[1], []
        elif name and line.startswith(".Lfunc_end"):
            yield name, body
            name = None
        elif name:
            body.append(line)


def loops(body):
    """The innermost loops: from a label to the jump back to it, with no other label in between."""
    starts = {}
    for index, line in enumerate(body):
        if label := re.match(r"(\.LBB\w+):", line):
            starts[label[1]] = index
        elif jump := re.search(r"\sj[a-z]+\s+(\.LBB\w+)|\sb\.?[a-z]*\s+(\.LBB\w+)|\scbn?z\s+\w+, (\.LBB\w+)", line):
            label = next(filter(None, jump.groups()))
            inside = body[starts[label] + 1 : index + 1] if label in starts else []
            if inside and not any(re.match(r"\.LBB", line) for line in inside):
                yield [line for line in inside if not re.match(r"\s*[.#/]", line)]


def products(loop):
    found = [match for line in loop if (match := PRODUCT.search(line))]
    return sum(WIDTH[match.groupdict().get("x86")] for match in found)


def cycles(loop, arch, processor):
    # The jump is left out: its target is not in this text.
    text = "\n".join(line for line in loop if ".LBB" not in line)
    command = ["llvm-mca-22", f"--mtriple={arch}", f"--mcpu={processor}", "--iterations=200"]
    output = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
    return int(re.search(r"Total Cycles:\s+(\d+)", output)[1]) / 200


def main():
    target = sys.argv[1] if len(sys.argv) > 1 else None
    arch = (target or "x86_64").split("-")[0]
    found = {}
    for name, body in functions(compiled(target)):
        for kernel in KERNELS[arch]:
            for operation in OPERATIONS:
                if f"{kernel}$u20$as" in name and re.search(rf"\d{operation}5entry", name):
                    found[kernel, operation] = max(loops(body), key=products, default=[])
    processors = PROCESSORS[arch]
    print("Products in a cycle by the models of llvm-mca, all loads from the nearest cache:\n")
    print(f"| kernel | operation | instructions | {' | '.join(processors)} |")
    print(f"|---|---|---:|{'---:|' * len(processors)}")
    for (kernel, operation), loop in sorted(found.items(), key=lambda item: KERNELS[arch].index(item[0][0])):
        cells = []
        for processor in processors:
            has_it = kernel != "Avx512" or processor != "znver3"
            cells.append(f"{products(loop) / cycles(loop, arch, processor):.1f}" if has_it else "")
        print(f"| {kernel} | {operation} | {len(loop)} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
