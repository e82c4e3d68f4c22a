//! Windows over streams of any values and shape.
//!
//! Invariants: nothing panics; a refused reading leaves the features as they were, to the bit; features are finite and
//! in their range; and equal readings have equal features wherever they are in memory.

use core::fmt::Debug;

use hingeline::signal::{Axis, DynWindow, Feature, Hold, Reading, Smoothed, Votes, count};
use hingeline_host_tests::windows::PLAIN;

use crate::draw::Draw;
use crate::trace::Trace;

const READINGS: usize = 120;

/// A whole run from this seed.
///
/// # Panics
/// If one of the invariants is violated.
pub fn run(seed: u64) -> Trace {
    let (mut draw, mut trace) = (Draw::new(seed), Trace::NONE);
    let floats = |draw: &mut Draw, trace: &mut Trace| {
        let (low, high, noise) = (draw.wild(), draw.wild(), draw.parameter());
        let axis = Axis::<f32>::new();
        let axis = trace.call(axis.saturates_at(low, high)).unwrap_or(axis);
        trace.call(axis.noise(noise)).unwrap_or(axis)
    };
    let integers = |draw: &mut Draw, trace: &mut Trace| {
        let axis = Axis::<i16>::new();
        let axis = trace.call(axis.saturates_at(draw.bits() as i16, draw.bits() as i16)).unwrap_or(axis);
        trace.call(axis.noise(draw.bits() as i16 / 8)).unwrap_or(axis)
    };
    of(&mut draw, &mut trace, floats, Draw::wild, |x| x.is_finite() && x.abs() <= 1.0);
    of(&mut draw, &mut trace, integers, |draw| draw.bits() as i16, |x| x.abs() <= 1 << 14);
    decisions(&mut draw, &mut trace);
    trace
}

/// A feature that most windows support, or any.
fn feature(draw: &mut Draw, axes: usize, len: usize) -> Feature {
    let mut number = |most: usize| match draw.once_in(12) {
        true => draw.bits() as u16,
        false => draw.below(most.max(1)) as u16,
    };
    let (first, second) = (number(len / 2), number(len / 2));
    let numbered = [
        Feature::Segments(number(len).saturating_add(1).min(200)),
        Feature::Band(first.min(second).saturating_add(1), first.max(second).saturating_add(1)),
        Feature::Correlation(number(axes), number(axes)),
    ];
    let kinds = [&PLAIN[..], &numbered].concat();
    kinds[draw.below(kinds.len())]
}

fn of<R: Reading + Debug + Default + PartialEq>(
    draw: &mut Draw,
    trace: &mut Trace,
    axis: impl Fn(&mut Draw, &mut Trace) -> Axis<R>,
    value: impl Fn(&mut Draw) -> R,
    is_coefficient: impl Fn(R) -> bool,
) {
    let (count_of_axes, len) = (draw.below(4), draw.below(40));
    let hop = if draw.once_in(8) { draw.count() as usize } else { 1 + draw.below(30) };
    let axes: Vec<_> = (0..count_of_axes).map(|_| axis(draw, trace)).collect();
    let list: Vec<_> = (0..draw.below(5)).map(|_| feature(draw, count_of_axes, len)).collect();
    let wrong = usize::from(draw.once_in(10));
    let mut memory = vec![R::default(); count_of_axes * len + wrong];
    let Ok(mut window) = trace.call(DynWindow::new(&mut memory, len, hop, &axes, &list)) else { return };
    let mut again = vec![R::default(); count_of_axes * len];
    let mut fresh = DynWindow::new(&mut again, len, hop, &axes, &list).expect("of the same shape");
    let features = |window: &DynWindow<'_, R>| {
        let mut x = vec![R::default(); count(&list, count_of_axes)];
        window.features(&mut x).map(|report| (report, x))
    };
    let mut last: Vec<Vec<R>> = Vec::new();
    for _ in 0..READINGS {
        if draw.once_in(60) {
            window.gap();
            last.clear();
        }
        let short = usize::from(draw.once_in(40));
        let reading: Vec<_> = (short..count_of_axes).map(|_| value(draw)).collect();
        let before = features(&window);
        match trace.call(window.push(&reading)) {
            Err(_) => assert_eq!(format!("{:?}", features(&window)), format!("{before:?}")),
            Ok(_) => last.push(reading),
        }
        let Ok((report, x)) = trace.call(features(&window)) else { continue };
        // The same readings, at the beginning of the memory.
        fresh.clear();
        for reading in &last[last.len() - len..] {
            fresh.push(reading).expect("it was taken before");
        }
        assert_eq!(features(&fresh), Ok((report, x.clone())), "{list:?} over {len} readings");
        let pairs = list.iter().filter(|feature| matches!(feature, Feature::Correlation(..))).count();
        assert!(x[x.len() - pairs..].iter().all(|x| is_coefficient(*x)), "{list:?}: {x:?}");
    }
}

fn decisions(draw: &mut Draw, trace: &mut Trace) {
    let (windows, needed) = (draw.below(8), draw.below(8));
    let (votes, smoothed) = (Votes::<6>::of_last(windows, needed), Smoothed::<3>::new(draw.parameter()));
    let mut hold = Hold::new(draw.count());
    if let Ok(mut votes) = trace.call(votes) {
        for _ in 0..20 {
            let class = (!draw.once_in(4)).then(|| if draw.once_in(9) { draw.bits() as usize } else { draw.below(3) });
            let answer = votes.push(class);
            trace.value(hold.push(answer));
        }
    }
    if let Ok(mut smoothed) = trace.call(smoothed) {
        for _ in 0..20 {
            let (before, scores) = (smoothed, [(); 3].map(|()| draw.wild()));
            match trace.call(smoothed.push(&scores)) {
                Ok(decision) => assert!(decision.class < 3 && decision.gap >= 0.0, "{decision:?}"),
                Err(_) => assert_eq!(smoothed, before),
            }
        }
    }
}
