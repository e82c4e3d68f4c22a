//! States as bytes, and checkpoints on flash.

use core::convert::Infallible;
use core::hint::black_box;

use embedded_storage::nor_flash::{ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash};
use hingeline::checkpoint::{Checkpoints, Geometry};
use hingeline::state::{Decoder, Encoder, Fault, Plain, Restore, Source, Words, encode, load, record_len};
use hingeline::{
    Average, AveragedSgd, Confusion, Constant, Cosine, CrammerSinger, Direction, DynAverage, DynModel, DynMoments,
    DynStandardiser, EarlyStopping, Gradient, GradientDescent, Hinge, InverseTime, Limited, LineSearch, MiniBatch,
    Model, Moments, Objective, Order, Pegasos, Progress, RandomLocalSearch, RandomSearch, Reservoir, Search, Sgd,
    Softmax, Standardiser, StepDecay, Stopped, Weighted, integer,
};

use crate::{C, F};

pub(crate) fn all() -> Result<(), Stopped> {
    black_box(floats().is_ok());
    black_box(optimisers().is_ok());
    black_box(integers().is_ok());
    black_box(options().is_ok());
    let mut words = Words::new();
    words.put(black_box(1));
    words.put_f32(black_box(2.0));
    words.put_u64(black_box(3));
    words.put_state(&Own(black_box(4)));
    words.rewind();
    black_box((words.take(), words.take_f32(), words.take_u64(), words.take_state(&Own(0)).is_ok()));
    Ok(())
}

/// A state that the user defines.
struct Own(u32);

impl Plain for Own {
    type Value = u32;
    const KIND: u32 = 1 << 31;
    const LEN: usize = 1;

    fn put(&self, words: &mut Words) {
        words.put(self.0);
    }

    fn parse(&self, words: &mut Words) -> Result<u32, Fault> {
        Ok(words.take())
    }

    fn assign(&mut self, value: u32) {
        self.0 = value;
    }
}

/// Converts the words of a state in both directions; the code around them is the same for all states.
fn both_ways<T: Restore>(state: &mut T) {
    let mut buffer = black_box([0; 300]);
    black_box(encode(state, &mut buffer).is_ok());
    let mut decoder = Decoder::new(state);
    black_box(decoder.push(black_box(&buffer)).is_ok());
    black_box(decoder.finish().is_ok());
}

/// Everything that can be done with a state.
fn all_ways<T: Restore>(state: &mut T) {
    let mut buffer = black_box([0; 300]);
    black_box(record_len(state));
    if let Ok(mut encoder) = Encoder::new(state) {
        black_box((encoder.fill(black_box(&mut buffer)), encoder.record_len()));
    }
    black_box(load(state, &mut black_box(&buffer[..]), black_box(&mut [0; 16])).is_ok());
    black_box(load(state, black_box(&mut Eeprom), black_box(&mut [0; 16])).is_ok());
    black_box(in_flash(state).is_ok());
}

fn in_flash<T: Restore>(state: &mut T) -> Result<(), hingeline::checkpoint::CheckpointError<NorFlashErrorKind>> {
    let geometry =
        Geometry { read: black_box(1), write: black_box(4), erase: black_box(4_096), capacity: black_box(8_192) };
    black_box(Checkpoints::open_as(black_box(Flash), geometry, black_box(0..8_192)).is_ok());
    let mut checkpoints = Checkpoints::open(black_box(Flash), black_box(0..8_192))?;
    black_box(checkpoints.load(state).is_ok());
    black_box(checkpoints.save(state).is_ok());
    black_box(checkpoints.prepare().is_ok());
    black_box(checkpoints.clear().is_ok());
    black_box((checkpoints.newest(), checkpoints.is_erase_due(state), checkpoints.saves_per_erase(state)));
    black_box(&mut checkpoints.release());
    Ok(())
}

struct Eeprom;

impl Source for Eeprom {
    type Error = Infallible;

    fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, Infallible> {
        Ok(black_box((offset, buffer)).0)
    }
}

struct Flash;

impl ErrorType for Flash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for Flash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        black_box((offset, bytes));
        black_box(Ok(()))
    }

    fn capacity(&self) -> usize {
        black_box(1 << 20)
    }
}

impl NorFlash for Flash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4_096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        black_box((from, to));
        black_box(Ok(()))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        black_box((offset, bytes));
        black_box(Ok(()))
    }
}

