//! What the interrupt does with a reading.

use hingeline::signal::{Votes, Window};

use crate::learner::Published;
use crate::{AXES, FEATURES, HOP, LEN, Wrist};

/// A complete window.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The features before scaling, for the learner.
    pub features: [f32; FEATURES],
    /// The class that the published model predicts, if there is a model.
    pub class: Option<usize>,
    /// The class that the device shows: that of at least two of the last three windows.
    pub shown: Option<usize>,
}

/// Fills the window, and answers with the published model. The interrupt owns it.
#[derive(Debug)]
pub struct Watcher {
    window: Window<Wrist, AXES, LEN, HOP>,
    votes: Votes<3>,
    published: Option<Published>,
}

impl Watcher {
    /// A watcher that has read nothing and has no model.
    pub const fn new() -> Self {
        // Evaluated at compile time.
        const VOTES: Votes<3> = match Votes::new(2) {
            Ok(votes) => votes,
            Err(_) => panic!("more votes than windows"),
        };
        Self { window: Window::new(), votes: VOTES, published: None }
    }

    /// Answers with this model from now on.
    pub fn adopt(&mut self, published: Published) {
        self.published = Some(published);
    }

    /// Starts the window over because readings were lost: no feature may span a gap.
    pub fn gap(&mut self) {
        self.window.gap();
        self.votes.clear();
    }

    /// Takes a reading in thousandths of g. Returns the window, if one is due.
    pub fn push(&mut self, reading: [i16; AXES]) -> Option<Seen> {
        let reading = reading.map(|axis| f32::from(axis) * 0.001);
        // Readings in integers are finite, and so are their features. If a driver delivers anything else, there is no
        // window.
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
