//! Text in columns: CSV with commas, semicolons or tabs, with a header or without.

use std::io::BufRead;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, Trim};
use hingeline_console::file::FileError;

use super::builder::{Context, Sink};
use super::names::{is_missing, listed};
use super::source::Wanted;

/// The names of label columns, if no option names one; without such a column, the last column is the label.
const LABELS: [&str; 4] = ["label", "class", "target", "y"];

/// Reads all rows.
///
/// # Errors
/// A message that names file, line and column, and what was expected.
pub fn read(mut file: impl BufRead, path: &Path, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), FileError> {
    let refuse = |problem: String| FileError::new(path, problem);
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
                if let Some(names) = &found.names {
                    let label = found.label.map(|label| names[label].as_str());
                    sink.names(&found.feature_names(names), label).map_err(at)?;
                }
                let columns = columns.insert(found);
                if is_header {
                    continue;
                }
                columns
            }
        };
        let label = columns.take(&record, &mut features).map_err(at)?;
        if columns.group.is_some() || columns.time.is_some() {
            sink.context(&columns.context(&record).map_err(at)?);
        }
        sink.sample(&features, label).map_err(at)?;
    }
    if columns.is_none() {
        return Err(refuse("the file is empty; expected rows of numbers and a label".to_owned()));
    }
    Ok(())
}

/// The most frequent of tab, semicolon and comma in the first line, outside quotes.
fn delimiter_of(start: &[u8]) -> u8 {
    let (mut counts, mut quoted) = ([0_usize; 3], false);
    const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
    let is_end = |byte: &&u8| matches!(byte, b'\n' | b'\r');
    for byte in start.iter().skip_while(is_end).take_while(|byte| !is_end(byte)) {
        quoted ^= *byte == b'"';
        if let Some(at) = DELIMITERS.iter().position(|delimiter| delimiter == byte).filter(|_| !quoted) {
            counts[at] += 1;
        }
    }
    let most = counts.iter().max().copied().unwrap_or_default();
    // Numbers with decimal commas are separated by semicolons, so commas win no tie.
    let at = counts.iter().position(|count| *count == most).unwrap_or_default();
    if most == 0 { b',' } else { DELIMITERS[at] }
}

fn of_csv(error: &csv::Error, line: u64) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        csv::ErrorKind::Utf8 { pos, err } => {
            let line = pos.as_ref().map_or(line, csv::Position::line);
            format!("line {line}, column {}: not UTF-8; expected text", err.field() + 1)
        }
        _ => error.to_string(),
    }
}

/// The roles of the columns.
struct Columns {
    /// The number of columns.
    count: usize,
    names: Option<Vec<String>>,
    label: Option<usize>,
    /// The columns of the features, in the order of the model.
    features: Vec<usize>,
    group: Option<usize>,
    time: Option<usize>,
    /// Whether a value may be missing.
    readings: bool,
}

impl Columns {
    /// Determines the columns from the first row, and whether that row is a header.
    fn of(first: &StringRecord, wanted: &Wanted) -> Result<(Self, bool), String> {
        let count = first.len();
        let is_number = |cell: &str| cell.parse::<f32>().is_ok();
        // In a row of numbers the label may be a word, unless the word is the name of a label column.
        let plain = wanted.label_column(count);
        let is_label = |cell: &str| {
            is_of_label(cell) || [&wanted.label, &wanted.usual_label].iter().any(|label| label.as_deref() == Some(cell))
        };
        let is_header = wanted.header.unwrap_or_else(|| {
            let mut features =
                first.iter().enumerate().filter(|(column, _)| Some(*column) != plain).map(|(_, cell)| cell);
            let named = plain.and_then(|label| first.get(label)).is_some_and(is_label);
            let is_name = |cell: &str| !is_number(cell) && !is_missing(cell);
            named || (count > 1 && features.clone().any(is_name) && features.all(|cell| !is_number(cell)))
        });
        let names = is_header.then(|| first.iter().map(str::to_owned).collect::<Vec<_>>());
        let column = |wanted: &String, what: &str| {
            let named = names.as_ref().and_then(|names| names.iter().position(|name| name == wanted));
            let numbered = wanted.parse::<usize>().ok().filter(|number| (1..=count).contains(number));
            let found = named.or_else(|| numbered?.checked_sub(1));
            found.ok_or_else(|| format!("no column {wanted:?} for {what}; expected a name or 1 to {count}"))
        };
        let group = wanted.group.as_ref().map(|group| column(group, "the group")).transpose()?;
        let time = wanted.time.as_ref().map(|time| column(time, "the time")).transpose()?;
        let mut others = wanted.ignored.iter().map(|name| column(name, "--ignore")).collect::<Result<Vec<_>, _>>()?;
        others.extend([group, time].into_iter().flatten());
        let label = label_of(names.as_deref(), count, wanted, &others)?;
        let features = match (wanted.features, &names) {
            // A model that was trained without names takes features by position.
            (Some(known), Some(names)) if !are_numbered(known) => known
                .iter()
                .map(|name| {
                    let found = names.iter().position(|own| own == name);
                    found.ok_or_else(|| format!("no column {name:?}; the columns are {}", listed(names)))
                })
                .collect::<Result<_, _>>()?,
            _ => (0..count).filter(|column| label != Some(*column) && !others.contains(column)).collect::<Vec<_>>(),
        };
        if label.is_some_and(|label| features.contains(&label)) {
            return Err("the column of the label is also that of a feature; --label COLUMN names another".to_owned());
        }
        if let Some(known) = wanted.features.filter(|known| known.len() != features.len()) {
            return Err(format!("{} columns of features; expected {}", features.len(), known.len()));
        }
        if features.is_empty() {
            return Err("one column; expected features and a label, separated by commas, semicolons or tabs".to_owned());
        }
        Ok((Self { count, names, label, features, group, time, readings: wanted.readings }, is_header))
    }

