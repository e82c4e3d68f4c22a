//! Checks whether the arithmetic of this build, on this processor, follows the contract.

use core::hint::black_box;

use super::{KEY, Kernel};
use crate::error::Error;

/// The [`fingerprint`] of arithmetic that keeps the contract. If the computation below has changed,
/// `cargo test -p hingeline-tests --test bits self_check` prints the one to record here.
const FINGERPRINT: u64 = 0xb7f6_2e9a_e6b1_f717;

const CLASSES: usize = 4;
/// A block of sixteen, a quad, and one more.
const FEATURES: usize = 21;
/// The number of steps of each training.
const STEPS: u8 = 12;

/// Compares the arithmetic of this build, on this processor, with the contract. Call it when a program starts.
///
/// It runs three short trainings on made-up values. Their results would differ with a fused multiply-add, with sums in
/// another order, with more digits than binary32 has, or without subnormals. They use the kernel and scalar code, with
/// a division and a square root.
///
/// A build whose target or flags break the contract does not compile, as far as a build script can see them. This
/// function finds the rest: a processor that is set to flush subnormals to zero (`MXCSR`, `FPCR`, `FPSCR`), a library
/// or linker that sets it so, and flags that reach the compiler in another way. The page
/// [`contract`](crate::guide::contract) lists the targets. To test a kernel on all kinds of input, run the firmware
/// `self_check` of the repository.
///
/// It takes the time of 36 steps with 4 × 21 weights, about 700 bytes of stack, and, in a program that trains, 1.3 KB
/// of flash on a Cortex-M4F or 1.6 KB on a Cortex-M0. 0.5 KB of these are a square root, which
/// [`Standardiser`](crate::Standardiser) uses too.
///
/// # Errors
/// [`Error::ArithmeticMismatch`]: training would produce other weights here than elsewhere.
///
/// ```
/// use hingeline::kernel::{CHOSEN, self_check};
///
/// self_check(CHOSEN)?;
/// # Ok::<(), hingeline::Error>(())
/// ```
pub fn self_check<K: Kernel>(kernel: K) -> Result<(), Error> {
    if fingerprint(kernel) == FINGERPRINT { Ok(()) } else { Err(Error::ArithmeticMismatch) }
}

/// The fingerprint that [`self_check`] compares, for a log: the same for every kernel on every target that keeps the contract.
///
/// ```
/// use hingeline::kernel::{CHOSEN, Portable, fingerprint};
///
/// assert_eq!(fingerprint(CHOSEN), fingerprint(Portable));
/// ```
#[inline(never)]
pub fn fingerprint<K: Kernel>(kernel: K) -> u64 {
    // Behind a black box, so that the processor computes this, not the compiler.
    let mut check = Check { kernel, state: black_box(0x9e37_79b9), hash: 0xcbf2_9ce4_8422_2325 };
    for values in [Values::ORDINARY, Values::TINY, Values::SUBNORMAL] {
        check.train(values);
    }
    check.hash
}

/// The random values of a training.
#[derive(Clone, Copy)]
struct Values {
    /// The random bits of a value.
    mask: u32,
    /// An exponent, in its place, which is added to them.
    exponent: u32,
    /// The margin of the loss.
    margin: f32,
}

impl Values {
    /// 2⁻⁶ to 2², of either sign: results are rounded.
    const ORDINARY: Self = Self { mask: 0x83ff_ffff, exponent: 121 << 23, margin: 1.0 };
    /// 2⁻⁷⁵ to 2⁻⁶⁷, of either sign: products are subnormal, and so are the margins.
    const TINY: Self = Self { mask: 0x83ff_ffff, exponent: 52 << 23, margin: 0.0 };
    const SUBNORMAL: Self = Self { mask: 0x807f_ffff, exponent: 0, margin: 1.0 };
}

struct Check<K> {
    kernel: K,
    /// The state of a 32-bit xorshift generator.
    state: u32,
    /// The FNV-1a hash of all results, word by word.
    hash: u64,
}

impl<K: Kernel> Check<K> {
    /// Steps of SGD, which also shrink the weights, on samples drawn one by one.
    #[inline(never)]
    fn train(&mut self, values: Values) {
        let (mut weights, mut bias, mut x) = ([0.0; CLASSES * FEATURES], [0.0; CLASSES], [0.0; FEATURES]);
        self.draw(values, &mut weights);
        for step in 0..STEPS {
            self.draw(values, &mut x);
            let mut scores = [0.0; CLASSES];
            // The bias would drown scores that are subnormal.
            self.kernel.scores(&weights, 0.75, &[0.0; CLASSES], &x, &mut scores);
            self.take(&scores);
            self.kernel.scores(&weights, 0.75, &bias, &x, &mut scores);
            self.take(&scores);

            let label = usize::from(step) % CLASSES;
            let norm = libm::sqrtf(1.0 + self.kernel.largest(&weights));
            let factor = -1.0 / (norm + f32::from(step));
            if let Ok((loss, _)) = self.kernel.violations(KEY, values.margin, label, factor, &mut scores, &mut bias) {
                self.take(&[norm, factor, loss]);
                if loss > 0.0 {
                    self.kernel.scaled_rank_one(KEY, &mut scores, factor, &x, &mut weights);
                }
            }
            self.kernel.scale(0.9, &mut weights);
        }
        self.take(&weights);
        self.take(&bias);
    }

    #[inline(never)]
    fn draw(&mut self, values: Values, to: &mut [f32]) {
        for value in to {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 17;
            self.state ^= self.state << 5;
            *value = f32::from_bits((self.state & values.mask).wrapping_add(values.exponent));
        }
    }

    #[inline(never)]
    fn take(&mut self, results: &[f32]) {
        for result in results {
            self.hash = (self.hash ^ u64::from(result.to_bits())).wrapping_mul(0x100_0000_01b3);
        }
    }
}
