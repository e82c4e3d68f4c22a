//! States as bytes: what was saved is restored, and nothing else is accepted.

use std::convert::Infallible;

use hingeline::state::{
    Decoder, Encoder, Fault, LoadError, Plain, Restore, Source, State, Words, encode, load, record_len,
};
use hingeline::{
    Average, AveragedSgd, Confusion, Constant, Cosine, CrammerSinger, Direction, DynAverage, DynModel, EarlyStopping,
    Error, Gradient, GradientDescent, Hinge, InverseTime, Limited, LineSearch, MiniBatch, Model, Moments, Objective,
    Order, Pegasos, Progress, RandomLocalSearch, RandomSearch, Reservoir, Scale, Search, Sgd, Slices, Softmax,
    Standardiser, StepDecay, Weighted, WestonWatkins, integer,
};
use hingeline_host_tests::generate;
use hingeline_host_tests::records::seal;
use rand_core::{Rng, SeedableRng};
use rand_xorshift::XorShiftRng;

const HINGE: fn() -> Hinge = || Hinge::new(1.0, 1e-3).unwrap();
const SCHEDULE: InverseTime = InverseTime { rate: 0.1, decay: 1e-2 };

fn bytes_of(state: &impl State) -> Vec<u8> {
    let mut bytes = vec![0xa5; record_len(state) + 5];
    let len = encode(state, &mut bytes).unwrap();
    assert_eq!((len, &bytes[len..]), (record_len(state), &[0xa5; 5][..]), "no byte behind the record is written");
    bytes.truncate(len);
    bytes
}

fn restore(target: &mut impl Restore, mut bytes: &[u8]) -> Result<(), LoadError<Infallible>> {
    load(target, &mut bytes, &mut [0; 13])
}

fn refused(fault: impl Into<Fault>) -> Result<(), LoadError<Infallible>> {
    Err(LoadError::Refused(fault.into()))
}

/// Checks that every state must pass: it is restored, in pieces of any length; damage of any kind is refused and
/// changes nothing.
fn check(saved: &impl State, target: &mut impl Restore) {
    let (record, before) = (bytes_of(saved), bytes_of(target));
    assert_ne!(record, before, "the test wants two states");

    // Each bit flipped, each truncation, and extra bytes after the end.
    for bit in 0..8 * record.len() {
        let mut damaged = record.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        let result = restore(target, &damaged);
        assert!(matches!(result, Err(LoadError::Refused(_))), "bit {bit}: {result:?}");
    }
    for len in 0..record.len() {
        assert_eq!(restore(target, &record[..len]), refused(Fault::Truncated), "{len} bytes");
    }
    let mut decoder = Decoder::new(target);
    assert_eq!(decoder.push(&[&record[..], &[0]].concat()), Err(Fault::TooLong));
    drop(decoder);
    // Bytes of a source after the record do not belong to it.
    restore(target, &[&before[..], &record[..]].concat()).unwrap();
    // Torn: the first bytes are those of one state, the others those of another.
    for len in 1..record.len() {
        for torn in [[&record[..len], &before[len..]].concat(), [&before[..len], &record[len..]].concat()] {
            let is_one_of_them = torn == record || torn == before;
            assert!(is_one_of_them || restore(target, &torn).is_err(), "torn at {len}");
        }
    }
    // An unknown version, and other parts.
    for (place, fault) in [(4, Fault::Version(2)), (6, Fault::Kind), (20, Fault::Kind), (24, Fault::Shape)] {
        let mut other = record.clone();
        other[place] = other[place].wrapping_add(1);
        seal(&mut other);
        assert_eq!(restore(target, &other), refused(fault), "byte {place}");
    }
    assert_eq!(load(target, &mut &record[..], &mut []), refused(Fault::BufferTooSmall));
    assert_eq!(encode(saved, &mut vec![0; record.len() - 1]), Err(Fault::BufferTooSmall));
    assert_eq!(bytes_of(target), before, "a refusal changes nothing");
    println!("{} bits flipped, {} records torn, none taken", 8 * record.len(), 2 * record.len() - 2);

    for piece in [1, 2, 3, 4, 7, 64, 10_000] {
        let mut encoder = Encoder::new(saved).unwrap();
        let (mut buffer, mut pieces) = (vec![0; piece], Vec::new());
        loop {
            let len = encoder.fill(&mut buffer);
            if len == 0 {
                break;
            }
            pieces.extend_from_slice(&buffer[..len]);
        }
        assert_eq!(pieces, record, "in pieces of {piece}");
        load(target, &mut &record[..], &mut buffer).unwrap();
        assert_eq!(bytes_of(target), record, "in pieces of {piece}");
        restore(target, &before).unwrap();
        assert_eq!(bytes_of(target), before);
        let mut decoder = Decoder::new(target);
        record.chunks(piece).for_each(|bytes| decoder.push(bytes).unwrap());
        decoder.finish().unwrap();
        assert_eq!(bytes_of(target), record);
        restore(target, &before).unwrap();
    }
    restore(target, &record).unwrap();
    assert_eq!(bytes_of(target), record);
}

