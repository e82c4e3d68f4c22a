//! Integers on RV32IM, in assembly: five rows at a time, so that an input is loaded once for five products.

use core::arch::naked_asm;

use super::inputs::InputScale;
use super::integers_call::{self, Call};

#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the function reads and writes what a call describes.
    unsafe { integers_call::scores::<2, _>(scores_of_rows, true, weights, bias, x, scores) }
}

/// Inputs from raw bytes, four at a time; the last ones by the definition. Returns how many were clamped.
#[inline]
pub(super) fn inputs(raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
    // SAFETY: the function reads and writes that many groups of four of each.
    unsafe { integers_call::inputs::<4>(fours, true, raw, scales, x) }
}

/// A product of the input in s2 with the weight of a row, added to its sum.
macro_rules! product {
    ($at:literal, $row:literal, $sum:literal) => {
        concat!("lh s3, ", $at, "(", $row, ")\nmul s3, s3, s2\nadd ", $sum, ", ", $sum, ", s3\n")
    };
}

/// The input at an offset times the weights of rows at that offset.
macro_rules! column {
    ($at:literal: $($row:literal $sum:literal),*) => {
        concat!("lh s2, ", $at, "(a0)\n", $(product!($at, $row, $sum),)*)
    };
}

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: five rows at a time, then one; two columns at a time.
///
/// a0: x, a1 and t0 to t3: rows, t4 to t6, s0 and s1: sums, s2: input, s3: product; a2: start of x, a7: end of x, a3:
/// biases, a4: scores, a5: remaining rows, a6: bytes of a row.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(call: &Call) {
    naked_asm!(
        // A naked function does not inherit the features of the target.
        ".option push",
        ".option arch, +m",
        "addi sp, sp, -16",
        "sw s0, 0(sp)",
        "sw s1, 4(sp)",
        "sw s2, 8(sp)",
        "sw s3, 12(sp)",
        "lw a1, 0(a0)",
        "lw a2, 4(a0)",
        "lw a3, 8(a0)",
        "lw a4, 12(a0)",
        "lw a5, 16(a0)",
        "lw a6, 20(a0)",
        "slli a6, a6, 1",
        "add a7, a2, a6",
        "addi a5, a5, -5",
        "bltz a5, 5f",
        // Five rows.
        "2: add t0, a1, a6",
        "add t1, t0, a6",
        "add t2, t1, a6",
        "add t3, t2, a6",
        "lw t4, 0(a3)",
        "lw t5, 4(a3)",
        "lw t6, 8(a3)",
        "lw s0, 12(a3)",
        "lw s1, 16(a3)",
        "addi a3, a3, 20",
        "mv a0, a2",
        "3:",
        column!("0": "a1" "t4", "t0" "t5", "t1" "t6", "t2" "s0", "t3" "s1"),
        column!("2": "a1" "t4", "t0" "t5", "t1" "t6", "t2" "s0", "t3" "s1"),
        "addi a0, a0, 4",
        "addi a1, a1, 4",
        "addi t0, t0, 4",
        "addi t1, t1, 4",
        "addi t2, t2, 4",
        "addi t3, t3, 4",
        "bne a0, a7, 3b",
        "mv a1, t3",
        "sw t4, 0(a4)",
        "sw t5, 4(a4)",
        "sw t6, 8(a4)",
        "sw s0, 12(a4)",
        "sw s1, 16(a4)",
        "addi a4, a4, 20",
        "addi a5, a5, -5",
        "bgez a5, 2b",
        "5: addi a5, a5, 5",
        "beqz a5, 9f",
        // One row.
        "6: lw t4, 0(a3)",
        "addi a3, a3, 4",
        "mv a0, a2",
        "7:",
        column!("0": "a1" "t4"),
        column!("2": "a1" "t4"),
        "addi a0, a0, 4",
        "addi a1, a1, 4",
        "bne a0, a7, 7b",
        "sw t4, 0(a4)",
        "addi a4, a4, 4",
        "addi a5, a5, -1",
        "bnez a5, 6b",
        "9: lw s0, 0(sp)",
        "lw s1, 4(sp)",
        "lw s2, 8(sp)",
        "lw s3, 12(sp)",
        "addi sp, sp, 16",
        "ret",
        ".option pop",
    )
}

/// One input. `(raw − zero) · factor` plus 2⁷ and 128 · 2⁸, shifted, is the input plus 128, which is clamped unless it
/// is below 256.
macro_rules! one {
    ($raw:literal, $zero:literal, $factor:literal, $x:literal) => {
        concat!(
            "lbu t0, ",
            $raw,
            "(a0)\nlh t1, ",
            $zero,
            "(a1)\nlhu t2, ",
            $factor,
            "(a1)\nsub t0, t0, t1\nmul t0, t0, t2\nadd t0, t0, a4\nsrai t0, t0, 8\nbltu t0, a5, 2f\n",
            // The nearer bound; counts one more clamped input.
            "addi a6, a6, 1\nsrai t0, t0, 31\nnot t0, t0\nandi t0, t0, 255\n",
            "2: addi t0, t0, -128\nsh t0, ",
            $x,
            "(a2)\n",
        )
    };
}

/// Inputs from `count` groups of four bytes; returns how many were clamped.
///
/// a0: raw values, a1: scales, a2: x, a3: remaining groups, a4: the addend, a5: 256, a6: clamped inputs, t0: input, t1:
/// zero, t2: factor.
///
/// # Safety
/// There are `count` groups of four of each, at least one.
#[unsafe(naked)]
unsafe extern "C" fn fours(raw: *const u8, scales: *const u32, x: *mut i16, count: usize) -> u32 {
    naked_asm!(
        ".option push",
        ".option arch, +m",
        "lui a4, 8",
        "addi a4, a4, 128",
        "li a5, 256",
        "li a6, 0",
        "1:",
        one!("0", "0", "2", "0"),
        one!("1", "4", "6", "2"),
        one!("2", "8", "10", "4"),
        one!("3", "12", "14", "6"),
        "addi a0, a0, 4",
        "addi a1, a1, 16",
        "addi a2, a2, 8",
        "addi a3, a3, -1",
        "bnez a3, 1b",
        "mv a0, a6",
        "ret",
        ".option pop",
    )
}
