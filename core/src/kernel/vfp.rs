//! The scalar floating-point unit of Cortex-M4F, M7 and M33, in assembly: the sixteen lanes lie in `s0` to `s15`.
//!
//! What decides is how often an instruction loads: a `vldm` of eight registers is one instruction and nine cycles. With all
//! sixteen lanes in registers the other sixteen take eight features and eight weights at a time, pointers only move on, and
//! no partial sum passes through memory. The compiler keeps the lanes of the portable kernel in memory instead: five times
//! the instructions. The first sixteen products are assigned to the lanes, since a lane starts at the identity of addition.
//!
//! A multiplication and an addition are two instructions of one cycle each; the fused ones take three, and round once.

use core::arch::naked_asm;

use super::sealed::Sealed;
use super::{Choice, Kernel, Portable};

/// The kernel for the floating-point unit of Cortex-M4F, M7 and M33: of the targets `thumbv7em-none-eabihf` and
/// `thumbv8m.main-none-eabihf`.
///
/// It saves and restores the registers of the unit that its caller may use, so it may be called in interrupt handlers as any
/// function of such a target may; flush-to-zero must be off there too (FPDSCR).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Vfp;

impl Sealed for Vfp {
    const OF_TARGET: Self = Self;

    #[inline(always)]
    fn prefetch(self, _x: &[f32]) {}
}

impl Kernel for Vfp {
    const CHOICE: Choice = Choice::Vfp;
    const BATCHES: bool = false;

    fn dot(self, a: &[f32], b: &[f32]) -> f32 {
        let length = a.len().min(b.len());
        // The identity of addition as a bias leaves the sign of a zero as it is.
        let mut dot = -0.0;
        if let Some((a, _)) = a.split_at_checked(length) {
            self.scores(b, 1.0, &[-0.0], a, core::slice::from_mut(&mut dot));
        }
        dot
    }

    #[inline(never)]
    fn scores(self, weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) {
        let Some(whole) = weights.len().checked_div(x.len()) else {
            return Portable.scores(weights, scale, bias, x, scores);
        };
        let rows = whole.min(bias.len()).min(scores.len());
        if rows == 0 {
            return;
        }
        let call = Scores {
            weights: weights.as_ptr(),
            x: x.as_ptr(),
            bias: bias.as_ptr(),
            scores: scores.as_mut_ptr(),
            rows,
            features: x.len(),
            scale,
        };
        // SAFETY: the target has the unit. There are `rows`, at least one, rows of `features`, at least one, weights, and
        // `rows` biases and scores.
        unsafe { scores_of_rows(&call) }
    }

    fn batch_scores(self, weights: &[f32], scale: f32, bias: &[f32], samples: &[&[f32]], scores: &mut [f32]) {
        if let Some(rows) = core::num::NonZeroUsize::new(bias.len()) {
            for (x, own) in samples.iter().zip(scores.chunks_exact_mut(rows.get())) {
                self.scores(weights, scale, bias, x, own);
            }
        }
    }

    #[inline]
    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]) {
        let length = x.len().min(y.len());
        if k != 0.0 && length > 0 {
            // SAFETY: the target has the unit; both have `length` elements, at least one, and do not overlap.
            unsafe { add_multiple(k, x.as_ptr(), y.as_mut_ptr(), length) }
        }
    }

    fn rank_one(self, k: &[f32], x: &[f32], rows: &mut [f32]) {
        let mut rows = rows;
        for &k in k {
            let Some((row, below)) = rows.split_at_mut_checked(x.len()) else {
                return;
            };
            self.axpy(k, x, row);
            rows = below;
        }
    }

    fn batch_rank_one(self, k: &[f32], samples: &[&[f32]], rows: &mut [f32]) {
        let classes = k.len().checked_div(samples.len()).unwrap_or(0);
        if let Some(classes) = core::num::NonZeroUsize::new(classes) {
            for (x, own) in samples.iter().zip(k.chunks_exact(classes.get())) {
                self.rank_one(own, x, rows);
            }
        }
    }

    fn scale(self, k: f32, y: &mut [f32]) {
        Portable.scale(k, y);
    }

    fn largest(self, x: &[f32]) -> f32 {
        // SAFETY: `x` has so many elements.
        unsafe { largest_magnitude(x.as_ptr(), x.len()) }
    }
}

/// What the scores of some rows take, in the order in which the assembly loads it.
#[repr(C)]
struct Scores {
    weights: *const f32,
    x: *const f32,
    bias: *const f32,
    scores: *mut f32,
    rows: usize,
    features: usize,
    scale: f32,
}

