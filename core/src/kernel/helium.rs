//! Helium (MVE) of Cortex-M55, in assembly: the sixteen lanes are four parts of four, two of them at a time for three rows.
//!
//! # Registers
//! There are eight registers of four elements. Three rows by two parts take six; one holds features, one weights and
//! then their products. So one pass over the features computes half of the lanes of three rows, and each load of
//! features serves three rows. Five rows by one part would load fewer features and move more partial sums.
//!
//! # Subnormals
//! Helium treats subnormal operands as zeros and flushes subnormal results to zero, which the contract forbids. It
//! records each flush in the cumulative bits of FPSCR for subnormal inputs (IDC) and for underflow (UFC). The kernel
//! clears these bits before it computes and reads them afterwards. If one is set, the scalar unit, which keeps
//! subnormals, computes that part again: all scores at once, but rows sixteen weights at a time, since weights are
//! overwritten. So the contract holds for all inputs. Inputs with subnormals cost as much as on [`Vfp`], plus the
//! discarded computation. All of this is assembly, because the compiler could turn a plain loop into Helium
//! instructions on a processor that it knows to have them.

use core::arch::naked_asm;

use super::inputs::InputScale;
use super::integers::Rate;
use super::sealed::{Key, Sealed};
use super::vfp::{self, Scores, add_rows, dot_by_scores, without_features};
use super::{Choice, Kernel, OfTarget, Vfp, helium_integers};
use crate::error::Error;

/// The kernel for Helium on Cortex-M55: for the target `thumbv8m.main-none-eabihf` with
/// `--cfg hingeline_kernel="helium"`.
///
/// ```
/// #[cfg(hingeline_kernel = "helium")]
/// fn dot_on_a_cortex_m55(a: &[f32], b: &[f32]) -> f32 {
///     use hingeline::kernel::{Helium, Kernel};
///     Helium.dot(a, b)
/// }
/// ```
///
/// Subnormals are kept, although Helium flushes them to zero: the unit records each flush, and the scalar unit then
/// computes that part again. Do not build with a `-C target-cpu` that has Helium: the compiler would use it for plain
/// loops, whose flushes are not detected. The build script refuses those that it recognises.
///
/// The kernel restores the registers that its caller may rely on; the cumulative bits of FPSCR are unspecified
/// afterwards.
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Helium;

/// The number of features from which vectors pay off: three rows share a block of sixteen.
const BLOCK: usize = 16;

impl OfTarget for Helium {
    const OF_TARGET: Self = Self;
}

impl Sealed for Helium {
    #[inline(always)]
    fn integer_scores(self, _: Key, weights: &[i16], bias: &[i32], x: &[i16], scores: &mut [i32]) {
        helium_integers::scores(weights, bias, x, scores);
    }

    #[inline(always)]
    fn byte_scores(self, _: Key, weights: &[i8], bias: &[i32], x: &[i8], scores: &mut [i32]) {
        helium_integers::byte_scores(weights, bias, x, scores);
    }

    #[inline(always)]
    fn integer_update(
        self,
        _: Key,
        weights: &mut [i16],
        bias: &mut [i32],
        coefficients: &[i32],
        rate: Rate,
        x: &[i16],
    ) -> u32 {
        helium_integers::update(weights, bias, coefficients, rate, x)
    }

    #[inline(always)]
    fn integer_inputs(self, _: Key, raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
        helium_integers::inputs(raw, scales, x)
    }

    fn violations(
        self,
        key: Key,
        margin: f32,
        label: usize,
        factor: f32,
        scores: &mut [f32],
        bias: &mut [f32],
    ) -> Result<(f32, usize), Error> {
        Vfp.violations(key, margin, label, factor, scores, bias)
    }

    fn scaled_rank_one(self, _: Key, k: &mut [f32], factor: f32, x: &[f32], rows: &mut [f32]) {
        // SAFETY: the target has the unit.
        unsafe { add_rows(add_multiples, k, factor, x, rows) }
    }
}

impl Kernel for Helium {
    const CHOICE: Choice = Choice::Helium;
    const BATCHES: bool = false;

    fn dot(self, a: &[f32], b: &[f32]) -> f32 {
        dot_by_scores(self, a, b)
    }

