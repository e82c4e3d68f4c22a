//! The largest stack that a function can need, computed from the disassembled program: every path is counted, and none
//! is run.
//!
//! Each function needs at most the sum of all amounts by which its instructions lower the stack pointer, plus what the
//! deepest function that it calls needs. Recursion, a call through a pointer and a stack pointer that moves by a
//! register have no bound, and are reported as such.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::Failure;

/// The disassemblers. The first one found is used.
const DISASSEMBLERS: [&str; 4] = ["llvm-objdump-22", "llvm-objdump", "rust-objdump", "llvm-objdump-19"];

/// The functions of a program by address, and its instructions.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    functions: BTreeMap<u64, Function>,
    instructions: BTreeMap<u64, String>,
}

#[derive(Debug, Default)]
struct Function {
    name: String,
    frame: u64,
    calls: BTreeSet<u64>,
    /// Calls for which the disassembler shows only the name.
    named: BTreeSet<String>,
    /// An instruction or call without a bound, if there is one.
    unbounded: Option<String>,
}

impl Stacks {
    /// Disassembles a program.
    pub(crate) fn read(program: &Path) -> Result<Self, Failure> {
        for disassembler in DISASSEMBLERS {
            let mut command = Command::new(disassembler);
            // Without it, a Thumb target without features shows floating-point instructions as unknown.
            command.args(["-d", "--no-show-raw-insn", "--mattr=+vfp4,+mve.fp,+lob"]).arg(program);
            let Ok(output) = command.output() else { continue };
            if output.status.success() {
                return Ok(Self::parse(&String::from_utf8_lossy(&output.stdout)));
            }
        }
        Err("no llvm-objdump: install Debian's llvm, or cargo-binutils and the component llvm-tools".into())
    }

    pub(crate) fn parse(text: &str) -> Self {
        let mut functions = BTreeMap::<u64, Function>::new();
        let mut instructions = BTreeMap::new();
        let mut current = None;
        for line in text.lines() {
            if let Some((address, name)) = label(line) {
                current = Some(address);
                functions.entry(address).or_default().name = name.to_owned();
            } else if let Some(current) = current
                && let Some(function) = functions.get_mut(&current)
                && let Some((address, instruction)) = line.split_once(":")
                && let Ok(address) = u64::from_str_radix(address.trim(), 16)
            {
                function.add(current, instruction.trim());
                instructions.insert(address, instruction.trim().to_owned());
            }
        }
        let starts: BTreeSet<u64> = functions.keys().copied().collect();
        let addresses: BTreeMap<String, u64> = functions.iter().map(|(at, own)| (own.name.clone(), *at)).collect();
        for function in functions.values_mut() {
            for name in std::mem::take(&mut function.named) {
                match addresses.get(&name) {
                    Some(address) => _ = function.calls.insert(*address),
                    None => function.unbounded = Some(format!("no code for {name}")),
                }
            }
            if let Some(call) = function.calls.iter().find(|call| !starts.contains(call)) {
                function.unbounded = Some(format!("no code at {call:#x}"));
            }
        }
        Self { functions, instructions }
    }

    /// The largest stack of the function at this address, and the path that takes it.
    pub(crate) fn bound(&self, address: u64) -> Result<u64, Failure> {
        self.bound_below(address, &mut Vec::new())
    }

    fn bound_below(&self, address: u64, path: &mut Vec<u64>) -> Result<u64, Failure> {
        let function = self.functions.get(&address).ok_or("a function that is called has no code")?;
        if path.contains(&address) {
            return Err(format!("{} is recursive", function.name).into());
        }
        if let Some(reason) = &function.unbounded {
            return Err(format!("{}: no bound: {reason}", function.name).into());
        }
        path.push(address);
        let mut deepest = 0;
        for call in &function.calls {
            deepest = deepest.max(self.bound_below(*call, path)?);
        }
        path.pop();
        Ok(function.frame + deepest)
    }

    /// The instruction at this address, as text.
    pub(crate) fn instruction(&self, address: u64) -> Option<&str> {
        self.instructions.get(&address).map(String::as_str)
    }