/// Eight products of the next eight weights and features, in `s24` to `s31`.
macro_rules! products {
    () => {
        "vldmia r10!, {s16-s23}
         vldmia r0!, {s24-s31}
         vmul.f32 s24, s24, s16
         vmul.f32 s25, s25, s17
         vmul.f32 s26, s26, s18
         vmul.f32 s27, s27, s19
         vmul.f32 s28, s28, s20
         vmul.f32 s29, s29, s21
         vmul.f32 s30, s30, s22
         vmul.f32 s31, s31, s23
        "
    };
}

/// Adds eight products to the lower eight lanes.
macro_rules! lower {
    () => {
        concat!(
            products!(),
            "vadd.f32 s0, s0, s24
             vadd.f32 s1, s1, s25
             vadd.f32 s2, s2, s26
             vadd.f32 s3, s3, s27
             vadd.f32 s4, s4, s28
             vadd.f32 s5, s5, s29
             vadd.f32 s6, s6, s30
             vadd.f32 s7, s7, s31
            "
        )
    };
}

/// Adds eight products to the upper eight lanes.
macro_rules! upper {
    () => {
        concat!(
            products!(),
            "vadd.f32 s8, s8, s24
             vadd.f32 s9, s9, s25
             vadd.f32 s10, s10, s26
             vadd.f32 s11, s11, s27
             vadd.f32 s12, s12, s28
             vadd.f32 s13, s13, s29
             vadd.f32 s14, s14, s30
             vadd.f32 s15, s15, s31
            "
        )
    };
}

/// Adds the products of some last features to as many lanes, and goes to the fold.
macro_rules! rest {
    ($label:literal, $features:literal, $weights:literal: $($lane:literal $feature:literal $weight:literal),+) => {
        concat!(
            $label, ": vldmia r10!, {", $features, "}\n",
            "vldmia r0!, {", $weights, "}\n",
            $("vmul.f32 ", $weight, ", ", $weight, ", ", $feature, "\n",)+
            $("vadd.f32 ", $lane, ", ", $lane, ", ", $weight, "\n",)+
            "b 60f\n"
        )
    };
}

