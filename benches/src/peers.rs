//! The libraries that a user would pick instead, behind one trait. Their foreign calls are the only unsafe code of this
//! package.
#![allow(unsafe_code, reason = "foreign kernels")]

use std::env;
use std::ffi::{CStr, c_char, c_int};

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use libloading::Library;
use nalgebra::{DMatrixView, DVectorView, DVectorViewMut};
use simsimd::SpatialSimilarity;

/// Weights in row-major order and a bias for each class.
#[derive(Clone, Copy, Debug)]
pub struct Linear<'a> {
    /// One row per class.
    pub weights: &'a [f32],
    /// One element per class.
    pub bias: &'a [f32],
    /// The length of a row.
    pub features: usize,
}

/// A library that computes scores.
pub trait Peer: Copy + 'static {
    /// Its name.
    const NAME: &'static str;

    /// The scores of one sample.
    fn scores(self, linear: Linear<'_>, x: &[f32], scores: &mut [f32]);

    /// The scores of consecutive samples; one row of scores per sample.
    fn batch_scores(self, linear: Linear<'_>, samples: &[f32], scores: &mut [f32]);
}

/// A library that also updates a row: `y = y + k x`.
pub trait Axpy: Peer {
    /// The update.
    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]);
}

fn each_row_from<'a>(bias: &'a [f32], scores: &'a mut [f32]) {
    for row in scores.chunks_exact_mut(bias.len()) {
        row.copy_from_slice(bias);
    }
}

/// `simsimd`: one dot product per row.
#[derive(Clone, Copy, Debug)]
pub struct SimSimd;

impl Peer for SimSimd {
    const NAME: &'static str = "simsimd";

    fn scores(self, linear: Linear<'_>, x: &[f32], scores: &mut [f32]) {
        let rows = linear.weights.chunks_exact(linear.features);
        for ((score, row), bias) in scores.iter_mut().zip(rows).zip(linear.bias) {
            *score = f32::dot(row, x).unwrap_or_default() as f32 + bias;
        }
    }

    fn batch_scores(self, linear: Linear<'_>, samples: &[f32], scores: &mut [f32]) {
        let samples = samples.chunks_exact(linear.features);
        for (x, scores) in samples.zip(scores.chunks_exact_mut(linear.bias.len())) {
            self.scores(linear, x, scores);
        }
    }
}

/// `nalgebra`: its columns are our rows.
#[derive(Clone, Copy, Debug)]
pub struct Nalgebra;

impl Peer for Nalgebra {
    const NAME: &'static str = "nalgebra";

    fn scores(self, linear: Linear<'_>, x: &[f32], scores: &mut [f32]) {
        let classes = linear.bias.len();
        let columns = DMatrixView::from_slice(linear.weights, linear.features, classes);
        scores.copy_from_slice(linear.bias);
        let x = DVectorView::from_slice(x, linear.features);
        DVectorViewMut::from_slice(scores, classes).gemv_tr(1.0, &columns, &x, 1.0);
    }

    fn batch_scores(self, linear: Linear<'_>, samples: &[f32], scores: &mut [f32]) {
        let samples = samples.chunks_exact(linear.features);
        for (x, scores) in samples.zip(scores.chunks_exact_mut(linear.bias.len())) {
            self.scores(linear, x, scores);
        }
    }
}

impl Axpy for Nalgebra {
    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]) {
        let length = x.len();
        DVectorViewMut::from_slice(y, length).axpy(k, &DVectorView::from_slice(x, length), 1.0);
    }
}

/// `faer`.
#[derive(Clone, Copy, Debug)]
pub struct Faer;

impl Peer for Faer {
    const NAME: &'static str = "faer";

    fn scores(self, linear: Linear<'_>, x: &[f32], scores: &mut [f32]) {
        self.batch_scores(linear, x, scores);
    }

    fn batch_scores(self, linear: Linear<'_>, samples: &[f32], scores: &mut [f32]) {
        let (classes, features) = (linear.bias.len(), linear.features);
        let count = scores.len() / classes;
        each_row_from(linear.bias, scores);
        // Column-major: a column of scores for each sample.
        let weights = MatRef::from_row_major_slice(linear.weights, classes, features);
        let samples = MatRef::from_column_major_slice(samples, features, count);
        let scores = MatMut::from_column_major_slice_mut(scores, classes, count);
        matmul(scores, Accum::Add, weights, samples, 1.0, Par::Seq);
    }
}

/// `matrixmultiply`.
#[derive(Clone, Copy, Debug)]
pub struct MatrixMultiply;

impl Peer for MatrixMultiply {
    const NAME: &'static str = "matrixmultiply";

    fn scores(self, linear: Linear<'_>, x: &[f32], scores: &mut [f32]) {
        self.batch_scores(linear, x, scores);
    }

