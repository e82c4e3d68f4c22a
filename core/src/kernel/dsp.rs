//! Integers on processors with the DSP extension (Cortex-M4, M7, M33), in assembly: one instruction multiplies two
//! weights by two inputs and adds both products.

use core::arch::naked_asm;

use super::inputs::InputScale;
use super::integers_call::{self, Call};
use super::thumb_rows::change_rows_by;

/// Below two rows uses the definition.
#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    let by = |call: &Call| {
        let (bytes, after_two) = (call.features.wrapping_mul(2), call.rows.cast_signed().wrapping_sub(2));
        // SAFETY: the function reads and writes what a call describes, which is there.
        unsafe { scores_of_rows(call.weights, call.x, call.bias, bytes, call.scores, after_two) }
    };
    let suits = bias.len().min(scores.len()) >= 2;
    integers_call::scores::<1, _>(by, suits, weights, bias, x, scores);
}

change_rows_by!(subtract);

/// Four at a time; the last ones by the definition. Returns how many were clamped.
#[inline]
pub(super) fn inputs(raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
    // SAFETY: the function reads and writes that many groups of four of each.
    unsafe { integers_call::inputs::<4>(fours, true, raw, scales, x) }
}

/// Tells the assembler that a target of Armv8-M, which may lack the extension, has it. This one needs no directive.
#[cfg(not(hingeline_dsp_told))]
macro_rules! dsp {
    () => {
        ""
    };
}