/// The scores of rows.
///
/// | register | holds |
/// |---|---|
/// | `r0`, `r10` | the next weight, the next feature |
/// | `r1`, `r2`, `r3` | the first feature, the next bias, the next score |
/// | `r4` | rows left; 1 while there are fewer than sixteen features, and `r11` counts |
/// | `r5` | the feature behind the last whole sixteen |
/// | `r6`, `r7` | features beyond that, and those beyond the eight of them |
/// | `r8` | where the loop of four sixteens is entered: how many are left of its first turn |
/// | `r9` | the scale |
///
/// # Safety
/// The processor has the unit. Rows and features are at least 1; there are `rows · features` weights, `features` features, `rows`
/// biases, and `rows` scores to be written.
#[unsafe(naked)]
unsafe extern "C" fn scores_of_rows(call: &Scores) {
    naked_asm!(
        ".fpu fpv4-sp-d16",
        "push {r4-r11, lr}",
        "vpush {s16-s31}",
        "ldm r0, {r0-r5, r9}",
        "and r6, r5, #15",
        "and r7, r6, #7",
        "lsrs r12, r5, #4",
        "bic r5, r5, #15",
        "add r5, r1, r5, lsl #2",
        "mov r11, r4",
        "beq 5f",
        "mov r11, #0",
        "subs r8, r12, #1",
        "beq 6f",
        "sub r8, r8, #1",
        "and r8, r8, #3",
        "add r8, r8, #1",
        "b 6f",
        // Fewer than sixteen features: lanes that get no product stay at the identity.
        "5: mov r10, r1",
        "mov r4, #1",
        "mov r12, #0x80000000",
        "vmov d0, r12, r12",
        "vmov d1, r12, r12",
        "vmov d2, r12, r12",
        "vmov d3, r12, r12",
        "vmov d4, r12, r12",
        "vmov d5, r12, r12",
        "vmov d6, r12, r12",
        "vmov d7, r12, r12",
        "b 50f",
        // A row: the first sixteen products are the lanes.
        "6: mov r10, r1",
        "vldmia r10!, {s16-s23}",
        "vldmia r0!, {s24-s31}",
        "vmul.f32 s0, s24, s16",
        "vmul.f32 s1, s25, s17",
        "vmul.f32 s2, s26, s18",
        "vmul.f32 s3, s27, s19",
        "vmul.f32 s4, s28, s20",
        "vmul.f32 s5, s29, s21",
        "vmul.f32 s6, s30, s22",
        "vmul.f32 s7, s31, s23",
        "vldmia r10!, {s16-s23}",
        "vldmia r0!, {s24-s31}",
        "vmul.f32 s8, s24, s16",
        "vmul.f32 s9, s25, s17",
        "vmul.f32 s10, s26, s18",
        "vmul.f32 s11, s27, s19",
        "vmul.f32 s12, s28, s20",
        "vmul.f32 s13, s29, s21",
        "vmul.f32 s14, s30, s22",
        "vmul.f32 s15, s31, s23",
        "tbh [pc, r8, lsl #1]",
        "9: .short (50f - 9b) / 2, (13f - 9b) / 2, (12f - 9b) / 2, (11f - 9b) / 2, (10f - 9b) / 2",
        ".p2align 1",
        "10:",
        lower!(),
        upper!(),
        "11:",
        lower!(),
        upper!(),
        "12:",
        lower!(),
        upper!(),
        "13:",
        lower!(),
        upper!(),
        "cmp r10, r5",
        "bne 10b",
        "50: tbh [pc, r6, lsl #1]",
        "9: .short (60f - 9b) / 2, (21f - 9b) / 2, (22f - 9b) / 2, (23f - 9b) / 2",
        ".short (24f - 9b) / 2, (25f - 9b) / 2, (26f - 9b) / 2, (27f - 9b) / 2",
        ".short (30f - 9b) / 2, (30f - 9b) / 2, (30f - 9b) / 2, (30f - 9b) / 2",
        ".short (30f - 9b) / 2, (30f - 9b) / 2, (30f - 9b) / 2, (30f - 9b) / 2",
        "30:",
        lower!(),
        "tbh [pc, r7, lsl #1]",
        "9: .short (60f - 9b) / 2, (31f - 9b) / 2, (32f - 9b) / 2, (33f - 9b) / 2",
        ".short (34f - 9b) / 2, (35f - 9b) / 2, (36f - 9b) / 2, (37f - 9b) / 2",
        rest!("21", "s16", "s24": "s0" "s16" "s24"),
        rest!("22", "s16-s17", "s24-s25": "s0" "s16" "s24", "s1" "s17" "s25"),
        rest!("23", "s16-s18", "s24-s26": "s0" "s16" "s24", "s1" "s17" "s25", "s2" "s18" "s26"),
        rest!("24", "s16-s19", "s24-s27": "s0" "s16" "s24", "s1" "s17" "s25", "s2" "s18" "s26", "s3" "s19" "s27"),
        rest!("25", "s16-s20", "s24-s28": "s0" "s16" "s24", "s1" "s17" "s25", "s2" "s18" "s26", "s3" "s19" "s27",
            "s4" "s20" "s28"),
        rest!("26", "s16-s21", "s24-s29": "s0" "s16" "s24", "s1" "s17" "s25", "s2" "s18" "s26", "s3" "s19" "s27",
            "s4" "s20" "s28", "s5" "s21" "s29"),
        rest!("27", "s16-s22", "s24-s30": "s0" "s16" "s24", "s1" "s17" "s25", "s2" "s18" "s26", "s3" "s19" "s27",
            "s4" "s20" "s28", "s5" "s21" "s29", "s6" "s22" "s30"),
        rest!("31", "s16", "s24": "s8" "s16" "s24"),
        rest!("32", "s16-s17", "s24-s25": "s8" "s16" "s24", "s9" "s17" "s25"),
        rest!("33", "s16-s18", "s24-s26": "s8" "s16" "s24", "s9" "s17" "s25", "s10" "s18" "s26"),
        rest!("34", "s16-s19", "s24-s27": "s8" "s16" "s24", "s9" "s17" "s25", "s10" "s18" "s26", "s11" "s19" "s27"),
        rest!("35", "s16-s20", "s24-s28": "s8" "s16" "s24", "s9" "s17" "s25", "s10" "s18" "s26", "s11" "s19" "s27",
            "s12" "s20" "s28"),
        rest!("36", "s16-s21", "s24-s29": "s8" "s16" "s24", "s9" "s17" "s25", "s10" "s18" "s26", "s11" "s19" "s27",
            "s12" "s20" "s28", "s13" "s21" "s29"),
        rest!("37", "s16-s22", "s24-s30": "s8" "s16" "s24", "s9" "s17" "s25", "s10" "s18" "s26", "s11" "s19" "s27",
            "s12" "s20" "s28", "s13" "s21" "s29", "s14" "s22" "s30"),
        // The fold in halves, then scale and bias.
        "60: vadd.f32 s0, s0, s8",
        "vadd.f32 s1, s1, s9",
        "vadd.f32 s2, s2, s10",
        "vadd.f32 s3, s3, s11",
        "vadd.f32 s4, s4, s12",
        "vadd.f32 s5, s5, s13",
        "vadd.f32 s6, s6, s14",
        "vadd.f32 s7, s7, s15",
        "vadd.f32 s0, s0, s4",
        "vadd.f32 s1, s1, s5",
        "vadd.f32 s2, s2, s6",
        "vadd.f32 s3, s3, s7",
        "vadd.f32 s0, s0, s2",
        "vadd.f32 s1, s1, s3",
        "vmov s16, r9",
        "vldmia r2!, {s17}",
        "vadd.f32 s0, s0, s1",
        "vmul.f32 s0, s16, s0",
        "vadd.f32 s0, s0, s17",
        "vstmia r3!, {s0}",
        "subs r4, r4, #1",
        "bne 6b",
        "subs r11, r11, #1",
        "bgt 5b",
        "vpop {s16-s31}",
        "pop {r4-r11, pc}",
        options(raw)
    )
}

