//! Integers on Cortex-M0 and M0+, in assembly: a product and its sum take three instructions, where the compiler needs
//! eight.
//!
//! Four rows are processed together, so that an input is loaded once for four products. Sums live in the high
//! registers, which support only addition; the low ones hold the rows, the inputs and an offset that all of them share.

use core::arch::naked_asm;

use super::integers_call::{self, Call};
use super::rows::Rows;

#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the function reads and writes what a call describes, which is there.
    let by = |call: &Call| unsafe { scores_of_rows(call) };
    integers_call::scores::<1, _>(by, true, weights, bias, x, scores);
}

/// A function of the type [`ChangeRows`](super::rows::ChangeRows).
///
/// Inputs that are to be shifted to the right are rounded once for all rows, up to 32 at a time, onto the stack; all but
/// the first of these blocks leave the biases as they are. A row is then changed two pairs at a time if it and the inputs
/// begin at words, and one number at a time. With the sign of its lower number flipped, a pair is the sum of the lower
/// number and 2¹⁶ times the upper one, except for a constant, which the second flip removes.
///
/// On the stack: inputs of the block and their number, next coefficient, row and bias, remaining rows, what was clamped,
/// the call; rounded inputs. In the loops over inputs r0: row, r1: x, r2: factor, r3: remaining numbers, r4 and r5:
/// products and results, r6: weights, r7: the sign.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn change_rows(rows: &mut Rows) -> u32 {
    naked_asm!(
        "push {{r4-r7, lr}}",
        "sub sp, #96",
        "movs r1, #0",
        "str r1, [sp, #24]",
        "str r0, [sp, #28]",
        // A block.
        "1: ldmia r0!, {{r1-r6}}",
        "add r7, sp, #8",
        "stmia r7!, {{r1-r4}}",
        "ldr r3, [r0, #8]",
        "cmp r3, #0",
        "bge 4f",
        "rsbs r3, r3, #0",
        "movs r2, #1",
        "lsls r2, r2, r3",
        "lsrs r2, r2, #1",
        "cmp r6, #32",
        "bls 2f",
        "movs r6, #32",
        "2: add r7, sp, #32",
        "movs r4, r6",
        "3: ldrh r1, [r5]",
        "sxth r1, r1",
        "adds r1, r1, r2",
        "asrs r1, r1, r3",
        "strh r1, [r7]",
        "adds r5, #2",
        "adds r7, #2",
        "subs r4, r4, #1",
        "bne 3b",
        "subs r0, #24",
        "str r5, [r0, #16]",
        "add r5, sp, #32",
        "4: str r5, [sp]",
        "str r6, [sp, #4]",
        // A row.
        "5: ldr r1, [sp, #8]",
        "ldmia r1!, {{r2}}",
        "str r1, [sp, #8]",
        "ldr r0, [sp, #28]",
        "ldr r3, [sp, #16]",
        "ldmia r3!, {{r4}}",
        "str r3, [sp, #16]",
        "cmp r2, #0",
        "beq 10f",
        "ldr r5, [r0, #36]",
        "muls r5, r2, r5",
        "subs r4, r4, r5",
        "movs r5, #1",
        "lsls r5, r5, #28",
        "adds r6, r4, r5",
        "lsls r7, r5, #1",
        "cmp r6, r7",
        "bls 6f",
        // The nearer bound.
        "asrs r4, r4, #31",
        "eors r5, r5, r4",
        "subs r4, r5, r4",
        "ldr r6, [sp, #24]",
        "adds r6, #1",
        "str r6, [sp, #24]",
        "6: subs r3, #4",
        "str r4, [r3]",
        "ldr r4, [r0, #32]",
        "asrs r5, r4, #31",
        "bics r4, r4, r5",
        "lsls r2, r2, r4",
        "ldr r4, [r0, #28]",
        "ldr r0, [sp, #12]",
        "ldr r1, [sp]",
        "ldr r3, [sp, #4]",
        "cmp r4, #0",
        "bne 12f",
        "subs r3, #4",
        "blt 8f",
        "movs r4, r0",
        "orrs r4, r4, r1",
        "lsls r4, r4, #30",
        "bne 8f",
        "movs r7, #1",
        "lsls r7, r7, #15",
        "7: ldmia r1!, {{r4, r5}}",
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
        "subs r3, #4",
        "bge 7b",
        "8: adds r3, #4",
        "beq 10f",
        "9: ldrh r4, [r1]",
        "muls r4, r2, r4",
        "ldrh r6, [r0]",
        "subs r6, r6, r4",
        "strh r6, [r0]",
        "adds r0, #2",
        "adds r1, #2",
        "subs r3, #1",
        "bne 9b",
        "10: ldr r0, [sp, #28]",
        "ldr r4, [r0, #24]",
        "ldr r3, [sp, #12]",
        "adds r3, r3, r4",
        "str r3, [sp, #12]",
        "ldr r4, [sp, #20]",
        "subs r4, #1",
        "str r4, [sp, #20]",
        "bne 5b",
        // The next block.
        "ldr r1, [r0, #20]",
        "ldr r2, [sp, #4]",
        "subs r1, r1, r2",
        "beq 11f",
        "str r1, [r0, #20]",
        "str r4, [r0, #36]",
        "lsls r2, r2, #1",
        "ldr r1, [r0, #4]",
        "adds r1, r1, r2",
        "str r1, [r0, #4]",
        "b 1b",
        "11: ldr r0, [sp, #24]",
        "add sp, #96",
        "pop {{r4-r7, pc}}",
        // Clamped, to the limit in r4.
        "12: ldrh r6, [r1]",
        "sxth r6, r6",
        "muls r6, r2, r6",
        "ldrh r5, [r0]",
        "sxth r5, r5",
        "subs r5, r5, r6",
        "movs r6, r4",
        "cmp r5, r4",
        "bgt 13f",
        "rsbs r6, r4, #0",
        "cmp r5, r6",
        "bge 14f",
        "13: movs r5, r6",
        "ldr r7, [sp, #24]",
        "adds r7, #1",
        "str r7, [sp, #24]",
        "14: strh r5, [r0]",
        "adds r0, #2",
        "adds r1, #2",
        "subs r3, #1",
        "bne 12b",
        "b 10b",
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

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: four rows at a time, then two, then one; two columns at a time, the
/// first of an odd number alone.
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
        "mov r7, r12",
        "lsls r7, r7, #30",
        "bmi 4f",
        "3:",
        column!("r0" "r8", "r1" "r9", "r2" "r10", "r3" "r11"),
        "4:",
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
        "mov r7, r12",
        "lsls r7, r7, #30",
        "bmi 4f",
        "6:",
        column!("r0" "r2", "r1" "r3"),
        "4:",
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
        "mov r7, r12",
        "lsls r7, r7, #30",
        "bmi 4f",
        "8:",
        column!("r0" "r2"),
        "4:",
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
