#!/usr/bin/env python3
"""Runs a WebAssembly command with wasmtime, or tells how much fuel its functions take.

usage: run.py MODULE [ARGUMENT...]
       run.py --fuel MODULE NAME[+NAME...]...

Fuel is wasmtime's count of executed instructions: the same in every run. A program is given ever less or more of it until it
is known with how much it stops at the first instruction of a function, and with how much behind its last; where it stopped,
the stack tells. For NAMES joined by a plus, the function of the first is looked for within a call of the next, and so on;
a name is any part of a symbol, and may be followed by commas and other parts of the same symbol.

Counted is the fuel up to the first call or turn of a loop behind the function, since there engines look at it.
"""

import json
import sys

import wasmtime

ENDLESS = 1 << 60


def engine():
    config = wasmtime.Config()
    config.consume_fuel = True
    return wasmtime.Engine(config)


class Program:
    def __init__(self, path):
        self.engine = engine()
        self.module = wasmtime.Module.from_file(self.engine, path)
        self.linker = wasmtime.Linker(self.engine)
        self.linker.define_wasi()

    def run(self, fuel, wasi):
        """Its status, or where it ran out of fuel: the symbols on its stack, the innermost first."""
        store = wasmtime.Store(self.engine)
        store.set_fuel(fuel)
        store.set_wasi(wasi)
        start = self.linker.instantiate(store, self.module).exports(store)["_start"]
        try:
            start(store)
        except wasmtime.ExitTrap as end:
            return end.code
        except wasmtime.Trap as trap:
            if trap.trap_code != wasmtime.TrapCode.OUT_OF_FUEL:
                raise
            return [frame.func_name or "" for frame in trap.frames]
        return 0

    def stack(self, fuel):
        end = self.run(fuel, wasmtime.WasiConfig())
        return end if isinstance(end, list) else None


def is_within(stack, names):
    """Whether the functions lie on the stack, the first name's inside the next one's."""
    frames = iter(stack)
    return all(any(all(part in frame for part in name) for frame in frames) for name in names)


def fuel_of_first_call(program, names, step=128):
    """The interval of fuel with which the program stops in the first such call."""
    found = step
    while True:
        stack = program.stack(found)
        if stack is None:
            sys.exit(f"no call of {names} in the program")
        if is_within(stack, names):
            break
        found += step
    before, after = found - step, found
    while after - before > 1:
        middle = (before + after) // 2
        before, after = (before, middle) if is_within(program.stack(middle), names) else (middle, after)
    first, inside, width = after, found, step
    while is_within(program.stack(inside + width), names):
        inside, width = inside + width, 2 * width
    outside = inside + width
    while outside - inside > 1:
        middle = (inside + outside) // 2
        inside, outside = (middle, outside) if is_within(program.stack(middle), names) else (inside, middle)
    return outside - first


def main():
    if sys.argv[1] == "--fuel":
        program = Program(sys.argv[2])
        wanted = {text: [name.split(",") for name in text.split("+")] for text in sys.argv[3:]}
        print(json.dumps({text: fuel_of_first_call(program, names) for text, names in wanted.items()}))
        return 0
    wasi = wasmtime.WasiConfig()
    wasi.argv = sys.argv[1:]
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir("/", "/")
    end = Program(sys.argv[1]).run(ENDLESS, wasi)
    return end


sys.exit(main())