fn trained(seed: u64) -> (Model<3, 5>, Average<3, 5>, Sgd<InverseTime>) {
    let mut rng = XorShiftRng::seed_from_u64(seed);
    let (mut model, mut average) = (Model::new(), Average::new());
    let mut averaged = AveragedSgd::new(Sgd::new(HINGE(), SCHEDULE).unwrap(), &mut average);
    for _ in 0..50 {
        let x = std::array::from_fn(|_| generate::ordinary(&mut rng));
        averaged.step(&mut model, &x, rng.next_u32() as usize % 3).unwrap();
    }
    let sgd = averaged.sgd();
    (model, average, sgd)
}

#[test]
fn models_come_back() {
    let (model, ..) = trained(1);
    assert!(model.parts().2.carry != 0.0);
    check(&model, &mut Model::<3, 5>::new());
    let mut memory = [0.0; DynModel::memory_len(3, 5)];
    let mut lent = DynModel::new(&mut memory, 3, 5).unwrap();
    // The record is the same for either kind of model.
    check(&model, &mut lent);
    assert_eq!(lent.checksum(), model.checksum());
    assert_eq!(bytes_of(&lent), bytes_of(&model));
    let (other, ..) = trained(2);
    check(&other, &mut lent);
}

#[test]
fn models_in_integers_come_back() {
    let mut model = integer::Model::<3, 5>::new();
    let weights: [i16; 15] = std::array::from_fn(|index| (index as i16 - 7) * 1_001);
    model.load(&weights, &[1, -1, 1 << 28], 11).unwrap();
    check(&model, &mut integer::Model::<3, 5>::new());
    let (mut weights, mut memory) = ([0; 15], [0; 6]);
    let mut lent = integer::DynModel::new(&mut weights, &mut memory, 3, 5).unwrap();
    check(&model, &mut lent);
    assert_eq!(lent.checksum(), model.checksum());
}

#[test]
fn averages_come_back() {
    let (_, average, _) = trained(1);
    check(&average, &mut Average::<3, 5>::new());
    let mut memory = [0.0; DynAverage::memory_len(3, 5)];
    let mut lent = DynAverage::new(&mut memory, 3, 5).unwrap();
    check(&average, &mut lent);
    assert_eq!(lent.parts(), average.parts());
}

#[test]
fn optimisers_come_back() {
    fn schedule<R: hingeline::Schedule + Plain<Value = R> + PartialEq + std::fmt::Debug>(saved: R, other: R) {
        let hinge = HINGE();
        let mut sgd = Sgd::new(Hinge::new(0.5, 1e-5).unwrap(), other).unwrap();
        let run = Sgd::resume(Progress::new(hinge, saved, (1 << 40) + 7).unwrap());
        check(&run, &mut sgd);
        assert_eq!(sgd, run);
        check(&run.progress(), &mut Progress::new(hinge, other, 0).unwrap());
        check(&saved, &mut { other });
    }
    schedule(Constant { rate: 0.25 }, Constant { rate: 0.5 });
    schedule(SCHEDULE, InverseTime { rate: 1.0, decay: 0.0 });
    schedule(StepDecay { rate: 0.1, factor: 0.99, every: u32::MAX }, StepDecay { rate: 0.2, factor: 1.0, every: 1 });
    schedule(Cosine { rate: 0.1, floor: 0.01, steps: u32::MAX }, Cosine { rate: 0.1, floor: 0.0, steps: 9 });
    schedule(Pegasos { l2: 1e-3, start: 1_000.0 }, Pegasos { l2: 1e-3, start: 2_000.0 });
    let limited = |rate, longest| Limited { schedule: Cosine { rate, floor: 0.01, steps: 50 }, longest };
    schedule(limited(0.1, 0.5), limited(0.2, 0.25));
}

/// A run at the end of its schedule refuses its next step, but its state is like any other.
#[test]
fn a_run_that_is_over_comes_back() {
    let schedule = Cosine { rate: 0.1, floor: 0.0, steps: 3 };
    let (mut model, mut sgd) = (Model::<2, 1>::new(), Sgd::new(HINGE(), schedule).unwrap());
    let mut fresh = sgd;
    for _ in 0..3 {
        sgd.step(&mut model, &[1.0], 1).unwrap();
    }
    assert_eq!(sgd.step(&mut model, &[1.0], 1), Err(Error::InvalidLearningRate));
    check(&sgd, &mut fresh);
    assert_eq!(fresh, sgd);
}

#[test]
fn losses_come_back() {
    fn loss<L: hingeline::Loss + Plain<Value = L>>(saved: L, other: L) {
        let of = |loss, l2| Objective::of(loss, l2).unwrap();
        let mut sgd = Sgd::new(of(other, 1e-4), SCHEDULE).unwrap();
        let run = Sgd::resume(Progress::new(of(saved, 1e-3), SCHEDULE, 7).unwrap());
        check(&run, &mut sgd);
        assert_eq!(sgd, run);
    }
    loss(WestonWatkins::new(0.5).unwrap(), WestonWatkins::new(1.0).unwrap());
    loss(CrammerSinger::new(0.5).unwrap(), CrammerSinger::new(1.0).unwrap());
    loss(Softmax, Softmax);
    let (weights, others) = ([1.0, 0.5, 2.0], [1.0, 0.5, 2.5]);
    let weighted = |margin| Weighted::new(CrammerSinger::new(margin).unwrap(), &weights).unwrap();
    loss(weighted(0.5), weighted(1.0));
    // The weights are borrowed: a state is restored only with the same weights.
    let run =
        |weights| Progress::new(Objective::of(Weighted::new(Softmax, weights).unwrap(), 0.0).unwrap(), SCHEDULE, 7);
    let record = bytes_of(&run(&weights).unwrap());
    assert_eq!(restore(&mut run(&weights).unwrap(), &record), Ok(()));
    assert_eq!(restore(&mut run(&others).unwrap(), &record), refused(Fault::Weights));
    assert_eq!(restore(&mut run(&weights[..2]).unwrap(), &record), refused(Fault::Weights));
}

