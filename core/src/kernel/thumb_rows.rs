//! The rows that an integer step writes, and their biases, in Thumb-2: for ten classes the compiler needs three times
//! as many instructions besides those of the rows themselves.

use super::integers::Rate;

/// The arguments, in the order in which the assembly loads them.
#[repr(C)]
pub(super) struct Call {
    /// The end of the coefficients.
    coefficients: *const i32,
    weights: *mut i16,
    /// The end of the biases.
    bias: *mut i32,
    /// Minus the number of rows.
    first: isize,
    x: *const i16,
    bytes: usize,
    left: i32,
    count: usize,
    right: i32,
    bias_shift: u32,
}

/// Changes each row whose coefficient is not 0, and its bias; returns how many biases were clamped.
///
/// # Safety
/// The function, from [`change_rows!`], may be called for rows of as many weights as there are inputs; `count` is in
/// the unit of the function that it calls.
#[inline(always)]
pub(super) unsafe fn update(
    by: unsafe extern "C" fn(&Call) -> u32,
    count: usize,
    weights: &mut [i16],
    bias: &mut [i32],
    coefficients: &[i32],
    rate: Rate,
    x: &[i16],
) -> u32 {
    let rows = coefficients.len().min(bias.len());
    // The caller's model has these lengths.
    let fits = rows.max(x.len()) < 1 << 16 && rows.wrapping_mul(x.len()) <= weights.len();
    if !fits || rows == 0 || count == 0 {
        return 0;
    }
    let call = Call {
        coefficients: coefficients.as_ptr().wrapping_add(rows),
        weights: weights.as_mut_ptr(),
        bias: bias.as_mut_ptr().wrapping_add(rows),
        first: rows.cast_signed().wrapping_neg(),
        x: x.as_ptr(),
        bytes: x.len().wrapping_mul(2),
        left: rate.shift.max(0),
        count,
        right: rate.shift.min(0),
        bias_shift: rate.bias_shift,
    };
    // SAFETY: by the caller; there is that much of each, at least one of rows and count.
    unsafe { by(&call) }
}

/// A function that changes each row whose coefficient is not 0, and its bias, and returns how many biases were
/// clamped.
///
/// The lines of `$change`, with their operands, compute `row = row − factor · x`. They find the row in r0, x in r1, the
/// factor in r2, the number of elements or pairs in r3, and 32 bytes after the address in r11 the right shift of the
/// inputs as a number of at most 0. They may change r0 to r3, r12, lr, the flags, and q0 to q3.
///
/// r4: the end of the coefficients, r5: the next row, r6: the end of the biases, r7: minus the number of remaining
/// rows, r8: x, r9: bytes of a row, r10: shift to the left, r11: the call; on the stack the number of clamped biases.
macro_rules! change_rows {
    ([$($change:expr),+ $(,)?] $($operands:tt)*) => {
        /// # Safety
        /// As the function that makes the call.
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn change_rows(call: &$crate::kernel::thumb_rows::Call) -> u32 {
            core::arch::naked_asm!(
                "push {{r1, r4-r11, lr}}",
                "mov r11, r0",
                "movs r1, #0",
                "str r1, [sp]",
                "ldmia r0, {{r4-r10}}",
                "1: ldr r2, [r4, r7, lsl #2]",
                "cbz r2, 2f",
                "ldr r0, [r11, #36]",
                "ldr r1, [r6, r7, lsl #2]",
                "lsl r0, r2, r0",
                "subs r1, r1, r0",
                "add r0, r1, #0x10000000",
                "cmp r0, #0x20000000",
                "bhi 3f",
                "4: str r1, [r6, r7, lsl #2]",
                "mov r0, r5",
                "mov r1, r8",
                "lsl r2, r2, r10",
                "ldr r3, [r11, #28]",
                $($change,)+
                "2: add r5, r5, r9",
                "adds r7, r7, #1",
                "bne 1b",
                "pop {{r0, r4-r11, pc}}",
                // The nearer bound.
                "3: mov r3, #0x10000000",
                "cmp r1, #0",
                "ite ge",
                "movge r1, r3",
                "rsblt r1, r3, #0",
                "ldr r0, [sp]",
                "adds r0, r0, #1",
                "str r0, [sp]",
                "b 4b",
                $($operands)*
            )
        }
    };
}
pub(super) use change_rows;
