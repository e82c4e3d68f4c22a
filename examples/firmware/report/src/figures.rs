//! The figures that the repository keeps, and whether today's are as good.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Failure;
use crate::measure::Row;
use crate::run::root;

/// A count may be worse by one in so many.
const ALLOWANCE: u64 = 50;

/// The figures of all cores, and what they were taken with.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Figures {
    compiler: String,
    cores: BTreeMap<String, BTreeMap<String, u64>>,
}

fn path() -> PathBuf {
    root().join("examples/firmware/figures.json")
}

impl Figures {
    /// Those of the repository.
    pub(crate) fn read() -> Result<Self, Failure> {
        Ok(serde_json::from_str(&fs::read_to_string(path())?)?)
    }

    /// Makes these rows those of the repository, beside the other cores'.
    pub(crate) fn record(rows: &[Row]) -> Result<(), Failure> {
        let mut figures = Self::read().unwrap_or_default();
        for row in rows {
            figures.compiler.clone_from(&row.compiler);
            figures.cores.insert(row.core.to_owned(), counts(row));
        }
        Ok(fs::write(path(), serde_json::to_string_pretty(&figures)? + "\n")?)
    }

    /// What is worse than recorded, a line each. With another compiler these are only worth a note.
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

    /// Whether the figures were taken with the compiler of this row.
    pub(crate) fn are_of(&self, row: &Row) -> bool {
        self.compiler == row.compiler
    }
}

fn counts(row: &Row) -> BTreeMap<String, u64> {
    let counts = [
        ("flash", row.flash),
        ("stack", row.stack),
        ("instructions_score", row.instructions_score),
        ("instructions_step", row.instructions_step),
        ("instructions_decode", row.instructions_decode),
    ];
    counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_per_cent_are_allowed_and_no_more() {
        let row = Row { core: "core", compiler: "c".to_owned(), instructions_score: 1000, ..Row::default() };
        let mut figures = Figures { compiler: "c".to_owned(), cores: BTreeMap::new() };
        figures.cores.insert("core".to_owned(), counts(&row));
        let with = |score| Row { instructions_score: score, ..row.clone() };
        assert!(figures.worse(&with(1020)).is_empty());
        assert_eq!(figures.worse(&with(1021)).len(), 1);
        assert!(figures.worse(&with(10)).is_empty());
        assert_eq!(figures.worse(&Row { core: "another", ..row.clone() }).len(), 1);
        assert!(figures.are_of(&row));
    }
}