#[test]
fn another_schedule_or_loss_is_refused() {
    let record = bytes_of(&Sgd::new(HINGE(), SCHEDULE).unwrap());
    let mut schedule = Sgd::new(HINGE(), StepDecay { rate: 0.1, factor: 0.5, every: 7 }).unwrap();
    // As long, since the next test below is of the length.
    assert_eq!(restore(&mut schedule, &record), refused(Fault::Shape));
    let mut schedule = Sgd::new(HINGE(), Pegasos { l2: 1e-3, start: 1_000.0 }).unwrap();
    assert_eq!(restore(&mut schedule, &record), refused(Fault::Kind));
    let mut loss = Sgd::new(Objective::of(CrammerSinger::new(1.0).unwrap(), 1e-3).unwrap(), SCHEDULE).unwrap();
    assert_eq!(restore(&mut loss, &record), refused(Fault::Kind));
    let mut kind = Progress::new(HINGE(), SCHEDULE, 0).unwrap();
    assert_eq!(restore(&mut kind, &record), refused(Fault::Kind));
}

#[test]
fn descents_and_searches_come_back() {
    let (features, labels) = ([[1.0], [-1.0], [0.5]], [0_u8, 1, 0]);
    let mut samples = Slices::new(&features, &labels).unwrap();
    let (mut gradient, mut other) = (Gradient::<2, 1>::new(), Gradient::<2, 1>::new());
    let mut model = Model::<2, 1>::new();

    let mut descent = GradientDescent::new(HINGE(), SCHEDULE, &mut gradient).unwrap();
    descent.step(&mut model, &mut samples).unwrap();
    let mut again = GradientDescent::new(Hinge::new(2.0, 0.0).unwrap(), SCHEDULE, &mut other).unwrap();
    check(&descent, &mut again);
    assert_eq!(again.progress(), descent.progress());

    let mut order = Order::resume([1, 2, 3, 4], 3, 0, 0).unwrap();
    let mut batches = MiniBatch::new(HINGE(), SCHEDULE, 2, &mut gradient).unwrap();
    batches.step(&mut model, &mut samples, &mut order).unwrap();
    let mut again = MiniBatch::new(HINGE(), SCHEDULE, 5, &mut other).unwrap();
    check(&batches, &mut again);
    assert_eq!((again.progress(), again.batch_size()), (batches.progress(), 2));

    let search = Search::resume(HINGE(), 0.5, Some(0.125), 1 << 33).unwrap();
    let mut again = Search::new(HINGE(), 1.0).unwrap();
    check(&search, &mut again);
    assert_eq!(again, search);

    let (mut candidate, mut another) = (Model::<2, 1>::new(), Model::<2, 1>::new());
    let mut again = RandomSearch::new(Search::new(HINGE(), 1.0).unwrap(), &mut candidate);
    check(&RandomSearch::new(search, &mut another), &mut again);
    assert_eq!(again.state(), search);
    let mut again = RandomLocalSearch::new(Search::new(HINGE(), 1.0).unwrap(), &mut candidate);
    check(&RandomLocalSearch::new(search, &mut another), &mut again);
    assert_eq!(again.state(), search);

    let (mut direction, mut other) = (Direction::<2, 1>::new(), Direction::<2, 1>::new());
    let mut line = LineSearch::new(HINGE(), &mut direction);
    line.step(&mut model, &mut samples).unwrap();
    let mut again = LineSearch::new(HINGE(), &mut other);
    check(&line, &mut again);
    assert_eq!(again.last_loss(), line.last_loss());
}

#[test]
fn orders_moments_and_the_like_come_back() {
    let order = Order::resume([1, u32::MAX, 3, 0], 1_000, 5, 999).unwrap();
    let mut again = Order::resume([0; 4], 7, 0, 0).unwrap();
    check(&order, &mut again);
    assert_eq!(again, order);

    let stopping = EarlyStopping::resume(5, Some(0.25), 2).unwrap();
    let mut again = EarlyStopping::new(9).unwrap();
    check(&stopping, &mut again);
    assert_eq!(again, stopping);

    let mut moments = Moments::<3>::forgetting(0.125).unwrap();
    for t in 0..20 {
        moments.observe(&[0.1 * t as f32, -1.0, 1e6 + t as f32]).unwrap();
    }
    let mut again = Moments::<3>::new();
    check(&moments, &mut again);
    assert_eq!(again.parts(), moments.parts());

    let standardiser = moments.freeze().unwrap().clipped(5.0).unwrap();
    let mut again = Standardiser::from_parts([1.0; 3], [1.0; 3]).unwrap();
    check(&standardiser, &mut again);
    assert_eq!(again, standardiser);
    let open = moments.freeze().unwrap();
    check(&open, &mut again);
    assert_eq!(again.limit(), None);

    let mut counts = [3, 1, 0, 7];
    let mut matrix = Confusion::new(&mut counts, 2).unwrap();
    matrix.load(&[3, 1, 0, 7]).unwrap();
    let mut others = [0; 4];
    let mut again = Confusion::new(&mut others, 2).unwrap();
    check(&matrix, &mut again);
    assert_eq!(again, matrix);
}

