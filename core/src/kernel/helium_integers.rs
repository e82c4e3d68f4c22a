//! Integers on Helium (MVE), in assembly: one instruction multiplies eight weights by eight inputs and adds the
//! products to a sum in a scalar register. The remainder of a row is the tail of the loop, which the processor
//! predicates.

use core::arch::naked_asm;

use super::inputs::InputScale;
use super::integers::Rate;
use super::integers_call::{self, Call};
use super::rows;
use super::thumb_rows::change_rows;

/// The number of 16-bit elements in a register.
const WIDTH: usize = 8;

/// `scores[c] = bias[c] + Σ weights[c][f] · x[f]`.
#[inline]
pub(super) fn scores(weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
    // SAFETY: the target has the unit; the function reads and writes what a call describes, of any length, which is there.
    let by = |call: &Call| unsafe { call_with(scores_of_rows, call, call.features.wrapping_mul(2)) };
    integers_call::scores::<1, _>(by, true, weights, bias, x, scores);
}

/// The same for 8-bit weights and inputs, sixteen at a time.
#[inline]
pub(super) fn byte_scores(weights: &[i8], bias: &[i32], x: &[i8], scores: &mut [i32]) {
    // SAFETY: as above.
    let by = |call: &Call| unsafe { call_with(scores_of_byte_rows, call, call.features) };
    integers_call::scores::<1, _>(by, true, weights, bias, x, scores);
}

/// Calls the assembly for rows of so many bytes.
///
/// # Safety
/// As for the function.
#[inline(always)]
unsafe fn call_with(by: ScoresOfRows, call: &Call, bytes: usize) {
    // The loop advances by whole registers.
    let beyond = bytes.wrapping_neg() % 16;
    let (weights, last) = (call.weights.wrapping_byte_add(beyond), call.scores.wrapping_add(call.rows).wrapping_sub(5));
    // SAFETY: by the caller.
    unsafe { by(bytes, beyond, call.x, call.features, weights, call.bias, call.scores, last) }
}

/// The bytes of a row; how many bytes behind a row the loop ends; x and its length; where the loop would have ended in a
/// row before the first one; biases; scores, and the last place among them where five more follow.
type ScoresOfRows = unsafe extern "C" fn(usize, usize, *const (), usize, *const (), *const i32, *mut i32, *const i32);

/// `row[f] = row[f] − k · rate(x[f])` for each row and its coefficient, and the biases; returns how many were clamped.
#[inline]
pub(super) fn update(weights: &mut [i16], bias: &mut [i32], coefficients: &[i32], rate: Rate, x: &[i16]) -> u32 {
    // SAFETY: the target has the unit.
    unsafe { rows::update(change_rows, weights, bias, coefficients, rate, x) }
}

/// Inputs from raw bytes, eight at a time; the last ones by the definition. Returns how many were clamped.
#[inline]
pub(super) fn inputs(raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
    // Clamped inputs are counted in lanes of 16 bits.
    let countable = x.len() / WIDTH <= usize::from(u16::MAX);
    // SAFETY: the target has the unit, and the function reads and writes that many groups of eight of each.
    unsafe { integers_call::inputs::<WIDTH>(eights, countable, raw, scales, x) }
}

/// The directives that enable Helium in the assembler.
macro_rules! helium {
    () => {
        ".arch armv8.1-m.main
         .arch_extension mve.fp
        "
    };
}

/// A register of products of the inputs in q0 with the weights of a row, added to its sum.
macro_rules! products {
    ($load:literal, $multiply:literal, $row:literal, $weights:literal, $sum:literal) => {
        concat!($load, " ", $weights, ", [", $row, "], #16\n", $multiply, " ", $sum, ", q0, ", $weights, "\n")
    };
}

