//! Models in integers: hostile weights, inputs, raw values, rates and states; conversions of any model in binary32.
//!
//! Invariants: nothing panics; a refused call leaves model and optimiser as they were; weights and biases stay within
//! their bounds; a refusal to clamp is none; and every kernel and either kind of shape return the same numbers.

use hingeline::integer::{
    AnyModel, ByteInputs, ByteModel, CrammerSinger, DynModel, Halving, Hinge, InputScale, Inputs, Loss, Model, Moments,
    Objective, Progress, Raw, Samples, Sgd, Storage, Sums, Weighted, WestonWatkins,
};
use hingeline::kernel::{Kernel, Work};
use hingeline::{Error, Order};

use crate::draw::Draw;
use crate::trace::Trace;

const OPERATIONS: usize = 30;

/// A whole run from a seed, on models of static or of runtime shape.
#[derive(Debug)]
pub struct Run<const C: usize, const F: usize> {
    /// The seed of all draws.
    pub seed: u64,
    /// Whether the types know the shape.
    pub is_static: bool,
}

impl<const C: usize, const F: usize> Work for Run<C, F> {
    type Output = Trace;

    fn run<K: Kernel>(self, kernel: K) -> Trace {
        if self.is_static {
            return Driver::new(self.seed, [C, F], kernel, Model::<C, F, K>::on(kernel)).run();
        }
        let (mut weights, mut memory) = (vec![7; C * F], vec![7; 2 * C]);
        let model = DynModel::on(kernel, &mut weights, &mut memory, C, F).expect("memory of this length");
        Driver::new(self.seed, [C, F], kernel, model).run()
    }
}

struct Driver<S: Storage, K: Kernel> {
    shape: [usize; 2],
    draw: Draw,
    trace: Trace,
    kernel: K,
    model: AnyModel<S, K>,
}

impl<S: Storage, K: Kernel> Driver<S, K> {
    fn new(seed: u64, shape: [usize; 2], kernel: K, model: AnyModel<S, K>) -> Self {
        Self { shape, draw: Draw::new(seed), trace: Trace::NONE, kernel, model }
    }

    fn run(mut self) -> Trace {
        for _ in 0..OPERATIONS {
            match self.draw.below(8) {
                0 | 1 => self.load(),
                2 => self.convert(),
                3 => self.moments(),
                4 => self.scores(),
                5 => self.bytes(),
                _ => self.steps(),
            }
            self.assert_bounds();
            self.trace.value(self.model.checksum());
        }
        self.trace
    }

    fn assert_bounds(&self) {
        let (weights, bias, bits) = self.model.parts();
        let most = ((1 << 22) / self.shape[1]).min(32_767) as i32;
        assert!(weights.iter().all(|w| i32::from(*w).abs() <= most), "a weight beyond {most}");
        assert!(bias.iter().all(|b| b.abs() <= 1 << 28) && bits <= 15);
    }

    fn unchanged_if_refused<T: core::fmt::Debug, E: core::fmt::Debug>(
        &mut self,
        call: impl FnOnce(&mut AnyModel<S, K>) -> Result<T, E>,
    ) -> Option<T> {
        let before = self.model.checksum();
        let result = self.trace.call(call(&mut self.model));
        assert!(result.is_ok() || before == self.model.checksum(), "a refusal that changes: {result:?}");
        result.ok()
    }

    /// Any 16-bit integer, or one near zero.
    fn short(&mut self) -> i16 {
        let value = self.draw.bits() as i16;
        if self.draw.once_in(2) { value } else { value >> self.draw.below(16) }
    }

    fn inputs(&mut self) -> Vec<i16> {
        let count = self.shape[1] + usize::from(self.draw.once_in(40));
        let wild = self.draw.once_in(20);
        (0..count).map(|_| if wild { self.short() } else { i16::from(self.draw.bits() as i8) }).collect()
    }

