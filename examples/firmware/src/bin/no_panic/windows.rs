//! Windows over a stream, and decisions over time.

use core::hint::black_box;

use hingeline::Stopped;
use hingeline::signal::{Axis, DynSmoothed, DynWindow, Feature, Features, Hold, Smoothed, Votes, Window, count};

/// Defines lists with each kind of feature.
macro_rules! lists {
    ($($name:ident: $reading:ty;)*) => {$(
        struct $name;
        impl Features for $name {
            type Reading = $reading;
            const LIST: &'static [Feature] = &[
                Feature::Mean,
                Feature::Deviation,
                Feature::Range,
                Feature::RootMeanSquare,
                Feature::MeanAbsolute,
                Feature::ZeroCrossings,
                Feature::MeanCrossings,
                Feature::SlopeSignChanges,
                Feature::WaveformLength,
                Feature::Peaks,
                Feature::Segments(3),
                Feature::Band(1, 4),
                Feature::Correlation(0, 1),
            ];
        }
    )*};
}

lists! {
    All: f32;
    RawAll: i16;
}

const AXES: usize = 2;
const LEN: usize = 8;
const FEATURES: usize = count(All::LIST, AXES);

pub(crate) fn all() -> Result<(), Stopped> {
    let floats = Axis::<f32>::new().saturates_at(black_box(-1.0), black_box(1.0))?.noise(black_box(0.1))?;
    black_box(of::<All>(floats, black_box(0.5)).is_ok());
    let integers = Axis::<i16>::new().saturates_at(black_box(-100), black_box(100))?.noise(black_box(1))?;
    black_box(of::<RawAll>(integers, black_box(5)).is_ok());
    black_box(decisions().is_ok());
    Ok(())
}

fn of<L: Features<Reading: Default>>(axis: Axis<L::Reading>, value: L::Reading) -> Result<(), Stopped> {
    let mut window = Window::<L, AXES, LEN, 3>::new();
    let mut x = [L::Reading::default(); FEATURES];
    if window.push(black_box(&[value; AXES]))? {
        black_box(window.features(&mut x)?);
    }
    window.gap();
    window.clear();
    window = window.clone();
    black_box((window.refused(), window.gaps(), &x));

    let mut memory = [value; AXES * LEN];
    let (axes, list) = (black_box([axis; AXES]), black_box(L::LIST));
    black_box(count(list, black_box(AXES)));
    let mut window = DynWindow::new(black_box(&mut memory), black_box(LEN), black_box(3), &axes, list)?;
    if window.push(black_box(&[value; AXES]))? {
        black_box(window.features(black_box(&mut x))?);
    }
    window.gap();
    window.clear();
    black_box((window.refused(), window.gaps()));
    Ok(())
}

fn decisions() -> Result<(), Stopped> {
    let mut votes = Votes::<3>::new(black_box(2))?;
    black_box(votes.push(black_box(Some(1))));
    votes.clear();
    black_box(Votes::<3>::of_last(black_box(2), black_box(1)).is_ok());
    let mut hold = Hold::new(black_box(2));
    black_box(hold.push(black_box(None)));
    hold.clear();
    let mut smoothed = Smoothed::<3>::new(black_box(0.5))?;
    black_box(smoothed.push(black_box(&[0.5; 3]))?);
    smoothed.clear();
    let mut memory = [0.0; 3];
    let mut smoothed = DynSmoothed::new(black_box(&mut memory), black_box(0.5))?;
    black_box(smoothed.push(black_box(&[0.5; 3]))?);
    smoothed.clear();
    Ok(())
}
