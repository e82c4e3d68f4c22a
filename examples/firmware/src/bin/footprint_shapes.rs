//! Like `footprint`, with models of three shapes, to measure what they share in flash.
#![no_std]
#![no_main]

use core::hint::black_box;

use hingeline::{Error, Hinge, InverseTime, Model, Sgd};
use hingeline_firmware::board::entry;
use static_cell::ConstStaticCell;

static X: [f32; 64] = [0.5; 64];
static FIRST: ConstStaticCell<Model<10, 64>> = ConstStaticCell::new(Model::new());
static SECOND: ConstStaticCell<Model<7, 30>> = ConstStaticCell::new(Model::new());
static THIRD: ConstStaticCell<Model<4, 24>> = ConstStaticCell::new(Model::new());

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    hingeline_firmware::board::a_panic_can_be_reached()
}

#[entry]
fn main() -> ! {
    if let (Some(first), Some(second), Some(third)) = (FIRST.try_take(), SECOND.try_take(), THIRD.try_take())
        && let Ok(hinge) = Hinge::new(1.0, black_box(1e-3))
        && let Ok(mut sgd) = Sgd::new(hinge, black_box(InverseTime { rate: 0.01, decay: 1e-4 }))
    {
        let mut scores = [0.0; 10];
        let _ = black_box(learn(&mut sgd, (first, second, third), black_box(&X), black_box(3), &mut scores));
        black_box(&scores);
    }
    loop {}
}

/// Only this function and everything that it calls are measured. Its caller lends the memory for scores.
#[inline(never)]
fn learn(
    sgd: &mut Sgd<InverseTime>,
    (first, second, third): (&mut Model<10, 64>, &mut Model<7, 30>, &mut Model<4, 24>),
    x: &[f32; 64],
    label: usize,
    scores: &mut [f32; 10],
) -> Result<(), Error> {
    score_and_step(sgd, first, x, label, scores)?;
    if let (Some(x), Some(shortest)) = (x.first_chunk(), x.first_chunk())
        && let Some(scores) = scores.first_chunk_mut()
    {
        score_and_step(sgd, second, x, label, scores)?;
        if let Some(scores) = scores.first_chunk_mut() {
            score_and_step(sgd, third, shortest, label, scores)?;
        }
    }
    Ok(())
}

fn score_and_step<const C: usize, const F: usize>(
    sgd: &mut Sgd<InverseTime>,
    model: &mut Model<C, F>,
    x: &[f32; F],
    label: usize,
    scores: &mut [f32; C],
) -> Result<(), Error> {
    model.scores(x, scores)?;
    sgd.step(model, x, label)?;
    Ok(())
}