    fn load(&mut self) {
        let [classes, features] = self.shape;
        let count = classes * features + usize::from(self.draw.once_in(20));
        let shift = self.draw.below(16);
        let weights: Vec<i16> = (0..count).map(|_| self.short() >> shift).collect();
        let bias: Vec<i32> = (0..classes).map(|_| self.draw.bits().cast_signed() >> (shift + 2)).collect();
        let bits = self.draw.below(18) as u8;
        self.unchanged_if_refused(|model| model.load(&weights, &bias, bits));
    }

    /// Converts from any model in binary32, and back.
    fn convert(&mut self) {
        let [classes, features] = self.shape;
        let mut memory = vec![0.0; hingeline::DynModel::memory_len(classes, features)];
        let mut float = hingeline::DynModel::new(&mut memory, classes, features).expect("memory of this length");
        let wild = self.draw.once_in(4);
        let mut value = || if wild { self.draw.finite() } else { self.draw.mild() };
        let weights: Vec<f32> = (0..classes * features).map(|_| value()).collect();
        let bias: Vec<f32> = (0..classes).map(|_| value()).collect();
        if float.load(&weights, &bias, 0.5).is_ok() {
            self.unchanged_if_refused(|model| model.quantise(&float));
        }
        let back = self.model.dequantise(&mut float);
        if self.trace.call(back).is_ok() {
            // An exact value is converted back unchanged, except for unneeded fraction bits.
            self.trace.value(float.checksum());
            self.unchanged_if_refused(|model| model.quantise(&float));
        }
    }

    fn moments(&mut self) {
        let features = self.shape[1];
        let mut sums = vec![Sums::ZERO; features];
        let mut scales = vec![InputScale::ZERO; features + usize::from(self.draw.once_in(20))];
        let mut moments = Moments::<i16>::new(&mut sums);
        for _ in 0..self.draw.below(20) {
            let raw: Vec<i16> = (0..features).map(|_| self.short()).collect();
            let _ = self.trace.call(moments.observe(&raw));
        }
        let _ = self.trace.call(moments.freeze(&mut scales));
        let (count, shift) = (self.draw.count(), self.draw.below(60));
        let mut bits = || u64::from(self.draw.bits()) << 32 | u64::from(self.draw.bits());
        let mut sums: Vec<Sums> =
            (0..features).map(|_| Sums::from_parts(bits().cast_signed() >> shift, bits() >> (shift / 2))).collect();
        if let Ok(moments) = self.trace.call(Moments::<i16>::resume(&mut sums, count)) {
            let _ = self.trace.call(moments.freeze(&mut scales));
        }
        self.trace.value(&scales);
    }

    /// Any bytes form a model, and any form inputs.
    fn bytes(&mut self) {
        let [classes, features] = self.shape;
        let bytes: Vec<i8> = (0..(classes + 1) * features).map(|_| self.draw.bits() as i8).collect();
        let (x, weights) = bytes.split_at(features);
        let shift = self.draw.below(6);
        let bias: Vec<i32> = (0..classes).map(|_| self.draw.bits().cast_signed() >> shift).collect();
        let (width, bits) = (features + usize::from(self.draw.once_in(20)), self.draw.below(17) as u8);
        let model = ByteModel::on(self.kernel, weights, &bias, width, bits);
        let Ok(model) = self.trace.call(model) else { return };
        let mut scores = vec![7; classes];
        let _ = self.trace.call(model.scores(ByteInputs::new(x), &mut scores));
        let predicted = model.predict(ByteInputs::new(x)).expect("inputs of this number");
        assert!(scores.iter().all(|score| *score <= scores[predicted]), "{predicted} of {scores:?}");
        self.trace.value(&scores);
    }

