//! Output, errors and exit statuses of the desktop programs.
//!
//! [`main`] is the `main` of each: it reads the options, runs the job and turns its result into a status. What a job prints
//! goes through [`line()`], [`text`] and [`remark`], so that three rules hold for all programs: a reader that stops
//! early, such as `head`, is not an error; a stream that cannot be written is named; no text can send control codes to
//! a terminal.

pub mod file;

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

/// An error with a message for the user.
pub type Problem = Box<dyn Error>;

/// The exit status for unusable options or data.
const UNUSABLE: u8 = 2;

/// Runs a program: the status is 2 for unusable options or data, and 1 for a run that fails.
pub fn main<O: Parser>(job: impl FnOnce(O) -> Result<ExitCode, Problem>) -> ExitCode {
    match O::try_parse() {
        Ok(options) => end(job(options)),
        Err(usage) if usage.use_stderr() => {
            // If this cannot be written, there is nowhere left to report it.
            let _ = usage.print();
            ExitCode::from(UNUSABLE)
        }
        Err(help) => end(help.print().and_then(|()| io::stdout().flush()).map_err(output).map(|()| ExitCode::SUCCESS)),
    }
}

/// The exit status of a job; a problem is printed first.
fn end(result: Result<ExitCode, Problem>) -> ExitCode {
    match result {
        Ok(status) => status,
        Err(problem) if is_closed_output(&*problem) => ExitCode::SUCCESS,
        Err(problem) => {
            remark(format_args!("error: {problem}"));
            if problem.is::<Unusable>() { ExitCode::from(UNUSABLE) } else { ExitCode::FAILURE }
        }
    }
}

/// Unusable options or data, as opposed to a run that fails.
#[derive(Debug)]
struct Unusable(String);

/// Creates a problem with the options or the data, which has status 2.
pub fn unusable(problem: impl fmt::Display) -> Problem {
    Box::new(Unusable(problem.to_string()))
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Unusable {}

/// Standard output could not be written.
#[derive(Debug)]
struct OutputError(io::Error);

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "standard output: {}", self.0)
    }
}

impl Error for OutputError {}

/// Whether it is standard output that could not be written.
pub fn is_output(problem: &(dyn Error + 'static)) -> bool {
    problem.is::<OutputError>()
}

fn output(error: io::Error) -> Problem {
    Box::new(OutputError(error))
}

/// Whether the reader of the output has closed it.
fn is_closed_output(problem: &(dyn Error + 'static)) -> bool {
    problem.downcast_ref::<OutputError>().is_some_and(|OutputError(error)| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints a line.
///
/// # Errors
/// If standard output cannot be written; the message names it. [`main`] ends normally if the reader has closed it.
pub fn line(line: impl fmt::Display) -> Result<(), Problem> {
    text(format_args!("{line}\n"))
}

/// Prints text that has its own line ends.
///
/// # Errors
/// Those of [`line()`].
pub fn text(text: impl fmt::Display) -> Result<(), Problem> {
    let text = text.to_string();
    let mut stdout = io::stdout().lock();
    stdout.write_all(escaped(&text).as_bytes()).and_then(|()| stdout.flush()).map_err(output)
}

/// Prints a line on standard error. A failure is ignored, because there is nowhere to report it.
pub fn remark(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{}", escaped(&line.to_string()));
}

/// The text with every character that could act on a terminal written as an escape, such as `\u{1b}`; line ends and
/// tabs stay.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| is_plain(c) || is_space(c)) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::new();
    for c in text.chars() {
        if is_plain(c) || is_space(c) {
            escaped.push(c);
        } else {
            escaped.extend(c.escape_unicode());
        }
    }
    Cow::Owned(escaped)
}

/// Whether a terminal only displays a character: it is not a control character, does not end a line, and does not
/// change the direction of writing.
pub fn is_plain(c: char) -> bool {
    let turns = matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !c.is_control() && !turns && !matches!(c, '\u{2028}' | '\u{2029}')
}

fn is_space(c: char) -> bool {
    matches!(c, '\n' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_escaped_and_all_else_stays() {
        assert_eq!(escaped("a\u{1b}[2Jb\r"), "a\\u{1b}[2Jb\\u{d}");
        assert_eq!(escaped("\u{9b}31m \u{7f} \u{202e}"), "\\u{9b}31m \\u{7f} \\u{202e}");
        let plain = "C:\\sets \"o'clock\"\n\té e\u{301} 木 α²";
        assert!(matches!(escaped(plain), Cow::Borrowed(same) if same == plain));
    }

    #[test]
    fn only_a_closed_output_is_no_error() {
        let kind = |kind: io::ErrorKind| output(kind.into());
        assert!(is_closed_output(&*kind(io::ErrorKind::BrokenPipe)));
        assert!(!is_closed_output(&*kind(io::ErrorKind::StorageFull)));
        // A pipe that breaks elsewhere is a failure.
        assert!(!is_closed_output(&io::Error::from(io::ErrorKind::BrokenPipe)));
        assert!(kind(io::ErrorKind::StorageFull).to_string().starts_with("standard output: "));
    }
}
