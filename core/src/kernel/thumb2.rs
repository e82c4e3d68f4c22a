//! Integers on Cortex-M3, in assembly: five rows at a time, so that an input is loaded once for five products; loads
//! move their pointers on.

use core::arch::naked_asm;

use super::integers_call::{self, Call};

#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the function reads and writes what a call describes.
    unsafe { integers_call::scores(scores_of_rows, weights, bias, x, scores) }
}

/// A product of the input in r11 with the weight of a row, added to its sum.
macro_rules! product {
    ($row:literal, $sum:literal) => {
        concat!("ldrsh r12, [", $row, "], #2\nmla ", $sum, ", r12, r11, ", $sum, "\n")
    };
}

/// An input times the weights of rows.
macro_rules! column {
    ($($row:literal $sum:literal),*) => {
        concat!("ldrsh r11, [r5], #2\n", $(product!($row, $sum),)*)
    };
}

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: five rows at a time, then one; two columns at a time.
///
/// r0 to r4: rows, r5: x, r6 to r10: sums, r11: input, r12: weight, lr: pairs of columns that are left. On the stack:
/// x, pairs of columns, biases and scores of the rows to come, bytes of a row, rows.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(call: &Call) {
    naked_asm!(
        "push {{r4-r11, lr}}",
        "sub sp, sp, #28",
        "ldmia r0, {{r0-r5}}",
        "lsl r6, r5, #1",
        "lsr r5, r5, #1",
        "strd r1, r5, [sp]",
        "strd r2, r3, [sp, #8]",
        "strd r6, r4, [sp, #16]",
        "cmp r4, #5",
        "blt 5f",
        // Five rows.
        "2: ldr r12, [sp, #16]",
        "ldr r5, [sp, #8]",
        "add r1, r0, r12",
        "add r2, r1, r12",
        "add r3, r2, r12",
        "add r4, r3, r12",
        "ldmia r5!, {{r6-r10}}",
        "str r5, [sp, #8]",
        "ldrd r5, lr, [sp]",
        "3:",
        column!("r0" "r6", "r1" "r7", "r2" "r8", "r3" "r9", "r4" "r10"),
        column!("r0" "r6", "r1" "r7", "r2" "r8", "r3" "r9", "r4" "r10"),
        "subs lr, lr, #1",
        "bne 3b",
        "mov r0, r4",
        "ldr r1, [sp, #12]",
        "ldr r4, [sp, #20]",
        "stmia r1!, {{r6-r10}}",
        "subs r4, r4, #5",
        "str r1, [sp, #12]",
        "str r4, [sp, #20]",
        "cmp r4, #5",
        "bge 2b",
        // One row.
        "5: cbz r4, 9f",
        "ldrd r1, r2, [sp, #8]",
        "6: ldr r6, [r1], #4",
        "ldrd r5, lr, [sp]",
        "7:",
        column!("r0" "r6"),
        column!("r0" "r6"),
        "subs lr, lr, #1",
        "bne 7b",
        "str r6, [r2], #4",
        "subs r4, r4, #1",
        "bne 6b",
        "9: add sp, sp, #28",
        "pop {{r4-r11, pc}}",
    )
}
