//! What the interrupt does with a reading.

use hingeline::signal::{Votes, Window};

use crate::learner::Published;
use crate::{AXES, FEATURES, HOP, LEN, Wrist};

/// A window that has come to its end.
#[derive(Clone, Debug)]
pub struct Seen {
    /// As they are, for who learns.
    pub features: [f32; FEATURES],
    /// What the published model says, if there is one.
    pub class: Option<usize>,
    /// What the device shows: two of the last three windows say so.
    pub shown: Option<usize>,
}

/// Fills the window, and answers from the published model. The interrupt owns it.
#[derive(Debug)]
pub struct Watcher {
    window: Window<Wrist, AXES, LEN, HOP>,
    votes: Votes<3>,
    published: Option<Published>,
}

impl Watcher {
    /// One that has read nothing and knows nothing.
    pub const fn new() -> Self {
        // Decided by the compiler.
        const VOTES: Votes<3> = match Votes::new(2) {
            Ok(votes) => votes,
            Err(_) => panic!("more votes than windows"),
        };
        Self { window: Window::new(), votes: VOTES, published: None }
    }

    /// Answers from this model from now on.
    pub fn adopt(&mut self, published: Published) {
        self.published = Some(published);
    }

    /// Readings were lost: the window starts over, since no feature may span a gap.
    pub fn gap(&mut self) {
        self.window.gap();
        self.votes.clear();
    }

    /// Takes a reading of thousandths of g. Returns the window if one is due.
    pub fn push(&mut self, reading: [i16; AXES]) -> Option<Seen> {
        let reading = reading.map(|axis| f32::from(axis) * 0.001);
        // Readings of integers are finite, and so are their features. If a driver delivers something else, there is no window.
        if !self.window.push(&reading).unwrap_or(false) {
            return None;
        }
        let mut features = [0.0; FEATURES];
        self.window.features(&mut features).ok()?;
        let class = self.published.as_ref().and_then(|published| published.predict(&features));
        Some(Seen { features, class, shown: self.votes.push(class) })
    }
}

impl Default for Watcher {
    fn default() -> Self {
        Self::new()
    }
}
