//! Integer inputs from raw bytes, in Thumb: only instructions of Cortex-M0 are used, which a Cortex-M3 has too.

use core::arch::naked_asm;

use super::inputs::InputScale;
use super::integers_call;

/// Four at a time; the last ones by the definition. Returns how many were clamped.
#[inline]
pub(super) fn inputs(raw: &[u8], scales: &[InputScale], x: &mut [i16]) -> u32 {
    // SAFETY: the function reads and writes that many groups of four of each.
    unsafe { integers_call::inputs::<4>(fours, true, raw, scales, x) }
}

/// One input. `(raw − zero) · factor` plus 2⁷ and 128 · 2⁸, shifted, is the input plus 128, which is clamped unless it
/// is from 0 to 255.
macro_rules! one {
    ($raw:literal, $x:literal) => {
        concat!(
            "ldmia r1!, {{r5}}\n",
            "ldrb r6, [r0, #",
            $raw,
            "]\n",
            "sxth r7, r5\n",
            "subs r6, r6, r7\n",
            "lsrs r5, r5, #16\n",
            "muls r6, r5, r6\n",
            "adds r6, r6, r4\n",
            "asrs r6, r6, #8\n",
            "cmp r6, #255\n",
            "bls 2f\n",
            "bl 9f\n",
            "2: subs r6, #128\n",
            "strh r6, [r2, #",
            $x,
            "]\n",
        )
    };
}

/// Inputs from `count` groups of four bytes; returns how many were clamped.
///
/// r0: raw values, r1: scales, r2: x, r3: remaining groups, r4: the addend, r5: factor, r6: input, r7: zero, r12:
/// clamped inputs.
///
/// # Safety
/// There are `count` groups of four of each, at least one.
#[unsafe(naked)]
unsafe extern "C" fn fours(raw: *const u8, scales: *const u32, x: *mut i16, count: usize) -> u32 {
    naked_asm!(
        "push {{r4-r7, lr}}",
        "movs r5, #0",
        "mov r12, r5",
        "movs r4, #128",
        "lsls r5, r4, #8",
        "adds r4, r4, r5",
        "1:",
        one!("0", "0"),
        one!("1", "2"),
        one!("2", "4"),
        one!("3", "6"),
        "adds r0, #4",
        "adds r2, #8",
        "subs r3, r3, #1",
        "bne 1b",
        "mov r0, r12",
        "pop {{r4-r7, pc}}",
        // The nearer bound; counts one more clamped input.
        "9: mov r7, r12",
        "adds r7, #1",
        "mov r12, r7",
        "asrs r6, r6, #31",
        "mvns r6, r6",
        "uxtb r6, r6",
        "bx lr",
    )
}
