//! Kernels that this processor may lack.

use hingeline::Error;
use hingeline::kernel::Kernel;

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