    #[inline(never)]
    fn scores(self, weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) {
        let Some(call) = Scores::of(weights, scale, bias, x, scores) else {
            return without_features(scale, bias, x, scores);
        };
        // SAFETY: the target has the unit, and where this is called, the features make a block.
        if x.len() < BLOCK || unsafe { scores_of_rows(&call) } != 0 {
            // SAFETY: the target has the scalar unit too.
            unsafe { vfp::scores_of_rows(&call) }
        }
    }

    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]) {
        if let Some((x, _)) = x.split_at_checked(x.len().min(y.len())) {
            self.rank_one(&[k], x, y);
        }
    }

    fn rank_one(self, k: &[f32], x: &[f32], rows: &mut [f32]) {
        // SAFETY: the target has the unit.
        unsafe { add_rows(add_multiples, k, 1.0, x, rows) }
    }

    fn scale(self, k: f32, y: &mut [f32]) {
        Vfp.scale(k, y);
    }

    fn largest(self, x: &[f32]) -> f32 {
        // SAFETY: the target has the unit, and `x` has that many elements.
        unsafe { largest_magnitude(x.as_ptr(), x.len()) }
    }
}

/// The directives that enable Helium in the assembler.
macro_rules! helium {
    () => {
        ".arch armv8.1-m.main
         .arch_extension mve.fp
        "
    };
}

/// The first products of a part of the lanes of three rows.
macro_rules! first {
    ($at:literal: $lane0:literal $lane1:literal $lane2:literal) => {
        concat!(
            "vldrw.u32 q6, [r9",
            $at,
            "\n",
            "vldrw.u32 ",
            $lane0,
            ", [r0",
            $at,
            "\n",
            "vmul.f32 ",
            $lane0,
            ", ",
            $lane0,
            ", q6\n",
            "vldrw.u32 ",
            $lane1,
            ", [r7",
            $at,
            "\n",
            "vmul.f32 ",
            $lane1,
            ", ",
            $lane1,
            ", q6\n",
            "vldrw.u32 ",
            $lane2,
            ", [r8",
            $at,
            "\n",
            "vmul.f32 ",
            $lane2,
            ", ",
            $lane2,
            ", q6\n",
        )
    };
}

/// More products of a part.
macro_rules! more {
    ($at:literal: $lane0:literal $lane1:literal $lane2:literal) => {
        concat!(
            "vldrw.u32 q6, [r9",
            $at,
            "\n",
            more!("r0", $at, $lane0),
            more!("r7", $at, $lane1),
            more!("r8", $at, $lane2),
        )
    };
    ($row:literal, $at:literal, $lane:literal) => {
        concat!("vldrw.u32 q7, [", $row, $at, "\n", "vmul.f32 q7, q7, q6\n", "vadd.f32 ", $lane, ", ", $lane, ", q7\n",)
    };
}

/// The products of half a block.
macro_rules! block {
    () => {
        concat!(more!(", #32]": "q1" "q3" "q5"), more!("], #64": "q0" "q2" "q4"))
    };
}

/// The last products of a part, of as many features as `lr` says; the other lanes are unchanged.
macro_rules! last {
    ($at:literal: $lane0:literal $lane1:literal $lane2:literal) => {
        concat!(
            "vctp.32 lr\n",
            "vpstttt\n",
            "vldrwt.u32 q6, [r9",
            $at,
            "\n",
            "vldrwt.u32 q7, [r0",
            $at,
            "\n",
            "vmult.f32 q7, q7, q6\n",
            "vaddt.f32 ",
            $lane0,
            ", ",
            $lane0,
            ", q7\n",
            "vpstttt\n",
            "vldrwt.u32 q7, [r7",
            $at,
            "\n",
            "vmult.f32 q7, q7, q6\n",
            "vaddt.f32 ",
            $lane1,
            ", ",
            $lane1,
            ", q7\n",
            "vldrwt.u32 q7, [r8",
            $at,
            "\n",
            "vpstt\n",
            "vmult.f32 q7, q7, q6\n",
            "vaddt.f32 ",
            $lane2,
            ", ",
            $lane2,
            ", q7\n",
        )
    };
}

