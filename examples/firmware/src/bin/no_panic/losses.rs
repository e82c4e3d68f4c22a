//! Losses other than the hinge, weights, decisions, counts, and the tools by which a device adapts.

use core::hint::black_box;

use hingeline::{
    Adoption, AveragedSgd, Confusion, Constant, CrammerSinger, Decision, Direction, DynModel, DynSlices,
    FiniteDifference, Gradient, GradientDescent, Landscape, LineSearch, Loss, MiniBatch, Model, Objective, Order,
    PiecewiseLinear, Samples, Sgd, Softmax, Stopped, Threshold, Weighted, WestonWatkins, WithWeights, class_weights,
};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::{C, F, TRAINED};

pub(crate) fn all(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let (crammer_singer, weston_watkins) = (CrammerSinger::new(black_box(1.0))?, WestonWatkins::new(black_box(1.0))?);
    black_box(crammer_singer.margin());
    let mut counts = [0; C];
    black_box(samples.count_classes(&mut counts).is_ok());
    let mut weights = [1.0; C];
    class_weights(&counts, black_box(0.5), &mut weights)?;
    let weighted = Weighted::new(weston_watkins, &weights)?;
    black_box((weighted.loss_function(), weighted.weights()));
    let softmax = Objective::of(Softmax, black_box(1e-4))?;
    black_box(softmax.probabilities(&TRAINED, black_box(&[1.0; F]), &mut [0.5; C]).is_ok());
    black_box(Softmax::turn_into_probabilities(black_box(&mut [0.5; C])).is_ok());

    black_box(of_loss(crammer_singer, samples).is_ok());
    black_box(of_loss(Softmax, samples).is_ok());
    black_box(of_loss(weighted, samples).is_ok());
    black_box(of_loss(Weighted::new(Softmax, &weights)?, samples).is_ok());
    black_box(of_pieces(weighted, samples).is_ok());
    let own = black_box([0.5; 100]);
    let mut samples = WithWeights::new(samples, &own);
    black_box(samples.weight(black_box(1)));
    black_box(of_loss(weston_watkins, &mut samples).is_ok());
    black_box(of_pieces(weston_watkins, &mut samples).is_ok());
    Ok(())
}

fn of_loss<L: Loss>(loss: L, samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let objective = Objective::of(loss, black_box(1e-4))?;
    black_box(loss.loss(black_box(3), black_box(&mut [0.5; C])).is_ok());
    black_box(loss.coefficients(black_box(3), black_box(&mut [0.5; C])).is_ok());
    let schedule = Constant { rate: black_box(0.1) };
    let (mut model, mut gradient, mut direction) = (Model::<C, F>::new(), Gradient::new(), Direction::new());
    let mut order = Order::new(100, &mut XorShiftRng::seed_from_u64(black_box(7)))?;
    let mut sgd = Sgd::new(objective, schedule)?;
    black_box(sgd.step(&mut model, black_box(&[1.0; F]), black_box(3)).is_ok());
    black_box(sgd.step_weighted(&mut model, black_box(&[1.0; F]), black_box(3), black_box(0.5)).is_ok());
    black_box(sgd.epoch(&mut model, samples, &mut order).is_ok());
    let mut average = hingeline::Average::new();
    let mut averaged = AveragedSgd::new(sgd, &mut average);
    black_box(averaged.step_weighted(&mut model, black_box(&[1.0; F]), black_box(3), black_box(0.5)).is_ok());
    black_box(averaged.epoch(&mut model, samples, &mut order).is_ok());
    black_box(objective.loss(&model, samples).is_ok());
    black_box(objective.evaluate(&model, samples).is_ok());
    black_box(objective.gradient(&model, samples, &mut gradient).is_ok());
    black_box(GradientDescent::new(objective, schedule, &mut gradient)?.step(&mut model, samples).is_ok());
    let mut batches = MiniBatch::new(objective, schedule, black_box(8), &mut gradient)?;
    black_box(batches.epoch(&mut model, samples, &mut order).is_ok());
    let central = FiniteDifference::central(black_box(1e-2))?;
    black_box(central.check(&objective, &mut model, samples, &mut gradient).is_ok());
    black_box(direction.downhill(&objective, &model, samples).is_ok());
    black_box(Landscape::new(objective, &model, [&direction]).loss(samples, black_box([0.5])).is_ok());
    Ok(())
}

/// Functions that only piecewise linear losses have.
fn of_pieces<L: PiecewiseLinear>(loss: L, samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let objective = Objective::of(loss, black_box(1e-4))?;
    let (mut model, mut direction) = (Model::<C, F>::new(), Direction::new());
    direction.between(&model, &TRAINED)?;
    let ray = Landscape::new(objective, &model, [&direction]);
    black_box(ray.derivative(samples, black_box(0.5)).is_ok());
    black_box(ray.breakpoints(samples, |point| _ = black_box(point)).is_ok());
    black_box(ray.minimum(samples).is_ok());
    black_box(LineSearch::new(objective, &mut direction).step(&mut model, samples).is_ok());
    Ok(())
}

