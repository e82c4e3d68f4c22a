//! Models, samples and descent in integers.

use core::hint::black_box;

use hingeline::integer::{
    ByteInputs, ByteModel, CrammerSinger, Decoded, DynModel, Halving, Hinge, InputScale, Inputs, Loss, Model, Moments,
    Objective, Progress, Raw, RawValue, Samples, Sgd, Sums, Weighted, WestonWatkins,
};
use hingeline::kernel::CHOSEN;
use hingeline::{Order, Slices, Stopped};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::{C, F, TRAINED};

pub(crate) fn all() -> Result<(), Stopped> {
    let mut scales = [InputScale::ZERO; F];
    black_box(of_raw(black_box(1_u8), &mut scales).is_ok());
    black_box(of_raw(black_box(1_i8), &mut scales).is_ok());
    black_box(of_raw(black_box(1_i16), &mut scales).is_ok());
    let scale = InputScale::new(black_box(3), black_box(40))?;
    black_box((scale.zero(), scale.factor(), scale.apply(black_box(7_u8)), scale.apply(black_box(7_i16))));
    black_box(models().is_ok());
    black_box(conversions().is_ok());
    black_box(bytes().is_ok());
    Ok(())
}

fn of_raw<Q: RawValue>(value: Q, scales: &mut [InputScale; F]) -> Result<(), Stopped> {
    let (raw, mut row) = ([value; 4 * F], [value; F]);
    let mut sums = [Sums::ZERO; F];
    let mut moments = Moments::new(&mut sums);
    for raw in raw.chunks_exact(F) {
        moments.observe(raw)?;
    }
    let count = moments.count();
    black_box(sums[0].parts());
    sums[1] = Sums::from_parts(black_box(400), black_box(40_064));
    let moments = Moments::<Q>::resume(black_box(&mut sums), black_box(count))?;
    moments.freeze(scales)?;
    let (labels, mut buffer) = (black_box([1_u8; 4]), [0; F]);
    let inputs = Inputs::scaled(&row, scales, &mut buffer)?;
    black_box((inputs.values(), inputs.clamped()));
    let mut samples = Raw::new(&raw, &labels, scales, &mut buffer)?;
    black_box(training(&mut samples).is_ok());
    let decode = |index: usize, row: &mut [Q]| {
        black_box(row);
        Ok(index)
    };
    let mut buffer = [0; F];
    black_box(training(&mut Decoded::new(black_box(4), scales, &mut row, &mut buffer, decode)).is_ok());
    Ok(())
}

fn training(samples: &mut impl Samples) -> Result<(), Stopped> {
    let mut model = Model::<C, F>::new();
    let hinge = Hinge::new(black_box(1.0), black_box(1e-4))?;
    let hinge = Hinge::from_units(black_box(1 << 16), hinge.l2())?;
    black_box((hinge.l2(), hinge.loss_function()));
    by(&mut model, hinge, samples)?;
    let crammer_singer = CrammerSinger::new(black_box(1.0))?;
    by(&mut model, Objective::of(crammer_singer, black_box(1e-4))?, samples)?;
    let weights = black_box([2; C]);
    let weighted = Weighted::new(WestonWatkins::new(black_box(1.0))?, &weights)?;
    by(&mut model, Objective::of(weighted, black_box(1e-4))?, samples)
}

fn by<L: Loss>(model: &mut Model<C, F>, objective: Objective<L>, samples: &mut impl Samples) -> Result<(), Stopped> {
    let schedule = Halving { exponent: black_box(7), period: black_box(13), last: black_box(12) };
    schedule.check()?;
    black_box(schedule.rate_exponent(black_box(99)));
    let mut sgd = Sgd::new(objective, schedule)?;
    let x = [1; F];
    black_box(sgd.step(model, Inputs::new(black_box(&x))?, black_box(3)).is_ok());
    let mut order = Order::new(black_box(4), &mut XorShiftRng::seed_from_u64(black_box(7)))?;
    black_box(sgd.step_next(model, samples, &mut order).is_ok());
    black_box(sgd.epoch(model, samples, &mut order).is_ok());
    let saved: Progress<L> = sgd.progress();
    black_box(&mut Sgd::resume(saved)?);
    black_box(objective.evaluate(model, samples)?.accuracy());
    Ok(())
}