/// Several states form one record, so that the code around their words is compiled once for all of them.
fn floats() -> Result<(), Stopped> {
    let [classes, features] = black_box([10, 64]);
    let mut memory = black_box([0.0; DynModel::memory_len(10, 64)]);
    let mut lent = DynModel::new(&mut memory, classes, features)?;
    let mut memory = black_box([0.0; DynAverage::memory_len(10, 64)]);
    let mut lent_average = DynAverage::new(&mut memory, classes, features)?;
    let mut bytes = black_box(Reservoir::<C, F, 3>::new());
    let mut halves = black_box(Reservoir::<C, F, 3, u16>::new());
    let mut words = black_box(Reservoir::<C, F, 3, usize>::new());
    let mut counts = [0; C * C];
    let mut confusion = Confusion::new(&mut counts, C)?;
    both_ways(&mut (&mut lent, &mut lent_average, &mut bytes, &mut halves, &mut words, &mut confusion));
    let (mut model, mut average) = (black_box(Model::<C, F>::new()), black_box(Average::<C, F>::new()));
    let (mut moments, mut order) = (black_box(Moments::<F>::new()), Order::resume(black_box([1; 4]), 7, 0, 0)?);
    let mut standardiser = Standardiser::from_parts(black_box([0.0; F]), black_box([1.0; F]))?;
    let (mut stopping, mut own) = (EarlyStopping::new(black_box(3))?, Own(black_box(7)));
    let mut others = (&mut standardiser, &mut own);
    all_ways(&mut (&mut model, &mut average, &mut moments, &mut order, &mut stopping, &mut others));
    if let Ok(mut encoder) = Encoder::new(&(&model, &order)) {
        black_box(encoder.fill(black_box(&mut [0; 9])));
    }
    Ok(())
}

fn optimisers() -> Result<(), Stopped> {
    let (hinge, rate) = (Hinge::new(black_box(1.0), black_box(1e-4))?, black_box(0.1));
    let schedule = InverseTime { rate, decay: 1e-3 };
    let weights = black_box([1.0; C]);
    both_ways(&mut (
        &mut Sgd::new(hinge, Constant { rate })?,
        &mut Sgd::new(hinge, StepDecay { rate, factor: 0.5, every: 7 })?,
        &mut Sgd::new(hinge, Pegasos { l2: 1e-3, start: 1_000.0 })?,
        &mut Sgd::new(hinge, Limited { schedule: Cosine { rate, floor: 0.0, steps: 9 }, longest: 0.5 })?,
        &mut Sgd::new(Objective::of(CrammerSinger::new(1.0)?, 1e-4)?, schedule)?,
        &mut Sgd::new(Objective::of(Weighted::new(Softmax, &weights)?, 1e-4)?, schedule)?,
    ));
    let (mut gradient, mut other, mut direction) = (Gradient::<C, F>::new(), Gradient::<C, F>::new(), Direction::new());
    let (mut candidate, mut another, mut average) =
        (Model::<C, F>::new(), Model::<C, F>::new(), Average::<C, F>::new());
    let search = Search::new(hinge, black_box(0.5))?;
    let mut averaged = AveragedSgd::new(Sgd::new(hinge, schedule)?, &mut average);
    black_box(averaged.average());
    both_ways(&mut (
        &mut GradientDescent::new(hinge, schedule, &mut gradient)?,
        &mut MiniBatch::new(hinge, schedule, black_box(5), &mut other)?,
        &mut LineSearch::new(hinge, &mut direction as &mut Direction<C, F>),
        &mut RandomSearch::new(search, &mut candidate),
        &mut RandomLocalSearch::new(search, &mut another),
        &mut averaged,
    ));
    both_ways(&mut (&mut Progress::new(hinge, schedule, black_box(7))?, &mut { search }, &mut { schedule }));
    Ok(())
}

fn integers() -> Result<(), Stopped> {
    let mut model = black_box(integer::Model::<C, F>::new());
    let (mut weights, mut memory) = ([0; 640], [0; 20]);
    let [classes, features] = black_box([10, 64]);
    let mut lent = integer::DynModel::new(&mut weights, &mut memory, classes, features)?;
    let schedule = integer::Halving { exponent: black_box(7), period: 13, last: 12 };
    let mut sgd = integer::Sgd::new(integer::Hinge::new(black_box(1.0), 1e-4)?, schedule)?;
    let weights = black_box([2; C]);
    let loss = integer::Weighted::new(integer::CrammerSinger::new(1.0)?, &weights)?;
    let mut weighted = integer::Sgd::new(integer::Objective::of(loss, 1e-4)?, schedule)?;
    let mut sums = [integer::Sums::ZERO; F];
    let mut moments = integer::Moments::<i16>::new(&mut sums);
    let mut scales = [integer::InputScale::ZERO; F];
    both_ways(&mut (&mut model, &mut lent, &mut sgd, &mut weighted, &mut moments, &mut scales));
    let mut list = scales.as_mut_slice();
    both_ways(&mut (&mut sgd.progress(), &mut { schedule }, &mut list));
    Ok(())
}

/// Optional parts, of runtime shapes.
fn options() -> Result<(), Stopped> {
    let (mut memory, mut frozen) = (black_box([0.0; 4 * F]), black_box([0.0; 2 * F]));
    let mut moments = DynMoments::new(&mut memory, black_box(F))?;
    let mut standardiser = DynStandardiser::new(&mut frozen, black_box(F))?;
    let (mut first, mut second) = (black_box(Some(&mut moments)), black_box(Some(&mut standardiser)));
    both_ways(&mut (&mut first, &mut second));
    Ok(())
}
