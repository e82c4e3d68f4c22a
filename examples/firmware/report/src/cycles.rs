//! Cycles by processor models, not by measurement: for a Cortex-M4F by the table of its manual, for others by the
//! models of `llvm-mca`.
//!
//! Source: Arm, "Cortex-M4 Technical Reference Manual", instruction set summary and floating-point instruction timing.
//! A taken branch refills the pipeline in up to three cycles, which are all counted; wait states of the flash are not.

use std::process::Command;

use hingeline_console::file;

use crate::Failure;
use crate::run::{output, root};
use crate::stack::{Stacks, registers};

const REFILL: u64 = 3;

/// Programs that model processors. The first one found is used.
const ANALYSERS: [&str; 3] = ["llvm-mca-22", "llvm-mca", "llvm-mca-19"];

/// The cycles of these executed instructions of AArch64, once, with all loads in the nearest cache.
pub(crate) fn by_model(processor: &str, stacks: &Stacks, executed: &[u64]) -> Result<u64, Failure> {
    let mut text = String::new();
    for address in executed {
        let instruction = stacks.instruction(*address).ok_or("an instruction that the disassembler does not show")?;
        text += &without_places(instruction);
        text.push('\n');
    }
    let listing = root().join("examples/firmware/target").join(format!("{processor}.s"));
    file::write(&listing, text)?;
    for analyser in ANALYSERS {
        if Command::new(analyser).arg("--version").output().is_err() {
            continue;
        }
        let mut command = Command::new(analyser);
        command.args(["-mtriple=aarch64", "-iterations=1", "-instruction-info=false", "-resource-pressure=false"]);
        command.arg(format!("-mcpu={processor}")).arg(&listing);
        return Ok(output(&mut command)?.number("Cycles:")? as u64);
    }
    Err("no llvm-mca: install Debian's llvm".into())
}

/// An instruction without the disassembler's comments on its operands, and with a near branch target instead of its
/// own, which may be too far away for a listing.
fn without_places(instruction: &str) -> String {
    let instruction = instruction.split("//").next().unwrap_or_default().trim_end();
    let Some((branch, _)) = instruction.split_once(" <") else { return instruction.to_owned() };
    let operands = branch.trim_end_matches(|letter: char| !letter.is_whitespace());
    format!("{operands}#8")
}

/// The cycles of these executed instructions on a Cortex-M4F.
pub(crate) fn of_cortex_m4f(stacks: &Stacks, executed: &[u64]) -> Result<u64, Failure> {
    let mut total = 0;
    for (index, address) in executed.iter().enumerate() {
        let instruction = stacks.instruction(*address).ok_or("an instruction that the disassembler does not show")?;
        // The longest instruction has four bytes.
        let jumped = executed.get(index + 1).is_none_or(|next| *next < *address || *next > address + 4);
        total += of_instruction(instruction)? + if jumped { REFILL } else { 0 };
    }
    Ok(total)
}

fn of_instruction(instruction: &str) -> Result<u64, Failure> {
    let (mnemonic, operands) = instruction.split_once(char::is_whitespace).unwrap_or((instruction, ""));
    let words = registers(operands) / 4;
    let name = mnemonic.trim_end_matches(".w").trim_end_matches(".f32");
    Ok(match name {
        "vldm" | "vldmia" | "vstm" | "vstmia" | "vpush" | "vpop" | "ldm" | "stm" | "push" | "pop" | "ldmia"
        | "stmia" => 1 + words,
        "vldr" | "vstr" | "ldr" | "str" | "strd" | "tbb" | "tbh" | "ldrd" => 2,
        "vmla" | "vmls" | "vfma" | "vfms" => 3,
        "vdiv" | "vsqrt" | "udiv" | "sdiv" => 14,
        _ if name.starts_with('v') || !name.starts_with(['l', 's']) || SINGLE.contains(&name) => 1,
        _ => return Err(format!("no cycles are known for {instruction}").into()),
    })
}

/// Mnemonics that begin like a load or a store but are neither.
const SINGLE: [&str; 9] = ["lsl", "lsls", "lsr", "lsrs", "sub", "subs", "subw", "sbc", "sbcs"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_of_many_are_charged_by_the_register() {
        let cycles = |text| of_instruction(text).unwrap();
        assert_eq!(cycles("vldmia\tr0!, {s0, s1, s2, s3, s4, s5, s6, s7}"), 9);
        assert_eq!(cycles("vpush\t{d8, d9}"), 5);
        assert_eq!(cycles("vmul.f32\ts0, s1, s2"), 1);
        assert_eq!(cycles("vmla.f32\ts0, s1, s2"), 3);
        assert_eq!(cycles("subs\tr0, r0, #1"), 1);
        assert!(of_instruction("strex\tr0, r1, [r2]").is_err());
    }

    #[test]
    fn an_analyser_gets_instructions_without_places() {
        assert_eq!(without_places("b.lo\t0x43b094 <scores+0x9c>"), "b.lo\t#8");
        assert_eq!(without_places("cbz\tx10, 0x40d0e0 <scores+0x9c>"), "cbz\tx10, #8");
        assert_eq!(without_places("mov\tw13, #0x1                    // =1"), "mov\tw13, #0x1");
    }

    #[test]
    fn a_taken_branch_refills_the_pipeline() {
        let stacks = Stacks::parse(
            "\n00000100 <f>:\n     100: vmul.f32\ts0, s1, s2\n     104: bne\t0x100 <f>\n     106: bx\tlr\n",
        );
        assert_eq!(of_cortex_m4f(&stacks, &[0x100, 0x104, 0x100, 0x104, 0x106]).unwrap(), 5 + 2 * REFILL);
    }
}
