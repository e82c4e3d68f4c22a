//! The scalar floating-point unit of Cortex-M4F, M7 and M33, in assembly: the sixteen lanes lie in `s0` to `s15`.
//!
//! The number of load instructions matters most: a `vldm` of eight registers is one instruction and nine cycles. With
//! all sixteen lanes in registers, the other sixteen registers take eight features and eight weights at a time,
//! pointers only advance, and no partial sum passes through memory. The compiler keeps the lanes of the portable kernel
//! in memory instead: six times the instructions. The first sixteen products are assigned to the lanes, since a lane
//! starts at the identity of addition.
//!
//! A multiplication and an addition are two instructions of one cycle each; the fused ones take three, and round once.

use core::arch::naked_asm;
use core::mem::MaybeUninit;

use super::OfTarget;
use super::sealed::{Key, Sealed};
use super::{Choice, Kernel, Portable};
use crate::error::Error;

/// The kernel for the floating-point unit of Cortex-M4F, M7 and M33: for the targets `thumbv7em-none-eabihf` and
/// `thumbv8m.main-none-eabihf`.
///
/// ```
/// #[cfg(all(target_arch = "arm", target_os = "none"))]
/// fn dot_on_a_cortex_m4f(a: &[f32], b: &[f32]) -> f32 {
///     use hingeline::kernel::{Kernel, Vfp};
///     Vfp.dot(a, b)
/// }
/// ```
///
/// It restores the registers that its caller may rely on, so interrupt handlers may call it as they may call any
/// function of such a target; flush-to-zero must be off there too (FPDSCR).
#[derive(Clone, Copy, Debug, Default)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct Vfp;

impl OfTarget for Vfp {
    const OF_TARGET: Self = Self;
}

impl Sealed for Vfp {
    #[cfg(hingeline_assembly)]
    super::assembly::integers_in_assembly!();

    #[inline(always)]
    fn violations(
        self,
        _: Key,
        margin: f32,
        label: usize,
        factor: f32,
        scores: &mut [f32],
        bias: &mut [f32],
    ) -> Result<(f32, usize), Error> {
        if scores.len() != bias.len() {
            return Err(Error::ShapeMismatch);
        }
        if label >= scores.len() {
            return Err(Error::LabelOutOfRange);
        }
        let (classes, mut found) = (scores.len(), MaybeUninit::uninit());
        let (scores, bias) = (scores.as_mut_ptr(), bias.as_mut_ptr());
        // SAFETY: the target has the unit; there are that many scores and biases, and the label is one of their
        // indices.
        let sum = unsafe { violations_of_scores(margin, factor, scores, bias, classes, label, found.as_mut_ptr()) };
        // SAFETY: the call has written it.
        let found = unsafe { found.assume_init() };
        if found.of_scores.is_nan() {
            Err(Error::NonFiniteScore)
        } else if !sum.is_finite() {
            Err(Error::NonFiniteLoss)
        } else if found.of_bias.is_nan() {
            Err(Error::NonFiniteStep)
        } else {
            Ok((sum, found.violations))
        }
    }

    fn scaled_rank_one(self, _: Key, k: &mut [f32], factor: f32, x: &[f32], rows: &mut [f32]) {
        // SAFETY: the target has the unit.
        unsafe { add_rows(add_multiples, k, factor, x, rows) }
    }
}

/// Adds to each row its factor times the common factor times x. Arguments: common factor, factors, x, rows, number of
/// rows, features.
pub(super) type AddMultiples = unsafe extern "C" fn(f32, *const f32, *const f32, *mut f32, usize, usize);

/// Adds multiples of x, by each factor times the common one, to the rows that are whole and have a factor.
///
/// # Safety
/// The function may be called for `count` factors, at least one, and rows of as many weights as there are features, at
/// least one, which do not overlap.
#[inline(always)]
pub(super) unsafe fn add_rows(add: AddMultiples, k: &[f32], factor: f32, x: &[f32], rows: &mut [f32]) {
    let whole = rows.len().checked_div(x.len()).unwrap_or(0);
    let count = whole.min(k.len());
    if count > 0 {
        // SAFETY: by the caller; there are that many factors and rows, and slices that can be written overlap no other.
        unsafe { add(factor, k.as_ptr(), x.as_ptr(), rows.as_mut_ptr(), count, x.len()) }
    }
}

