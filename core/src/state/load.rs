//! From a source that can be read twice to a state.

use core::convert::Infallible;
use core::fmt;

use super::decoder::{Decoder, Reading};
use super::fault::Fault;
use super::part::Restore;
use super::record::record_len;

/// A source of a record that can be read as often as needed: a slice, or a driver of your own.
///
/// ```
/// use hingeline::state::{LoadError, Source, encode, load};
/// use hingeline::Model;
///
/// /// A memory on a bus.
/// struct Eeprom([u8; 256]);
///
/// impl Source for Eeprom {
///     type Error = ();
///     fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, ()> {
///         let bytes = self.0.get(offset..).ok_or(())?;
///         let len = bytes.len().min(buffer.len());
///         buffer[..len].copy_from_slice(&bytes[..len]);
///         Ok(len)
///     }
/// }
///
/// let mut eeprom = Eeprom([0; 256]);
/// encode(&Model::from_parts([[1.0], [-1.0]], [0.0; 2], 1.0).unwrap(), &mut eeprom.0).unwrap();
/// let mut model = Model::<2, 1>::new();
/// load(&mut model, &mut eeprom, &mut [0; 8])?;
/// assert_eq!(model.weights(), &[[1.0], [-1.0]]);
/// # Ok::<(), LoadError<()>>(())
/// ```
pub trait Source {
    /// The error if the source cannot be read.
    type Error;

    /// Reads bytes from this offset on, as many as there are and as fit in the buffer; returns their number, 0 at the
    /// end.
    ///
    /// # Errors
    /// Those of the source.
    fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, Self::Error>;
}

impl Source for &[u8] {
    type Error = Infallible;

    fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let rest = self.get(offset..).unwrap_or_default();
        buffer.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        Ok(rest.len().min(buffer.len()))
    }
}

/// Why a state was not restored.
///
/// ```
/// use hingeline::Model;
/// use hingeline::state::{Fault, LoadError, encode, load};
///
/// let mut record = [0; 100];
/// let len = encode(&Model::<2, 1>::new(), &mut record)?;
/// record[40] ^= 1;
/// let mut model = Model::<2, 1>::new();
/// let refused = load(&mut model, &mut &record[..len], &mut [0; 16]);
/// assert_eq!(refused, Err(LoadError::Refused(Fault::Checksum)));
/// # Ok::<(), Fault>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum LoadError<E> {
    /// The source could not be read. The target is unchanged.
    Source(E),
    /// The record does not fit this target. The target is unchanged.
    Refused(Fault),
    /// The second read did not return the same bytes as the first. Models and other states of many numbers are as newly
    /// created; [`Plain`](super::Plain) states are unchanged.
    Cleared,
}

impl<E> From<Fault> for LoadError<E> {
    fn from(fault: Fault) -> Self {
        Self::Refused(fault)
    }
}

impl<E: fmt::Debug> fmt::Display for LoadError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(error) => write!(f, "the source could not be read: {error:?}"),
            Self::Refused(fault) => fault.fmt(f),
            Self::Cleared => f.write_str("the source changed while it was read, and the state was cleared"),
        }
    }
}

impl<E: fmt::Debug> core::error::Error for LoadError<E> {}

/// Restores a state from a record: reads and checks the whole record, and then reads it again and stores it.
///
/// So a target needs no copy of itself, and is unchanged if the record is not right. The buffer holds the source's
/// bytes, at least one; a larger buffer needs fewer calls.
///
/// # Errors
/// See [`LoadError`]. Bytes after the record are ignored.
///
/// ```
/// use hingeline::state::{LoadError, encode, load};
/// use hingeline::{Constant, Hinge, Model, Order, Sgd};
///
/// let mut model = Model::<2, 1>::new();
/// let mut sgd = Sgd::new(Hinge::new(1.0, 1e-3)?, Constant { rate: 0.1 })?;
/// let mut order = Order::resume([1, 2, 3, 4], 100, 0, 0)?;
/// sgd.step(&mut model, &[0.5], 1)?;
/// order.skip();
///
/// // Together, so that they are always of the same moment.
/// let mut record = [0; 200];
/// let len = encode(&(&model, &sgd, &order), &mut record).unwrap();
///
/// // After a reset.
/// let mut again = Model::<2, 1>::new();
/// let mut sgd_again = Sgd::new(Hinge::new(1.0, 1e-3)?, Constant { rate: 0.1 })?;
/// let mut order_again = Order::resume([0; 4], 100, 0, 0)?;
/// load(&mut (&mut again, &mut sgd_again, &mut order_again), &mut &record[..len], &mut [0; 32]).unwrap();
/// assert_eq!((again.checksum(), sgd_again, order_again), (model.checksum(), sgd, order));
/// # Ok::<(), hingeline::Error>(())
/// ```
pub fn load<T: Restore + ?Sized, R: Source + ?Sized>(
    target: &mut T,
    source: &mut R,
    buffer: &mut [u8],
) -> Result<(), LoadError<R::Error>> {
    if buffer.is_empty() {
        return Err(Fault::BufferTooSmall.into());
    }
    let len = record_len(target);
    let mut reading = Reading::new(target);
    read_all(source, len, buffer, |bytes| reading.push(target, bytes, false))??;
    if !reading.is_whole() {
        return Err(Fault::Truncated.into());
    }
    let sum = reading.sum();
    let mut decoder = Decoder::new(target);
    match read_all(source, len, buffer, |bytes| decoder.push(bytes)) {
        Ok(Ok(())) => decoder.finish_if(|own| own == sum).map_err(|_| LoadError::Cleared),
        _ => Err(LoadError::Cleared),
    }
}

/// Reads this many bytes of a source, or up to its end, or until they are refused.
fn read_all<R: Source + ?Sized>(
    source: &mut R,
    len: usize,
    buffer: &mut [u8],
    mut take: impl FnMut(&[u8]) -> Result<(), Fault>,
) -> Result<Result<(), Fault>, LoadError<R::Error>> {
    let mut offset = 0_usize;
    while offset < len {
        let read = source.read(offset, buffer).map_err(LoadError::Source)?;
        // A source of the caller's own may return anything, and may continue after the record.
        let own = read.min(buffer.len()).min(len.saturating_sub(offset));
        let bytes = buffer.get(..own).unwrap_or_default();
        if bytes.is_empty() {
            break;
        }
        if let Err(fault) = take(bytes) {
            return Ok(Err(fault));
        }
        offset = offset.saturating_add(own);
    }
    Ok(Ok(()))
}
