//! Text in columns: CSV with commas, semicolons or tabs, with a header or without.

use std::io::BufRead;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use hingeline_console::file::FileError;

use super::source::Wanted;
use super::table::{Sink, listed};

/// Columns that are the label's if nobody says which: by these names, else the last.
const LABELS: [&str; 4] = ["label", "class", "target", "y"];

/// Reads all rows.
///
/// # Errors
/// A message that names file, line and column, and what was expected.
pub fn read(mut file: impl BufRead, path: &Path, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), FileError> {
    let refuse = |problem: String| FileError::new(path, problem);
    skip_mark(&mut file).map_err(|error| refuse(error.to_string()))?;
    let delimiter = match wanted.delimiter {
        Some(delimiter) => delimiter,
        None => delimiter_of(file.fill_buf().map_err(|error| refuse(error.to_string()))?),
    };
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).trim(Trim::All).from_reader(file);
    let mut record = StringRecord::new();
    let mut columns: Option<Columns> = None;
    let mut features = Vec::new();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => return Err(refuse(of_csv(&error, line))),
        }
        let line = record.position().map_or(line, csv::Position::line);
        let at = |problem: String| refuse(format!("line {line}: {problem}"));
        let columns = match &columns {
            Some(columns) => columns,
            None => {
                let (found, is_header) = Columns::of(&record, wanted).map_err(at)?;
                if let Some(names) = found.feature_names() {
                    sink.names(&names).map_err(at)?;
                }
                let columns = columns.insert(found);
                if is_header {
                    continue;
                }
                columns
            }
        };
        let label = columns.take(&record, &mut features).map_err(at)?;
        sink.sample(&features, label).map_err(at)?;
    }
    if columns.is_none() {
        return Err(refuse("the file is empty; expected rows of numbers and a label".to_owned()));
    }
    Ok(())
}

/// A byte order mark is no part of the first name.
fn skip_mark(file: &mut impl BufRead) -> std::io::Result<()> {
    if file.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        file.consume(3);
    }
    Ok(())
}

/// The one of tab, semicolon and comma that is in the first line, outside of quotes, most often.
fn delimiter_of(start: &[u8]) -> u8 {
    let (mut counts, mut quoted) = ([0_usize; 3], false);
    const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
    for byte in start.iter().take_while(|byte| !matches!(byte, b'\n' | b'\r')) {
        quoted ^= *byte == b'"';
        if let Some(at) = DELIMITERS.iter().position(|delimiter| delimiter == byte).filter(|_| !quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    // Numbers with decimal commas stand between semicolons, so commas win no tie.
    let at = counts.iter().position(|count| *count == most).unwrap_or_default();
    if most == 0 { b',' } else { DELIMITERS[at] }
}

fn of_csv(error: &csv::Error, line: u64) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { pos, err } => {
            let line = pos.as_ref().map_or(line, csv::Position::line);
            format!("line {line}, column {}: no UTF-8; expected text", err.field() + 1)
        }
        _ => error.to_string(),
    }
}

/// Which column is what.
struct Columns {
    /// The number of columns.
    count: usize,
    names: Option<Vec<String>>,
    label: Option<usize>,
    /// Those of the features, in the order of the model.
    features: Vec<usize>,
}

impl Columns {
    /// As the first row says, and whether it is a header.
    fn of(first: &StringRecord, wanted: &Wanted) -> Result<(Self, bool), String> {
        let count = first.len();
        let is_number = |cell: &str| cell.parse::<f32>().is_ok();
        // The label may be a word in a row of numbers, so it says nothing.
        let plain = wanted.label_column(count);
        let is_header = wanted.header.unwrap_or_else(|| {
            first
                .iter()
                .enumerate()
                .any(|(column, cell)| Some(column) != plain && !is_number(cell) && !is_missing(cell))
        });
        let names = is_header.then(|| first.iter().map(str::to_owned).collect::<Vec<_>>());
        let label = label_of(names.as_deref(), count, wanted)?;
        let features = match (wanted.features, &names) {
            (Some(known), Some(names)) if known.iter().any(|name| names.contains(name)) => known
                .iter()
                .map(|name| {
                    let found = names.iter().position(|own| own == name);
                    found.ok_or_else(|| format!("no column {name:?}; the columns are {}", listed(names)))
                })
                .collect::<Result<_, _>>()?,
            _ => (0..count).filter(|column| Some(*column) != label).collect::<Vec<_>>(),
        };
        if let Some(known) = wanted.features.filter(|known| known.len() != features.len()) {
            return Err(format!("{} columns of features; expected {}", features.len(), known.len()));
        }
        if features.is_empty() {
            return Err("one column; expected features and a label, between commas, semicolons or tabs".to_owned());
        }
        Ok((Self { count, names, label, features }, is_header))
    }

