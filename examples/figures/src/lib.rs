//! Figures of the loss of a multiclass linear support vector machine, as the optimisation lecture of Stanford's CS231n
//! draws it, on the handwritten digits that come with the repository.
//!
//! [`figure::Figure`] is the list of them; [`programme::run`] writes them.

pub mod contour;
pub mod figure;
mod figures;
pub mod front_page;
pub mod legend;
pub mod material;
pub mod options;
pub mod page;
pub mod palette;
pub mod plot;
pub mod programme;
pub mod scale;
pub mod sheet;
