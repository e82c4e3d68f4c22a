//! Models of either kind of shape, and their sets: the same calls on both must give the same bits.

use hingeline::kernel::Kernel;
use hingeline::shape::{Arrays, Lent, SamplesOf, Shape, Storage};
use hingeline::{
    AnyAverage, AnyDirection, AnyGradient, AnyModel, Average, Bounded, Decoded, Direction, DynAverage, DynDecoded,
    DynDirection, DynGradient, DynModel, DynSamples, DynSlices, Error, Gradient, Model, Sample, Samples, Selected,
    Slices,
};

/// How a set lends its samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// From memory.
    Slices,
    /// Samples of some indices, some of which may not exist.
    Selected,
    /// From memory, with a bound on the features.
    Bounded,
    /// One by one, with a failure at one of them.
    Decoded,
    /// Different samples at each call, with a wrong number of samples, and occasionally none.
    Lying,
    /// The same, also of wrong lengths where the types allow that.
    LyingOfLengths,
}

/// The contents of a set.
#[derive(Clone, Debug)]
pub struct Material {
    /// How it lends its samples.
    pub source: Source,
    /// The number of features in a row.
    pub width: usize,
    /// The features, row by row.
    pub features: Vec<f32>,
    /// The labels, one for each row.
    pub labels: Vec<usize>,
    /// The indices of [`Source::Selected`].
    pub indices: Vec<usize>,
    /// The bound of [`Source::Bounded`].
    pub bound: f32,
    /// The sample at which [`Source::Decoded`] fails.
    pub fails_at: usize,
    /// The length that a lying set claims.
    pub said: usize,
    /// The seed of its lies.
    pub seed: u32,
}

impl Material {
    /// The number of samples that the set claims.
    pub fn len(&self) -> usize {
        match self.source {
            Source::Slices | Source::Bounded | Source::Decoded => self.labels.len(),
            Source::Selected => self.indices.len(),
            Source::Lying | Source::LyingOfLengths => self.said,
        }
    }

    /// Whether it claims to have none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Memory for models of one shape, to be lent a part at a time.
#[derive(Debug)]
pub struct Memory<'m> {
    rest: &'m mut [f32],
    shape: [usize; 2],
}

impl<'m> Memory<'m> {
    /// The length for this many models, gradients, directions and averages of this shape, plus one value.
    pub const fn len(count: usize, [classes, features]: [usize; 2]) -> usize {
        // Scratch is less than ten rows of scores.
        1 + count * classes * (features + 10)
    }

    /// Lends all of these values. Their contents do not matter, and neither does the odd start address.
    pub fn new(values: &'m mut [f32], shape: [usize; 2]) -> Self {
        Self { rest: &mut values[1..], shape }
    }

    fn take(&mut self, len: usize) -> &'m mut [f32] {
        let (part, rest) = core::mem::take(&mut self.rest).split_at_mut(len);
        self.rest = rest;
        part
    }
}

