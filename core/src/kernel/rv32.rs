//! Integers on RV32IM, in assembly: five rows at a time, so that an input is loaded once for five products.

use core::arch::naked_asm;

use super::inputs::InputScale;
use super::integers_call::{self, Call};
use super::rows::Rows;

#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the function reads and writes what a call describes, which is there.
    let by = |call: &Call| unsafe {
        let bytes = call.features.wrapping_mul(2);
        scores_of_rows(call.weights, call.x, call.bias, call.scores, call.rows, bytes);
    };
    integers_call::scores::<2, _>(by, true, weights, bias, x, scores);
}

/// Inputs from raw bytes, two at a time; the last one by the definition. Returns how many were clamped.
#[inline]
pub(super) fn inputs(raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
    // SAFETY: the function reads and writes that many groups of two of each.
    unsafe { integers_call::inputs::<2>(twos, true, raw, scales, x) }
}

/// A pair minus its products. With the sign of its lower number flipped, a pair is the sum of the lower number and 2¹⁶
/// times the upper one, except for a constant, which the second flip removes.
macro_rules! pair {
    ($at:literal) => {
        concat!(
            "lw a2, ",
            $at,
            "(a1)\nlw a3, ",
            $at,
            "(a0)\nxor a2, a2, a4\nsub a2, a2, a4\nmul a2, a2, t3\nxor a3, a3, a4\nsub a3, a3, a2\nxor a3, a3, a4\nsw a3, ",
            $at,
            "(a0)\n",
        )
    };
}

