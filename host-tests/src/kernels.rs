//! Kernels that this processor may lack.

use std::env;

use hingeline::Error;
use hingeline::kernel::{Choice, Kernel};

/// The kernel; or `None`, after printing why the test is skipped. The checks of the repository count a skip as a
/// failure.
///
/// # Panics
/// If the kernel is refused for any reason other than that the processor lacks it.
pub fn or_skip<K: Kernel>(kernel: Result<K, Error>) -> Option<K> {
    match kernel {
        Ok(kernel) => Some(kernel),
        Err(error) => {
            assert_eq!(error, Error::KernelUnavailable);
            say_skipped(K::NAME, error);
            None
        }
    }
}

/// Prints that a kernel's test is skipped. The message is on a line of its own and printed in one piece, since the
/// checks of the repository read it, and the dots of other tests may appear before it and between two pieces.
pub fn say_skipped(kernel: &str, error: Error) {
    let line = format!("\nskipped: {kernel}: {error}\n");
    eprint!("{line}");
}

/// All kernels that a processor of this architecture may have. A test of any other would be skipped on every machine of
/// this kind.
pub fn of_this_architecture() -> impl Iterator<Item = Choice> {
    Choice::ALL.into_iter().filter(|choice| match choice {
        Choice::Portable | Choice::Scalar => true,
        Choice::Neon => cfg!(target_arch = "aarch64"),
        Choice::Simd128 => cfg!(all(target_arch = "wasm32", target_feature = "simd128")),
        Choice::Sse2 | Choice::Avx2 | Choice::Avx512 => cfg!(target_arch = "x86_64"),
        _ => false,
    })
}

/// The kernels that a test of training runs on: all of this architecture, or only the one named by `HINGELINE_ONLY`.
/// The variable is for emulated processors, where each kernel takes a minute and only one is new.
///
/// # Panics
/// If the variable names no kernel of this architecture, since no test would run.
pub fn to_test() -> Vec<Choice> {
    let Ok(only) = env::var("HINGELINE_ONLY") else {
        return of_this_architecture().collect();
    };
    let named = of_this_architecture().find(|choice| choice.name() == only);
    vec![named.unwrap_or_else(|| panic!("HINGELINE_ONLY={only}: no kernel of this architecture"))]
}
