//! Integers on Cortex-M0 and M0+, in assembly: a product and its sum take three instructions, where the compiler needs
//! eight.
//!
//! Four rows are processed together, so that an input is loaded once for four products. Sums live in the high
//! registers, which support only addition; the low ones hold the rows, the inputs and an offset that all of them share.

use core::arch::naked_asm;

use super::integers_call::{self, Call};

#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the function reads and writes what a call describes, which is there.
    let by = |call: &Call| unsafe { scores_of_rows(call) };
    integers_call::scores::<2, _>(by, true, weights, bias, x, scores);
}

/// Two pairs at a time, then one. With the sign of its lower number flipped, a pair is the sum of both numbers except
/// for a constant, which the second flip removes.
///
/// r0: row, r1: x, r2: factor, r3: remaining pairs, r4 and r5: products and results, r6: weights, r7: the sign.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn subtract_pairs(row: *mut u32, x: *const u32, factor: i32, count: usize) {
    naked_asm!(
        "push {{r4-r7, lr}}",
        "movs r7, #1",
        "lsls r7, r7, #15",
        "subs r3, r3, #2",
        "blt 3f",
        "2: ldmia r1!, {{r4, r5}}",
        "eors r4, r4, r7",
        "subs r4, r4, r7",
        "muls r4, r2, r4",
        "ldr r6, [r0]",
        "eors r6, r6, r7",
        "subs r4, r6, r4",
        "eors r4, r4, r7",
        "eors r5, r5, r7",
        "subs r5, r5, r7",
        "muls r5, r2, r5",
        "ldr r6, [r0, #4]",
        "eors r6, r6, r7",
        "subs r5, r6, r5",
        "eors r5, r5, r7",
        "stmia r0!, {{r4, r5}}",
        "subs r3, r3, #2",
        "bge 2b",
        "3: adds r3, r3, #2",
        "beq 4f",
        "ldr r4, [r1]",
        "eors r4, r4, r7",
        "subs r4, r4, r7",
        "muls r4, r2, r4",
        "ldr r6, [r0]",
        "eors r6, r6, r7",
        "subs r4, r6, r4",
        "eors r4, r4, r7",
        "str r4, [r0]",
        "4: pop {{r4-r7, pc}}",
    )
}

/// A product of the input in r6 with the weight of a row, added to its sum.
macro_rules! product {
    ($row:literal, $sum:literal) => {
        concat!("ldrsh r7, [", $row, ", r5]\nmuls r7, r6, r7\nadd ", $sum, ", r7\n")
    };
}

/// An input times the weights of rows in r0 to r3.
macro_rules! column {
    ($($row:literal $sum:literal),*) => {
        concat!("ldrsh r6, [r4, r5]\n", $(product!($row, $sum),)* "adds r5, #2\n")
    };
}

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: four rows at a time, then two, then one; two columns at a time.
///
/// r0 to r3: rows, r4: x, r5: offset in bytes, r6: input, r7: product, r8 to r11: sums, r12: bytes of a row, lr:
/// remaining rows; on the stack biases and scores of the remaining rows.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(call: &Call) {
    naked_asm!(
        "push {{r4-r7, lr}}",
        "mov r4, r8",
        "mov r5, r9",
        "mov r6, r10",
        "mov r7, r11",
        "push {{r4-r7}}",
        "sub sp, #8",
        "ldmia r0!, {{r1, r4, r5, r6, r7}}",
        "ldr r3, [r0]",
        "lsls r3, r3, #1",
        "mov r12, r3",
        "mov lr, r7",
        "str r5, [sp]",
        "str r6, [sp, #4]",
        "movs r0, r1",
        "cmp r7, #4",
        "blt 5f",
        // Four rows.
        "2: mov r7, r12",
        "adds r1, r0, r7",
        "adds r2, r1, r7",
        "adds r3, r2, r7",
        "ldr r5, [sp]",
        "ldmia r5!, {{r6, r7}}",
        "mov r8, r6",
        "mov r9, r7",
        "ldmia r5!, {{r6, r7}}",
        "mov r10, r6",
        "mov r11, r7",
        "str r5, [sp]",
        "movs r5, #0",
        "3:",
        column!("r0" "r8", "r1" "r9", "r2" "r10", "r3" "r11"),
        column!("r0" "r8", "r1" "r9", "r2" "r10", "r3" "r11"),
        "cmp r5, r12",
        "blo 3b",
        "adds r0, r3, r5",
        "ldr r5, [sp, #4]",
        "mov r6, r8",
        "mov r7, r9",
        "stmia r5!, {{r6, r7}}",
        "mov r6, r10",
        "mov r7, r11",
        "stmia r5!, {{r6, r7}}",
        "str r5, [sp, #4]",
        "mov r7, lr",
        "subs r7, r7, #4",
        "mov lr, r7",
        "cmp r7, #4",
        "bge 2b",
        // Two rows, whose sums are in r2 and r3.
        "5: mov r7, lr",
        "cmp r7, #2",
        "blt 7f",
        "mov r7, r12",
        "adds r1, r0, r7",
        "ldr r5, [sp]",
        "ldmia r5!, {{r2, r3}}",
        "str r5, [sp]",
        "movs r5, #0",
        "6:",
        column!("r0" "r2", "r1" "r3"),
        column!("r0" "r2", "r1" "r3"),
        "cmp r5, r12",
        "blo 6b",
        "adds r0, r1, r5",
        "ldr r5, [sp, #4]",
        "stmia r5!, {{r2, r3}}",
        "str r5, [sp, #4]",
        "mov r7, lr",
        "subs r7, r7, #2",
        // One row.
        "7: cmp r7, #1",
        "blt 9f",
        "ldr r5, [sp]",
        "ldr r2, [r5]",
        "movs r5, #0",
        "8:",
        column!("r0" "r2"),
        column!("r0" "r2"),
        "cmp r5, r12",
        "blo 8b",
        "ldr r5, [sp, #4]",
        "str r2, [r5]",
        "9: add sp, #8",
        "pop {{r4-r7}}",
        "mov r8, r4",
        "mov r9, r5",
        "mov r10, r6",
        "mov r11, r7",
        "pop {{r4-r7, pc}}",
    )
}
