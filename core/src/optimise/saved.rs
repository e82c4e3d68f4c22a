//! The words of schedules and optimisers in a record.

use super::descent::{GradientDescent, MiniBatch};
use super::early_stopping::EarlyStopping;
use super::line_search::LineSearch;
use super::progress::Progress;
use super::schedule::{Constant, Cosine, InverseTime, Limited, Pegasos, Schedule, StepDecay};
use super::search::{RandomLocalSearch, RandomSearch, Search};
use super::sgd::Sgd;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::landscape::AnyDirection;
use crate::loss::{Loss, Objective, PiecewiseLinear};
use crate::model::{AnyGradient, AnyModel, Storage};
use crate::state::{Fault, Plain, Words, kind};

/// Schedules that consist of a few numbers: the fields in order, and how a word of each is written and read.
macro_rules! schedules {
    ($($name:ident: $kind:ident { $($field:ident: $put:ident, $take:ident;)+ })+) => { $(
        impl Plain for $name {
            type Value = Self;
            const KIND: u32 = kind::$kind;
            const LEN: usize = [$(stringify!($field)),+].len();

            fn put(&self, words: &mut Words) {
                $(words.$put(self.$field);)+
            }

            fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
                checked(Self { $($field: words.$take()),+ })
            }

            fn assign(&mut self, value: Self) {
                *self = value;
            }
        }
    )+ };
}

schedules! {
    Constant: CONSTANT { rate: put_f32, take_f32; }
    InverseTime: INVERSE_TIME { rate: put_f32, take_f32; decay: put_f32, take_f32; }
    StepDecay: STEP_DECAY { rate: put_f32, take_f32; factor: put_f32, take_f32; every: put, take; }
    Cosine: COSINE { rate: put_f32, take_f32; floor: put_f32, take_f32; steps: put, take; }
    Pegasos: PEGASOS { l2: put_f32, take_f32; start: put_f32, take_f32; }
}

impl<R: Schedule + Plain<Value = R>> Plain for Limited<R> {
    type Value = Self;
    const KIND: u32 = kind::LIMITED;
    const LEN: usize = 2 + R::LEN;

