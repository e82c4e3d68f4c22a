//! Integers on processors with the DSP extension (Cortex-M4, M7, M33), in assembly: an instruction multiplies two
//! weights with two inputs and adds both products.

use core::arch::naked_asm;

use super::integers;
use super::integers_call::{self, Call};

/// Words, so that a load takes several; else, and below eight features, the definition.
#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    let in_words = weights.as_ptr().cast::<u32>().is_aligned() && x.as_ptr().cast::<u32>().is_aligned();
    if !in_words || x.len() < 8 {
        return integers::scores(weights, bias, x, scores);
    }
    // SAFETY: the function reads and writes what a call describes, from addresses of words.
    unsafe { integers_call::scores(scores_of_rows, weights, bias, x, scores) }
}

/// `w = w − factor · x` for both numbers of each pair, as many as both have.
#[inline]
pub(super) fn subtract(row: &mut [u32], factor: u32, x: &[u32]) {
    let count = row.len().min(x.len());
    if count > 0 {
        // SAFETY: there are so many pairs of both.
        unsafe { subtract_pairs(row.as_mut_ptr(), x.as_ptr(), factor, count) }
    }
}

/// What tells the assembler that a target of Armv8-M, which may lack the extension, has it.
#[cfg(not(hingeline_dsp_told))]
macro_rules! dsp {
    () => {
        ""
    };
}

/// The same where it has to be told.
#[cfg(hingeline_dsp_told)]
macro_rules! dsp {
    () => {
        ".cpu cortex-m33"
    };
}

/// Four products of two pairs each, added to the sum of a row.
macro_rules! eight {
    ($row:literal, $sum:literal) => {
        concat!(
            "ldmia ",
            $row,
            "!, {{r9-r12}}\n",
            "smlad ",
            $sum,
            ", r5, r9, ",
            $sum,
            "\n",
            "smlad ",
            $sum,
            ", r6, r10, ",
            $sum,
            "\n",
            "smlad ",
            $sum,
            ", r7, r11, ",
            $sum,
            "\n",
            "smlad ",
            $sum,
            ", r8, r12, ",
            $sum,
            "\n",
        )
    };
}

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: two rows at a time, then one; eight columns at a time, then two.
///
/// r0 and r1: rows, r2: x, r3 and r4: sums, r5 to r8: inputs, r9 to r12: weights, lr: what is left of a loop. On the
/// stack: x, biases to come, bytes of a row, twice its eights and one; scores and rows to come; pairs behind the
/// eights.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(call: &Call) {
    naked_asm!(
        dsp!(),
        "push {{r4-r11, lr}}",
        "sub sp, sp, #28",
        "ldmia r0, {{r0-r5}}",
        "lsl r6, r5, #1",
        "lsr r7, r5, #3",
        "add r7, r7, #1",
        "ubfx r8, r5, #1, #2",
        "strd r1, r2, [sp]",
        "strd r6, r7, [sp, #8]",
        "strd r3, r4, [sp, #16]",
        "str r8, [sp, #24]",
        "cmp r4, #2",
        "blt 6f",
        // Two rows.
        "2: ldmia sp, {{r2, r5, r12, lr}}",
        "add r1, r0, r12",
        "ldmia r5!, {{r3, r4}}",
        "str r5, [sp, #4]",
        // An odd number of eights begins with the second one.
        "lsrs lr, lr, #1",
        "bcc 4f",
        "3: ldmia r2!, {{r5-r8}}",
        eight!("r0", "r3"),
        eight!("r1", "r4"),
        "4: ldmia r2!, {{r5-r8}}",
        eight!("r0", "r3"),
        eight!("r1", "r4"),
        "subs lr, lr, #1",
        "bne 3b",
        "ldr lr, [sp, #24]",
        "cmp lr, #0",
        "bne 9f",
        "5: ldrd r5, r6, [sp, #16]",
        "stmia r5!, {{r3, r4}}",
        "mov r0, r1",
        "sub r6, r6, #2",
        "strd r5, r6, [sp, #16]",
        "cmp r6, #2",
        "bge 2b",
        // One row.
        "6: ldrd r1, r4, [sp, #16]",
        "cbz r4, 8f",
        "ldmia sp, {{r2, r5, r12, lr}}",
        "ldr r3, [r5]",
        "sub lr, lr, #1",
        "7: ldmia r2!, {{r5-r8}}",
        eight!("r0", "r3"),
        "subs lr, lr, #1",
        "bne 7b",
        "ldr lr, [sp, #24]",
        "cmp lr, #0",
        "beq 12f",
        "11: ldr r5, [r2], #4",
        "ldr r9, [r0], #4",
        "smlad r3, r5, r9, r3",
        "subs lr, lr, #1",
        "bne 11b",
        "12: str r3, [r1]",
        "8: add sp, sp, #28",
        "pop {{r4-r11, pc}}",
        // The pairs behind the eights of two rows.
        "9: ldr r5, [r2], #4",
        "ldr r9, [r0], #4",
        "ldr r10, [r1], #4",
        "smlad r3, r5, r9, r3",
        "smlad r4, r5, r10, r4",
        "subs lr, lr, #1",
        "bne 9b",
        "b 5b",
    )
}

/// A pair less the products: a product for each number, of which the lower bits are put side by side.
macro_rules! pair {
    ($x:literal, $row:literal) => {
        concat!(
            "smulbb r12, ",
            $x,
            ", r2\n",
            "smultb lr, ",
            $x,
            ", r2\n",
            "pkhbt r12, r12, lr, lsl #16\n",
            "ssub16 ",
            $row,
            ", ",
            $row,
            ", r12\n",
        )
    };
}

/// Four pairs at a time, then one.
///
/// r0: row, r1: x, r2: factor, r3: pairs that are left, r4 to r7: x, r8 to r11: weights, r12 and lr: products.
#[unsafe(naked)]
unsafe extern "C" fn subtract_pairs(row: *mut u32, x: *const u32, factor: u32, count: usize) {
    naked_asm!(
        dsp!(),
        "push {{r4-r11, lr}}",
        "subs r3, r3, #4",
        "blt 3f",
        "2: ldmia r1!, {{r4-r7}}",
        "ldmia r0, {{r8-r11}}",
        pair!("r4", "r8"),
        pair!("r5", "r9"),
        pair!("r6", "r10"),
        pair!("r7", "r11"),
        "stmia r0!, {{r8-r11}}",
        "subs r3, r3, #4",
        "bge 2b",
        "3: adds r3, r3, #4",
        "beq 5f",
        "4: ldr r4, [r1], #4",
        "ldr r8, [r0]",
        pair!("r4", "r8"),
        "str r8, [r0], #4",
        "subs r3, r3, #1",
        "bne 4b",
        "5: pop {{r4-r11, pc}}",
    )
}
