//! Integers on Cortex-M3, in assembly: five rows at a time, so that an input is loaded once for five products; loads
//! advance their pointers.

use core::arch::naked_asm;

use super::integers_call::{self, Call};
use super::thumb_rows::change_rows_by;

#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the function reads and writes what a call describes, which is there.
    let by = |call: &Call| unsafe {
        let (bytes, after_five) = (call.features.wrapping_mul(2), call.rows.cast_signed().wrapping_sub(5));
        scores_of_rows(call.weights, call.x, call.bias, bytes, call.scores, after_five);
    };
    integers_call::scores::<1, _>(by, true, weights, bias, x, scores);
}

change_rows_by!(subtract);

/// With the sign of its lower number flipped, a pair is the sum of the lower number and 2¹⁶ times the upper one, except
/// for a constant, which the second flip removes.
macro_rules! pair {
    ($x:literal, $row:literal) => {
        concat!(
            "eor ",
            $x,
            ", ",
            $x,
            ", r12\nsub ",
            $x,
            ", ",
            $x,
            ", r12\neor ",
            $row,
            ", ",
            $row,
            ", r12\nmls ",
            $row,
            ", ",
            $x,
            ", r2, ",
            $row,
            "\neor ",
            $row,
            ", ",
            $row,
            ", r12\n",
        )
    };
}

/// `row = row − factor · x`: four pairs at a time if both begin at words, then one number.
///
/// r0: row, r1: x, r2: factor, r3: remaining numbers, r4 to r7: x, r8 to r11: weights, r12: the sign.
///
/// # Safety
/// There are `count` numbers of both.
#[unsafe(naked)]
unsafe extern "C" fn subtract(row: *mut i16, x: *const i16, factor: i32, count: usize) {
    naked_asm!(
        "push {{r4-r11, lr}}",
        "subs r3, r3, #8",
        "blt 3f",
        "orr r4, r0, r1",
        "lsls r4, r4, #30",
        "bne 3f",
        "mov r12, #0x8000",
        "2: ldmia r1!, {{r4-r7}}",
        "ldmia r0, {{r8-r11}}",
        pair!("r4", "r8"),
        pair!("r5", "r9"),
        pair!("r6", "r10"),
        pair!("r7", "r11"),
        "stmia r0!, {{r8-r11}}",
        "subs r3, r3, #8",
        "bge 2b",
        "3: adds r3, r3, #8",
        "beq 5f",
        "4: ldrh r4, [r1], #2",
        "ldrh r5, [r0]",
        "mls r5, r4, r2, r5",
        "strh r5, [r0], #2",
        "subs r3, r3, #1",
        "bne 4b",
        "5: pop {{r4-r11, pc}}",
    )
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

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: five rows at a time, then one; two columns at a time, the first of
/// an odd number alone.
///
/// r0 to r4: rows, r5: x, r6 to r10: sums, r11: input, r12: weight, lr: remaining iterations. On the stack: x,
/// remaining biases, bytes of a row, iterations; remaining scores, rows that remain after the next five.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(
    weights: *const (),
    x: *const (),
    bias: *const i32,
    bytes: usize,
    scores: *mut i32,
    after_five: isize,
) {
    naked_asm!(
        "push {{r4-r11, lr}}",
        "ldrd r5, r6, [sp, #36]",
        "adds r4, r3, #2",
        "lsrs r4, r4, #2",
        "push {{r1-r6}}",
        "mov r4, r6",
        "cmp r4, #0",
        "blt 5f",
        // Five rows.
        "2: ldmia sp, {{r5, r11, r12, lr}}",
        "add r1, r0, r12",
        "add r2, r1, r12",
        "add r3, r2, r12",
        "add r4, r3, r12",
        "ldmia r11!, {{r6-r10}}",
        "str r11, [sp, #4]",
        "lsls r12, r12, #30",
        "bmi 4f",
        "3:",
        column!("r0" "r6", "r1" "r7", "r2" "r8", "r3" "r9", "r4" "r10"),
        "4:",
        column!("r0" "r6", "r1" "r7", "r2" "r8", "r3" "r9", "r4" "r10"),
        "subs lr, lr, #1",
        "bne 3b",
        "mov r0, r4",
        "ldrd r3, r4, [sp, #16]",
        "stmia r3!, {{r6-r10}}",
        "subs r4, r4, #5",
        "strd r3, r4, [sp, #16]",
        "bge 2b",
        // One row.
        "5: adds r4, r4, #5",
        "beq 9f",
        "ldr r1, [sp, #4]",
        "ldr r3, [sp, #16]",
        "6: ldr r6, [r1], #4",
        "ldr r5, [sp]",
        "ldrd r12, lr, [sp, #8]",
        "lsls r12, r12, #30",
        "bmi 8f",
        "7:",
        column!("r0" "r6"),
        "8:",
        column!("r0" "r6"),
        "subs lr, lr, #1",
        "bne 7b",
        "str r6, [r3], #4",
        "subs r4, r4, #1",
        "bne 6b",
        "9: add sp, sp, #24",
        "pop {{r4-r11, pc}}",
    )
}
