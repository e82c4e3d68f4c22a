//! The options of the command line.

use std::path::PathBuf;

use clap::Parser;

use crate::figure::Figure;
use crate::sheet;

/// Draws the loss of a multiclass linear support vector machine on handwritten digits, as SVG and PNG, and a page that shows
/// all figures
#[derive(Clone, Debug, Parser)]
#[command(version, after_help = "Equal seeds give equal files, to the byte.")]
pub struct Options {
    /// The directory to write the files to; created if it does not exist
    #[arg(long, value_name = "DIR", default_value = "target/figures")]
    pub directory: PathBuf,

    /// Draw only this figure; may be given more than once
    #[arg(long, value_name = "NAME", value_enum)]
    pub figure: Vec<Figure>,

    /// The seed of all random draws
    #[arg(long, default_value_t = 1)]
    pub seed: u64,

    /// The width of each figure; its height and its contents scale with it
    #[arg(long, value_name = "PIXELS", default_value_t = sheet::WIDTH, value_parser = clap::value_parser!(u32).range(200..=8000))]
    pub width: u32,

    /// Also draw the weights learnt from CIFAR-10, whose binary files are in this directory
    #[arg(long, value_name = "DIR")]
    pub cifar10: Option<PathBuf>,

    /// Instead redraw the pictures of the front page and of the figures' README in the repository; works only from its
    /// root
    #[arg(long, conflicts_with_all = ["directory", "figure", "seed", "width", "cifar10"])]
    pub front_page: bool,
}

impl Options {
    /// The figures to draw, in the order of the lecture; all if none was chosen.
    pub fn figures(&self) -> Vec<Figure> {
        let is_chosen = |figure: &Figure| self.figure.is_empty() || self.figure.contains(figure);
        let mut figures: Vec<_> = Figure::ALL.into_iter().filter(is_chosen).collect();
        if self.cifar10.is_some() && !figures.contains(&Figure::WeightsCifar10) {
            figures.push(Figure::WeightsCifar10);
        }
        figures
    }
}