#[test]
fn reservoirs_come_back_full_or_not() {
    fn of<const N: usize, L>(seen: u32, label: impl Fn(u32) -> L) -> Reservoir<3, 2, N, L>
    where
        L: Copy + Into<usize>,
    {
        let mut rng = XorShiftRng::seed_from_u64(1);
        let mut reservoir = Reservoir::new();
        for t in 0..seen {
            reservoir.offer(&[t as f32, -0.5], label(t % 3), &mut rng).unwrap();
        }
        reservoir
    }
    for seen in [1, 3, 4, 5, 100] {
        let mut again = of::<4, u8>(2, |label| label as u8);
        check(&of::<4, u8>(seen, |label| label as u8), &mut again);
        assert_eq!(again.parts(), of::<4, u8>(seen, |label| label as u8).parts());
        check(&of::<4, u16>(seen, |label| label as u16), &mut of::<4, u16>(2, |label| label as u16));
        check(&of::<4, usize>(seen, |label| label as usize), &mut of::<4, usize>(2, |label| label as usize));
    }
    // With another number of classes, invalid labels, features that are not finite, and a value in an empty place.
    let record = bytes_of(&of::<4, u8>(2, |label| label as u8));
    let change = |place: usize, word: u32| {
        let mut record = record.clone();
        record[36 + 4 * place..][..4].copy_from_slice(&word.to_le_bytes());
        seal(&mut record);
        restore(&mut of::<4, u8>(3, |label| label as u8), &record)
    };
    assert_eq!(change(0, 4), refused(Fault::Shape));
    assert_eq!(change(2, f32::NAN.to_bits()), refused(Error::NonFiniteFeature));
    assert_eq!(change(4, 3), refused(Error::LabelOutOfRange));
    assert_eq!(change(4, 258), refused(Error::LabelOutOfRange));
    assert_eq!(change(8, 1), refused(Error::InvalidState));
    assert_eq!(change(2, 1.0_f32.to_bits()), Ok(()));
}

#[test]
fn states_of_integers_come_back() {
    let progress = |margin, steps| integer::Progress {
        objective: integer::Hinge::new(margin, 1e-3).unwrap(),
        schedule: integer::Halving { exponent: 6, period: 10, last: 12 },
        steps,
        owed: 12_345_678_901,
    };
    let sgd = integer::Sgd::resume(progress(1.0, 77)).unwrap();
    let mut again = integer::Sgd::resume(progress(0.5, 0)).unwrap();
    check(&sgd, &mut again);
    assert_eq!(again, sgd);
    check(&progress(1.0, 77), &mut progress(2.0, 1));
    let halving = |exponent| integer::Halving { exponent, period: 3, last: 9 };
    check(&halving(4), &mut halving(5));

    let weights = [1, 2, 64];
    let weighted = |margin| {
        let loss = integer::Weighted::new(integer::CrammerSinger::new(margin).unwrap(), &weights).unwrap();
        integer::Sgd::new(integer::Objective::of(loss, 0.0).unwrap(), halving(4)).unwrap()
    };
    check(&weighted(1.0), &mut weighted(0.5));

    let (mut sums, mut others) = ([integer::Sums::ZERO; 2], [integer::Sums::ZERO; 2]);
    let mut moments = integer::Moments::<i16>::new(&mut sums);
    for t in 0..100 {
        moments.observe(&[i16::MIN, t]).unwrap();
    }
    let mut again = integer::Moments::<i16>::new(&mut others);
    check(&moments, &mut again);
    let mut scales = [integer::InputScale::ZERO; 2];
    again.freeze(&mut scales).unwrap();
    check(&scales, &mut [integer::InputScale::ZERO; 2]);
    // Raw values of another width have different moments.
    let record = bytes_of(&moments);
    assert_eq!(restore(&mut integer::Moments::<u8>::new(&mut others), &record), refused(Fault::Shape));
}

