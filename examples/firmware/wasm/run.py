#!/usr/bin/env python3
"""Runs a WebAssembly command with wasmtime, or prints how much fuel its functions take.

usage: run.py MODULE [ARGUMENT...]
       run.py --fuel|--fuel-once MODULE NAME[+NAME...]...

Fuel is wasmtime's count of executed instructions, the same in every run. The engine checks it at the start of a
function and in each iteration of a loop, and stops a program that has used more than it was given. So the program is
run with less or more fuel, until it is known how much it has used at the start of the function, and at the engine's
first check after its return. The difference is printed, as JSON. So a call should follow the function.

A name is any part of a symbol, and may be followed by commas and other parts of the same symbol. For names joined by
a plus, the first function is searched for within a call of the next one, and so on. A call that does not happen is
null. With --fuel-once all calls of a function must take the same fuel, so long ones are searched for in long steps
first.
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
        """The exit status, or the stack where the fuel ran out: symbols and offsets, the innermost first."""
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
            return [(frame.func_name or "", frame.module_offset) for frame in trap.frames]
        return 0

    def stack(self, fuel):
        end = self.run(fuel, wasmtime.WasiConfig())
        return end if isinstance(end, list) else None


def is_within(stack, names):
    """Whether the functions are on the stack, the first one called within the next one."""
    frames = iter(stack or [])
    return all(any(all(part in symbol for part in name) for symbol, _ in frames) for name in names)


def end_of(holds, start):
    """The least fuel from start on for which the condition fails; it holds for all less."""
    inside, width = start, 1
    while holds(inside + width):
        inside, width = inside + width, 2 * width
    outside = inside + width
    while outside - inside > 1:
        middle = (inside + outside) // 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return outside


def first_within(program, within, step):
    """The least fuel that ends within the function, if the function takes as much as a step."""
    found = 0
    while not within(found):
        if program.stack(found) is None:
            return None
        found += step
    outside = max(found - step, -1)
    while found - outside > 1:
        middle = (found + outside) // 2
        outside, found = (outside, middle) if within(middle) else (middle, found)
    return found


def fuel_of_first_call(program, names, steps):
    within = lambda fuel: is_within(program.stack(fuel), names)
    tries = (first_within(program, within, step) for step in steps)
    first = next((found for found in tries if found is not None), None)
    if first is None:
        return None
    used_before = end_of(lambda fuel: program.stack(fuel) == program.stack(first), first)
    after = end_of(within, used_before)
    used_after = end_of(lambda fuel: program.stack(fuel) == program.stack(after), after)
    return used_after - used_before


def main():
    if sys.argv[1] in ("--fuel", "--fuel-once"):
        steps = [8] if sys.argv[1] == "--fuel" else [256, 8]
        program = Program(sys.argv[2])
        wanted = {text: [name.split(",") for name in text.split("+")] for text in sys.argv[3:]}
        print(json.dumps({text: fuel_of_first_call(program, names, steps) for text, names in wanted.items()}))
        return 0
    wasi = wasmtime.WasiConfig()
    wasi.argv = sys.argv[1:]
    wasi.inherit_env()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    wasi.preopen_dir("/", "/")
    return Program(sys.argv[1]).run(ENDLESS, wasi)


sys.exit(main())
