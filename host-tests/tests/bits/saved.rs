//! Records have the same bytes on every kernel, today and tomorrow: those beside the data.

use std::{env, fs};

use hingeline::kernel::{CHOSEN, Kernel, Work};
use hingeline::state::{Restore, State, encode, load};
use hingeline::{
    Average, AveragedSgd, CrammerSinger, EarlyStopping, InverseTime, Model, Moments, Objective, Order, Sgd, integer,
};
use hingeline_host_tests::generate::{ordinary, rng};
use hingeline_host_tests::kernels::{say_skipped, to_test};

static FLOATS: &[u8] = include_bytes!("../../../examples/data/records/floats.bin");
static INTEGERS: &[u8] = include_bytes!("../../../examples/data/records/integers.bin");

type Floats<K> = (Model<3, 5, K>, Average<3, 5>, Sgd<InverseTime, CrammerSinger>, Order, Moments<5>, EarlyStopping);

/// States of a short run.
fn floats<K: Kernel>(kernel: K) -> Floats<K> {
    let (mut model, mut average) = (Model::on(kernel), Average::new());
    let objective = Objective::of(CrammerSinger::new(1.0).unwrap(), 1e-3).unwrap();
    let sgd = Sgd::new(objective, InverseTime { rate: 0.1, decay: 1e-2 }).unwrap();
    let (mut order, mut moments) = (Order::resume([3, 1, 4, 1], 50, 2, 0).unwrap(), Moments::forgetting(0.01).unwrap());
    let (mut averaged, mut rng) = (AveragedSgd::new(sgd, &mut average), rng(1));
    for _ in 0..40 {
        let x: [f32; 5] = std::array::from_fn(|_| ordinary(&mut rng));
        moments.observe(&x).unwrap();
        averaged.step(&mut model, &x, order.index() % 3).unwrap();
        order.skip();
    }
    let sgd = averaged.sgd();
    (model, average, sgd, order, moments, EarlyStopping::resume(5, Some(0.375), 2).unwrap())
}

struct Integers {
    model: integer::Model<3, 5>,
    sgd: integer::Sgd,
    sums: [integer::Sums; 5],
    count: u32,
    scales: [integer::InputScale; 5],
}

fn integers() -> Integers {
    let mut sums = [integer::Sums::ZERO; 5];
    let mut moments = integer::Moments::<i16>::new(&mut sums);
    let raw = |t: i16| std::array::from_fn::<i16, 5, _>(|feature| (t * 37 + 101 * feature as i16) % 400 - 200);
    (0..60).for_each(|t| moments.observe(&raw(t)).unwrap());
    let (mut scales, count) = ([integer::InputScale::ZERO; 5], moments.count());
    moments.freeze(&mut scales).unwrap();
    let schedule = integer::Halving { exponent: 6, period: 5, last: 9 };
    let mut sgd = integer::Sgd::new(integer::Hinge::new(1.0, 1e-3).unwrap(), schedule).unwrap();
    let mut model = integer::Model::new();
    for t in 0..60 {
        let mut buffer = [0; 5];
        let x = integer::Inputs::scaled(&raw(t), &scales, &mut buffer).unwrap();
        sgd.step(&mut model, x, t as usize % 3).unwrap();
    }
    Integers { model, sgd, sums, count, scales }
}

fn bytes_of(state: &impl State) -> Vec<u8> {
    let mut bytes = vec![0; 1_000];
    let len = encode(state, &mut bytes).unwrap();
    bytes[..len].to_vec()
}

fn restore(state: &mut impl Restore, mut record: &[u8]) {
    load(state, &mut record, &mut [0; 24]).unwrap();
}

/// Compares the bytes, or writes them if the variable `HINGELINE_BLESS` is set: a record that changes is a new version
/// of the format.
fn compare(name: &str, bytes: &[u8], record: &[u8]) {
    if env::var("HINGELINE_BLESS").is_ok() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/data/records");
        fs::write(format!("{folder}/{name}.bin"), bytes).unwrap();
    } else {
        assert_eq!(bytes, record, "{name}");
    }
}

struct Written;

impl Work for Written {
    type Output = ();

    fn run<K: Kernel>(self, kernel: K) {
        let saved = floats(kernel);
        let bytes = bytes_of(&(&saved.0, &saved.1, &saved.2, &saved.3, &saved.4, &saved.5));
        compare("floats", &bytes, FLOATS);
        let mut again = (Model::<3, 5, K>::on(kernel), Average::new(), saved.2, saved.3, Moments::<5>::new(), saved.5);
        restore(&mut (&mut again.0, &mut again.1, &mut again.2, &mut again.3, &mut again.4, &mut again.5), FLOATS);
        assert_eq!(again.0.checksum(), saved.0.checksum());
        assert_eq!(bytes_of(&(&again.0, &again.1, &again.2, &again.3, &again.4, &again.5)), FLOATS);
        // Continues as the firmware does, and with the same bits.
        let mut averaged = AveragedSgd::new(again.2, &mut again.1);
        averaged.step(&mut again.0, &[0.5, -1.0, 0.25, 2.0, -0.125], again.3.index() % 3).unwrap();
        again.1.finish(&mut again.0).unwrap();
        assert_eq!(format!("{:016x}", again.0.checksum()), printed("floats"));
    }
}

/// The output of the firmware after this word.
fn printed(name: &str) -> &'static str {
    let text = include_str!("../../../examples/firmware/snapshots/persistent.txt");
    let line = text.lines().find(|line| line.starts_with(&format!("{name}:"))).expect(name);
    line.rsplit(' ').next().expect("a word")
}

#[test]
fn every_kernel_writes_and_reads_the_same_records() {
    Written.run(CHOSEN);
    for choice in to_test() {
        if let Err(error) = choice.run(Written) {
            say_skipped(choice.name(), error);
        }
    }
}

#[test]
fn integers_are_written_and_read_the_same() {
    let mut saved = integers();
    let moments = integer::Moments::<i16>::resume(&mut saved.sums, saved.count).unwrap();
    compare("integers", &bytes_of(&(&saved.model, &saved.sgd, &moments, &saved.scales)), INTEGERS);
    let (mut model, mut sums) = (integer::Model::<3, 5>::new(), [integer::Sums::ZERO; 5]);
    let mut sgd = integer::Sgd::new(integer::Hinge::new(2.0, 0.0).unwrap(), saved.sgd.progress().schedule).unwrap();
    let mut again = integer::Moments::<i16>::new(&mut sums);
    let mut scales = [integer::InputScale::ZERO; 5];
    restore(&mut (&mut model, &mut sgd, &mut again, &mut scales), INTEGERS);
    assert_eq!(bytes_of(&(&model, &sgd, &again, &scales)), INTEGERS);
    let mut buffer = [0; 5];
    let x = integer::Inputs::scaled(&[100_i16, -200, 0, 50, 7], &scales, &mut buffer).unwrap();
    sgd.step(&mut model, x, 1).unwrap();
    assert_eq!(format!("{:016x}", model.checksum()), printed("integers"));
}