/// Half of the lanes of three rows: a part in `q0`, `q2`, `q4`, and the one eight lanes above it in `q1`, `q3`, `q5`; then
/// their sums in `q0`, `q2`, `q4`. The part begins `$skipped` features into a block.
macro_rules! half {
    ($skipped:literal, $pairs:literal, $loop:literal, $rest:literal, $end:literal) => {
        concat!(
            first!(", #32]": "q1" "q3" "q5"),
            first!("], #64": "q0" "q2" "q4"),
            "cbz r2, ", $pairs, "f\n",
            block!(),
            $pairs, ": wls lr, r10, ", $rest, "f\n",
            $loop, ":\n",
            block!(),
            block!(),
            "le lr, ", $loop, "b\n",
            $rest, ": cbz r6, ", $end, "f\n",
            "subs lr, r6, #", $skipped, "\n",
            "ble ", $end, "f\n",
            last!("]": "q0" "q2" "q4"),
            "subs lr, lr, #8\n",
            "ble ", $end, "f\n",
            last!(", #32]": "q1" "q3" "q5"),
            $end, ": vadd.f32 q0, q0, q1\n",
            "vadd.f32 q2, q2, q3\n",
            "vadd.f32 q4, q4, q5\n",
        )
    };
}

/// The products of a block of a single row.
macro_rules! block_of_row {
    () => {
        concat!(
            more_of_row!(", #16]": "q4" "q5" "q1"),
            more_of_row!(", #32]": "q6" "q7" "q2"),
            more_of_row!(", #48]": "q4" "q5" "q3"),
            more_of_row!("], #64": "q6" "q7" "q0"),
        )
    };
}

/// More products of a part of a row.
macro_rules! more_of_row {
    ($at:literal: $feature:literal $weight:literal $lane:literal) => {
        concat!(
            "vldrw.u32 ",
            $feature,
            ", [r9",
            $at,
            "\n",
            "vldrw.u32 ",
            $weight,
            ", [r0",
            $at,
            "\n",
            "vmul.f32 ",
            $feature,
            ", ",
            $weight,
            ", ",
            $feature,
            "\n",
            "vadd.f32 ",
            $lane,
            ", ",
            $lane,
            ", ",
            $feature,
            "\n",
        )
    };
}

/// The last products of a part of a row, of as many features as `lr` says, if there are any; the other lanes are
/// unchanged.
macro_rules! last_of_row {
    ($at:literal: $lane:literal) => {
        concat!(
            "vctp.32 lr\n",
            "vpstttt\n",
            "vldrwt.u32 q6, [r9",
            $at,
            "\n",
            "vldrwt.u32 q7, [r0",
            $at,
            "\n",
            "vmult.f32 q7, q7, q6\n",
            "vaddt.f32 ",
            $lane,
            ", ",
            $lane,
            ", q7\n",
            "subs lr, lr, #4\n",
            "ble 24f\n",
        )
    };
}

