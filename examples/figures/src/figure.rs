//! The figures: their names, what they show, and the functions that draw them.

use clap::ValueEnum;
use hingeline::kernel::Kernel;

use crate::figures::{differences, line_one, line_search, pieces, plane, rates, strategies, weights};
use crate::material::Material;
use crate::sheet::{Problem, Sheet};

/// A figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Figure {
    /// The loss of one sample along a random direction
    LineOne,
    /// The loss of one sample in a random plane
    PlaneOne,
    /// The mean loss of a hundred samples in the same plane
    PlaneHundred,
    /// The terms of one sample's loss along one weight, and their sum
    Pieces,
    /// The five strategies on one budget
    Strategies,
    /// Gradient descent with learning rates from too small to too large
    Rates,
    /// The error of finite differences for steps from too small to too large
    Differences,
    /// Gradient descent with an exact line search, and with constant rates
    LineSearch,
    /// The weights that were learnt, as pictures
    Weights,
    /// The same for CIFAR-10, if its files are at hand.
    #[value(skip)]
    WeightsCifar10,
}

/// A drawn figure.
#[derive(Clone, Debug)]
pub struct Drawing {
    /// The drawing.
    pub sheet: Sheet,
    /// The measurements made for it, one per line.
    pub facts: Vec<String>,
}

impl From<Sheet> for Drawing {
    fn from(sheet: Sheet) -> Self {
        Self { sheet, facts: Vec::new() }
    }
}

impl Figure {
    /// The figures that need nothing but the repository, in the order of the lecture.
    pub const ALL: [Self; 9] = [
        Self::LineOne,
        Self::PlaneOne,
        Self::PlaneHundred,
        Self::Pieces,
        Self::Strategies,
        Self::Rates,
        Self::Differences,
        Self::LineSearch,
        Self::Weights,
    ];

    /// Its name on the command line, which is also that of its files without the extension.
    pub const fn name(self) -> &'static str {
        match self {
            Self::LineOne => "line-one",
            Self::PlaneOne => "plane-one",
            Self::PlaneHundred => "plane-hundred",
            Self::Pieces => "pieces",
            Self::Strategies => "strategies",
            Self::Rates => "rates",
            Self::Differences => "differences",
            Self::LineSearch => "line-search",
            Self::Weights => "weights",
            Self::WeightsCifar10 => "weights-cifar10",
        }
    }

    /// The explanation on the page that shows all figures.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::LineOne => {
                "Random weights W, and a random direction W1 to walk in. The loss of one sample is made of straight \
                 pieces: wherever the margin of a class changes its sign, a term begins or ends, and the slope changes. \
                 It never bends downwards: the loss is convex."
            }
            Self::PlaneOne => {
                "A second direction makes the line a plane; along b = 0 it shows the previous figure. The loss of one \
                 sample consists of flat faces, and its contour lines, at the values on the colour bar, are polygons."
            }
            Self::PlaneHundred => {
                "The mean of a hundred samples, in the same plane. Each of them has its own kinks, so many that the faces \
                 are too small to be seen and the bowl looks smooth. It is piecewise linear all the same."
            }
            Self::Pieces => {
                "Where the kinks come from: the nine terms max(0, margin) of one sample while one weight of its own class \
                 changes, and below them their sum. Each term is a hinge; the sum has a kink where one of them has."
            }
            Self::Strategies => {
                "Random search makes hardly any progress; random local search makes slow progress; strategies that \
                 follow the gradient are ahead after a few looks at the data. The axis counts samples scored, so that a \
                 step on one sample and a step on all of them are compared fairly. The searches use the loss alone."
            }
            Self::Rates => {
                "Too small a learning rate is slow; too large a one throws the weights across the valley and back. The \
                 last one diverges as far as it can: the gradient of the hinge loss is bounded, so the loss rises to where \
                 the regulariser pulls back just as hard, and stays there. From 500 on, where 2 × rate × α reaches 1, the \
                 library refuses the rate."
            }
            Self::Differences => {
                "A small step drowns in the rounding of 32-bit numbers, a large one leaves the neighbourhood in which the \
                 difference is a derivative. Between them lies a valley, and the central difference has the wider one: \
                 the curvature of the regulariser, which the forward difference suffers from, cancels out."
            }
            Self::LineSearch => {
                "Going exactly as far as the loss falls sounds better than any learning rate. Yet on a loss with kinks it \
                 stalls: at the bottom of a crease the gradient of one face leads up the other at once. Constant rates \
                 step across, and end lower."
            }
            Self::Weights => {
                "Each row of W as an image of 8 × 8 pixels. Ink on a red pixel speaks for the digit, ink on a blue one \
                 against it; a pixel without colour says nothing."
            }
            Self::WeightsCifar10 => {
                "Each row of W as a picture of 32 × 32 pixels in colours, from its smallest weight to its largest: a \
                 template of the class."
            }
        }
    }

    /// Draws it.
    ///
    /// # Errors
    /// If the library or the plotting library returns an error.
    pub fn draw<K: Kernel>(self, kernel: K, material: &Material) -> Result<Drawing, Problem> {
        match self {
            Self::LineOne => line_one::draw(kernel, material),
            Self::PlaneOne => plane::draw_one(kernel, material),
            Self::PlaneHundred => plane::draw_hundred(kernel, material),
            Self::Pieces => pieces::draw(kernel, material),
            Self::Strategies => strategies::draw(kernel, material),
            Self::Rates => rates::draw(kernel, material),
            Self::Differences => differences::draw(kernel, material),
            Self::LineSearch => line_search::draw(kernel, material),
            Self::Weights => weights::draw_digits(kernel, material),
            Self::WeightsCifar10 => weights::draw_cifar10(kernel, material),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_called_the_same_on_the_command_line_and_on_disk() {
        for figure in Figure::ALL {
            let value = figure.to_possible_value().expect("it can be chosen");
            assert_eq!(value.get_name(), figure.name());
        }
    }
}
