//! The figures that the repository records, and whether the current ones are as good.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hingeline_console::file::{self, FileError};
use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::measure::{OTHERS, Row, SAVING, WINDOWS};
use crate::run::root;

/// A count may be worse by one part in this number.
const ALLOWANCE: u64 = 50;

/// The figures of all cores, and the compiler that they were measured with.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    compiler: String,
    cores: BTreeMap<String, BTreeMap<String, u64>>,
}

fn path() -> PathBuf {
    root().join("examples/firmware/figures.json")
}

impl Figures {
    /// Reads the figures of the repository.
    pub(crate) fn read() -> Result<Self, Failure> {
        let bytes = file::read(&path(), 1 << 24, "the figures of all cores")?;
        Ok(serde_json::from_slice(&bytes).map_err(|error| FileError::new(&path(), error))?)
    }

    /// Records these rows in the repository, beside those of the other cores.
    pub(crate) fn record(rows: &[Row]) -> Result<(), Failure> {
        let mut figures = Self::read().unwrap_or_default();
        for row in rows {
            figures.compiler.clone_from(&row.compiler);
            figures.cores.insert(row.core.to_owned(), counts(row));
        }
        Ok(file::write(&path(), serde_json::to_string_pretty(&figures)? + "\n")?)
    }

    /// The figures that are worse than recorded, one line each. With another compiler these are only worth a note.
    pub(crate) fn worse(&self, row: &Row) -> Vec<String> {
        let Some(recorded) = self.cores.get(row.core) else {
            return vec![format!("{}: no figures are recorded", row.core)];
        };
        let counts = counts(row);
        let mut worse = Vec::new();
        for (name, before) in recorded {
            match counts.get(name) {
                Some(now) if now * ALLOWANCE > before * (ALLOWANCE + 1) => {
                    worse.push(format!("{}: {name} is {now} and was {before}", row.core));
                }
                Some(_) => {}
                None => worse.push(format!("{}: {name} was not measured", row.core)),
            }
        }
        worse
    }

    /// Whether the figures were measured with the compiler of this row.
    pub(crate) fn are_of(&self, row: &Row) -> bool {
        self.compiler == row.compiler
    }
}

fn counts(row: &Row) -> BTreeMap<String, u64> {
    let (bare, counts) = (row.bare.as_ref(), &row.counts);
    let counts = [
        ("flash", bare.map(|bare| bare.flash)),
        ("flash_shapes", bare.map(|bare| bare.flash_shapes)),
        ("stack", bare.map(|bare| bare.stack)),
        ("flash_integers", bare.map(|bare| bare.flash_integers)),
        ("stack_bound_integers", bare.map(|bare| bare.stack_bound_integers)),
        ("instructions_score", Some(counts.instructions_score)),
        ("instructions_score_10x30", counts.instructions_score_10x30),
        ("instructions_score_10x96", counts.instructions_score_10x96),
        ("instructions_score_subnormal", counts.instructions_score_subnormal),
        ("instructions_step", Some(counts.instructions_step)),
        ("instructions_step_subnormal", Some(counts.instructions_step_subnormal)),
        ("instructions_step_longest", Some(counts.instructions_step_longest)),
        ("instructions_step_folding", Some(counts.instructions_step_folding)),
        ("instructions_decode", Some(counts.instructions_decode)),
    ];
    let others = OTHERS.into_iter().zip(row.counts.others);
    let others = others.chain(WINDOWS.into_iter().zip(row.counts.windows));
    let others = others.map(|(name, count)| (format!("instructions_{name}"), count));
    let windows = bare.map(|bare| bare.windows).into_iter().flat_map(|windows| {
        ["floats", "integers"].into_iter().enumerate().flat_map(move |(kind, name)| {
            [
                (format!("ram_window_{name}"), Some(windows.ram[kind])),
                (format!("flash_window_{name}"), Some(windows.flash_time[kind])),
                (format!("flash_bands_{name}"), Some(windows.flash_bands[kind])),
                (format!("stack_bound_window_{name}"), windows.stack_bound[kind]),
            ]
            .into_iter()
            .filter_map(|(name, size)| Some((name, size?)))
        })
    });
    let saving = bare.map(|bare| &bare.saving).into_iter().flat_map(|saving| {
        let sizes = [("ram_checkpoints", saving.ram), ("flash_bytes", saving.flash_bytes)];
        let more = [("flash_checkpoints", saving.flash_checkpoints), ("stack_saving", saving.stack)];
        let sizes = sizes.into_iter().chain(more).map(|(name, size)| (name.to_owned(), size));
        sizes.chain(
            SAVING.into_iter().zip(saving.instructions).map(|(name, count)| (format!("instructions_{name}"), count)),
        )
    });
    let counts = counts.into_iter().filter_map(|(name, count)| Some((name.to_owned(), count?)));
    counts.chain(others).chain(saving).chain(windows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Counts;

    #[test]
    fn two_per_cent_are_allowed_and_no_more() {
        let row = |score| Row {
            core: "core",
            compiler: "c".to_owned(),
            counts: Counts { instructions_score: score, ..Counts::default() },
            ..Row::default()
        };
        let mut figures = Figures { compiler: "c".to_owned(), cores: BTreeMap::new() };
        figures.cores.insert("core".to_owned(), counts(&row(1000)));
        assert!(figures.worse(&row(1020)).is_empty());
        assert_eq!(figures.worse(&row(1021)).len(), 1);
        assert!(figures.worse(&row(10)).is_empty());
        assert_eq!(figures.worse(&Row { core: "another", ..row(1000) }).len(), 1);
        assert!(figures.are_of(&row(1)));
    }
}
