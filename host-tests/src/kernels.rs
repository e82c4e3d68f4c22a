//! Kernels that this processor may lack.

use hingeline::Error;
use hingeline::kernel::{Choice, Kernel};

/// The kernel, or a word on why the test is skipped. The checks of the repository count a skip as a failure.
///
/// # Panics
/// If the refusal is another than that the processor lacks the kernel.
pub fn or_skip<K: Kernel>(kernel: Result<K, Error>) -> Option<K> {
    match kernel {
        Ok(kernel) => Some(kernel),
        Err(error) => {
            assert_eq!(error, Error::KernelUnavailable);
            eprintln!("skipped: {}: {error}", K::NAME);
            None
        }
    }
}

/// All kernels that a processor of this architecture may have; a test of another one's would be skipped everywhere here.
pub fn of_this_architecture() -> impl Iterator<Item = Choice> {
    Choice::ALL.into_iter().filter(|choice| match choice {
        Choice::Portable | Choice::Scalar => true,
        Choice::Neon => cfg!(target_arch = "aarch64"),
        Choice::Simd128 => cfg!(all(target_arch = "wasm32", target_feature = "simd128")),
        Choice::Sse2 | Choice::Avx2 | Choice::Avx512 => cfg!(target_arch = "x86_64"),
        _ => false,
    })
}
