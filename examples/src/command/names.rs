//! The names of classes and features: which are refused, and which are the same.

use std::borrow::Cow;
use std::collections::HashSet;

/// Refuses names with characters that act on terminals, and duplicate names.
///
/// # Errors
/// A message that says what is wrong with them.
pub fn check_names(names: &[String]) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        if !name.chars().all(hingeline_console::is_plain) {
            return Err(format!("the name {name:?} has a character that acts on terminals"));
        }
        if !seen.insert(name) {
            return Err(format!("two are named {name:?}; expected different names"));
        }
    }
    Ok(())
}

/// The name of a class in all formats: a whole number is written without a decimal point and without a plus sign.
pub fn class_name(text: &str) -> Cow<'_, str> {
    let is_number = text.contains(['.', '+', 'e', 'E']);
    match text.parse::<f64>() {
        Ok(number) if is_number && number.fract() == 0.0 && number.abs() < 1e15 => {
            Cow::Owned((number as i64).to_string())
        }
        _ => Cow::Borrowed(text),
    }
}

/// Whether a cell holds a usual mark for a missing value.
pub fn is_missing(cell: &str) -> bool {
    matches!(cell.to_ascii_lowercase().as_str(), "" | "?" | "na" | "nan" | "n/a")
}

/// The first names of a list, as text.
pub fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
