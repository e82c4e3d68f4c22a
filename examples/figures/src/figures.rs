//! One file per figure.

pub(crate) mod along;
pub(crate) mod colour_bar;
pub(crate) mod constant;
pub(crate) mod differences;
pub(crate) mod line_one;
pub(crate) mod line_search;
pub(crate) mod pieces;
pub(crate) mod plane;
pub(crate) mod rates;
pub(crate) mod strategies;
pub(crate) mod weights;
