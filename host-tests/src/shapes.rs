//! The shapes that tests run over.

/// Calls a function that is generic over classes and features once for each shape: the smallest one; rows shorter than,
/// longer than and exactly as long as the 16 lanes of a dot product; few and many classes; and a picture.
#[macro_export]
macro_rules! for_shapes {
    ($check:ident($($argument:expr),*)) => {{
        $check::<2, 1>($($argument),*);
        $check::<3, 2>($($argument),*);
        $check::<4, 16>($($argument),*);
        $check::<7, 30>($($argument),*);
        $check::<10, 64>($($argument),*);
        $check::<26, 16>($($argument),*);
        $check::<10, 784>($($argument),*);
    }};
}

/// The same for only the extremes of these shapes, for tests that are compiled for every kernel: the smallest one, odd
/// rows and classes, many classes, and a picture. Kernels see slices and not shapes, and are tested on slices of all
/// lengths.
#[macro_export]
macro_rules! for_extreme_shapes {
    ($check:ident($($argument:expr),*)) => {{
        $check::<2, 1>($($argument),*);
        $check::<7, 30>($($argument),*);
        $check::<26, 16>($($argument),*);
        $check::<10, 784>($($argument),*);
    }};
}