/// The dot products of rows, then their scores; returns the FPSCR bits that a flush to zero sets, or 0.
///
/// | register | holds |
/// |---|---|
/// | `r0`, `r7`, `r8` | the next weights of three rows, or of one |
/// | `r1`, `r9` | the first feature, the next feature |
/// | `r2`, `r10` | 1 if the number of blocks after the first is odd, the number of pairs of them |
/// | `r3` | where the next dot product goes |
/// | `r4` | rows left |
/// | `r5` | bytes of a row |
/// | `r6` | features beyond the blocks of sixteen |
/// | `r11` | distance from the end of the last block's first part back to the second part of the first block |
/// | `r12` | distance from there, in the first of three rows, to the first of the next three |
///
/// # Safety
/// The processor has the unit. Rows are at least 1 and features at least 16; there are `rows · features` weights, `features`
/// features, `rows` biases, and `rows` scores to be written.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(call: &Scores) -> u32 {
    naked_asm!(
        helium!(),
        "push {r4-r11, lr}",
        "vpush {d8-d15}",
        "ldm r0, {r0-r6}",
        "push {r2, r3, r4, r6}",
        "sub sp, sp, #48",
        "vmrs r7, fpscr",
        "bic r7, r7, #0x88",
        "vmsr fpscr, r7",
        "and r6, r5, #15",
        "lsr r10, r5, #4",
        "lsl r5, r5, #2",
        "lsl r11, r10, #6",
        "sub r11, r11, #16",
        "add r12, r5, r5, lsl #1",
        "sub r12, r12, r11",
        "sub r12, r12, #32",
        "sub r10, r10, #1",
        "and r2, r10, #1",
        "lsr r10, r10, #1",
        "subs r4, r4, #3",
        "blo 20f",
        // Three rows: the first and third part of their lanes, then the second and fourth.
        "10: add r7, r0, r5",
        "add r8, r7, r5",
        "mov r9, r1",
        half!("0", "11", "12", "13", "14"),
        "vstrw.32 q0, [sp]",
        "vstrw.32 q2, [sp, #16]",
        "vstrw.32 q4, [sp, #32]",
        "sub r0, r0, r11",
        "sub r7, r7, r11",
        "sub r8, r8, r11",
        "sub r9, r9, r11",
        half!("4", "15", "16", "17", "18"),
        "vldrw.u32 q1, [sp]",
        "vldrw.u32 q3, [sp, #16]",
        "vldrw.u32 q5, [sp, #32]",
        "vadd.f32 q0, q1, q0",
        "vadd.f32 q2, q3, q2",
        "vadd.f32 q4, q5, q4",
        "add r0, r0, r12",
        // The last two folds, in scalars.
        "vadd.f32 s0, s0, s2",
        "vadd.f32 s1, s1, s3",
        "vadd.f32 s8, s8, s10",
        "vadd.f32 s9, s9, s11",
        "vadd.f32 s16, s16, s18",
        "vadd.f32 s17, s17, s19",
        "vadd.f32 s0, s0, s1",
        "vadd.f32 s1, s8, s9",
        "vadd.f32 s2, s16, s17",
        "vstmia r3!, {s0-s2}",
        "subs r4, r4, #3",
        "bhs 10b",
        // One row, all its lanes.
        "20: adds r4, r4, #3",
        "beq 30f",
        "21: mov r9, r1",
        "vldrw.u32 q4, [r9, #16]",
        "vldrw.u32 q1, [r0, #16]",
        "vmul.f32 q1, q1, q4",
        "vldrw.u32 q5, [r9, #32]",
        "vldrw.u32 q2, [r0, #32]",
        "vmul.f32 q2, q2, q5",
        "vldrw.u32 q6, [r9, #48]",
        "vldrw.u32 q3, [r0, #48]",
        "vmul.f32 q3, q3, q6",
        "vldrw.u32 q7, [r9], #64",
        "vldrw.u32 q0, [r0], #64",
        "vmul.f32 q0, q0, q7",
        "cbz r2, 22f",
        block_of_row!(),
        "22: wls lr, r10, 25f",
        "23:",
        block_of_row!(),
        block_of_row!(),
        "le lr, 23b",
        "25: movs lr, r6",
        "beq 24f",
        last_of_row!("]": "q0"),
        last_of_row!(", #16]": "q1"),
        last_of_row!(", #32]": "q2"),
        last_of_row!(", #48]": "q3"),
        "24: vadd.f32 q0, q0, q2",
        "vadd.f32 q1, q1, q3",
        "add r0, r0, r6, lsl #2",
        "vadd.f32 q0, q0, q1",
        "vadd.f32 s0, s0, s2",
        "vadd.f32 s1, s1, s3",
        "vadd.f32 s0, s0, s1",
        "vstmia r3!, {s0}",
        "subs r4, r4, #1",
        "bne 21b",
        // Scale and bias, four scores at a time.
        "30: add sp, sp, #48",
        "pop {r2, r3, r4, r6}",
        "dlstp.32 lr, r4",
        "31: vldrw.u32 q0, [r3]",
        "vldrw.u32 q1, [r2], #16",
        "vmul.f32 q0, q0, r6",
        "vadd.f32 q0, q0, q1",
        "vstrw.32 q0, [r3], #16",
        "letp lr, 31b",
        "vmrs r0, fpscr",
        "and r0, r0, #0x88",
        "vpop {d8-d15}",
        "pop {r4-r11, pc}",
        options(raw)
    )
}