#[test]
fn several_states_are_one_record() {
    let (model, average, sgd) = trained(1);
    let order = Order::resume([1, 2, 3, 4], 50, 1, 2).unwrap();
    let stopping = EarlyStopping::resume(5, Some(0.25), 2).unwrap();
    let moments = Moments::<2>::forgetting(0.25).unwrap();
    let (mut model_again, mut average_again, mut sgd_again) = trained(2);
    let mut order_again = Order::resume([0; 4], 7, 0, 0).unwrap();
    let (mut stopping_again, mut moments_again) = (EarlyStopping::new(1).unwrap(), Moments::<2>::new());
    check(&(&model,), &mut (&mut { model_again.clone() },));
    check(&(&model, &sgd), &mut (&mut { model_again.clone() }, &mut { sgd_again }));
    check(
        &(&model, &average, &sgd, &order, &stopping, &moments),
        &mut (
            &mut model_again,
            &mut average_again,
            &mut sgd_again,
            &mut order_again,
            &mut stopping_again,
            &mut moments_again,
        ),
    );
    assert_eq!((model_again.checksum(), sgd_again, order_again), (model.checksum(), sgd, order));
    assert_eq!(
        (average_again.parts(), stopping_again, moments_again.parts()),
        (average.parts(), stopping, moments.parts())
    );
    // Nested tuples have the same parts.
    assert_eq!(bytes_of(&(&(&sgd, &order), &stopping)), bytes_of(&(&sgd, &order, &stopping)));
    // An averaged descent consists of its average and its SGD.
    let (mut other_average, other_sgd) = (Average::<3, 5>::new(), Sgd::new(HINGE(), Constant { rate: 9.0 }).unwrap());
    let mut averaged = AveragedSgd::new(sgd, &mut average_again);
    assert_eq!(averaged.average().steps(), average.steps());
    let record_of_both = bytes_of(&(&average, &sgd));
    assert_eq!(bytes_of(&averaged), record_of_both);
    averaged.step(&mut model_again, &[1.0; 5], 0).unwrap();
    check(&(&average, &sgd), &mut averaged);
    assert_eq!((averaged.sgd(), averaged.average().parts()), (sgd, average.parts()));
    let mut of_another_schedule = AveragedSgd::new(other_sgd, &mut other_average);
    assert_eq!(restore(&mut of_another_schedule, &record_of_both), refused(Fault::Shape));
    // The number and the order of parts matter.
    let record = bytes_of(&(&sgd, &order));
    assert_eq!(restore(&mut (&mut { order }, &mut { sgd }), &record), refused(Fault::Kind));
    assert_eq!(restore(&mut { sgd }, &record), refused(Fault::Kind));
    assert_eq!(restore(&mut (&mut { sgd },), &bytes_of(&sgd)), Ok(()));
}

/// Contents that no run leaves behind are refused, even with correct checksums.
#[test]
fn contents_are_checked() {
    fn change(
        state: &impl State,
        target: &mut impl Restore,
        place: usize,
        word: u32,
    ) -> Result<(), LoadError<Infallible>> {
        let (mut record, before) = (bytes_of(state), bytes_of(target));
        record[36 + 4 * place..][..4].copy_from_slice(&word.to_le_bytes());
        seal(&mut record);
        let result = restore(target, &record);
        assert!(result.is_ok() || bytes_of(target) == before, "a refusal changes nothing");
        result
    }
    let (model, average, sgd) = trained(1);
    let mut target = Model::<3, 5>::new();
    let number = f32::to_bits;
    for place in [0, 7, 14, 15, 17] {
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(change(&model, &mut target, place, number(value)), refused(Error::NonFiniteModel));
        }
        assert_eq!(change(&model, &mut target, place, number(1.0)), Ok(()));
    }
    assert_eq!(change(&model, &mut target, 18, number(1e-9)), refused(Error::InvalidScale));
    assert_eq!(change(&model, &mut target, 19, number(0.5)), refused(Error::InvalidScale));
    assert_eq!(change(&model, &mut target, 20, number(f32::INFINITY)), refused(Error::NonFiniteModel));
    assert_eq!(change(&model, &mut target, 20, number(1e-9)), refused(Error::InvalidState));
    let large = Model::from_parts([[f32::MAX]; 2], [0.0; 2], 1.0).unwrap();
    assert_eq!(change(&large, &mut Model::<2, 1>::new(), 4, number(1.5)), refused(Error::NonFiniteModel));

    let mut target = Average::<3, 5>::new();
    let invalid = refused(Error::InvalidState);
    assert_eq!(change(&average, &mut target, 0, number(1e9)), invalid);
    assert_eq!(change(&average, &mut target, 15, number(f32::NAN)), invalid);
    assert_eq!(change(&average, &mut target, 18, number(-1.0)), invalid);
    assert_eq!(change(&average, &mut target, 21, number(f32::INFINITY)), invalid);
    assert_eq!(change(&average, &mut target, 22, 0), invalid);
    assert_eq!(change(&average, &mut target, 22, (1 << 24) + 1), invalid);
    assert_eq!(change(&average, &mut target, 22, 1 << 24), Ok(()));

    let mut target = sgd;
    assert_eq!(change(&sgd, &mut target, 2, number(-1.0)), refused(Error::InvalidMargin));
    assert_eq!(change(&sgd, &mut target, 3, number(f32::NAN)), refused(Error::InvalidL2));
    assert_eq!(change(&sgd, &mut target, 5, number(0.0)), refused(Error::InvalidLearningRate));
    assert_eq!(change(&sgd, &mut target, 6, number(-1.0)), refused(Error::InvalidDecay));

    let order = Order::resume([1, 2, 3, 4], 50, 1, 2).unwrap();
    assert_eq!(change(&order, &mut { order }, 4, 0), refused(Error::EmptySet));
    assert_eq!(change(&order, &mut { order }, 6, 50), invalid);

    let stopping = EarlyStopping::resume(5, Some(0.25), 2).unwrap();
    assert_eq!(change(&stopping, &mut { stopping }, 0, 0), refused(Error::InvalidPatience));
    assert_eq!(change(&stopping, &mut { stopping }, 1, 0x7fc0_0001), invalid);
    assert_eq!(change(&stopping, &mut { stopping }, 1, 0x7fc0_0000), invalid, "two epochs since no value");

    let mut moments = Moments::<1>::new();
    moments.observe(&[1.0]).unwrap();
    let mut target = Moments::<1>::new();
    assert_eq!(change(&moments, &mut target, 0, 0), invalid, "a mean of no sample");
    assert_eq!(change(&moments, &mut target, 1, number(0.75)), refused(Error::InvalidShare));
    assert_eq!(change(&moments, &mut target, 3, number(0.5)), invalid, "a lower word that changes the higher one");
    assert_eq!(change(&moments, &mut target, 4, number(1.0)), invalid, "a variance of one sample");
    moments.observe(&[1.0]).unwrap();
    assert_eq!(change(&moments, &mut target, 4, number(-1.0)), invalid);

    let standardiser = Standardiser::from_parts([1.0], [2.0]).unwrap();
    for limit in [0.0, -1.0, f32::NAN] {
        let result = change(&standardiser, &mut { standardiser.clone() }, 0, number(limit));
        assert_eq!(result, refused(Error::InvalidLimit));
    }
    assert_eq!(
        change(&standardiser, &mut { standardiser.clone() }, 2, number(f32::NAN)),
        refused(Error::InvalidScaling)
    );

    let integers = integer::Model::<3, 5>::new();
    let mut target = integer::Model::<3, 5>::new();
    assert_eq!(change(&integers, &mut target, 0, 0x8000_0000), refused(Error::WeightTooLarge));
    assert_eq!(change(&integers, &mut target, 7, 1 << 16), invalid, "behind the last weight");
    assert_eq!(change(&integers, &mut target, 8, (1 << 28) + 1), refused(Error::WeightTooLarge));
    assert_eq!(change(&integers, &mut target, 11, 16), refused(Error::InvalidScale));
    assert_eq!(change(&integers, &mut target, 11, 256), refused(Error::InvalidScale));

    let mut scales = [integer::InputScale::ZERO];
    assert_eq!(change(&[integer::InputScale::ZERO], &mut scales, 0, 1 << 30), refused(Error::InvalidScaling));
    let halving = integer::Halving { exponent: 4, period: 3, last: 9 };
    assert_eq!(change(&halving, &mut { halving }, 0, 0x0003_0404), refused(Error::InvalidSchedule));
    assert_eq!(change(&halving, &mut { halving }, 0, 0x0109_0304), invalid);
    let mut sums = [integer::Sums::ZERO];
    let mut more = [integer::Sums::ZERO];
    let mut moments = integer::Moments::<u8>::new(&mut sums);
    moments.observe(&[9]).unwrap();
    assert_eq!(change(&moments, &mut integer::Moments::<u8>::new(&mut more), 3, 80), invalid, "9² = 81");
    // The words of the sum and of the squares, and values that raw values of this kind cannot have.
    let minus = |value: i64| [value as u32, (value >> 32) as u32];
    for (place, word) in [(1, minus(-9)[0]), (2, minus(-9)[1]), (1, 256), (3, 65_026)] {
        assert_eq!(change(&moments, &mut integer::Moments::<u8>::new(&mut more), place, word), invalid, "{place}");
    }
}

