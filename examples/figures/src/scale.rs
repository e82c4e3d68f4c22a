//! The scale of an axis, linear or logarithmic, and its ticks.

use std::ops::Range;

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};

/// A range of numbers along an axis.
#[derive(Clone, Debug)]
pub struct Scale {
    range: Range<f64>,
    is_logarithmic: bool,
    /// The ticks with a number, and those with a faint line only.
    ticks: Vec<f64>,
    faint: Vec<f64>,
    form: Form,
}

/// How the numbers are written.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// With so many decimals.
    Decimal(usize),
    /// With as many decimals as each needs.
    Short,
    /// As powers of ten.
    Power,
}

/// The approximate number of ticks on an axis.
const TICKS: f64 = 8.0;

/// With fewer decades, there is room for ticks between the powers of ten.
const FEW_DECADES: f64 = 3.2;

/// With more decades, there is no room for faint lines.
const MANY_DECADES: usize = 8;

impl Scale {
    /// Equal distances for equal differences.
    pub fn linear(from: f64, to: f64) -> Self {
        Self::with_ticks(from, to, TICKS)
    }

    /// The same with about `count` ticks, or fewer.
    pub fn with_ticks(from: f64, to: f64, count: f64) -> Self {
        let step = round_step((to - from) / count);
        let decimals = (-step.log10().floor()).max(0.0) as usize;
        let numbers = (from / step).ceil() as i64..=(to / step + 1e-9).floor() as i64;
        let ticks = numbers.map(|number| number as f64 * step).collect();
        Self { range: from..to, is_logarithmic: false, ticks, faint: Vec::new(), form: Form::Decimal(decimals) }
    }

    /// Equal distances for equal ratios.
    pub fn logarithmic(from: f64, to: f64) -> Self {
        let decades = from.log10().floor() as i32..=to.log10().ceil() as i32;
        let (mut ticks, mut faint) = (Vec::new(), Vec::new());
        let has_room = (to / from).log10() < FEW_DECADES;
        for (decade, digit) in decades.clone().flat_map(|decade| (1..10).map(move |digit| (decade, digit))) {
            // Division by a power of ten is exact where multiplication by its inverse is not.
            let power = 10_f64.powi(decade.abs());
            let number = f64::from(digit);
            let tick = if decade < 0 { number / power } else { number * power };
            if !(from..=to).contains(&tick) {
                continue;
            }
            match digit {
                1 => ticks.push(tick),
                2 | 5 if has_room => ticks.push(tick),
                _ if decades.clone().count() <= MANY_DECADES => faint.push(tick),
                _ => {}
            }
        }
        let is_plain = from >= 9e-4 && to <= 2e6;
        let form = if is_plain { Form::Short } else { Form::Power };
        Self { range: from..to, is_logarithmic: true, ticks, faint, form }
    }

    /// The ticks with a number.
    pub fn ticks(&self) -> &[f64] {
        &self.ticks
    }

    fn position(&self, value: f64) -> f64 {
        if self.is_logarithmic { value.log10() } else { value }
    }
}

impl Ranged for Scale {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    /// What is outside is drawn at the edge, so that nothing leaves its frame.
    fn map(&self, value: &f64, (first, last): (i32, i32)) -> i32 {
        let [from, to, at] = [self.range.start, self.range.end, *value].map(|value| self.position(value));
        let share = ((at - from) / (to - from)).clamp(0.0, 1.0);
        first + (share * f64::from(last - first)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        if hint.weight().allow_light_points() { self.faint.clone() } else { self.ticks.clone() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Scale {
    fn format_ext(&self, value: &f64) -> String {
        match self.form {
            Form::Decimal(decimals) => signed(&format!("{value:.decimals$}")),
            Form::Short => grouped(&format!("{value}")),
            Form::Power => format!("10{}", superscript(value.log10().round() as i32)),
        }
    }
}

/// The smallest 1, 2 or 5 times a power of ten that is at least as large as the step.
fn round_step(step: f64) -> f64 {
    let power = 10_f64.powf(step.log10().floor());
    [1.0, 2.0, 5.0].into_iter().map(|factor| factor * power).find(|round| *round >= step).unwrap_or(10.0 * power)
}

/// The number with a minus sign in place of a hyphen.
fn signed(number: &str) -> String {
    number.replace('-', "−")
}

/// The number with a comma between groups of three digits before the point.
pub fn grouped(number: &str) -> String {
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text = format!("{text}.{fraction}");
    }
    text
}

/// The number as an exponent, in superscript digits.
fn superscript(number: i32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |letter: char| match letter.to_digit(10) {
        Some(digit) => DIGITS[digit as usize],
        None => '⁻',
    };
    number.to_string().chars().map(raised).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(scale: &Scale) -> Vec<String> {
        scale.ticks().iter().map(|tick| scale.format_ext(tick)).collect()
    }

    #[test]
    fn ticks_are_round_numbers_inside_the_range() {
        assert_eq!(labels(&Scale::linear(-4.0, 4.0)), ["−4", "−3", "−2", "−1", "0", "1", "2", "3", "4"]);
        assert_eq!(labels(&Scale::linear(0.0, 1.0)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(labels(&Scale::linear(3.0, 47.0)), ["10", "20", "30", "40"]);
    }

    #[test]
    fn a_few_decades_have_ticks_between_the_powers_and_many_have_powers_alone() {
        assert_eq!(labels(&Scale::logarithmic(0.02, 1.0)), ["0.02", "0.05", "0.1", "0.2", "0.5", "1"]);
        assert_eq!(labels(&Scale::logarithmic(1e3, 2e5)).last().map(String::as_str), Some("200,000"));
        assert_eq!(labels(&Scale::logarithmic(1e-7, 1e-3)), ["10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³"]);
    }

    #[test]
    fn what_lies_outside_is_drawn_at_the_edge() {
        let scale = Scale::logarithmic(1.0, 100.0);
        assert_eq!([0.1, 1.0, 10.0, 100.0, 1e9].map(|value| scale.map(&value, (0, 100))), [0, 0, 50, 100, 100]);
    }
}