/// A function of the type [`ChangeRows`](super::rows::ChangeRows).
///
/// Inputs that are to be shifted to the right are rounded once for all rows, up to 32 at a time, onto the stack; all but
/// the first of these blocks leave the biases as they are. A row is then changed two pairs at a time if it and the
/// inputs begin at words, and one number at a time.
///
/// a6: the call, a7: coefficients, t0: row, t1: biases, t2: remaining rows, t3: factor, t4: remaining numbers, t5 and t6:
/// inputs of the block and their number; above the rounded inputs on the stack what was clamped. In the loops over inputs
/// a0: row, a1: x, a2: products, a3: weights, a4: the sign, a5: the end of x.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn change_rows(rows: &mut Rows) -> u32 {
    naked_asm!(
        // A naked function does not inherit this extension of the target.
        ".option push",
        ".option arch, +m",
        "mv a6, a0",
        "addi sp, sp, -80",
        "sw zero, 64(sp)",
        // A block.
        "1: lw a7, 0(a6)",
        "lw t0, 4(a6)",
        "lw t1, 8(a6)",
        "lw t2, 12(a6)",
        "lw t5, 16(a6)",
        "lw t6, 20(a6)",
        "lw a5, 32(a6)",
        "bgez a5, 4f",
        "neg a5, a5",
        "li a4, 1",
        "sll a4, a4, a5",
        "srli a4, a4, 1",
        "li a3, 32",
        "bgeu a3, t6, 2f",
        "mv t6, a3",
        "2: mv a1, sp",
        "mv a3, t6",
        "3: lh a2, 0(t5)",
        "add a2, a2, a4",
        "sra a2, a2, a5",
        "sh a2, 0(a1)",
        "addi t5, t5, 2",
        "addi a1, a1, 2",
        "addi a3, a3, -1",
        "bnez a3, 3b",
        "sw t5, 16(a6)",
        "mv t5, sp",
        // A row.
        "4: lw a2, 0(a7)",
        "beqz a2, 9f",
        "lw a3, 36(a6)",
        "mul a3, a3, a2",
        "lw a4, 0(t1)",
        "sub a4, a4, a3",
        "lui a5, 0x10000",
        "add a3, a4, a5",
        "srli a3, a3, 29",
        "beqz a3, 5f",
        "beq a4, a5, 5f",
        // The nearer bound.
        "srai a4, a4, 31",
        "xor a5, a5, a4",
        "sub a4, a5, a4",
        "lw a5, 64(sp)",
        "addi a5, a5, 1",
        "sw a5, 64(sp)",
        "5: sw a4, 0(t1)",
        "lw a3, 32(a6)",
        "bltz a3, 6f",
        "sll a2, a2, a3",
        "6: mv t3, a2",
        "mv a0, t0",
        "mv a1, t5",
        "mv t4, t6",
        "lw a5, 28(a6)",
        "bnez a5, 11f",
        "or a4, a0, a1",
        "andi a4, a4, 3",
        "bnez a4, 10f",
        "andi a5, t6, -4",
        "beqz a5, 10f",
        "add a5, a5, a5",
        "add a5, a5, a1",
        "lui a4, 8",
        "7:",
        pair!("0"),
        pair!("4"),
        "addi a0, a0, 8",
        "addi a1, a1, 8",
        "bne a1, a5, 7b",
        "andi t4, t4, 3",
        "beqz t4, 9f",
        "10: lh a2, 0(a1)",
        "lh a3, 0(a0)",
        "mul a2, a2, t3",
        "sub a3, a3, a2",
        "sh a3, 0(a0)",
        "addi a0, a0, 2",
        "addi a1, a1, 2",
        "addi t4, t4, -1",
        "bnez t4, 10b",
        "9: lw a3, 24(a6)",
        "add t0, t0, a3",
        "addi a7, a7, 4",
        "addi t1, t1, 4",
        "addi t2, t2, -1",
        "bnez t2, 4b",
        // The next block.
        "lw a3, 20(a6)",
        "sub a3, a3, t6",
        "beqz a3, 14f",
        "sw a3, 20(a6)",
        "sw zero, 36(a6)",
        "add t6, t6, t6",
        "lw a3, 4(a6)",
        "add a3, a3, t6",
        "sw a3, 4(a6)",
        "j 1b",
        "14: lw a0, 64(sp)",
        "addi sp, sp, 80",
        "ret",
        // Clamped, to the limit in a5.
        "11: lh a2, 0(a1)",
        "lh a3, 0(a0)",
        "mul a2, a2, t3",
        "sub a3, a3, a2",
        "mv a4, a5",
        "bgt a3, a5, 12f",
        "neg a4, a5",
        "bge a3, a4, 13f",
        "12: mv a3, a4",
        "lw a2, 64(sp)",
        "addi a2, a2, 1",
        "sw a2, 64(sp)",
        "13: sh a3, 0(a0)",
        "addi a0, a0, 2",
        "addi a1, a1, 2",
        "addi t4, t4, -1",
        "bnez t4, 11b",
        "j 9b",
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
            "lbu a5, ",
            $raw,
            "(a0)\nlh a4, ",
            $zero,
            "(a1)\nlhu t0, ",
            $factor,
            "(a1)\nsub a5, a5, a4\nmul a5, a5, t0\nadd a5, a5, t1\nsrai a5, a5, 8\nbltu a5, t2, 2f\n",
            // The nearer bound; counts one more clamped input.
            "addi t3, t3, 1\nsrai a5, a5, 31\nnot a5, a5\nandi a5, a5, 255\n",
            "2: addi a5, a5, -128\nsh a5, ",
            $x,
            "(a2)\n",
        )
    };
}

/// Inputs from `count` groups of two bytes; returns how many were clamped.
///
/// a0: raw values, a1: scales, a2: x, a3: the end of the raw values, a4: zero, a5: input, t0: factor, t1: the addend, t2:
/// 256, t3: clamped inputs.
///
/// # Safety
/// There are `count` groups of two of each, at least one.
#[unsafe(naked)]
unsafe extern "C" fn twos(raw: *const u8, scales: *const u32, x: *mut i16, count: usize) -> u32 {
    naked_asm!(
        ".option push",
        ".option arch, +m",
        "slli a3, a3, 1",
        "add a3, a3, a0",
        "lui t1, 8",
        "addi t1, t1, 128",
        "li t2, 256",
        "li t3, 0",
        "1:",
        one!("0", "0", "2", "0"),
        one!("1", "4", "6", "2"),
        "addi a0, a0, 2",
        "addi a1, a1, 8",
        "addi a2, a2, 4",
        "bne a0, a3, 1b",
        "mv a0, t3",
        "ret",
        ".option pop",
    )
}
