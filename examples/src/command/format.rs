//! Options that say how data is to be read.

use std::path::PathBuf;

use clap::Args;

use super::source::{self, Wanted};

/// How data is to be read, where it does not say so itself.
#[derive(Debug, Args)]
pub struct Format {
    /// The column of the label, by name or by number from 1 [default: the one named label, class, target or y, else the last]
    #[arg(long, value_name = "COLUMN")]
    pub label: Option<String>,

    /// The file of the labels, for NPY and IDX
    #[arg(long, value_name = "FILE")]
    pub labels: Option<PathBuf>,

    /// The features of a sample, for svmlight, which leaves zeros out [default: the largest index]
    #[arg(long, value_name = "NUMBER")]
    pub features: Option<usize>,

    /// The first row names the columns [default: if none of its features is a number, or its label is named so]
    #[arg(long, overrides_with = "no_header")]
    pub header: bool,

    /// The first row is a sample
    #[arg(long)]
    pub no_header: bool,

    /// What is between columns: comma, semicolon, tab or space [default: what the first line has most of]
    #[arg(long, value_parser = source::delimiter)]
    pub delimiter: Option<u8>,

    /// The memory that values may take
    #[arg(long, value_name = "GB", default_value_t = 8.0)]
    pub memory: f64,
}

impl Format {
    /// The same for a reader.
    pub fn wanted<'a>(&self, features: Option<&'a [String]>, unlabelled: bool) -> Wanted<'a> {
        Wanted {
            label: self.label.clone(),
            usual_label: None,
            header: if self.header { Some(true) } else { self.no_header.then_some(false) },
            delimiter: self.delimiter,
            labels: self.labels.clone(),
            features,
            width: self.features,
            unlabelled,
        }
    }

    /// The bytes that values may take.
    pub fn limit(&self) -> usize {
        (self.memory * 1e9) as usize
    }
}
