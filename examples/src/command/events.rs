//! Decisions over time, evaluated on recordings: by window, by event, and by the delay of the answers.

use clap::Args;
use hingeline::signal::{DynSmoothed, Hold, Votes};
use hingeline::{Decision, Error};
use serde::Serialize;

/// The largest number of windows that vote.
const MOST: usize = 64;

/// Options that turn scores into answers.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Decisions over time")]
pub struct DecisionOptions {
    /// Answer with the class that N of the last M windows agree on, such as 3/5
    #[arg(long, value_name = "N/M", value_parser = votes)]
    pub votes: Option<[usize; 2]>,

    /// Smooth the scores exponentially with this weight for the latest window
    #[arg(long, value_name = "WEIGHT")]
    pub smoothing: Option<f32>,

    /// Reject windows whose two best scores differ by less
    #[arg(long, value_name = "GAP")]
    pub threshold: Option<f32>,

    /// Repeat the last answer for up to N windows without one
    #[arg(long, value_name = "N")]
    pub hold: Option<u32>,
}

fn votes(text: &str) -> Result<[usize; 2], String> {
    let pair = text.split_once('/').and_then(|(needed, last)| Some([needed.parse().ok()?, last.parse().ok()?]));
    let is_possible = |[needed, last]: &[usize; 2]| Votes::<MOST>::of_last(*last, *needed).is_ok();
    pair.filter(is_possible)
        .ok_or_else(|| format!("expected N/M, N votes of the last M windows, with N from 1 to M and M at most {MOST}"))
}

impl DecisionOptions {
    /// Whether any option is given.
    pub fn is_some(&self) -> bool {
        self.votes.is_some() || self.smoothing.is_some() || self.threshold.is_some() || self.hold.is_some()
    }
}

/// Turns a stream of scores into answers, as a device would.
#[derive(Debug)]
pub struct Decider<'a> {
    options: DecisionOptions,
    votes: Option<Votes<MOST>>,
    smoothed: Option<DynSmoothed<'a>>,
    hold: Hold,
}

impl<'a> Decider<'a> {
    /// Creates a decider with these options; `memory` has one value for each class.
    ///
    /// # Errors
    /// If the library returns an error.
    pub fn new(options: DecisionOptions, memory: &'a mut [f32]) -> Result<Self, Error> {
        let votes = options.votes.map(|[needed, last]| Votes::of_last(last, needed)).transpose()?;
        let smoothed = options.smoothing.map(|share| DynSmoothed::new(memory, share)).transpose()?;
        Ok(Self { options, votes, smoothed, hold: Hold::new(options.hold.unwrap_or_default()) })
    }

    /// The answer after the next window. The first window of a recording is `fresh`: earlier ones do not count.
    ///
    /// # Errors
    /// If the library returns an error.
    pub fn answer(&mut self, scores: &[f32], fresh: bool) -> Result<Option<usize>, Error> {
        if fresh {
            if let Some(votes) = &mut self.votes {
                votes.clear();
            }
            if let Some(smoothed) = &mut self.smoothed {
                smoothed.clear();
            }
            self.hold.clear();
        }
        let decision = match &mut self.smoothed {
            Some(smoothed) => smoothed.push(scores)?,
            None => Decision::of(scores),
        };
        let class = decision.at_least(self.options.threshold.unwrap_or(0.0));
        let class = match &mut self.votes {
            Some(votes) => votes.push(class),
            None => class,
        };
        Ok(self.hold.push(class))
    }
}

/// The results of answers, by window and by event.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Events {
    /// Windows that contain one class only.
    pub windows: usize,
    /// Windows that got an answer.
    pub answered: usize,
    /// Windows that got the right answer.
    pub correct: usize,
    /// Stretches of one class in a recording.
    pub events: usize,
    /// Events in which no window ends, so nothing is known of them.
    pub unseen: usize,
    /// Events for which most answers are right.
    pub recognised: usize,
    /// Events without an answer, including the unseen ones.
    pub unanswered: usize,
    /// Events that had a right answer.
    pub found: usize,
    /// The windows that passed before the first right answer, summed over these events.
    pub late: usize,
    #[serde(skip)]
    current: Option<Event>,
}

/// A stretch of one class.
#[derive(Clone, Debug, Default)]
struct Event {
    stretch: usize,
    class: usize,
    windows: usize,
    /// How often each class was the answer.
    answers: Vec<usize>,
    first: Option<usize>,
}

impl Events {
    /// Adds the answer for a window whose newest reading has this class and is in this stretch.
    pub fn add(&mut self, stretch: usize, class: usize, answer: Option<usize>, mixed: bool) {
        if self.current.as_ref().is_none_or(|event| event.stretch != stretch) {
            self.finish_event();
            self.current = Some(Event { stretch, class, ..Event::default() });
        }
        if !mixed {
            self.windows += 1;
            self.answered += usize::from(answer.is_some());
            self.correct += usize::from(answer == Some(class));
        }
        let Some(event) = &mut self.current else { return };
        if let Some(answer) = answer {
            event.answers.resize(event.answers.len().max(answer + 1), 0);
            event.answers[answer] += 1;
            if answer == class {
                event.first.get_or_insert(event.windows);
            }
        }
        event.windows += 1;
    }

    /// Ends the recordings, in which there were `stretches` stretches.
    pub fn finish(&mut self, stretches: usize) {
        self.finish_event();
        self.unseen = stretches.saturating_sub(self.events);
        self.unanswered += self.unseen;
        self.events = stretches;
    }

    fn finish_event(&mut self) {
        let Some(Event { class, answers, first, .. }) = self.current.take() else { return };
        self.events += 1;
        let right = answers.get(class).copied().unwrap_or_default();
        self.unanswered += usize::from(answers.iter().all(|count| *count == 0));
        self.recognised += usize::from(2 * right > answers.iter().sum());
        if let Some(first) = first {
            self.found += 1;
            self.late += first;
        }
    }

    /// The windows before the first right answer, on average over the events that had one.
    pub fn delay(&self) -> Option<f64> {
        (self.found > 0).then(|| self.late as f64 / self.found as f64)
    }
}