    fn feature_names(&self, names: &[String]) -> Vec<String> {
        self.features.iter().map(|column| names[*column].clone()).collect()
    }

    /// Parses a row.
    fn take<'r>(&self, record: &'r StringRecord, features: &mut Vec<f32>) -> Result<Option<&'r str>, String> {
        if record.len() != self.count {
            return Err(format!("{} columns; expected {}", record.len(), self.count));
        }
        features.clear();
        for &column in &self.features {
            let cell = record.get(column).unwrap_or_default();
            match cell.parse::<f32>() {
                Ok(value) if value.is_finite() => features.push(value),
                // A NaN marks the reading as missing.
                _ if self.readings && is_missing(cell) => features.push(f32::NAN),
                _ => return Err(self.of_cell(column, cell)),
            }
        }
        let label = self.label.and_then(|label| record.get(label));
        if label.is_some_and(|label| label.contains(['\n', '\r'])) {
            return Err("the label has more than one line; is a quote open?".to_owned());
        }
        Ok(label)
    }

    fn context<'r>(&self, record: &'r StringRecord) -> Result<Context<'r>, String> {
        let cell = |column: Option<usize>| column.and_then(|column| record.get(column));
        let time = cell(self.time).map(|time| {
            let time = time.parse::<f64>().ok().filter(|time| time.is_finite());
            time.ok_or_else(|| format!("the time {:?}; expected a number", cell(self.time).unwrap_or_default()))
        });
        Ok(Context { group: cell(self.group), time: time.transpose()?, ..Context::default() })
    }

    fn of_cell(&self, column: usize, cell: &str) -> String {
        let name = self.names.as_ref().and_then(|names| names.get(column));
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        let what = if is_missing(cell) { "a value is missing" } else { "not a finite number" };
        let hint = if cell.contains(',') { "; use decimal points, not commas" } else { "" };
        format!("column {}{name}: {what}: {cell:?}; expected a finite number{hint}", column + 1)
    }
}

/// Whether a column with this name is the label, if no option names one.
fn is_of_label(name: &str) -> bool {
    LABELS.contains(&name.to_ascii_lowercase().as_str())
}

/// Whether the names are those that features get if they have none.
fn are_numbered(names: &[String]) -> bool {
    (0..).zip(names).all(|(feature, name)| *name == format!("x{feature}"))
}

/// The column of the label, if there should be one.
fn label_of(
    names: Option<&[String]>,
    count: usize,
    wanted: &Wanted,
    others: &[usize],
) -> Result<Option<usize>, String> {
    if wanted.bare {
        return Ok(None);
    }
    // If there are as many columns as features, none is left for a label.
    let is_bare = wanted.is_bare(count);
    if let Some(label) = &wanted.label {
        let named = names.and_then(|names| names.iter().position(|name| name == label));
        let numbered = || label.parse::<usize>().ok().filter(|number| (1..=count).contains(number) && !is_bare);
        return match named.or_else(|| numbered().map(|number| number - 1)) {
            Some(column) => Ok(Some(column)),
            None if wanted.unlabelled => Ok(None),
            None => {
                let columns = names.map(|names| format!("{} or ", listed(names))).unwrap_or_default();
                Err(format!("no column {label:?} for the label; expected {columns}1 to {count}"))
            }
        };
    }
    let usual = wanted.usual_label.as_ref().and_then(|label| match names {
        Some(names) => names.iter().position(|name| name == label),
        None => label.parse::<usize>().ok().filter(|number| (1..=count).contains(number) && !is_bare)?.checked_sub(1),
    });
    let is_feature = |name: &String| wanted.features.is_some_and(|known| known.contains(name));
    let last = (0..count).rfind(|column| !others.contains(column));
    let last = last.filter(|last| names.is_none_or(|names| !is_feature(&names[*last])));
    let by_name = names.and_then(|names| names.iter().rposition(|name| is_of_label(name) && !is_feature(name)));
    match usual.or(by_name).or(last) {
        _ if is_bare => Ok(None),
        None if !wanted.unlabelled => Err("no column is left for the label; --label COLUMN names it".to_owned()),
        label => Ok(label),
    }
}

/// Whether the start of a text looks like svmlight: pairs of numbers joined by a colon, with or without a label in
/// front.
pub fn is_sparse(start: &[u8]) -> bool {
    /// The number of lines to look at: a sample may have no feature other than 0.
    const LINES: usize = 50;
    let text = String::from_utf8_lossy(start);
    let is_pair = |word: &str| {
        word.split_once(':').is_some_and(|(index, value)| {
            (index == "qid" || index.parse::<usize>().is_ok()) && value.parse::<f32>().is_ok()
        })
    };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let mut lines = lines.filter(|line| !line.trim().is_empty()).take(LINES).peekable();
    let mut found = false;
    while let Some(line) = lines.next() {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().is_some_and(is_pair);
        // The last line of a piece of a file may be cut off.
        if lines.peek().is_some() && !words.clone().all(is_pair) {
            return false;
        }
        found |= first || words.next().is_some_and(is_pair);
    }
    found
}
