//! The rows that an integer step writes, and their biases, in Thumb-2: for ten classes the compiler needs three times
//! as many instructions besides those of the rows themselves.

/// A function of the type [`ChangeRows`](super::rows::ChangeRows).
///
/// The lines of `$change`, with their operands, compute `row = row − k · 2^shift · x`. They find the row in r0, x in r1, k
/// in r2 and the shift in r3, which those of `$factor` may have changed, and the number of inputs in r9, and may change
/// r0 to r3, r12, lr, the flags, and q0 to q3.
/// Those of `$clamp` clamp the results, to the limit in lr, and leave the number of those clamped in r12. Those of
/// `$begin` and `$end` stand around the loop over rows; an end that returns to label 9 starts over with the call in r0.
///
/// r4: coefficients, r5: row, r6: biases, r7: remaining rows, r8: x, r9: number of inputs, r10: bytes of a row, r11:
/// the address of the limit, behind which the shift and the step of the biases lie; on the stack what was clamped.
macro_rules! change_rows {
    (
        clamped: $clamped:literal
        frame: [$($frame:expr),* $(,)?]
        begin: [$($begin:expr),* $(,)?]
        factor: [$($factor:expr),* $(,)?]
        change: [$($change:expr),+ $(,)?]
        clamp: [$($clamp:expr),+ $(,)?]
        end: [$($end:expr),* $(,)?]
        leave: [$($leave:expr),* $(,)?]
        $($operands:tt)*
    ) => {
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn change_rows(rows: &mut $crate::kernel::rows::Rows) -> u32 {
            core::arch::naked_asm!(
                "push {{r3-r11, lr}}",
                $($frame,)*
                "movs r1, #0",
                concat!("str r1, ", $clamped),
                "9: ldmia r0!, {{r4-r10}}",
                "mov r11, r0",
                $($begin,)*
                "1: ldr r2, [r4], #4",
                "ldr r1, [r6], #4",
                "cbz r2, 2f",
                "ldmia r11, {{r0, r3, r12}}",
                "mls r1, r2, r12, r1",
                "add lr, r1, #0x10000000",
                "cmp lr, #0x20000000",
                "bhi 3f",
                "4: str r1, [r6, #-4]",
                $($factor,)*
                "cbnz r0, 5f",
                "mov r0, r5",
                "mov r1, r8",
                $($change,)+
                "2: add r5, r5, r10",
                "subs r7, r7, #1",
                "bne 1b",
                $($end,)*
                $($leave,)*
                "pop {{r0, r4-r11, pc}}",
                // The nearer bound.
                "3: cmp r1, #0",
                "mov r1, #0x10000000",
                "it lt",
                "rsblt r1, r1, #0",
                concat!("ldr r12, ", $clamped),
                "add r12, r12, #1",
                concat!("str r12, ", $clamped),
                "b 4b",
                "5: mov lr, r0",
                "mov r0, r5",
                "mov r1, r8",
                $($clamp,)+
                concat!("ldr r0, ", $clamped),
                "add r0, r0, r12",
                concat!("str r0, ", $clamped),
                "b 2b",
                $($operands)*
            )
        }
    };
}
pub(super) use change_rows;

/// The same by a function `subtract(row, x, factor, count)`, which may change what the lines of `$change` may.
///
/// Inputs that are to be shifted to the right are rounded once for all rows, up to 32 at a time, into 64 bytes of the
/// stack. All but the first of these blocks leave the biases as they are.
#[cfg(any(hingeline_dsp, hingeline_thumb2))]
macro_rules! change_rows_by {
    ($subtract:path) => {
        $crate::kernel::thumb_rows::change_rows!(
            clamped: "[sp, #64]"
            frame: ["sub sp, sp, #64"]
            begin: [
                "ldr r3, [r11, #4]",
                "cmp r3, #0",
                "bge 1f",
                "rsbs r3, r3, #0",
                "movs r2, #1",
                "lsls r2, r3",
                "lsrs r2, r2, #1",
                "cmp r9, #32",
                "it hi",
                "movhi r9, #32",
                "mov r1, sp",
                "mov lr, r9",
                "10: ldrsh r0, [r8], #2",
                "add r0, r0, r2",
                "asrs r0, r3",
                "strh r0, [r1], #2",
                "subs lr, lr, #1",
                "bne 10b",
                "str r8, [r11, #-12]",
                "mov r8, sp",
            ]
            factor: ["bic r3, r3, r3, asr #31", "lsls r2, r3"]
            change: ["mov r3, r9", "bl {subtract}"]
            clamp: [
                "mov r12, #0",
                "6: ldrsh r10, [r1], #2",
                "ldrsh r3, [r0]",
                "mls r3, r10, r2, r3",
                "cmp r3, lr",
                "itt gt",
                "movgt r3, lr",
                "addgt r12, r12, #1",
                "cmn r3, lr",
                "itt lt",
                "rsblt r3, lr, #0",
                "addlt r12, r12, #1",
                "strh r3, [r0], #2",
                "subs r9, r9, #1",
                "bne 6b",
                "sub r9, r1, r8",
                "lsr r9, r9, #1",
                "ldr r10, [r11, #-4]",
            ]
            end: [
                "ldr r0, [r11, #-8]",
                "subs r0, r0, r9",
                "beq 11f",
                "str r0, [r11, #-8]",
                "ldr r1, [r11, #-24]",
                "add r1, r1, r9, lsl #1",
                "str r1, [r11, #-24]",
                "str r7, [r11, #8]",
                "sub r0, r11, #28",
                "b 9b",
                "11:",
            ]
            leave: ["add sp, sp, #64"]
            subtract = sym $subtract
        );
    };
}
#[cfg(any(hingeline_dsp, hingeline_thumb2))]
pub(super) use change_rows_by;
