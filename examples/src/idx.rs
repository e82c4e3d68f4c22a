//! IDX, the format of MNIST: a magic number, the sizes as big-endian words, then bytes.

use std::path::Path;

use hingeline_console::file::{self, FileError};

/// The largest file that is read: 1 GiB.
const LIMIT: u64 = 1 << 30;

/// Reads pictures of `F` pixels, in `rows` rows.
///
/// # Errors
/// A message that names the file and what was expected.
pub fn read_images<const F: usize>(path: &Path, rows: usize) -> Result<Vec<[u8; F]>, FileError> {
    let what = format!("an IDX file of pictures of {rows} x {} bytes", F / rows.max(1));
    let bytes = file::read(path, LIMIT, &what)?;
    images(&bytes, rows).map_err(|problem| FileError::new(path, format_args!("{problem}; expected {what}")))
}

/// Reads labels below `classes`.
///
/// # Errors
/// A message that names the file and what was expected.
pub fn read_labels(path: &Path, classes: usize) -> Result<Vec<u8>, FileError> {
    let what = format!("an IDX file of labels below {classes}");
    let bytes = file::read(path, LIMIT, &what)?;
    labels(&bytes, classes).map_err(|problem| FileError::new(path, format_args!("{problem}; expected {what}")))
}

/// Parses the bytes as pictures.
///
/// # Errors
/// A message that says what is wrong with them.
pub fn images<const F: usize>(bytes: &[u8], rows: usize) -> Result<Vec<[u8; F]>, String> {
    let (sizes, pixels) = body::<3>(bytes)?;
    let [_, height, width] = sizes;
    if height != rows || height.checked_mul(width) != Some(F) {
        return Err(format!("it has pictures of {height} x {width}"));
    }
    let (images, _) = pixels.as_chunks::<F>();
    Ok(images.to_vec())
}

/// Parses the bytes as labels.
///
/// # Errors
/// A message that says what is wrong with them.
pub fn labels(bytes: &[u8], classes: usize) -> Result<Vec<u8>, String> {
    let (_, labels) = body::<1>(bytes)?;
    match labels.iter().position(|&label| usize::from(label) >= classes) {
        Some(index) => Err(format!("label {index} is {}", labels[index])),
        None => Ok(labels.to_vec()),
    }
}

/// The sizes of the `D` dimensions, and the data, whose length they determine.
///
/// # Errors
/// A message that says what is wrong with them.
pub fn body<const D: usize>(bytes: &[u8]) -> Result<([usize; D], &[u8]), String> {
    // Two zeros, 8 for unsigned bytes, and the number of dimensions.
    let magic = [0, 0, 8, D as u8];
    let rest = bytes.strip_prefix(&magic).ok_or_else(|| match bytes.first_chunk() {
        Some([0x1f, 0x8b]) => "it is compressed: run gunzip on it first".to_owned(),
        _ => format!("it does not begin with the magic number {magic:02x?}"),
    })?;
    let (words, _) = rest.as_chunks::<4>();
    let mut sizes = [0; D];
    for (at, size) in sizes.iter_mut().enumerate() {
        let word = words.get(at).ok_or("it ends before the sizes do")?;
        *size = u32::from_be_bytes(*word) as usize;
    }
    let body = rest.get(4 * D..).unwrap_or_default();
    let expected = sizes.iter().try_fold(1_usize, |product, &size| product.checked_mul(size));
    if expected != Some(body.len()) {
        return Err(format!("its sizes are {sizes:?}, but {} bytes follow", body.len()));
    }
    Ok((sizes, body))
}