/// The dot product of the common part of both slices, as the score of a row.
#[inline(always)]
pub(super) fn dot_by_scores(kernel: impl Kernel, a: &[f32], b: &[f32]) -> f32 {
    // The identity of addition as a bias preserves the sign of a zero.
    let mut dot = -0.0;
    if let Some((a, _)) = a.split_at_checked(a.len().min(b.len())) {
        kernel.scores(b, 1.0, &[-0.0], a, core::slice::from_mut(&mut dot));
    }
    dot
}

impl Kernel for Vfp {
    const CHOICE: Choice = Choice::Vfp;
    const BATCHES: bool = false;

    fn dot(self, a: &[f32], b: &[f32]) -> f32 {
        dot_by_scores(self, a, b)
    }

    #[inline(never)]
    fn scores(self, weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) {
        match Scores::of(weights, scale, bias, x, scores) {
            // SAFETY: the target has the unit.
            Some(call) => unsafe { scores_of_rows(&call) },
            None => without_features(scale, bias, x, scores),
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
        Portable.scale(k, y);
    }

    fn largest(self, x: &[f32]) -> f32 {
        // SAFETY: `x` has that many elements.
        unsafe { largest_magnitude(x.as_ptr(), x.len()) }
    }
}

/// The arguments of the scores of rows, in the order in which the assembly loads them: `rows`, at least one, rows of
/// `features`, at least one, weights, and `rows` biases and scores.
#[repr(C)]
pub(super) struct Scores {
    weights: *const f32,
    x: *const f32,
    bias: *const f32,
    scores: *mut f32,
    rows: usize,
    features: usize,
    scale: f32,
}

impl Scores {
    /// The rows that are whole and have a bias and a score; none if there are no rows or no features.
    #[inline(always)]
    pub(super) fn of(weights: &[f32], scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) -> Option<Self> {
        let rows = weights.len().checked_div(x.len())?.min(bias.len()).min(scores.len());
        (rows > 0).then_some(Self {
            weights: weights.as_ptr(),
            x: x.as_ptr(),
            bias: bias.as_ptr(),
            scores: scores.as_mut_ptr(),
            rows,
            features: x.len(),
            scale,
        })
    }
}

/// The scores of rows without features, if there are none: the dot product of nothing is −0.0.
#[cold]
pub(super) fn without_features(scale: f32, bias: &[f32], x: &[f32], scores: &mut [f32]) {
    if x.is_empty() {
        for (score, bias) in scores.iter_mut().zip(bias) {
            *score = (scale * -0.0) + bias;
        }
    }
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
/// | `r4` | rows left; 1 while there are fewer than sixteen features, when `r11` counts rows |
/// | `r5` | the feature where three whole blocks of sixteen are left |
/// | `r6`, `r7` | features beyond these blocks, and those beyond the first eight of them |
/// | `r8` | the number of blocks of sixteen after the first; 4 for more, which is where the loop is |
/// | `r9` | the scale |
///
/// # Safety
/// The processor has the unit. Rows and features are at least 1; there are `rows · features` weights, `features` features, `rows`
/// biases, and `rows` scores to be written.
#[unsafe(naked)]
pub(super) unsafe extern "C" fn scores_of_rows(call: &Scores) {
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
        "mov r11, #0",
        "beq 7f",
        "sub r5, r5, #192",
        "sub r8, r12, #1",
        "cmp r8, #4",
        "it hi",
        "movhi r8, #4",
        "b 6f",
        // Fewer than sixteen features: lanes that get no product stay at the identity.
        "7: mov r11, r4",
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
        "vldmia r0!, {s0-s15}",
        "vldmia r10!, {s16-s31}",
        "vmul.f32 s0, s0, s16",
        "vmul.f32 s1, s1, s17",
        "vmul.f32 s2, s2, s18",
        "vmul.f32 s3, s3, s19",
        "vmul.f32 s4, s4, s20",
        "vmul.f32 s5, s5, s21",
        "vmul.f32 s6, s6, s22",
        "vmul.f32 s7, s7, s23",
        "vmul.f32 s8, s8, s24",
        "vmul.f32 s9, s9, s25",
        "vmul.f32 s10, s10, s26",
        "vmul.f32 s11, s11, s27",
        "vmul.f32 s12, s12, s28",
        "vmul.f32 s13, s13, s29",
        "vmul.f32 s14, s14, s30",
        "vmul.f32 s15, s15, s31",
        "tbh [pc, r8, lsl #1]",
        "9: .short (50f - 9b) / 2, (13f - 9b) / 2, (12f - 9b) / 2, (11f - 9b) / 2, (10f - 9b) / 2",
        ".p2align 1",
        "10:",
        lower!(),
        upper!(),
        "cmp r10, r5",
        "bne 10b",
        "11:",
        lower!(),
        upper!(),
        "12:",
        lower!(),
        upper!(),
        "13:",
        lower!(),
        upper!(),
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

/// Adds the sixteen products in `s0` to `s15` to the next sixteen weights of a row.
macro_rules! sixteen_of_row {
    ($row:literal) => {
        concat!(
            "vldmia ",
            $row,
            ", {s16-s31}
             vadd.f32 s16, s16, s0
             vadd.f32 s17, s17, s1
             vadd.f32 s18, s18, s2
             vadd.f32 s19, s19, s3
             vadd.f32 s20, s20, s4
             vadd.f32 s21, s21, s5
             vadd.f32 s22, s22, s6
             vadd.f32 s23, s23, s7
             vadd.f32 s24, s24, s8
             vadd.f32 s25, s25, s9
             vadd.f32 s26, s26, s10
             vadd.f32 s27, s27, s11
             vadd.f32 s28, s28, s12
             vadd.f32 s29, s29, s13
             vadd.f32 s30, s30, s14
             vadd.f32 s31, s31, s15
             vstmia ",
            $row,
            "!, {s16-s31}
            "
        )
    };
}

/// Adds the product in `s0` to the next weight of a row.
macro_rules! one_of_row {
    ($row:literal) => {
        concat!("vldr s16, [", $row, "]\nvadd.f32 s16, s16, s0\nvstmia ", $row, "!, {s16}\n")
    };
}

/// `row = row + ((k * factor) * x)` for each row and its k, except where `k * factor` is zero.
///
/// Up to three successive rows with the same k, such as those of a step's violations, share the products.
///
/// | register | holds |
/// |---|---|
/// | `s0` to `s15` | features, then products |
/// | `s16` to `s31` | weights, before them the factor |
/// | `r0`, `r1`, `r2` | the next k, x, the next row |
/// | `r3`, `r4` | rows left, features |
/// | `r5`, `r6` to `r8` | how many rows wait for more with the same k, and where they are |
/// | `r9`, `r10`, `lr` | their k, the k of the next row, the common factor |
/// | `r11`, `r12` | x as it moves, features left |
///
/// # Safety
/// The processor has the unit. Rows and features are at least 1; there are `rows` k, `features` features, and `rows ·
/// features` weights, which overlap none of those.
#[unsafe(naked)]
unsafe extern "C" fn add_multiples(
    factor: f32,
    k: *const f32,
    x: *const f32,
    weights: *mut f32,
    rows: usize,
    features: usize,
) {
    naked_asm!(
        ".fpu fpv4-sp-d16",
        "push {r4-r11, lr}",
        "ldr r4, [sp, #36]",
        "vpush {s16-s31}",
        "vmov lr, s0",
        "mov r5, #0",
        // The next row joins the waiting ones, or these are processed first.
        "1: ldr r10, [r0], #4",
        "lsls r12, r10, #1",
        "beq 4f",
        "cbz r5, 2f",
        "cmp r10, r9",
        "bne 10f",
        "cmp r5, #2",
        "bhi 10f",
        "ite lo",
        "movlo r7, r2",
        "movhs r8, r2",
        "b 3f",
        "2: mov r9, r10",
        "mov r6, r2",
        "3: add r5, r5, #1",
        "4: add r2, r2, r4, lsl #2",
        "subs r3, r3, #1",
        "bne 1b",
        "cbnz r5, 10f",
        "5: vpop {s16-s31}",
        "pop {r4-r11, pc}",
        // The waiting rows: sixteen features at a time, then one.
        "10: vmov s0, r9",
        "vmov s1, lr",
        "vmul.f32 s0, s0, s1",
        "vmov r9, s0",
        "lsls r12, r9, #1",
        "beq 18f",
        "mov r11, r1",
        "subs r12, r4, #16",
        "blo 14f",
        "11: vldmia r11!, {s0-s15}",
        "vmov s16, r9",
        "vmul.f32 s0, s16, s0",
        "vmul.f32 s1, s16, s1",
        "vmul.f32 s2, s16, s2",
        "vmul.f32 s3, s16, s3",
        "vmul.f32 s4, s16, s4",
        "vmul.f32 s5, s16, s5",
        "vmul.f32 s6, s16, s6",
        "vmul.f32 s7, s16, s7",
        "vmul.f32 s8, s16, s8",
        "vmul.f32 s9, s16, s9",
        "vmul.f32 s10, s16, s10",
        "vmul.f32 s11, s16, s11",
        "vmul.f32 s12, s16, s12",
        "vmul.f32 s13, s16, s13",
        "vmul.f32 s14, s16, s14",
        "vmul.f32 s15, s16, s15",
        "tbb [pc, r5]",
        "9: .byte 0, (13f - 9b) / 2, (12f - 9b) / 2, 2",
        sixteen_of_row!("r8"),
        "12:",
        sixteen_of_row!("r7"),
        "13:",
        sixteen_of_row!("r6"),
        "subs r12, r12, #16",
        "bhs 11b",
        "14: adds r12, r12, #16",
        "beq 18f",
        "15: vldmia r11!, {s0}",
        "vmov s16, r9",
        "vmul.f32 s0, s16, s0",
        "cmp r5, #2",
        "blo 17f",
        "beq 16f",
        one_of_row!("r8"),
        "16:",
        one_of_row!("r7"),
        "17:",
        one_of_row!("r6"),
        "subs r12, r12, #1",
        "bne 15b",
        // The row that was not joined waits now, unless there is none left.
        "18: mov r5, #0",
        "cmp r3, #0",
        "bne 2b",
        "b 5b",
        options(raw)
    )
}

/// The results of a pass over the scores besides the sum of the margins, in the order in which the assembly stores
/// them.
#[repr(C)]
struct Found {
    violations: usize,
    /// NaN if a score is not finite.
    of_scores: f32,
    /// NaN if a bias that changed is not finite.
    of_bias: f32,
}

/// Turns scores into indicators, and adds `factor` times these to the biases; returns the sum of the margins that
/// count.
///
/// The bits of a margin, as an integer, show whether it is above zero. Zero times a value is NaN if the value is not
/// finite, and so is any sum with that. Where a margin does not count, only a zero would be added to the bias, which
/// stays unchanged.
///
/// # Safety
/// The processor has the unit. There are `classes` scores and biases, at least one, `label` is below that, and `found` can be
/// written.
#[unsafe(naked)]
unsafe extern "C" fn violations_of_scores(
    margin: f32,
    factor: f32,
    scores: *mut f32,
    bias: *mut f32,
    classes: usize,
    label: usize,
    found: *mut Found,
) -> f32 {
    naked_asm!(
        ".fpu fpv4-sp-d16",
        "push {r4-r7, lr}",
        "ldr r7, [sp, #20]",
        "add r2, r0, r2, lsl #2",
        "add r3, r0, r3, lsl #2",
        "sub r1, r1, r0",
        "vldr s2, [r3]",
        "mov r4, #0x3f800000",
        "mov r5, #0",
        "mov r12, #0",
        // Zero, the check of the scores, the check of the biases, the sum.
        "vmov d2, r5, r5",
        "vmov d3, r5, r5",
        "1: vldr s8, [r0]",
        "vmla.f32 s5, s8, s4",
        "vsub.f32 s8, s8, s2",
        "vadd.f32 s8, s8, s0",
        "vmov r6, s8",
        "cmp r6, #0",
        "bgt 3f",
        "2: str r5, [r0], #4",
        "cmp r0, r2",
        "bne 1b",
        "b 4f",
        "3: cmp r0, r3",
        "beq 2b",
        "vadd.f32 s7, s7, s8",
        "add r6, r0, r1",
        "vldr s9, [r6]",
        "vadd.f32 s9, s9, s1",
        "vmla.f32 s6, s9, s4",
        "vstr s9, [r6]",
        "add r12, r12, #1",
        "str r4, [r0], #4",
        "cmp r0, r2",
        "bne 1b",
        "4: cmp r12, #0",
        "beq 5f",
        "vmov s8, r12",
        "vcvt.f32.u32 s8, s8",
        "vneg.f32 s8, s8",
        "vstr s8, [r3]",
        "add r6, r3, r1",
        "vldr s9, [r6]",
        "vmul.f32 s8, s1, s8",
        "vadd.f32 s9, s9, s8",
        "vmla.f32 s6, s9, s4",
        "vstr s9, [r6]",
        "5: str r12, [r7]",
        "vstr s5, [r7, #4]",
        "vstr s6, [r7, #8]",
        "vmov.f32 s0, s7",
        "pop {r4-r7, pc}",
        options(raw)
    )
}

/// Branches to where the largest magnitude in `r12` is replaced, if this element's is larger, and comes back. A shift
/// to the left by one bit removes the sign.
macro_rules! larger {
    ($($element:literal $rise:literal $back:literal),+) => {
        concat!($("cmp r12, ", $element, ", lsl #1\nblo ", $rise, "f\n", $back, ":\n",)+)
    };
}

/// Replaces the largest magnitude.
macro_rules! rise {
    ($($element:literal $rise:literal $back:literal),+) => {
        concat!($($rise, ": lsl r12, ", $element, ", #1\nb ", $back, "b\n",)+)
    };
}

/// The largest magnitude, as a maximum of integers.
///
/// # Safety
/// `x` has `length` elements.
#[unsafe(naked)]
unsafe extern "C" fn largest_magnitude(x: *const f32, length: usize) -> f32 {
    naked_asm!(
        ".fpu fpv4-sp-d16",
        "push {r4-r9}",
        "mov r12, #0",
        "subs r1, r1, #8",
        "blo 2f",
        "1: ldmia r0!, {r2-r9}",
        larger!("r2" "20" "30", "r3" "21" "31", "r4" "22" "32", "r5" "23" "33", "r6" "24" "34"),
        larger!("r7" "25" "35", "r8" "26" "36", "r9" "27" "37"),
        "subs r1, r1, #8",
        "bhs 1b",
        "2: adds r1, r1, #8",
        "beq 4f",
        "3: ldr r2, [r0], #4",
        larger!("r2" "28" "38"),
        "subs r1, r1, #1",
        "bne 3b",
        "4: lsr r12, r12, #1",
        "vmov s0, r12",
        "pop {r4-r9}",
        "bx lr",
        rise!("r2" "20" "30", "r3" "21" "31", "r4" "22" "32", "r5" "23" "33", "r6" "24" "34"),
        rise!("r7" "25" "35", "r8" "26" "36", "r9" "27" "37"),
        rise!("r2" "28" "38"),
        options(raw)
    )
}