    fn scores(&mut self) {
        let (x, label) = (self.inputs(), self.draw.below(self.shape[0]));
        let Ok(x) = self.trace.call(Inputs::new(&x)) else { return };
        let mut scores = vec![7; self.shape[0]];
        let _ = self.trace.call(self.model.scores(x, &mut scores));
        let _ = self.trace.call(self.model.predict(x));
        let count = self.draw.below(20);
        let mut samples = vec![x; count];
        if count > 0 && self.draw.once_in(3) {
            // One that does not fit, somewhere.
            samples[self.draw.below(count)] = Inputs::new(&[]).expect("no number is too large");
        }
        let mut of_batch = vec![7; count * self.shape[0] + usize::from(self.draw.once_in(20))];
        let _ = self.trace.call(self.model.batch_scores(&samples, &mut of_batch));
        self.trace.value((&scores, &of_batch, label));
    }

    fn steps(&mut self) {
        let (margin, l2) = (self.draw.parameter(), self.draw.parameter() * 0.1);
        let weights: Vec<u8> = (0..self.shape[0]).map(|_| self.draw.below(68) as u8).collect();
        let (hinge, crammer_singer) = (WestonWatkins::new(margin), CrammerSinger::new(margin));
        match (self.draw.below(3), hinge, crammer_singer) {
            (0, Ok(loss), _) => match self.trace.call(Weighted::new(loss, &weights)) {
                Ok(loss) => self.by(Objective::of(loss, l2)),
                Err(_) => self.by(Objective::of(loss, l2)),
            },
            (1, _, Ok(loss)) => self.by(Objective::of(loss, l2)),
            _ => self.by(Hinge::new(margin, l2)),
        }
    }

    fn by<L: Loss + core::fmt::Debug>(&mut self, objective: Result<Objective<L>, Error>) {
        let Ok(objective) = self.trace.call(objective) else { return };
        let [exponent, period, last] = [12, 33, 33].map(|most| self.draw.below(most) as u8);
        let schedule = Halving { exponent, period, last: last.max(exponent) };
        let (steps, owed) = (self.draw.count(), u64::from(self.draw.bits()) << self.draw.below(33));
        let sgd = if self.draw.once_in(3) {
            Sgd::resume(Progress { objective, schedule, steps, owed })
        } else {
            Sgd::new(objective, schedule)
        };
        let Ok(mut sgd) = self.trace.call(sgd) else { return };
        for _ in 0..8 {
            let labels = self.shape[0] + usize::from(self.draw.once_in(20));
            let (x, label) = (self.inputs(), self.draw.below(labels));
            let Ok(x) = self.trace.call(Inputs::new(&x)) else { continue };
            let before = format!("{:?}", sgd.progress());
            let step = self.unchanged_if_refused(|model| sgd.step(model, x, label));
            assert!(step.is_some() || before == format!("{:?}", sgd.progress()), "a refusal that changes an optimiser");
            assert!(step.is_none_or(|step| step.loss >= 0));
            self.assert_bounds();
        }
        self.epoch(&mut sgd, objective);
    }

    /// An epoch over raw values, with scales of any kind.
    fn epoch<L: Loss>(&mut self, sgd: &mut Sgd<L>, objective: Objective<L>) {
        let features = self.shape[1];
        let count = self.draw.below(9);
        let raw: Vec<i16> = (0..count * features).map(|_| self.short()).collect();
        let labels: Vec<u8> = (0..count).map(|_| self.draw.below(self.shape[0]) as u8).collect();
        let scale = |_| InputScale::new(self.draw.bits() as i16, self.draw.below(1 << 14) as u16).expect("of use");
        let scales: Vec<InputScale> = (0..features).map(scale).collect();
        let mut buffer = vec![0; features];
        let Ok(mut set) = Raw::new(&raw, &labels, &scales, &mut buffer) else { return };
        let _ = self.trace.call(objective.evaluate(&self.model, &mut set));
        let Ok(mut order) = Order::new(set.len(), self.draw.rng()) else { return };
        let next = self.unchanged_if_refused(|model| sgd.step_next(model, &mut set, &mut order));
        self.trace.value((next, order.position()));
        let epoch = sgd.epoch(&mut self.model, &mut set, &mut order);
        let _ = self.trace.call(epoch);
    }
}
