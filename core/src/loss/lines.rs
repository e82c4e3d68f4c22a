//! Values that are linear along a line through a model.

use super::function::POINTS;

/// The values of each class in turn, at all points: its offset plus, for each direction, its slope times the points'
/// coordinates, `((o + (a_1 * q_1)) + (a_2 * q_2)) …`. The slopes have a row for each direction.
#[inline(always)]
pub(super) fn lines(
    offsets: &[f32],
    slopes: &[f32],
    coordinates: &[[f32; POINTS]],
) -> impl Iterator<Item = [f32; POINTS]> {
    offsets.iter().enumerate().map(move |(class, &offset)| {
        let mut values = [offset; POINTS];
        let own = slopes.iter().skip(class).step_by(offsets.len().max(1));
        for (slope, coordinates) in own.zip(coordinates) {
            for (value, a) in values.iter_mut().zip(coordinates) {
                *value += a * slope;
            }
        }
        values
    })
}