#[test]
fn a_length_that_no_record_has_is_refused() {
    let (model, ..) = trained(1);
    let record = bytes_of(&model);
    let own = record.len() as u32;
    let with = |len: u32| {
        let mut changed = record.clone();
        changed[8..12].copy_from_slice(&len.to_le_bytes());
        seal(&mut changed);
        restore(&mut Model::<3, 5>::new(), &changed)
    };
    for len in [0, 4, 20, 23, 25, own - 1, own + 1, own + 2, (1 << 30) + 4, u32::MAX - 3] {
        assert_eq!(with(len), refused(Fault::NoRecord), "{len}");
    }
    for len in [24, own - 4, own + 4, 1 << 30] {
        assert_eq!(with(len), refused(Fault::Shape), "{len}");
    }
    assert_eq!(with(own), Ok(()));
}

/// A source that differs when it is read again.
struct Changing<'a> {
    record: &'a [u8],
    /// The offset from which it differs on the second read.
    from: usize,
    fails: bool,
    again: bool,
}

impl Source for Changing<'_> {
    type Error = &'static str;

    fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, &'static str> {
        let len = self.record.len().saturating_sub(offset).min(buffer.len());
        buffer[..len].copy_from_slice(&self.record[self.record.len().min(offset)..][..len]);
        if self.again && offset + len > self.from {
            if self.fails {
                return Err("gone");
            }
            buffer[..len].iter_mut().for_each(|byte| *byte ^= 0x10);
        }
        self.again |= offset + len == self.record.len();
        Ok(len)
    }
}

/// A source that holds one record on the first read, and another one afterwards.
struct Swapped {
    records: [Vec<u8>; 2],
    reads: usize,
}

impl Source for Swapped {
    type Error = Infallible;

    fn read(&mut self, offset: usize, buffer: &mut [u8]) -> Result<usize, Infallible> {
        let record = &self.records[self.reads.min(1)];
        self.reads += 1;
        (&record[..]).read(offset, buffer)
    }
}

