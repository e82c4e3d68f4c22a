//! The text format of svmlight and LIBSVM: a label, then `index:value` for each feature that is not 0.

use std::io::BufRead;
use std::path::Path;

use hingeline_console::file::FileError;

use super::builder::Sink;
use super::source::Wanted;

/// The largest number of features.
const MOST_FEATURES: usize = 1 << 20;

/// A parsed line.
struct Line<'a> {
    label: Option<&'a str>,
    values: Vec<(usize, f32)>,
}

/// Reads all samples. The number of features is given, or else follows from the largest index. Indices begin at 1, or
/// at 0 if one of them is 0; features are named by their indices, so that a model knows where they begin.
///
/// # Errors
/// A message that names file and line, and what was expected.
pub fn read(file: impl BufRead, path: &Path, wanted: &Wanted, sink: &mut dyn Sink) -> Result<(), FileError> {
    // The width is known only when all lines have been read; until then, values are kept as they are written.
    let (mut values, mut ends, mut labels) = (Vec::<(usize, f32)>::new(), Vec::new(), Vec::new());
    for (number, line) in (1_usize..).zip(file.lines()) {
        let at = |problem: String| FileError::new(path, format_args!("line {number}: {problem}"));
        let line = line.map_err(|error| at(format!("{error}; expected text")))?;
        if let Some(line) = parse(&line).map_err(at)? {
            values.extend(line.values);
            ends.push((number, values.len()));
            labels.push(line.label.map(str::to_owned));
        }
    }
    if labels.is_empty() {
        return Err(FileError::new(path, "the file is empty; expected a label and index:value on each line"));
    }
    let own = usize::from(!values.iter().any(|(index, _)| *index == 0));
    let known = wanted.features.and_then(|names| names.first()?.parse::<usize>().ok());
    let first = known.filter(|first| *first <= 1).unwrap_or(own);
    let largest = values.iter().map(|(index, _)| (index + 1).saturating_sub(first)).max().unwrap_or_default();
    let width = wanted.features.map(<[String]>::len).or(wanted.width).unwrap_or(largest);
    let names: Vec<_> = (first..first + width).map(|index| index.to_string()).collect();
    sink.names(wanted.features.unwrap_or(&names), None).map_err(|problem| FileError::new(path, problem))?;
    let (mut features, mut start) = (vec![0.0; width], 0);
    for ((number, end), label) in ends.into_iter().zip(labels) {
        let at = |problem: String| FileError::new(path, format_args!("line {number}: {problem}"));
        features.fill(0.0);
        for (index, value) in &values[start..end] {
            let feature = index.checked_sub(first).and_then(|feature| features.get_mut(feature));
            let expected = || format!("index {index}; expected {first} to {}", width + first - 1);
            *feature.ok_or_else(|| at(expected()))? = *value;
        }
        start = end;
        sink.sample(&features, label.as_deref()).map_err(at)?;
    }
    Ok(())
}

fn parse(line: &str) -> Result<Option<Line<'_>>, String> {
    let mut words = line.split('#').next().unwrap_or_default().split_ascii_whitespace().peekable();
    // Without a label the first word is a feature.
    let label = match words.peek() {
        None => return Ok(None),
        Some(word) if word.contains(':') => None,
        Some(_) => words.next(),
    };
    let mut values = Vec::new();
    let mut last = None;
    for word in words.filter(|word| !word.starts_with("qid:")) {
        let pair = word.split_once(':').and_then(|(index, value)| Some((index.parse().ok()?, value.parse().ok()?)));
        let (index, value): (usize, f32) = pair.ok_or_else(|| format!("{word:?}; expected index:value"))?;
        if !value.is_finite() {
            return Err(format!("{word:?} is not finite"));
        }
        if index > MOST_FEATURES {
            return Err(format!("index {index}; expected at most {MOST_FEATURES}"));
        }
        if last.is_some_and(|last| index <= last) {
            return Err(format!("index {index} after {}; expected them in order", last.unwrap_or_default()));
        }
        last = Some(index);
        values.push((index, value));
    }
    Ok(Some(Line { label, values }))
}