    fn put(&self, words: &mut Words) {
        words.put_state(&self.schedule);
        words.put_f32(self.longest);
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        checked(Self { schedule: words.take_state(&self.schedule)?, longest: words.take_f32() })
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

fn checked<R: Schedule>(schedule: R) -> Result<R, Fault> {
    schedule.check()?;
    Ok(schedule)
}

/// The loss, the strength of L2, the schedule, the steps.
impl<R, L> Plain for Progress<R, L>
where
    R: Schedule + Plain<Value = R>,
    L: Loss + Plain<Value = L>,
{
    type Value = Self;
    const KIND: u32 = kind::PROGRESS;
    const LEN: usize = <Objective<L> as Plain>::LEN + R::LEN + 4;

    fn put(&self, words: &mut Words) {
        words.put_state(&self.objective());
        words.put_state(&self.schedule());
        words.put_u64(self.steps());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let objective = words.take_state(&self.objective())?;
        let schedule = words.take_state(&self.schedule())?;
        Ok(Self::of_run(objective, schedule, words.take_u64())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

impl<R, L> Plain for Sgd<R, L>
where
    R: Schedule + Plain<Value = R>,
    L: Loss + Plain<Value = L>,
{
    type Value = Self;
    const KIND: u32 = kind::SGD;
    const LEN: usize = <Progress<R, L> as Plain>::LEN;

    fn put(&self, words: &mut Words) {
        self.progress().put(words);
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        Ok(Self::resume(self.progress().parse(words)?))
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

/// The progress; the gradient is scratch.
impl<G, R, L> Plain for GradientDescent<'_, AnyGradient<G>, R, L>
where
    G: Storage,
    R: Schedule + Plain<Value = R>,
    L: Loss + Plain<Value = L>,
{
    type Value = Progress<R, L>;
    const KIND: u32 = kind::GRADIENT_DESCENT;
    const LEN: usize = <Progress<R, L> as Plain>::LEN;

    fn put(&self, words: &mut Words) {
        self.progress().put(words);
    }

    fn parse(&self, words: &mut Words) -> Result<Progress<R, L>, Fault> {
        self.progress().parse(words)
    }

    fn assign(&mut self, value: Progress<R, L>) {
        self.progress = value;
    }
}

/// The progress and the batch size; the gradient is scratch.
impl<G, R, L> Plain for MiniBatch<'_, AnyGradient<G>, R, L>
where
    G: Storage,
    R: Schedule + Plain<Value = R>,
    L: Loss + Plain<Value = L>,
{
    type Value = (Progress<R, L>, u32);
    const KIND: u32 = kind::MINI_BATCH;
    const LEN: usize = <Progress<R, L> as Plain>::LEN + 1;

    fn put(&self, words: &mut Words) {
        self.progress().put(words);
        words.put(self.batch_size());
    }

    fn parse(&self, words: &mut Words) -> Result<Self::Value, Fault> {
        match (self.progress().parse(words)?, words.take()) {
            (_, 0) => Err(Error::InvalidBatchSize.into()),
            value => Ok(value),
        }
    }

    fn assign(&mut self, (progress, batch_size): Self::Value) {
        (self.progress, self.batch_size) = (progress, batch_size);
    }
}

impl<L: Loss + Plain<Value = L>> Plain for Search<L> {
    type Value = Self;
    const KIND: u32 = kind::SEARCH;
    const LEN: usize = <Objective<L> as Plain>::LEN + 5;

    fn put(&self, words: &mut Words) {
        words.put_state(&self.objective());
        words.put_f32(self.deviation());
        put_option(self.best(), words);
        words.put_u64(self.steps());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        let objective = words.take_state(&self.objective())?;
        let (deviation, best) = (words.take_f32(), take_option(words));
        Ok(Self::resume(objective, deviation, best, words.take_u64())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

/// The state; the candidate is scratch.
impl<T, K, L> Plain for RandomSearch<'_, AnyModel<T, K>, L>
where
    T: Storage,
    K: Kernel,
    L: Loss + Plain<Value = L>,
{
    type Value = Search<L>;
    const KIND: u32 = kind::RANDOM_SEARCH;
    const LEN: usize = <Search<L> as Plain>::LEN;

    fn put(&self, words: &mut Words) {
        self.state().put(words);
    }

    fn parse(&self, words: &mut Words) -> Result<Search<L>, Fault> {
        self.state().parse(words)
    }

    fn assign(&mut self, value: Search<L>) {
        self.search = value;
    }
}

/// The state; the candidate is scratch.
impl<T, K, L> Plain for RandomLocalSearch<'_, AnyModel<T, K>, L>
where
    T: Storage,
    K: Kernel,
    L: Loss + Plain<Value = L>,
{
    type Value = Search<L>;
    const KIND: u32 = kind::RANDOM_LOCAL_SEARCH;
    const LEN: usize = <Search<L> as Plain>::LEN;

    fn put(&self, words: &mut Words) {
        self.state().put(words);
    }

    fn parse(&self, words: &mut Words) -> Result<Search<L>, Fault> {
        self.state().parse(words)
    }

    fn assign(&mut self, value: Search<L>) {
        self.search = value;
    }
}

/// The objective and the last loss; the direction is scratch.
impl<G, L> Plain for LineSearch<'_, AnyDirection<G>, L>
where
    G: Storage,
    L: PiecewiseLinear + Plain<Value = L>,
{
    type Value = (Objective<L>, f32);
    const KIND: u32 = kind::LINE_SEARCH;
    const LEN: usize = <Objective<L> as Plain>::LEN + 2;

    fn put(&self, words: &mut Words) {
        words.put_state(&self.objective());
        put_option(self.last_loss(), words);
    }

    fn parse(&self, words: &mut Words) -> Result<Self::Value, Fault> {
        let objective = words.take_state(&self.objective())?;
        Ok((objective, Self::last_of(take_option(words))?))
    }

    fn assign(&mut self, (objective, last): Self::Value) {
        (self.objective, self.last) = (objective, last);
    }
}

impl Plain for EarlyStopping {
    type Value = Self;
    const KIND: u32 = kind::EARLY_STOPPING;
    const LEN: usize = 3;

    fn put(&self, words: &mut Words) {
        words.put(self.patience());
        put_option(self.lowest(), words);
        words.put(self.waited());
    }

    fn parse(&self, words: &mut Words) -> Result<Self, Fault> {
        Ok(Self::resume(words.take(), take_option(words), words.take())?)
    }

    fn assign(&mut self, value: Self) {
        *self = value;
    }
}

/// No run produces a NaN, so a NaN means that there is no number.
const NONE: u32 = f32::NAN.to_bits();

fn put_option(value: Option<f32>, words: &mut Words) {
    words.put(value.map_or(NONE, f32::to_bits));
}

fn take_option(words: &mut Words) -> Option<f32> {
    let word = words.take();
    (word != NONE).then_some(f32::from_bits(word))
}