/// The same where a directive is needed.
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

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`: two rows at a time, the last two of an odd number once more; eight
/// columns at a time, then two; one by one where rows or inputs do not begin at words.
///
/// r0 and r1: rows, r2: x, r3 and r4: sums, r5 to r8: inputs, r9 to r12: weights, lr: remaining iterations. On the
/// stack: x, remaining biases, bytes of a row, the same plus 16, or 0 without eights; remaining scores, rows that remain
/// after the next two; pairs of columns after the eights, or minus the bytes of a row without pairs.
///
/// # Safety
/// There are at least two rows, whose bytes are at least 2 and a multiple of 2, and as much of everything as they say.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(
    weights: *const (),
    x: *const (),
    bias: *const i32,
    bytes: usize,
    scores: *mut i32,
    after_two: isize,
) {
    naked_asm!(
        dsp!(),
        "push {{r4-r11, lr}}",
        "ldrd r5, r6, [sp, #36]",
        "add r4, r3, #16",
        "ubfx r7, r3, #2, #2",
        "orr r8, r0, r1",
        "orr r8, r8, r3",
        "lsls r8, r8, #30",
        "bne 10f",
        "1: push {{r1-r7}}",
        // Two rows.
        "2: ldmia sp, {{r2, r5, r12, lr}}",
        "add r1, r0, r12",
        "ldmia r5!, {{r3, r4}}",
        "str r5, [sp, #4]",
        // If the number of eights is odd, the loop starts at the second one.
        "lsrs lr, lr, #5",
        "bls 6f",
        "3: ldmia r2!, {{r5-r8}}",
        eight!("r0", "r3"),
        eight!("r1", "r4"),
        "4: ldmia r2!, {{r5-r8}}",
        eight!("r0", "r3"),
        eight!("r1", "r4"),
        "subs lr, lr, #1",
        "bne 3b",
        "9: ldr r6, [sp, #24]",
        "cbz r6, 5f",
        "cmp r6, #0",
        "blt 11f",
        // The pairs of columns after the eights.
        "7: ldr r5, [r2], #4",
        "ldr r9, [r0], #4",
        "ldr r10, [r1], #4",
        "smlad r3, r5, r9, r3",
        "smlad r4, r5, r10, r4",
        "subs r6, r6, #1",
        "bne 7b",
        "5: ldrd r5, r6, [sp, #16]",
        "stmia r5!, {{r3, r4}}",
        "mov r0, r1",
        "subs r6, r6, #2",
        "strd r5, r6, [sp, #16]",
        "bge 2b",
        // One row is left: it and the one before it.
        "adds r6, r6, #1",
        "bne 8f",
        "subs r5, #4",
        "str r5, [sp, #16]",
        "ldrd r5, r7, [sp, #4]",
        "subs r0, r0, r7",
        "subs r5, #4",
        "str r5, [sp, #4]",
        "b 2b",
        "6: bne 4b",
        "b 9b",
        // All columns one by one.
        "10: rsbs r7, r3, #0",
        "movs r4, #0",
        "b 1b",
        "11: ldrsh r5, [r2], #2",
        "ldrsh r9, [r0], #2",
        "ldrsh r10, [r1], #2",
        "mla r3, r5, r9, r3",
        "mla r4, r5, r10, r4",
        "adds r6, r6, #2",
        "bne 11b",
        "b 5b",
        "8: add sp, sp, #28",
        "pop {{r4-r11, pc}}",
    )
}

/// A pair minus the products: one product for each number, whose lower halves are packed side by side.
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

/// `row = row − factor · x`: four pairs at a time if both begin at words, then one number. A factor of 1, which most rows
/// have, needs no product.
///
/// r0: row, r1: x, r2: factor, r3: remaining numbers, r4 to r7: x, r8 to r11: weights, r12 and lr: products.
///
/// # Safety
/// There are `count` numbers of both.
#[unsafe(naked)]
unsafe extern "C" fn subtract(row: *mut i16, x: *const i16, factor: i32, count: usize) {
    naked_asm!(
        dsp!(),
        "push {{r4-r11, lr}}",
        "subs r3, r3, #8",
        "blt 3f",
        "orr r4, r0, r1",
        "lsls r4, r4, #30",
        "bne 3f",
        "cmp r2, #1",
        "beq 6f",
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
        "6: ldmia r1!, {{r4-r7}}",
        "ldmia r0, {{r8-r11}}",
        "ssub16 r8, r8, r4",
        "ssub16 r9, r9, r5",
        "ssub16 r10, r10, r6",
        "ssub16 r11, r11, r7",
        "stmia r0!, {{r8-r11}}",
        "subs r3, r3, #8",
        "bge 6b",
        "b 3b",
    )
}

/// Replaces a scale by its input: `raw · factor + 2⁷`, minus the product of the scale's two halves, shifted and
/// saturated. Saturation sets a flag.
macro_rules! input {
    ($smla:literal, $raw:literal, $scale:literal) => {
        concat!(
            "smulbt lr, ",
            $scale,
            ", ",
            $scale,
            "\n",
            $smla,
            " ",
            $scale,
            ", ",
            $raw,
            ", ",
            $scale,
            ", r10\n",
            "sub ",
            $scale,
            ", ",
            $scale,
            ", lr\n",
            "ssat ",
            $scale,
            ", #8, ",
            $scale,
            ", asr #8\n",
        )
    };
}

/// Inputs from `count` groups of four bytes; returns how many were clamped. The saturation flag is checked once per
/// group, and clamped inputs are counted only where it is set.
///
/// r0: raw values, r1: scales, r2: x, r3: remaining groups, r4 to r7: scales, then inputs, r8 and r9: raw values in
/// pairs, r10: the addend, r11: number of clamped inputs, lr: temporaries, r12: zero, which clears the flag.
///
/// # Safety
/// There are `count` groups of four of each, at least one. Raw values and inputs may begin anywhere: a word is loaded and
/// stored at any address, as in the compiler's own code for these targets, which does not expect such accesses to trap.
#[unsafe(naked)]
unsafe extern "C" fn fours(raw: *const u8, scales: *const u32, x: *mut i16, count: usize) -> u32 {
    naked_asm!(
        dsp!(),
        "push {{r4-r11, lr}}",
        "mov r10, #128",
        "mov r11, #0",
        "mov r12, #0",
        "msr apsr_nzcvq, r12",
        "1: ldr r9, [r0], #4",
        "ldmia r1!, {{r4-r7}}",
        "uxtb16 r8, r9",
        "uxtb16 r9, r9, ror #8",
        input!("smlabt", "r8", "r4"),
        input!("smlabt", "r9", "r5"),
        input!("smlatt", "r8", "r6"),
        input!("smlatt", "r9", "r7"),
        "mrs lr, apsr",
        "lsls lr, lr, #4",
        "bmi 3f",
        "2: pkhbt r4, r4, r5, lsl #16",
        "pkhbt r6, r6, r7, lsl #16",
        "str r4, [r2], #4",
        "str r6, [r2], #4",
        "subs r3, r3, #1",
        "bne 1b",
        "mov r0, r11",
        "pop {{r4-r11, pc}}",
        // Which of the four were clamped: each is computed again, without saturation.
        "3: push {{r0-r3}}",
        "mov r2, #-4",
        "4: ldr r3, [r1, r2, lsl #2]",
        "ldrb r0, [r0, r2]",
        "smlabt r0, r0, r3, r10",
        "smulbt r3, r3, r3",
        "subs r0, r0, r3",
        "asrs r0, r0, #8",
        "ssat r3, #8, r0",
        "cmp r3, r0",
        "it ne",
        "addne r11, r11, #1",
        "ldr r0, [sp]",
        "adds r2, r2, #1",
        "bne 4b",
        "msr apsr_nzcvq, r12",
        "pop {{r0-r3}}",
        "b 2b",
    )
}