    /// A function and everything that it may call.
    pub(crate) fn reachable(&self, address: u64) -> BTreeSet<u64> {
        let (mut reachable, mut waiting) = (BTreeSet::new(), vec![address]);
        while let Some(address) = waiting.pop() {
            if reachable.insert(address) {
                waiting.extend(self.functions.get(&address).into_iter().flat_map(|function| &function.calls));
            }
        }
        reachable
    }

    /// The function that calls the one at this address, and whose name contains this one.
    pub(crate) fn caller(&self, name: &str, callee: u64) -> Option<u64> {
        let holds = |function: &Function| function.name.contains(name) && function.calls.contains(&callee);
        self.functions.iter().find(|(_, function)| holds(function)).map(|(address, _)| *address)
    }
}

/// A function begins at a line such as `00001402 <name>:`.
fn label(line: &str) -> Option<(u64, &str)> {
    let (address, name) = line.split_once(" <")?;
    Some((u64::from_str_radix(address, 16).ok()?, name.strip_suffix(">:")?))
}

impl Function {
    fn add(&mut self, own: u64, instruction: &str) {
        let (mnemonic, operands) = instruction.split_once(char::is_whitespace).unwrap_or((instruction, ""));
        let operands = operands.trim();
        match lowered(mnemonic, operands) {
            Some(Ok(bytes)) => self.frame += bytes,
            Some(Err(())) => self.unbounded = Some(instruction.to_owned()),
            None => {}
        }
        match target(mnemonic, operands) {
            // A branch to the function's own start is a loop, but a call is recursion.
            Some(Target::Address(address)) if address == own && !mnemonic.starts_with("bl") && mnemonic != "jal" => {}
            Some(Target::Address(address)) => _ = self.calls.insert(address),
            Some(Target::Name(name)) => _ = self.named.insert(name),
            Some(Target::Register) => self.unbounded = Some(instruction.to_owned()),
            None => {}
        }
    }
}

/// The amount by which an instruction lowers the stack pointer, if it does; an error if that has no bound.
fn lowered(mnemonic: &str, operands: &str) -> Option<Result<u64, ()>> {
    let plain = mnemonic.trim_end_matches(".w");
    match plain {
        "push" | "vpush" => Some(Ok(registers(operands))),
        "stmdb" | "vstmdb" if operands.starts_with("sp!") => Some(Ok(registers(operands))),
        "str" | "strd" => {
            let (_, offset) = operands.split_once("[sp, #-")?;
            Some(number(offset.strip_suffix("]!")?))
        }
        "sub" | "subs" | "subw" if operands.starts_with("sp,") => {
            let (_, amount) = operands.split_once('#').unwrap_or(("", ""));
            Some(number(amount))
        }
        "add" | "adds" | "mov" if operands.starts_with("sp,") => match operands.split_once('#') {
            Some((_, amount)) if !amount.starts_with('-') => None,
            _ => Some(Err(())),
        },
        // RISC-V
        "addi" if operands.starts_with("sp, sp, ") => {
            let amount = operands.strip_prefix("sp, sp, -")?;
            Some(number(amount))
        }
        "sub" | "mv" if operands.starts_with("sp,") => Some(Err(())),
        _ => None,
    }
}

/// The bytes of a list of registers.
pub(crate) fn registers(operands: &str) -> u64 {
    let list = operands.split_once('{').map_or("", |(_, list)| list).trim_end_matches('}');
    list.split(',').map(|register| if register.trim().starts_with('d') { 8 } else { 4 }).sum()
}

fn number(text: &str) -> Result<u64, ()> {
    let text = text.split_whitespace().next().unwrap_or_default();
    text.strip_prefix("0x").map_or(text.parse(), |hex| u64::from_str_radix(hex, 16)).map_err(|_| ())
}

/// The target of a branch or call.
enum Target {
    Address(u64),
    Name(String),
    Register,
}