    fn feature_names(&self) -> Option<Vec<String>> {
        let names = self.names.as_ref()?;
        Some(self.features.iter().map(|column| names[*column].clone()).collect())
    }

    /// Takes a row apart.
    fn take<'r>(&self, record: &'r StringRecord, features: &mut Vec<f32>) -> Result<Option<&'r str>, String> {
        if record.len() != self.count {
            return Err(format!("{} columns; expected {}", record.len(), self.count));
        }
        features.clear();
        for &column in &self.features {
            let cell = record.get(column).unwrap_or_default();
            match cell.parse::<f32>() {
                Ok(value) if value.is_finite() => features.push(value),
                _ => return Err(self.of_cell(column, cell)),
            }
        }
        Ok(self.label.and_then(|label| record.get(label)))
    }

    fn of_cell(&self, column: usize, cell: &str) -> String {
        let name = self.names.as_ref().and_then(|names| names.get(column));
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        let what = if is_missing(cell) { "a value is missing" } else { "no finite number" };
        let hint = if cell.contains(',') { "; decimal points are wanted, no commas" } else { "" };
        format!("column {}{name}: {what}: {cell:?}; expected a finite number{hint}", column + 1)
    }
}

/// What people write where they have no value.
fn is_missing(cell: &str) -> bool {
    matches!(cell.to_ascii_lowercase().as_str(), "" | "?" | "na" | "nan" | "n/a" | "null" | "none" | "-")
}

/// The column of the label, if there is to be one.
fn label_of(names: Option<&[String]>, count: usize, wanted: &Wanted) -> Result<Option<usize>, String> {
    if let Some(label) = &wanted.label {
        let named = names.and_then(|names| names.iter().position(|name| name == label));
        let numbered = || label.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
        return match named.or_else(|| numbered().map(|number| number - 1)) {
            Some(column) => Ok(Some(column)),
            None if wanted.unlabelled => Ok(None),
            None => {
                let columns = names.map(|names| format!("{} or ", listed(names))).unwrap_or_default();
                Err(format!("no column {label:?} for the label; expected {columns}1 to {count}"))
            }
        };
    }
    let by_name = names.and_then(|names| {
        let is_label = |name: &String| LABELS.contains(&name.to_ascii_lowercase().as_str());
        names.iter().rposition(is_label)
    });
    if let Some(known) = wanted.features.filter(|_| wanted.unlabelled) {
        // As many columns as features leave none for a label.
        return Ok(if count == known.len() { None } else { by_name.or(count.checked_sub(1)) });
    }
    Ok(by_name.or(count.checked_sub(1)))
}

/// Whether the text before a reader looks like the format of svmlight: a label, then numbers with colons between.
pub fn is_sparse(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(start);
    let line = text.lines().map(|line| line.split('#').next().unwrap_or_default()).find(|line| !line.trim().is_empty());
    let mut words = line.unwrap_or_default().split_ascii_whitespace().skip(1).peekable();
    let is_pair = |word: &str| {
        word.split_once(':').is_some_and(|(index, value)| {
            (index == "qid" || index.parse::<usize>().is_ok()) && value.parse::<f32>().is_ok()
        })
    };
    // The last word of a piece of a file may be cut off.
    words.peek().is_some() && words.clone().take(2).all(is_pair)
}