/// `y[i] = y[i] + (k * x[i])`, eight at a time.
///
/// # Safety
/// The processor has the unit; `x` and `y` are `length` elements, at least one, that do not overlap.
#[unsafe(naked)]
unsafe extern "C" fn add_multiple(k: f32, x: *const f32, y: *mut f32, length: usize) {
    naked_asm!(
        ".fpu fpv4-sp-d16",
        "vpush {s16-s23}",
        "subs r2, r2, #8",
        "blo 2f",
        "1: vldmia r0!, {s8-s15}",
        "vldmia r1, {s16-s23}",
        "vmul.f32 s8, s0, s8",
        "vmul.f32 s9, s0, s9",
        "vmul.f32 s10, s0, s10",
        "vmul.f32 s11, s0, s11",
        "vmul.f32 s12, s0, s12",
        "vmul.f32 s13, s0, s13",
        "vmul.f32 s14, s0, s14",
        "vmul.f32 s15, s0, s15",
        "vadd.f32 s16, s16, s8",
        "vadd.f32 s17, s17, s9",
        "vadd.f32 s18, s18, s10",
        "vadd.f32 s19, s19, s11",
        "vadd.f32 s20, s20, s12",
        "vadd.f32 s21, s21, s13",
        "vadd.f32 s22, s22, s14",
        "vadd.f32 s23, s23, s15",
        "vstmia r1!, {s16-s23}",
        "subs r2, r2, #8",
        "bhs 1b",
        "2: adds r2, r2, #8",
        "beq 4f",
        "3: vldmia r0!, {s8}",
        "vldr s16, [r1]",
        "vmul.f32 s8, s0, s8",
        "vadd.f32 s16, s16, s8",
        "vstmia r1!, {s16}",
        "subs r2, r2, #1",
        "bne 3b",
        "4: vpop {s16-s23}",
        "bx lr",
        options(raw)
    )
}

/// The next element's magnitude, shifted left by one bit to lose its sign, if it is larger than that in `r12`.
macro_rules! larger {
    ($($element:literal)+) => {
        concat!($("cmp r12, ", $element, ", lsl #1\nit lo\nlsllo r12, ", $element, ", #1\n",)+)
    };
}

/// The largest magnitude, as a maximum of integers.
///
/// # Safety
/// `x` is `length` elements.
#[unsafe(naked)]
unsafe extern "C" fn largest_magnitude(x: *const f32, length: usize) -> f32 {
    naked_asm!(
        ".fpu fpv4-sp-d16",
        "push {r4-r9}",
        "mov r12, #0",
        "subs r1, r1, #8",
        "blo 2f",
        "1: ldmia r0!, {r2-r9}",
        larger!("r2" "r3" "r4" "r5" "r6" "r7" "r8" "r9"),
        "subs r1, r1, #8",
        "bhs 1b",
        "2: adds r1, r1, #8",
        "beq 4f",
        "3: ldr r2, [r0], #4",
        larger!("r2"),
        "subs r1, r1, #1",
        "bne 3b",
        "4: lsr r12, r12, #1",
        "vmov s0, r12",
        "pop {r4-r9}",
        "bx lr",
        options(raw)
    )
}