/// One kind of shape, for models that may borrow their memory.
pub trait Side<'m> {
    /// The storage of a model's numbers.
    type Storage: Storage<Shape = Self::Shape>;
    /// The same, without the kernel.
    type Shape: Shape<Sample = Self::Row, Scores = Self::Scores>;
    /// A sample.
    type Row: ?Sized + AsRef<[f32]>;
    /// A row of scores.
    type Scores: ?Sized + AsRef<[f32]> + AsMut<[f32]>;
    /// A set of samples.
    type Set<'s>: ?Sized + SamplesOf<Self::Shape>;

    /// A model of zeros.
    fn model<K: Kernel>(kernel: K, memory: &mut Memory<'m>) -> AnyModel<Self::Storage, K>;
    /// A gradient.
    fn gradient(memory: &mut Memory<'m>) -> AnyGradient<Self::Storage>;
    /// A direction.
    fn direction(memory: &mut Memory<'m>) -> AnyDirection<Self::Storage>;
    /// An average.
    fn average(memory: &mut Memory<'m>) -> AnyAverage<Self::Storage>;
    /// Converts a row to a sample.
    fn row(x: &[f32]) -> &Self::Row;
    /// Converts a row to scores.
    fn scores(x: &mut [f32]) -> &mut Self::Scores;
    /// Calls a function on a set.
    fn with_set<T>(material: &Material, f: impl FnOnce(&mut Self::Set<'_>) -> T) -> T;
}

/// A shape known by types.
#[derive(Debug)]
pub enum Static<const C: usize, const F: usize> {}

impl<'m, const C: usize, const F: usize> Side<'m> for Static<C, F> {
    type Storage = Arrays<C, F>;
    type Shape = <Arrays<C, F> as Storage>::Shape;
    type Row = [f32; F];
    type Scores = [f32; C];
    type Set<'s> = dyn Samples<F> + 's;

    fn model<K: Kernel>(kernel: K, _: &mut Memory<'m>) -> Model<C, F, K> {
        Model::on(kernel)
    }

    fn gradient(_: &mut Memory<'m>) -> Gradient<C, F> {
        Gradient::new()
    }

    fn direction(_: &mut Memory<'m>) -> Direction<C, F> {
        Direction::new()
    }

    fn average(_: &mut Memory<'m>) -> Average<C, F> {
        Average::new()
    }

    fn row(x: &[f32]) -> &[f32; F] {
        x.try_into().expect("rows are drawn in this length")
    }

    fn scores(x: &mut [f32]) -> &mut [f32; C] {
        x.try_into().expect("scores are made in this length")
    }

    fn with_set<T>(material: &Material, f: impl FnOnce(&mut Self::Set<'_>) -> T) -> T {
        let (rows, _) = material.features.as_chunks::<F>();
        let mut slices = Slices::new(rows, &material.labels).expect("a label for each row");
        let mut buffer = [0.0; F];
        match material.source {
            Source::Slices => f(&mut slices),
            Source::Selected => f(&mut Selected::new(&mut slices, &material.indices)),
            Source::Bounded => match Bounded::new(&mut slices, material.bound) {
                Ok(mut bounded) => f(&mut bounded),
                Err(_) => f(&mut slices),
            },
            Source::Decoded => f(&mut Decoded::new(rows.len(), &mut buffer, |index, x: &mut [f32; F]| {
                *x = *rows.get(index).filter(|_| index != material.fails_at).ok_or(Error::Unreadable)?;
                Ok(material.labels[index])
            })),
            Source::Lying | Source::LyingOfLengths => f(&mut Liar::new(material)),
        }
    }
}

/// A shape known at run time, in borrowed memory.
#[derive(Debug)]
pub enum Dynamic {}

impl<'m> Side<'m> for Dynamic {
    type Storage = Lent<'m>;
    type Shape = <Lent<'m> as Storage>::Shape;
    type Row = [f32];
    type Scores = [f32];
    type Set<'s> = dyn DynSamples + 's;

    fn model<K: Kernel>(kernel: K, memory: &mut Memory<'m>) -> DynModel<'m, K> {
        let [classes, features] = memory.shape;
        let lent = memory.take(DynModel::memory_len_on(kernel, classes, features));
        DynModel::on(kernel, lent, classes, features).expect("memory of this length")
    }

    fn gradient(memory: &mut Memory<'m>) -> DynGradient<'m> {
        let [classes, features] = memory.shape;
        DynGradient::new(memory.take(DynGradient::memory_len(classes, features)), classes, features)
            .expect("memory of this length")
    }

    fn direction(memory: &mut Memory<'m>) -> DynDirection<'m> {
        let [classes, features] = memory.shape;
        DynDirection::new(memory.take(DynDirection::memory_len(classes, features)), classes, features)
            .expect("memory of this length")
    }

    fn average(memory: &mut Memory<'m>) -> DynAverage<'m> {
        let [classes, features] = memory.shape;
        DynAverage::new(memory.take(DynAverage::memory_len(classes, features)), classes, features)
            .expect("memory of this length")
    }

    fn row(x: &[f32]) -> &[f32] {
        x
    }

    fn scores(x: &mut [f32]) -> &mut [f32] {
        x
    }

    fn with_set<T>(material: &Material, f: impl FnOnce(&mut Self::Set<'_>) -> T) -> T {
        let mut slices =
            DynSlices::new(material.width, &material.features, &material.labels).expect("a label for each row");
        let mut buffer = vec![0.0; material.width];
        match material.source {
            Source::Slices => f(&mut slices),
            Source::Selected => f(&mut Selected::new(&mut slices, &material.indices)),
            Source::Bounded => match Bounded::new(&mut slices, material.bound) {
                Ok(mut bounded) => f(&mut bounded),
                Err(_) => f(&mut slices),
            },
            Source::Decoded => f(&mut DynDecoded::new(material.labels.len(), &mut buffer, |index, x| {
                let row =
                    material.features.chunks_exact(material.width).nth(index).filter(|_| index != material.fails_at);
                x.copy_from_slice(row.ok_or(Error::Unreadable)?);
                Ok(material.labels[index])
            })),
            Source::Lying | Source::LyingOfLengths => f(&mut Liar::new(material)),
        }
    }
}

/// A set that violates its contract: the strategies may refuse its samples, and nothing else may happen.
struct Liar<'a> {
    material: &'a Material,
    state: u32,
}

impl<'a> Liar<'a> {
    fn new(material: &'a Material) -> Self {
        Self { material, state: material.seed }
    }

    /// A row, or a part of one, and the label of a different row.
    fn lie(&self, seed: u32) -> Option<(&'a [f32], usize)> {
        let Material { source, width, features, labels, .. } = self.material;
        let draw = |n: usize, shift: u32| (seed >> shift) as usize % n;
        let row = features.chunks_exact(*width).nth(draw(labels.len(), 8))?;
        let missing = if *source == Source::LyingOfLengths { draw(3, 4) } else { 0 };
        let lie = (&row[..width.saturating_sub(missing)], labels[draw(labels.len(), 16)]);
        (!seed.is_multiple_of(16)).then_some(lie)
    }

    fn next(&mut self) -> Result<(&'a [f32], usize), Error> {
        self.state = self.state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        self.lie(self.state >> 4).ok_or(Error::Unreadable)
    }

    /// Depends on the index alone, without mutable state.
    fn at(&self, index: usize) -> Option<(&'a [f32], usize)> {
        self.lie((index as u32).wrapping_add(self.material.seed).wrapping_mul(2_654_435_761))
    }
}

impl<const F: usize> Samples<F> for Liar<'_> {
    fn len(&self) -> usize {
        self.material.said
    }

    fn sample(&mut self, _index: usize) -> Result<Sample<'_, F>, Error> {
        let (row, label) = self.next()?;
        Ok((row.first_chunk().ok_or(Error::Unreadable)?, label))
    }

    fn resident(&self, index: usize) -> Option<Sample<'_, F>> {
        let (row, label) = self.at(index)?;
        Some((row.first_chunk()?, label))
    }
}

impl DynSamples for Liar<'_> {
    fn len(&self) -> usize {
        self.material.said
    }

    fn sample(&mut self, _index: usize) -> Result<(&[f32], usize), Error> {
        self.next()
    }

    fn resident(&self, index: usize) -> Option<(&[f32], usize)> {
        self.at(index)
    }
}
