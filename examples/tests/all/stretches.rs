//! Wrong labels at other times than those that the firmware `wearable` shows.

#[path = "../../firmware/src/data.rs"]
#[allow(dead_code, unreachable_pub, reason = "the firmware shares it among its programs")]
mod data;
#[path = "../../firmware/src/pretrained.rs"]
#[rustfmt::skip]
#[allow(unreachable_pub, reason = "the firmware shares it among its programs")]
mod pretrained;
#[path = "../../firmware/src/wearer.rs"]
#[allow(dead_code, unreachable_pub, reason = "the firmware shares it among its programs")]
mod wearer;

use data::{WEARER_10, is_confirmed, wearers_window};
use pretrained::{CLASSES, FEATURES};
use wearer::{Learner, TOLERANCE, UNGUARDED};

fn windows() -> impl Iterator<Item = (usize, [f32; FEATURES], u8)> {
    (0..).map_while(|time| wearers_window(WEARER_10, time).map(|(x, label)| (time, x, label)))
}

/// The number of unconfirmed windows that are recognised in the end, if the labels of 40 windows are wrong, starting at
/// `wrong_from`.
fn recognised(wrong_from: usize, tolerance: f32) -> usize {
    let mut learner = Learner::new();
    learner.start(10).expect("the constants are good");
    for (time, x, label) in windows().filter(|(time, ..)| is_confirmed(*time)) {
        let wrong = (wrong_from..wrong_from + 40).contains(&time);
        let label = if wrong { (label + 1) % CLASSES as u8 } else { label };
        learner.learn(&x, label).expect("the windows are finite");
        if learner.is_review_due() {
            let _ = learner.review(tolerance).expect("the windows in flash are finite");
        }
    }
    let unconfirmed = windows().filter(|(time, ..)| !is_confirmed(*time));
    unconfirmed.filter(|(_, x, label)| learner.predict(x) == Ok(usize::from(*label))).count()
}

/// At how many of 21 times a guard is better than none, equal, and worse; and the windows recognised over all times,
/// with and without a guard. The guide's page on adapting has these figures.
#[test]
fn a_guard_helps_at_most_times_and_not_at_every_one() {
    let (mut better, mut equal, mut worse, mut totals) = (0, 0, 0, (0, 0));
    for from in (0..=200).step_by(10) {
        let (with, without) = (recognised(from, TOLERANCE), recognised(from, UNGUARDED));
        *(if with > without {
            &mut better
        } else if with == without {
            &mut equal
        } else {
            &mut worse
        }) += 1;
        totals = (totals.0 + with, totals.1 + without);
    }
    assert_eq!((better, equal, worse, totals), (19, 1, 1, (2_264, 2_033)));
}