/// `row = row + ((k * factor) * x)` for each row and its k, except where `k * factor` is zero.
///
/// Sixteen weights are stored if FPSCR records no flush to zero for their sums; otherwise the scalar unit computes
/// these weights.
///
/// | register | holds |
/// |---|---|
/// | `r0`, `r1`, `r2` | the next k, x, the next weight |
/// | `r3`, `r4` | rows left, bytes of a row |
/// | `r5`, `r6` | blocks of sixteen features, features beyond them |
/// | `r7` | FPSCR with the flush bits cleared |
/// | `r8`, `r9` | the common factor, the row's factor |
/// | `r10` | the next feature |
/// | `r11`, `r12` | how many weights the scalar unit computes now, FPSCR |
///
/// # Safety
/// The processor has the unit. Rows and features are at least 1; there are `rows` k, `features` features, and `rows ·
/// features` weights, which overlap none of those.
#[unsafe(naked)]
unsafe extern "C" fn add_multiples(
    factor: f32,
    k: *const f32,
    x: *const f32,
    rows: *mut f32,
    count: usize,
    features: usize,
) {
    naked_asm!(
        helium!(),
        "push {r4-r11, lr}",
        "ldr r4, [sp, #36]",
        "vpush {d8-d15}",
        "vmov r8, s0",
        "lsr r5, r4, #4",
        "vmrs r7, fpscr",
        "bic r7, r7, #0x88",
        // A row, unless its factor is zero.
        "1: vldmia r0!, {s0}",
        "vmov s1, r8",
        "vmul.f32 s0, s0, s1",
        "vmov r9, s0",
        "lsls r12, r9, #1",
        "it eq",
        "addeq r2, r2, r4, lsl #2",
        "beq 5f",
        "vmsr fpscr, r7",
        "mov r10, r1",
        "and r6, r4, #15",
        "wls lr, r5, 3f",
        "2: vldrw.u32 q0, [r10]",
        "vldrw.u32 q4, [r2]",
        "vmul.f32 q0, q0, r9",
        "vldrw.u32 q1, [r10, #16]",
        "vadd.f32 q0, q4, q0",
        "vldrw.u32 q5, [r2, #16]",
        "vmul.f32 q1, q1, r9",
        "vldrw.u32 q2, [r10, #32]",
        "vadd.f32 q1, q5, q1",
        "vldrw.u32 q6, [r2, #32]",
        "vmul.f32 q2, q2, r9",
        "vldrw.u32 q3, [r10, #48]",
        "vadd.f32 q2, q6, q2",
        "vldrw.u32 q7, [r2, #48]",
        "vmul.f32 q3, q3, r9",
        "vadd.f32 q3, q7, q3",
        "vmrs r12, fpscr",
        "tst r12, #0x88",
        "bne 6f",
        "vstrw.32 q1, [r2, #16]",
        "vstrw.32 q2, [r2, #32]",
        "vstrw.32 q3, [r2, #48]",
        "vstrw.32 q0, [r2], #64",
        "add r10, r10, #64",
        "le lr, 2b",
        // Up to fifteen more, four at a time.
        "3: cbz r6, 5f",
        "4: vctp.32 r6",
        "vpstttt",
        "vldrwt.u32 q0, [r10], #16",
        "vmult.f32 q0, q0, r9",
        "vldrwt.u32 q1, [r2]",
        "vaddt.f32 q0, q1, q0",
        "vmrs r12, fpscr",
        "tst r12, #0x88",
        "bne 8f",
        "vpst",
        "vstrwt.32 q0, [r2], #16",
        "subs r6, r6, #4",
        "bhi 4b",
        // The last four may have passed the end of the row: go back to it.
        "it lo",
        "addlo r2, r2, r6, lsl #2",
        "5: subs r3, r3, #1",
        "bne 1b",
        "vpop {d8-d15}",
        "pop {r4-r11, pc}",
        // What was flushed to zero, again in scalars: a block, or the rest of the row.
        "6: mov r11, #16",
        "mov r12, lr",
        "bl 9f",
        "mov lr, r12",
        "le lr, 2b",
        "b 3b",
        "8: sub r10, r10, #16",
        "mov r11, r6",
        "bl 9f",
        "b 5b",
        "9: vldmia r10!, {s0}",
        "vldr s1, [r2]",
        "vmov s2, r9",
        "vmul.f32 s0, s2, s0",
        "vadd.f32 s0, s1, s0",
        "vstmia r2!, {s0}",
        "subs r11, r11, #1",
        "bne 9b",
        "vmsr fpscr, r7",
        "bx lr",
        options(raw)
    )
}

/// The largest magnitude, as a maximum of integers.
///
/// # Safety
/// The processor has the unit; `x` has `length` elements.
#[unsafe(naked)]
unsafe extern "C" fn largest_magnitude(x: *const f32, length: usize) -> f32 {
    naked_asm!(
        helium!(),
        "push {r7, lr}",
        "vmov.i32 q0, #0",
        "wlstp.32 lr, r1, 2f",
        "1: vldrw.u32 q1, [r0], #16",
        "vbic.i32 q1, #0x80000000",
        "vmax.u32 q0, q0, q1",
        "letp lr, 1b",
        "2: mov r0, #0",
        "vmaxv.u32 r0, q0",
        "vmov s0, r0",
        "pop {r7, pc}",
        options(raw)
    )
}
