//! Types that exist only for static shapes: moments, standardisers, reservoirs and compact data.

use core::fmt::Debug;

use hingeline::kernel::{Kernel, Work};
use hingeline::{Compact, Model, Moments, Reservoir, Samples, Scaling, Standardiser};

use crate::draw::Draw;
use crate::trace::Trace;

const OPERATIONS: usize = 30;

/// A whole run from this seed.
#[derive(Debug)]
pub struct Run<const C: usize, const F: usize>(pub u64);

impl<const C: usize, const F: usize> Work for Run<C, F> {
    type Output = Trace;

    fn run<K: Kernel>(self, kernel: K) -> Trace {
        let mut driver = Driver::<C, F, K> {
            draw: Draw::new(self.0),
            trace: Trace::NONE,
            model: Model::on(kernel),
            moments: Moments::new(),
            reservoir: Reservoir::new(),
        };
        for _ in 0..OPERATIONS {
            match driver.draw.below(5) {
                0 => driver.moments(),
                1 => driver.reservoir(),
                2 => driver.compact(),
                3 => driver.fold(),
                _ => driver.load(),
            }
            driver.trace.value(&driver.model);
        }
        driver.trace
    }
}

struct Driver<const C: usize, const F: usize, K> {
    draw: Draw,
    trace: Trace,
    model: Model<C, F, K>,
    moments: Moments<F>,
    reservoir: Reservoir<C, F, 8, usize>,
}

/// Asserts that a refused call has left this as it was.
fn unchanged_if_refused<T: Debug, R: Debug, E: Debug>(
    trace: &mut Trace,
    of: &mut T,
    call: impl FnOnce(&mut T) -> Result<R, E>,
) -> Option<R> {
    let before = format!("{of:?}");
    let result = trace.call(call(of));
    assert!(result.is_ok() || before == format!("{of:?}"), "a refusal that changes: {result:?}");
    result.ok()
}

impl<const C: usize, const F: usize, K: Kernel> Driver<C, F, K> {
    /// A row in which few values are wild.
    fn row(&mut self) -> [f32; F] {
        let wild = self.draw.once_in(4);
        [(); F].map(|()| if wild && self.draw.once_in(8) { self.draw.wild() } else { self.draw.mild() })
    }

    fn moments(&mut self) {
        let parameter = self.draw.parameter();
        let other = match self.draw.below(12) {
            0 => Ok(Moments::new()),
            1 => Moments::forgetting(parameter),
            _ => Ok(self.moments.clone()),
        };
        if let Ok(other) = self.trace.call(other) {
            self.moments = other;
        }
        let (words, count) = ([(); 4].map(|()| self.row()), self.draw.count());
        if self.draw.once_in(6) {
            unchanged_if_refused(&mut self.trace, &mut self.moments, |moments| moments.load(&words, count, parameter));
        }
        for _ in 0..self.draw.below(8) {
            let x = self.row();
            unchanged_if_refused(&mut self.trace, &mut self.moments, |moments| moments.observe(&x));
        }
        if let Ok(standardiser) = self.trace.call(self.moments.freeze()) {
            unchanged_if_refused(&mut self.trace, &mut self.model, |model| standardiser.fold(model));
        }
    }

    fn fold(&mut self) {
        let (mean, factor) = (self.row(), self.row());
        let Ok(mut standardiser) = self.trace.call(Standardiser::from_parts(mean, factor)) else { return };
        if self.draw.once_in(3)
            && let Ok(clipped) = self.trace.call(standardiser.clone().clipped(self.draw.parameter()))
        {
            standardiser = clipped;
        }
        unchanged_if_refused(&mut self.trace, &mut self.model, |model| standardiser.fold(model));
        let mut x = self.row();
        standardiser.apply(&mut x);
        self.trace.value(x);
    }

    fn reservoir(&mut self) {
        if self.draw.once_in(6) {
            self.reservoir.clear();
        }
        if self.draw.once_in(6) {
            let rows: Vec<[f32; F]> = (0..self.draw.below(10)).map(|_| self.row()).collect();
            let labels: Vec<usize> = (0..self.draw.below(10)).map(|_| self.draw.below(C + 1)).collect();
            let seen = self.draw.count();
            unchanged_if_refused(&mut self.trace, &mut self.reservoir, |own| own.load(&rows, &labels, seen));
        }
        for _ in 0..self.draw.below(12) {
            let (x, label) = (self.row(), self.draw.below(C + 1));
            unchanged_if_refused(&mut self.trace, &mut self.reservoir, |reservoir| {
                reservoir.offer(&x, label, self.draw.rng())
            });
        }
        let hinge = self.draw.hinge();
        let _ = self.trace.call(hinge.evaluate(&self.model, &mut self.reservoir));
    }

    fn compact(&mut self) {
        let count = self.draw.below(6);
        let rows: Vec<[i16; F]> = (0..count).map(|_| [(); F].map(|()| self.draw.bits() as i16)).collect();
        let labels: Vec<usize> = (0..self.draw.below(7)).map(|_| self.draw.below(C + 1)).collect();
        let (scale, offset) = (if self.draw.once_in(3) { self.draw.wild() } else { 1e-4 }, self.draw.parameter());
        let (hinge, mut buffer) = (self.draw.hinge(), [0.0; F]);
        let compact = Compact::new(&rows, &labels, Scaling::Set { scale, offset }, &mut buffer);
        let Ok(mut compact) = compact.map_err(|error| self.trace.call(Err::<(), _>(error))) else { return };
        let _ = self.trace.call(compact.sample(self.draw.below(7)).map(|(x, label)| (*x, label)));
        let _ = self.trace.call(hinge.evaluate(&self.model, &mut compact));
    }

    fn load(&mut self) {
        let weights: Vec<f32> = (0..C * F).map(|_| self.draw.mild()).collect();
        let bias: Vec<f32> = (0..C).map(|_| self.draw.mild()).collect();
        let scale = 0.5 + self.draw.fraction();
        unchanged_if_refused(&mut self.trace, &mut self.model, |model| model.load(&weights, &bias, scale));
    }
}