/// Answers that are withheld, counted and compared; and one more class.
pub(crate) fn answers(samples: &mut impl Samples<F>) -> Result<(), Stopped> {
    let decision = TRAINED.decide(black_box(&[1.0; F]))?;
    black_box((decision.at_least(black_box(0.5)), Decision::of(black_box(&[1.0, 2.0]))));
    let mut gaps = [0.0; 100];
    if let Some(threshold) = Threshold::for_precision(black_box(0.9), &TRAINED, samples, &mut gaps)? {
        black_box((threshold.precision(), threshold.coverage()));
    }
    let mut counts = [0; C * C];
    let mut confusion = Confusion::new(&mut counts, black_box(C))?;
    confusion.load(black_box(&[1; C * C]))?;
    confusion.add(black_box(3), black_box(4))?;
    black_box(confusion.add_set(&TRAINED, samples).is_ok());
    let class = black_box(3);
    black_box((confusion.classes(), confusion.counts().len(), confusion.count(class, black_box(4))));
    black_box((confusion.recall(class), confusion.precision(class), confusion.f1(class)));
    black_box((confusion.accuracy(), confusion.macro_f1(), confusion.balanced_accuracy()));

    let adoption = Adoption::new(black_box(0.1))?;
    black_box(adoption.tolerance());
    let (mut shadow, mut published) = (Model::<C, F>::new(), Model::<C, F>::new());
    shadow.copy_from(&TRAINED);
    let _ = black_box(adoption.review(&mut shadow, &mut published, samples)?);
    let mut grown = Model::<{ C + 1 }, F>::new();
    grown.grow_from(&shadow, black_box(0.5))?;
    black_box(&mut grown);
    Ok(())
}

/// The same for shapes that are known at run time.
pub(crate) fn runtime_shapes([classes, features]: [usize; 2]) -> Result<(), Stopped> {
    let mut memory = [[0.0; 1024]; 2];
    let [of_smaller, of_larger] = black_box(&mut memory);
    let (smaller_len, larger_len) =
        (DynModel::memory_len(classes, features), DynModel::memory_len(black_box(11), features));
    let of_smaller = of_smaller.get_mut(..smaller_len).ok_or(hingeline::Error::ShapeMismatch)?;
    let of_larger = of_larger.get_mut(..larger_len).ok_or(hingeline::Error::ShapeMismatch)?;
    let mut smaller = DynModel::new(of_smaller, classes, features)?;
    let mut larger = DynModel::new(of_larger, black_box(11), features)?;
    black_box(larger.grow_from(&smaller, black_box(0.5)).is_ok());
    let (x, labels) = (black_box([1.0_f32; 2 * F]), black_box([0_u8, 1]));
    let mut samples = DynSlices::new(features, &x, &labels)?;
    let mut counts = [0; C];
    black_box(hingeline::DynSamples::count_classes(&mut samples, &mut counts).is_ok());
    let mut counts = [0; C * C];
    black_box(Confusion::new(&mut counts, classes)?.add_set(&smaller, &mut samples).is_ok());
    black_box(Threshold::for_precision(0.9, &smaller, &mut samples, black_box(&mut [0.0; 2])).is_ok());
    black_box(Adoption::new(0.1)?.review(&mut smaller, &mut larger, &mut samples).is_ok());
    let own = black_box([0.5; 2]);
    let mut weighted = WithWeights::new(&mut samples, &own);
    let mut order = Order::new(2, &mut XorShiftRng::seed_from_u64(black_box(7)))?;
    let row = [1.0; F];
    let row = row.get(..features).unwrap_or(&row);
    let mut of_crammer_singer = Sgd::new(Objective::of(CrammerSinger::new(1.0)?, 1e-4)?, Constant { rate: 0.1 })?;
    black_box(of_crammer_singer.epoch(&mut smaller, &mut weighted, &mut order).is_ok());
    black_box(of_crammer_singer.step_weighted(&mut smaller, row, black_box(3), black_box(0.5)).is_ok());
    let softmax = Objective::of(Softmax, 1e-4)?;
    black_box(Sgd::new(softmax, Constant { rate: 0.1 })?.epoch(&mut smaller, &mut weighted, &mut order).is_ok());
    black_box(softmax.probabilities(&smaller, row, black_box(&mut [0.5; C])).is_ok());
    black_box(smaller.decide(row).is_ok());
    Ok(())
}