/// The target of an instruction that branches out of its function or calls another.
fn target(mnemonic: &str, operands: &str) -> Option<Target> {
    let plain = mnemonic.trim_end_matches(".w");
    let branches = plain.starts_with('b') && !["bic", "bics", "bfi", "bfc", "bkpt"].contains(&plain)
        || ["cbz", "cbnz", "j", "jal", "jalr", "jr", "tail", "call"].contains(&plain);
    // A return is not a call; `blx lr` is one.
    if !branches || operands == "lr" && plain != "blx" {
        return None;
    }
    // The name of the target follows the address, or the register that the address is computed from.
    match operands.split_once(" <") {
        Some((before, name)) if !name.contains('+') => {
            let last = before.rsplit([' ', ',']).next().unwrap_or_default();
            let name = name.split('>').next().unwrap_or_default();
            Some(number(last).map_or_else(|()| Target::Name(name.to_owned()), Target::Address))
        }
        Some(_) => None,
        None => ["bx", "blx", "jalr", "jr"].contains(&plain).then_some(Target::Register),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "
00000100 <outer>:
     100: push\t{r4, r5, r7, lr}
     102: sub\tsp, #0x18
     104: bl\t0x200 <inner>               @ imm = #0xf8
     108: beq\t0x104 <outer+0x4>          @ imm = #-0x8
     10a: add\tsp, #0x18
     10c: pop\t{r4, r5, r7, pc}

00000200 <inner>:
     200: vpush\t{d8, d9}
     202: bic\tr0, r0, #0x80000000
     204: vpop\t{d8, d9}
     206: b.w\t0x300 <last>               @ imm = #0xf6

00000300 <last>:
     300: str\tlr, [sp, #-8]!
     302: ldr\tpc, [sp], #8

00000400 <pointer>:
     400: blx\tr3

00000500 <endless>:
     500: push\t{r7, lr}
     502: bl\t0x600 <partner>             @ imm = #0xfa

00000600 <partner>:
     600: b\t0x500 <endless>              @ imm = #-0x104

00000680 <itself>:
     680: bl\t0x680 <itself>             @ imm = #-0x4

00000690 <loop>:
     690: bne\t0x690 <loop>               @ imm = #-0x4

000006a0 <nowhere>:
     6a0: bl\t0x9000 <missing>           @ imm = #0x8000

00000700 <riscv>:
     700: addi\tsp, sp, -0x10
     702: jal\t0x800 <leaf>
     704: auipc\tra, 0x0
     706: jalr\t-0x8a(ra) <far>
     708: addi\tsp, sp, 0x10
     70a: ret

00000780 <far>:
     780: addi\tsp, sp, -0x30
     782: ret

00000800 <leaf>:
     800: addi\tsp, sp, -0x20
     802: ret
";

    #[test]
    fn frames_add_up_along_the_deepest_path() {
        let stacks = Stacks::parse(PROGRAM);
        assert_eq!(stacks.bound(0x300).unwrap(), 8);
        assert_eq!(stacks.bound(0x200).unwrap(), 16 + 8);
        assert_eq!(stacks.bound(0x100).unwrap(), 16 + 24 + 24);
        assert_eq!(stacks.bound(0x700).unwrap(), 16 + 48);
        assert_eq!(stacks.caller("out", 0x200), Some(0x100));
        assert_eq!(stacks.reachable(0x100), BTreeSet::from([0x100, 0x200, 0x300]));
    }

    #[test]
    fn what_is_no_bound_is_said() {
        let stacks = Stacks::parse(PROGRAM);
        assert!(stacks.bound(0x400).unwrap_err().to_string().contains("blx"));
        assert!(matches!(target("blx", "lr"), Some(Target::Register)) && target("bx", "lr").is_none());
        assert!(stacks.bound(0x500).unwrap_err().to_string().contains("recursive"));
        assert!(stacks.bound(0x680).unwrap_err().to_string().contains("recursive"));
        assert!(stacks.bound(0x6a0).unwrap_err().to_string().contains("no code at 0x9000"));
        assert_eq!(stacks.bound(0x690).unwrap(), 0);
    }
}