fn models() -> Result<(), Stopped> {
    let mut model = Model::<C, F>::default();
    let mut other = Model::<C, F, _>::on(CHOSEN);
    model.load(black_box(&[5; C * F]), black_box(&[5; C]), black_box(13))?;
    other.copy_from(&model);
    black_box(Model::from_parts(black_box([[5; F]; C]), black_box([5; C]), black_box(13))?);
    black_box((other.weights(), other.bias(), other.fraction_bits(), other.parts(), other.checksum()));
    black_box((other.classes(), other.features()));
    let x = [1; F];
    let x = Inputs::new(black_box(&x))?;
    black_box((other.scores(x, black_box(&mut [0; C])).is_ok(), other.predict(x)?));
    let _ = black_box(other.batch_scores(black_box(&[x; 2]), black_box(&mut [[0; C]; 2]).as_flattened_mut()));

    let (mut weights, mut memory) = ([[0_i16; C * F]; 2], [[0_i32; 4 * C]; 2]);
    let ([weights, of_other], [memory, memory_of_other]) = (black_box(&mut weights), black_box(&mut memory));
    let (classes, features) = black_box((C, F));
    let mut lent = DynModel::new(weights, memory, classes, features)?;
    let mut other = DynModel::on(CHOSEN, of_other, memory_of_other, classes, features)?;
    other.load(black_box(&[5; C * F]), black_box(&[5; C]), black_box(13))?;
    lent.copy_from(&other)?;
    black_box((lent.parts(), lent.scores(x, black_box(&mut [0; C])).is_ok(), lent.predict(x)?));
    let _ = black_box(lent.batch_scores(black_box(&[x; 2]), black_box(&mut [[0; C]; 2]).as_flattened_mut()));
    let schedule = Halving { exponent: 7, period: 13, last: 12 };
    black_box(Sgd::new(Hinge::new(1.0, 1e-4)?, schedule)?.step(&mut lent, x, black_box(3)).is_ok());
    Ok(())
}

fn bytes() -> Result<(), Stopped> {
    let (mut weights, mut bias) = ([5; C * F], [5; C]);
    let trained = ByteModel::quantise(&TRAINED, black_box(&mut weights), black_box(&mut bias))?;
    let (weights, bias, bits) = black_box(trained.parts());
    let model = ByteModel::on(CHOSEN, weights, bias, black_box(F), bits)?;
    black_box(ByteModel::from_parts(weights, bias, black_box(F), bits).is_ok());
    black_box((model.classes(), model.features()));
    let (raw, scales, wide) = (black_box([7_u8; F]), [InputScale::ZERO; F], black_box([1; F]));
    let mut buffer = [0; F];
    black_box(ByteInputs::scaled(&raw, &scales, &mut buffer)?.clamped());
    let x = ByteInputs::narrowed(Inputs::new(&wide)?, &mut buffer)?;
    black_box((x.values(), model.scores(x, black_box(&mut [0; C])).is_ok(), model.predict(x)?));
    black_box(model.predict(ByteInputs::new(black_box(&[1; F]))).is_ok());
    let (features, labels) = (black_box([[0.5; F]; 2]), black_box([0_u8, 1]));
    let mut set = Slices::new(&features, &labels)?;
    let (raw, mut wide) = (black_box([1_u8; 2 * F]), [0; F]);
    let mut inputs = Raw::new(&raw, &labels, &scales, &mut wide)?;
    black_box(model.agreement(&TRAINED, &mut set, &mut inputs, &mut buffer)?.fraction());
    Ok(())
}

fn conversions() -> Result<(), Stopped> {
    let mut model = Model::<C, F>::new();
    black_box(model.quantise(&TRAINED).is_ok());
    let mut float = hingeline::Model::<C, F>::new();
    black_box(model.dequantise(&mut float).is_ok());
    let (features, labels) = (black_box([[0.5; F]; 2]), black_box([0_u8, 1]));
    let mut set = Slices::new(&features, &labels)?;
    let (raw, scales, mut buffer) = (black_box([1_u8; 2 * F]), [InputScale::ZERO; F], [0; F]);
    let mut inputs = Raw::new(&raw, &labels, &scales, &mut buffer)?;
    black_box(model.agreement(&float, &mut set, &mut inputs)?.fraction());
    Ok(())
}
