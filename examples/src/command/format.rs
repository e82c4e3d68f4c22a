//! Options that say how data is to be read.

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use super::signal::Asked;
use super::source::{self, Wanted};

/// A value of `--features`: the number of features, for svmlight, or a feature of windows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wish {
    /// The number of features.
    Number(usize),
    /// A feature of windows.
    Feature(Asked),
}

impl FromStr for Wish {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        text.parse().map(Self::Number).or_else(|_| text.parse().map(Self::Feature))
    }
}

/// How to read the data, where the data does not say so itself.
#[derive(Debug, Args)]
pub struct Format {
    /// The label column, by name or by number from 1 [default: the one named label, class, target or y, else the last]
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,

    /// The file of the labels, for NPY and IDX
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,

    /// With --window, the features of each window: mean, deviation (std), minimum, maximum, range, rms, mean-absolute
    /// (mav), zero-crossings, mean-crossings, slope-sign-changes, waveform-length, peaks, segments:8, band:1-4 in
    /// cycles per window, band:0.5-3Hz, correlation:0-1, correlations [default:
    /// mean,deviation,minimum,maximum,mean-crossings,waveform-length]. For svmlight, which leaves zeros out, the number
    /// of features [default: the largest index]
    #[arg(long, value_name = "LIST|NUMBER", value_delimiter = ',')]
    pub features: Vec<Wish>,

    /// The group column, such as the wearer; cross-validation and --test-fraction never split a group
    #[arg(long, value_name = "COLUMN")]
    pub group: Option<String>,

    /// A column that is no feature, such as a number or a date; may be given several times
    #[arg(long, value_name = "COLUMN")]
    pub ignore: Vec<String>,

    /// Treat the first row as the names of the columns [default: if none of its features is a number, or its label is
    /// the name of a label column]
    #[arg(long, overrides_with = "no_header")]
    pub header: bool,

    /// Treat the first row as a sample
    #[arg(long)]
    pub no_header: bool,

    /// The delimiter between columns: comma, semicolon, tab or space [default: the most frequent one in the first line]
    #[arg(long, value_parser = source::delimiter)]
    pub delimiter: Option<u8>,

    /// The memory that values may take up
    #[arg(long, value_name = "GB", default_value_t = 8.0)]
    pub memory: f64,
}

impl Format {
    /// These options, for a reader.
    pub fn wanted<'a>(&self, features: Option<&'a [String]>, unlabelled: bool) -> Wanted<'a> {
        Wanted {
            label: self.label.clone(),
            usual_label: None,
            header: if self.header { Some(true) } else { self.no_header.then_some(false) },
            delimiter: self.delimiter,
            labels: self.labels.clone(),
            features,
            width: self
                .features
                .iter()
                .find_map(|wish| if let Wish::Number(number) = wish { Some(*number) } else { None }),
            unlabelled,
            group: self.group.clone(),
            ignored: self.ignore.clone(),
            ..Wanted::default()
        }
    }

    /// Whether `--features` has no number of features.
    pub fn is_of_windows(&self) -> bool {
        self.features.iter().all(|wish| matches!(wish, Wish::Feature(_)))
    }

    /// The features of windows in `--features`.
    pub fn asked(&self) -> Vec<Asked> {
        self.features
            .iter()
            .filter_map(|wish| if let Wish::Feature(asked) = wish { Some(*asked) } else { None })
            .collect()
    }

    /// The bytes that values may take.
    pub fn limit(&self) -> usize {
        (self.memory * 1e9) as usize
    }
}