    fn batch_scores(self, linear: Linear<'_>, samples: &[f32], scores: &mut [f32]) {
        let (classes, features) = (linear.bias.len(), linear.features);
        let count = scores.len() / classes;
        each_row_from(linear.bias, scores);
        assert!(linear.weights.len() >= classes * features && samples.len() >= count * features);
        let (row, step) = (features as isize, classes as isize);
        // SAFETY: count × features samples, features × classes weights (transposed by their strides) and count ×
        // classes scores lie in the slices, as the assertion and the division say; the scores are borrowed for writing.
        unsafe {
            let (x, w, s) = (samples.as_ptr(), linear.weights.as_ptr(), scores.as_mut_ptr());
            matrixmultiply::sgemm(count, features, classes, 1.0, x, row, 1, w, 1, row, 1.0, s, step, 1);
        }
    }
}

const ROW_MAJOR: c_int = 101;
const PLAIN: c_int = 111;
const TRANSPOSED: c_int = 112;

type Sgemv =
    unsafe extern "C" fn(c_int, c_int, c_int, c_int, f32, *const f32, c_int, *const f32, c_int, f32, *mut f32, c_int);
type Sgemm = unsafe extern "C" fn(
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    c_int,
    f32,
    *const f32,
    c_int,
    *const f32,
    c_int,
    f32,
    *mut f32,
    c_int,
);
type Saxpy = unsafe extern "C" fn(c_int, f32, *const f32, c_int, *mut f32, c_int);

/// OpenBLAS, if the system has it, on one thread.
#[derive(Clone, Copy, Debug)]
pub struct OpenBlas {
    sgemv: Sgemv,
    sgemm: Sgemm,
    saxpy: Saxpy,
    core: &'static str,
}

impl OpenBlas {
    /// Looks for the library, once, before any thread is started; it may choose its kernels by the processor alone.
    pub fn find() -> Option<Self> {
        // SAFETY: the program has only this thread so far, so no other thread reads the environment at the same time.
        unsafe { env::remove_var("OPENBLAS_CORETYPE") };
        let names = ["libopenblas.so.0", "libopenblas.so", "libopenblas.dylib"];
        // SAFETY: the library's initialisation has no requirements.
        let library = names.iter().find_map(|name| unsafe { Library::new(*name) }.ok())?;
        // The functions must stay valid for as long as the program runs.
        let library: &'static Library = Box::leak(Box::new(library));
        // SAFETY: these are the signatures of the C interface of OpenBLAS with 32-bit integers; the core's name is a
        // string that lives as long as the library.
        unsafe {
            library.get::<unsafe extern "C" fn(c_int)>(b"openblas_set_num_threads").ok()?(1);
            let core = library.get::<unsafe extern "C" fn() -> *const c_char>(b"openblas_get_corename").ok()?();
            Some(Self {
                sgemv: *library.get(b"cblas_sgemv").ok()?,
                sgemm: *library.get(b"cblas_sgemm").ok()?,
                saxpy: *library.get(b"cblas_saxpy").ok()?,
                core: CStr::from_ptr(core).to_str().unwrap_or("?"),
            })
        }
    }

    /// The processor that its kernels were written for.
    pub fn core(&self) -> &'static str {
        self.core
    }
}

impl Peer for OpenBlas {
    const NAME: &'static str = "openblas";

    fn scores(self, linear: Linear<'_>, x: &[f32], scores: &mut [f32]) {
        let (classes, features) = (linear.bias.len(), linear.features);
        scores.copy_from_slice(linear.bias);
        assert!(linear.weights.len() >= classes * features && x.len() >= features);
        let (rows, columns) = (classes as c_int, features as c_int);
        // SAFETY: classes × features weights, as many features and classes lie in the slices, as asserted and copied.
        unsafe {
            let (w, x, s) = (linear.weights.as_ptr(), x.as_ptr(), scores.as_mut_ptr());
            (self.sgemv)(ROW_MAJOR, PLAIN, rows, columns, 1.0, w, columns, x, 1, 1.0, s, 1);
        }
    }

    fn batch_scores(self, linear: Linear<'_>, samples: &[f32], scores: &mut [f32]) {
        let (classes, features) = (linear.bias.len(), linear.features);
        let count = scores.len() / classes;
        each_row_from(linear.bias, scores);
        assert!(linear.weights.len() >= classes * features && samples.len() >= count * features);
        let (m, n, k) = (count as c_int, classes as c_int, features as c_int);
        // SAFETY: count × features samples, classes × features weights and count × classes scores lie in the slices, as
        // the assertion and the division say.
        unsafe {
            let (x, w, s) = (samples.as_ptr(), linear.weights.as_ptr(), scores.as_mut_ptr());
            (self.sgemm)(ROW_MAJOR, PLAIN, TRANSPOSED, m, n, k, 1.0, x, k, w, k, 1.0, s, n);
        }
    }
}

impl Axpy for OpenBlas {
    fn axpy(self, k: f32, x: &[f32], y: &mut [f32]) {
        let length = x.len().min(y.len());
        // SAFETY: both slices have as many elements.
        unsafe { (self.saxpy)(length as c_int, k, x.as_ptr(), 1, y.as_mut_ptr(), 1) };
    }
}
