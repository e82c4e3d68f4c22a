//! The work after each epoch: evaluation on the validation part, a line of the report, and early stopping.

use std::ops::ControlFlow;

use hingeline::kernel::Kernel;
use hingeline::{EarlyStopping, Evaluation, Model, Verdict};
use hingeline_console::Problem;
use indicatif::ProgressBar;

use crate::dataset::{Dataset, Kept};
use crate::options::Settings;
use crate::report::{self, EpochRow};
use crate::strategy::Strategy;

/// Follows one strategy's run.
#[derive(Debug)]
pub struct Watch<'a, const C: usize, const F: usize, Q, K> {
    set: &'a Dataset<F, Q>,
    settings: &'a Settings,
    strategy: Strategy,
    bar: ProgressBar,
    /// Samples scored so far.
    scored: usize,
    /// The same in passes over the training part; a step that scores the training part twice advances it by two.
    epoch: usize,
    best: Option<Best<C, F, K>>,
}

/// The best model on the validation part so far.
#[derive(Debug)]
struct Best<const C: usize, const F: usize, K> {
    stopping: EarlyStopping,
    model: Box<Model<C, F, K>>,
    epoch: usize,
}

impl<'a, const C: usize, const F: usize, Q: Kept, K: Kernel> Watch<'a, C, F, Q, K> {
    /// Creates a watch, before the first step.
    ///
    /// # Errors
    /// If the patience is invalid.
    pub fn new(
        kernel: K,
        set: &'a Dataset<F, Q>,
        settings: &'a Settings,
        strategy: Strategy,
        bar: ProgressBar,
    ) -> Result<Self, hingeline::Error> {
        let best = match settings.patience {
            None => None,
            Some(patience) => {
                Some(Best { stopping: EarlyStopping::new(patience)?, model: Box::new(Model::on(kernel)), epoch: 0 })
            }
        };
        Ok(Self { set, settings, strategy, bar, scored: 0, epoch: 0, best })
    }

    /// Observes the model after a step that scored this many samples.
    ///
    /// # Errors
    /// If the validation part is refused, or the report cannot be written.
    pub fn step(&mut self, model: &Model<C, F, K>, scored: usize) -> Result<ControlFlow<()>, Problem> {
        self.bar.inc(scored as u64);
        self.scored += scored;
        let epoch = self.scored / self.set.train.labels.len();
        if epoch == self.epoch {
            return Ok(ControlFlow::Continue(()));
        }
        self.epoch = epoch;
        self.end_epoch(model)
    }

    fn end_epoch(&mut self, model: &Model<C, F, K>) -> Result<ControlFlow<()>, Problem> {
        let hinge = &self.settings.hinge;
        let (mut verdict, mut validation) = (None, None);
        if let Some(best) = &mut self.best {
            let evaluation = hinge.evaluate(model, &mut self.set.validation.samples()?)?;
            let seen = best.stopping.observe(evaluation.data_loss, model, &mut best.model)?;
            if seen == Verdict::Improved {
                best.epoch = self.epoch;
            }
            (verdict, validation) = (Some(seen), Some(evaluation));
        }
        if self.settings.options.report {
            let train = hinge.evaluate(model, &mut self.set.train.samples()?)?;
            self.report(train, validation, verdict == Some(Verdict::Improved))?;
        }
        Ok(if verdict == Some(Verdict::Stop) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn report(&self, train: Evaluation, validation: Option<Evaluation>, best: bool) -> Result<(), Problem> {
        let row = EpochRow::new(self.strategy, self.epoch, train, validation, best);
        let line = if self.settings.options.json { serde_json::to_string(&row)? } else { report::epoch(&row) };
        // The progress bar, if there is one, makes room for the line.
        self.bar.suspend(|| hingeline_console::line(line))
    }

    /// Copies the best model, if one was kept, to `model`, and returns its epoch.
    pub fn finish(self, model: &mut Model<C, F, K>) -> Option<usize> {
        self.bar.finish_and_clear();
        let best = self.best?;
        model.copy_from(&best.model);
        Some(best.epoch)
    }
}