/// The scores of rows, for weights of one size: five rows at a time, so that inputs are loaded once for five products,
/// then one row at a time.
///
/// r0, r2, r4, r6, r8: sums, r1, r3, r5, r7, r9: rows, r10: remaining biases, r11: x, r12: remaining scores. On the
/// stack: bytes of a row, bytes beyond it, x, features; the last scores at which five more rows follow.
macro_rules! scores_of_rows {
    ($(#[$meta:meta])* $name:ident, $loop:literal, $load:literal, $multiply:literal) => {
        $(#[$meta])*
        #[unsafe(naked)]
        unsafe extern "C" fn $name(
            bytes: usize,
            beyond: usize,
            x: *const (),
            features: usize,
            weights: *const (),
            bias: *const i32,
            scores: *mut i32,
            last: *const i32,
        ) {
            naked_asm!(
                helium!(),
                "push {r4-r11, lr}",
                "ldrd r9, r10, [sp, #36]",
                "ldrd r12, r4, [sp, #44]",
                "push {r0-r4}",
                // By the sign of the difference: where scores are near the address 0, `last` may wrap around.
                "cmp r4, r12",
                "bmi 4f",
                // Five rows.
                "2: ldmia sp, {r0, r2, r11, lr}",
                "sub r1, r9, r2",
                "add r3, r1, r0",
                "add r5, r3, r0",
                "add r7, r5, r0",
                "add r9, r7, r0",
                "ldmia r10!, {r0, r2, r4, r6, r8}",
                concat!($loop, " lr, lr"),
                concat!("3: ", $load, " q0, [r11], #16"),
                products!($load, $multiply, "r1", "q1", "r0"),
                products!($load, $multiply, "r3", "q2", "r2"),
                products!($load, $multiply, "r5", "q3", "r4"),
                products!($load, $multiply, "r7", "q1", "r6"),
                products!($load, $multiply, "r9", "q2", "r8"),
                "letp lr, 3b",
                "stmia r12!, {r0, r2, r4, r6, r8}",
                "ldr r4, [sp, #16]",
                "cmp r4, r12",
                "bpl 2b",
                // One row.
                "4: add r4, r4, #20",
                "cmp r12, r4",
                "beq 7f",
                "5: ldmia sp, {r3, r5, r11, lr}",
                "sub r9, r9, r5",
                "ldr r0, [r10], #4",
                concat!($loop, " lr, lr"),
                concat!("6: ", $load, " q0, [r11], #16"),
                products!($load, $multiply, "r9", "q1", "r0"),
                "letp lr, 6b",
                "str r0, [r12], #4",
                "cmp r12, r4",
                "bne 5b",
                "7: add sp, sp, #20",
                "pop {r4-r11, pc}",
                options(raw)
            )
        }
    };
}

scores_of_rows! {
    /// Eight 16-bit weights at a time.
    ///
    /// # Safety
    /// The processor has the unit. Rows and features are at least 1, and there is as much of each as the call says.
    scores_of_rows, "dlstp.16", "vldrh.u16", "vmladava.s16"
}

scores_of_rows! {
    /// Sixteen 8-bit weights at a time.
    ///
    /// # Safety
    /// As for 16 bits.
    scores_of_byte_rows, "dlstp.8", "vldrb.u8", "vmladava.s8"
}

change_rows!(
    clamped: "[sp]"
    frame: []
    begin: []
    factor: []
    // To the right the inputs are shifted, with rounding. Bits beyond 16 are cut off in both loops; a result that fits
    // is correct all the same.
    change: [
        helium!(),
        "rsbs r2, r2, #0",
        "dlstp.16 lr, r9",
        "cmp r3, #0",
        "blt 7f",
        "lsls r2, r3",
        "6: vldrh.u16 q1, [r1], #16",
        "vldrh.u16 q0, [r0]",
        "vmla.s16 q0, q1, r2",
        "vstrh.16 q0, [r0], #16",
        "letp lr, 6b",
        "b 2f",
        "7: vldrh.u16 q1, [r1], #16",
        "vldrh.u16 q0, [r0]",
        "vrshl.s16 q1, r3",
        "vmla.s16 q0, q1, r2",
        "vstrh.16 q0, [r0], #16",
        "letp lr, 7b",
    ]
    // In 32 bits.
    clamp: [
        "rsbs r2, r2, #0",
        "vdup.32 q2, lr",
        "mov r12, #0",
        "dlstp.32 lr, r9",
        "8: vldrh.s32 q1, [r1], #8",
        "vldrh.s32 q0, [r0]",
        "vrshl.s32 q1, r3",
        "vmla.s32 q0, q1, r2",
        "vmin.s32 q1, q0, q2",
        "vneg.s32 q3, q2",
        "vmax.s32 q1, q1, q3",
        "vstrh.32 q1, [r0], #8",
        "vmov.i32 q3, #1",
        "vpt.i32 ne, q0, q1",
        "vaddvat.u32 r12, q3",
        "letp lr, 8b",
    ]
    end: []
    leave: []
);

/// Inputs from `count` groups of eight bytes; returns how many were clamped.
///
/// `(raw − zero) · factor` is the difference of two products of 16-bit numbers, in 32 bits. Saturation to 16 bits and
/// then to 8 is the same as saturation to 8.
///
/// q0 and q1: zeros and factors, then inputs before and after the clamp, q2: raw values, q2 and q3: products of the odd
/// and the even elements, q4: products with the zero, q5: clamped inputs per lane.
///
/// # Safety
/// The processor has the unit. There are `count` groups of eight of each, from 1 to 65,535.
#[unsafe(naked)]
unsafe extern "C" fn eights(raw: *const u8, scales: *const u32, x: *mut i16, count: usize) -> u32 {
    naked_asm!(
        helium!(),
        "push {r7, lr}",
        "vpush {d8-d11}",
        "mov r12, #1",
        "vmov.i32 q5, #0",
        "dls lr, r3",
        "1: vld20.16 {q0, q1}, [r1]",
        "vld21.16 {q0, q1}, [r1]!",
        "vldrb.u16 q2, [r0], #8",
        "vmullb.s16 q3, q2, q1",
        "vmullt.s16 q2, q2, q1",
        "vmullb.s16 q4, q0, q1",
        "vmullt.s16 q0, q0, q1",
        "vsub.i32 q3, q3, q4",
        "vsub.i32 q2, q2, q0",
        "vqrshrnb.s32 q0, q3, #8",
        "vqrshrnt.s32 q0, q2, #8",
        "vqmovnb.s16 q1, q0",
        "vmovlb.s8 q1, q1",
        "vpt.i16 ne, q0, q1",
        "vaddt.i16 q5, q5, r12",
        "vstrh.16 q1, [r2], #16",
        "le lr, 1b",
        "vaddv.u16 r0, q5",
        "vpop {d8-d11}",
        "pop {r7, pc}",
        options(raw)
    )
}