#[test]
fn a_source_that_changes_between_two_readings_clears_the_target() {
    let (model, _, sgd) = trained(1);
    let record = bytes_of(&(&model, &sgd));
    for from in 0..record.len() {
        for fails in [false, true] {
            let (mut target, _, mut own) = trained(2);
            let (before, own_before) = (target.checksum(), own);
            let mut source = Changing { record: &record, from, fails, again: false };
            let result = load(&mut (&mut target, &mut own), &mut source, &mut [0; 8]);
            assert_eq!(result, Err(LoadError::Cleared), "from {from}");
            // Nothing is stored before the header and the first word of a heading were correct.
            let cleared = Model::<3, 5>::new().checksum();
            assert_eq!(target.checksum(), if from < 24 { before } else { cleared }, "from {from}");
            assert_eq!(own, own_before);
        }
    }
    // Another whole record, in place of the one that was checked.
    let (other, ..) = trained(4);
    let records = [bytes_of(&other), bytes_of(&model)];
    let mut target = Model::<3, 5>::from_parts([[1.0; 5]; 3], [0.0; 3], 1.0).unwrap();
    let mut swapped = Swapped { records, reads: 0 };
    assert_eq!(load(&mut target, &mut swapped, &mut [0; 1_000]), Err(LoadError::Cleared));
    assert_eq!(target.checksum(), Model::<3, 5>::new().checksum());
    // The first read fails: nothing has changed.
    let (mut target, ..) = trained(2);
    let before = target.checksum();
    let mut source = Changing { record: &record, from: 100, fails: true, again: true };
    assert_eq!(load(&mut target, &mut source, &mut [0; 8]), Err(LoadError::Refused(Fault::Kind)));
    let record = bytes_of(&model);
    let mut source = Changing { record: &record, from: 80, fails: true, again: true };
    assert_eq!(load(&mut target, &mut source, &mut [0; 8]), Err(LoadError::Source("gone")));
    assert_eq!(target.checksum(), before);
}

#[test]
fn a_stream_that_ends_or_goes_wrong_clears_its_target() {
    let (model, ..) = trained(1);
    let record = bytes_of(&model);
    let fresh = Model::<3, 5>::new().checksum();
    for len in 0..record.len() {
        let (mut target, ..) = trained(2);
        let before = target.checksum();
        let mut decoder = Decoder::new(&mut target);
        decoder.push(&record[..len]).unwrap();
        if len % 2 == 0 {
            assert_eq!(decoder.finish(), Err(Fault::Truncated));
        } else {
            drop(decoder);
        }
        assert_eq!(target.checksum(), if len < 24 { before } else { fresh }, "{len} bytes");
    }
    let (mut target, ..) = trained(2);
    let mut decoder = Decoder::new(&mut target);
    let mut damaged = record.clone();
    *damaged.last_mut().unwrap() ^= 1;
    assert_eq!(decoder.push(&damaged), Err(Fault::Checksum));
    assert_eq!(decoder.push(&record), Err(Fault::Truncated));
    assert_eq!(decoder.finish(), Err(Fault::Truncated));
    assert_eq!(target.checksum(), fresh);
}

/// A model with an average continues from a record as if nothing had happened.
#[test]
fn a_run_goes_on_to_the_same_bits() {
    let mut rng = XorShiftRng::seed_from_u64(5);
    let samples: Vec<([f32; 5], usize)> = (0..200)
        .map(|_| (std::array::from_fn(|_| generate::ordinary(&mut rng)), rng.next_u32() as usize % 3))
        .collect();
    let run = |reset_at: Option<usize>| {
        let (mut model, mut average, mut sgd) = trained(3);
        for (step, (x, label)) in samples.iter().enumerate() {
            if reset_at == Some(step) {
                let record = bytes_of(&(&model, &average, &sgd));
                (model, average) = (Model::new(), Average::new());
                sgd = Sgd::new(Hinge::new(9.0, 0.0).unwrap(), InverseTime { rate: 9.0, decay: 0.0 }).unwrap();
                restore(&mut (&mut model, &mut average, &mut sgd), &record).unwrap();
            }
            let mut averaged = AveragedSgd::new(sgd, &mut average);
            averaged.step(&mut model, x, *label).unwrap();
            sgd = averaged.sgd();
        }
        let all = bytes_of(&(&model, &average, &sgd));
        average.finish(&mut model).unwrap();
        (all, model.checksum())
    };
    let whole = run(None);
    for step in [0, 1, 57, 199] {
        assert_eq!(run(Some(step)), whole, "reset at {step}");
    }
}

/// A bound that is too small would let a weight overflow: the bound is that of the weights, whatever was saved.
#[test]
fn a_restored_model_is_guarded() {
    let large = Model::from_parts([[3e38, -1e38], [-3e38, 1e38]], [0.0; 2], 1.0).unwrap();
    let mut model = Model::<2, 2>::new();
    restore(&mut model, &bytes_of(&large)).unwrap();
    let mut sgd = Sgd::new(Hinge::new(1.0, 0.0).unwrap(), Constant { rate: 3e38 }).unwrap();
    let before = model.checksum();
    assert_eq!(sgd.step(&mut model, &[0.3, 1.0], 0), Err(Error::NonFiniteStep));
    assert_eq!((model.checksum(), model.parts().2), (before, Scale { value: 1.0, carry: 0.0 }));
}

