//! Integers on RV32IM, in assembly: five rows at a time, so that an input is loaded once for five products.

use core::arch::naked_asm;

use super::inputs::InputScale;
use super::integers_call::{self, Call};

#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the function reads and writes what a call describes, which is there.
    let by = |call: &Call| unsafe {
        let bytes = call.features.wrapping_mul(2);
        scores_of_rows(call.weights, call.x, call.bias, call.scores, call.rows, bytes);
    };
    integers_call::scores::<2, _>(by, true, weights, bias, x, scores);
}

/// Inputs from raw bytes, four at a time; the last ones by the definition. Returns how many were clamped.
#[inline]
pub(super) fn inputs(raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
    // SAFETY: the function reads and writes that many groups of four of each.
    unsafe { integers_call::inputs::<4>(fours, true, raw, scales, x) }
}

/// A pair minus its products. With the sign of its lower number flipped, a pair is the sum of both numbers except for a
/// constant, which the second flip removes.
macro_rules! pair {
    ($at:literal) => {
        concat!(
            "lw t0, ",
            $at,
            "(a1)\nlw t1, ",
            $at,
            "(a0)\nxor t0, t0, a4\nsub t0, t0, a4\nmul t0, t0, a2\nxor t1, t1, a4\nsub t1, t1, t0\nxor t1, t1, a4\nsw t1, ",
            $at,
            "(a0)\n",
        )
    };
}

/// Four pairs at a time, then one.
///
/// a0: row, a1: x, a2: factor, a3: remaining pairs, a4: the sign, t0: products, t1: weights.
///
/// # Safety
/// There are `count` pairs of both, at least one.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn subtract_pairs(row: *mut u32, x: *const u32, factor: i32, count: usize) {
    naked_asm!(
        ".option push",
        ".option arch, +m",
        "lui a4, 8",
        "addi a3, a3, -4",
        "bltz a3, 3f",
        "2:",
        pair!("0"),
        pair!("4"),
        pair!("8"),
        pair!("12"),
        "addi a0, a0, 16",
        "addi a1, a1, 16",
        "addi a3, a3, -4",
        "bgez a3, 2b",
        "3: addi a3, a3, 4",
        "beqz a3, 5f",
        "4:",
        pair!("0"),
        "addi a0, a0, 4",
        "addi a1, a1, 4",
        "addi a3, a3, -1",
        "bnez a3, 4b",
        "5: ret",
        ".option pop",
    )
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
        concat!("lh s2, ", $at, "(a6)\n", $(product!($at, $row, $sum),)*)
    };
}

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: five rows at a time, then one; two columns at a time.
///
/// a0 and t0 to t3: rows, t4 to t6, s0 and s1: sums, a6: x, s2: input, s3: product; a1: start of x, a7: end of x, a2:
/// biases, a3: scores, a4: remaining rows, a5: bytes of a row.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(
    weights: *const (),
    x: *const (),
    bias: *const i32,
    scores: *mut i32,
    rows: usize,
    bytes: usize,
) {
    naked_asm!(
        // A naked function does not inherit the features of the target.
        ".option push",
        ".option arch, +m",
        "addi sp, sp, -16",
        "sw s0, 0(sp)",
        "sw s1, 4(sp)",
        "sw s2, 8(sp)",
        "sw s3, 12(sp)",
        "add a7, a1, a5",
        "addi a4, a4, -5",
        "bltz a4, 5f",
        // Five rows.
        "2: add t0, a0, a5",
        "add t1, t0, a5",
        "add t2, t1, a5",
        "add t3, t2, a5",
        "lw t4, 0(a2)",
        "lw t5, 4(a2)",
        "lw t6, 8(a2)",
        "lw s0, 12(a2)",
        "lw s1, 16(a2)",
        "addi a2, a2, 20",
        "mv a6, a1",
        "3:",
        column!("0": "a0" "t4", "t0" "t5", "t1" "t6", "t2" "s0", "t3" "s1"),
        column!("2": "a0" "t4", "t0" "t5", "t1" "t6", "t2" "s0", "t3" "s1"),
        "addi a6, a6, 4",
        "addi a0, a0, 4",
        "addi t0, t0, 4",
        "addi t1, t1, 4",
        "addi t2, t2, 4",
        "addi t3, t3, 4",
        "bne a6, a7, 3b",
        "mv a0, t3",
        "sw t4, 0(a3)",
        "sw t5, 4(a3)",
        "sw t6, 8(a3)",
        "sw s0, 12(a3)",
        "sw s1, 16(a3)",
        "addi a3, a3, 20",
        "addi a4, a4, -5",
        "bgez a4, 2b",
        "5: addi a4, a4, 5",
        "beqz a4, 9f",
        // One row.
        "6: lw t4, 0(a2)",
        "addi a2, a2, 4",
        "mv a6, a1",
        "7:",
        column!("0": "a0" "t4"),
        column!("2": "a0" "t4"),
        "addi a6, a6, 4",
        "addi a0, a0, 4",
        "bne a6, a7, 7b",
        "sw t4, 0(a3)",
        "addi a3, a3, 4",
        "addi a4, a4, -1",
        "bnez a4, 6b",
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
