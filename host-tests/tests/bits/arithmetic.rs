//! Every operation against the arithmetic contract, bit for bit, on every kernel that this host can run.

mod average;
mod descent;
mod draws;
mod landscape;
mod loss;
mod losses;
mod operations;

/// The tests of one kernel.
macro_rules! hold_to_the_contract {
    ($module:ident, $kernel:expr) => {
        hold_to_the_contract!($module, $kernel,
            operations: dot, dot_of_unequal_lengths, dot_of_nothing, sign_of_zero, order_of_summation, lanes_of_a_tail,
                scores, fewer_rows_than_scores, batch_scores, batch_of_odd_shapes, long_batch, axpy, axpy_by_zero, rank_one,
                rank_one_by_zero, batch_rank_one, factors_left_over, scale, largest;
            loss: margins, violations_at_zero, loss_of_a_set, compensation, squared_norm, gradient;
            losses: losses_of_scores, gradients, steps, landscapes;
            descent: sgd_steps, sgd_steps_that_fold, batch_steps, batch_steps_of_a_scaled_model, mini_batches;
            average: means, means_of_steps_that_fold;
            landscape: losses, norms_near_zero, derivatives, breakpoints, minima, many_samples, line_searches;
        );
    };
    ($module:ident, $kernel:expr, $($checks:ident: $($check:ident),*;)*) => {
        mod $module {
            $($(
                #[test]
                fn $check() {
                    if let Some(kernel) = hingeline_host_tests::kernels::or_skip($kernel) {
                        super::$checks::$check(kernel);
                    }
                }
            )*)*
        }
    };
}

hold_to_the_contract!(portable, Ok(hingeline::kernel::Portable));
hold_to_the_contract!(scalar, Ok(hingeline::kernel::Scalar));
#[cfg(target_arch = "aarch64")]
hold_to_the_contract!(neon, Ok(hingeline::kernel::Neon));
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
hold_to_the_contract!(simd128, Ok(hingeline::kernel::Simd128));
#[cfg(target_arch = "x86_64")]
hold_to_the_contract!(sse2, Ok(hingeline::kernel::Sse2));
#[cfg(target_arch = "x86_64")]
hold_to_the_contract!(avx2, hingeline::kernel::Avx2::new());
#[cfg(target_arch = "x86_64")]
hold_to_the_contract!(avx512, hingeline::kernel::Avx512::new());