/// Through `serde`: a compact format, and a text format.
#[test]
fn serde_brings_the_same_states_back() {
    use hingeline::state::{IntoState, Serialised};
    use serde::de::DeserializeSeed;

    let (model, average, sgd) = trained(1);
    let record = bytes_of(&(&model, &average, &sgd));
    let bytes = postcard::to_allocvec(&Serialised(&(&model, &average, &sgd))).unwrap();
    let text = serde_json::to_string(&Serialised(&(&model, &average, &sgd))).unwrap();
    let (mut again, mut average_again, mut sgd_again) = trained(2);
    let mut all = (&mut again, &mut average_again, &mut sgd_again);
    IntoState(&mut all).deserialize(&mut postcard::Deserializer::from_bytes(&bytes)).unwrap();
    assert_eq!(bytes_of(&all), record);
    IntoState(&mut all).deserialize(&mut serde_json::Deserializer::from_str(&text)).unwrap();
    assert_eq!(bytes_of(&all), record);

    let fresh = Model::<3, 5>::new().checksum();
    for wrong in ["[]", "[1,3,5]", "[1,3,4,20]", "7", &text[..text.len() / 2], &text.replace("[1,3,5", "[1,3,5,0")] {
        let (mut model, mut average, mut sgd) = trained(2);
        let own = sgd;
        let mut all = (&mut model, &mut average, &mut sgd);
        assert!(IntoState(&mut all).deserialize(&mut serde_json::Deserializer::from_str(wrong)).is_err(), "{wrong}");
        assert_eq!((model.checksum() == fresh, sgd), (wrong != "7", own));
    }
    let longer = text.replace(']', ",0]");
    let (mut model, mut average, mut sgd) = trained(2);
    let mut all = (&mut model, &mut average, &mut sgd);
    assert!(IntoState(&mut all).deserialize(&mut serde_json::Deserializer::from_str(&longer)).is_err());
}

/// The message of `serde` for a value of another type.
#[test]
fn serde_says_how_many_words_a_state_has() {
    use hingeline::state::IntoState;
    use serde::de::DeserializeSeed;

    let mut schedule = SCHEDULE;
    let refused = IntoState(&mut schedule).deserialize(&mut serde_json::Deserializer::from_str("7"));
    let text = refused.unwrap_err().to_string();
    assert!(text.contains(&format!("the {} words of a state", record_len(&schedule) / 4 - 6)), "{text}");
}

/// A part that is `None` is not in the record.
#[test]
fn parts_may_be_missing() {
    let (mut model, _, mut sgd) = trained(1);
    let mut order = Order::new(7, &mut XorShiftRng::seed_from_u64(1)).unwrap();
    let (all, two, one) = (bytes_of(&(&model, &sgd, &order)), bytes_of(&(&model, &order)), bytes_of(&(&sgd,)));
    let mut none = None::<&mut Order>;
    assert_eq!(bytes_of(&(&Some(&mut model), &Some(&mut sgd), &Some(&mut order))), all);
    assert_eq!(bytes_of(&(&Some(&mut model), &None::<&mut Sgd<InverseTime>>, &Some(&mut order))), two);
    assert_eq!(bytes_of(&(&None::<&mut Model<3, 5>>, &Some(&mut sgd), &none)), one);

    let (mut other, _, mut other_sgd) = trained(2);
    let mut restored = Order::new(7, &mut XorShiftRng::seed_from_u64(2)).unwrap();
    let before = (other.checksum(), other_sgd, restored);
    {
        let mut model = Some(&mut other);
        let mut fewer = (&mut model, &mut none);
        assert_eq!(restore(&mut fewer, &all), refused(Fault::Kind));
        assert_eq!(restore(&mut fewer, &two), refused(Fault::Kind));
        let mut parts = (&mut Some(&mut other_sgd), &mut Some(&mut restored));
        assert_eq!(restore(&mut parts, &two), refused(Fault::Kind));
    }
    assert_eq!((other.checksum(), other_sgd, restored), before);
    let (mut first, mut last) = (Some(&mut other), Some(&mut restored));
    check(&(&model, &order), &mut (&mut first, &mut None::<&mut Sgd<InverseTime>>, &mut last));
    assert_eq!((other.checksum(), restored), (model.checksum(), order));

    // A stream that breaks off leaves the existing parts as new.
    let (mut first, mut none) = (Some(&mut other), None::<&mut Order>);
    let mut parts = (&mut first, &mut none);
    let record = bytes_of(&(&model,));
    let mut decoder = Decoder::new(&mut parts);
    decoder.push(&record[..record.len() / 2]).unwrap();
    assert_eq!(decoder.finish(), Err(Fault::Truncated));
    assert_eq!(other.checksum(), Model::<3, 5>::new().checksum());
}

/// Scales in memory whose length is known at run time.
#[test]
fn scales_in_a_slice_have_the_record_of_an_array() {
    let mut scales = [integer::InputScale::new(3, 100).unwrap(), integer::InputScale::new(-7, 16_383).unwrap()];
    let mut other = [integer::InputScale::ZERO; 2];
    let record = bytes_of(&scales);
    assert_eq!(bytes_of(&scales.as_mut_slice()), record);
    check(&scales.as_mut_slice(), &mut other.as_mut_slice());
    assert_eq!(other, scales);
    let mut longer = [integer::InputScale::ZERO; 3];
    assert_eq!(restore(&mut longer.as_mut_slice(), &record), refused(Fault::Shape));
}

#[test]
fn words_end_where_they_end() {
    let mut words = Words::new();
    (0..30).for_each(|word| words.put(word));
    words.rewind();
    let taken: Vec<u32> = (0..22).map(|_| words.take()).collect();
    assert_eq!((taken[..20].to_vec(), &taken[20..]), ((0..20).collect(), &[0, 0][..]));
}
