//! The main job: the set, the gradient check, then every strategy in the lecture's order.

use std::error::Error;
use std::io::{self, Write};
use std::time::Instant;

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{FiniteDifference, Gradient, GradientCheck, Hinge, Model, RandomSearch, Samples, Search, Selected};
use indicatif::{ProgressBar, ProgressStyle};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::dataset::Dataset;
use crate::options::Options;
use crate::report::{self, Row};
use crate::strategy::{Budget, Effort, Strategy};

/// The samples of the gradient check.
const CHECKED: usize = 20;

/// A strategy's row, and what it is made of.
struct Run<const C: usize, const F: usize, K> {
    row: Row,
    effort: Effort,
    model: Box<Model<C, F, K>>,
}

/// Runs what the options ask for on the set, and prints it.
///
/// # Errors
/// What the library refuses, with the sample at fault.
pub fn run<const C: usize, const F: usize>(set: &Dataset<F>, options: &Options) -> Result<(), Box<dyn Error>> {
    options.kernel.unwrap_or_else(Choice::best).run(Programme::<C, F> { set, options })?
}

/// Whether nobody reads the output any more.
pub fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The programme, to be run on a kernel.
struct Programme<'a, const C: usize, const F: usize> {
    set: &'a Dataset<F>,
    options: &'a Options,
}

impl<const C: usize, const F: usize> Work for Programme<'_, C, F> {
    type Output = Result<(), Box<dyn Error>>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { set, options } = self;
        let hinge = options.hinge()?;
        if !options.json {
            writeln!(io::stdout(), "{}\nkernel: {}\n", report::set(set), K::NAME)?;
            writeln!(
                io::stdout(),
                "{}\n",
                report::gradient_check(&check::<C, F, K>(kernel, set, hinge, options.seed)?, CHECKED)
            )?;
        }
        let mut runs = Vec::new();
        for strategy in options.strategies() {
            let run = train::<C, F, K>(kernel, strategy, set, hinge, options)?;
            if options.json {
                writeln!(io::stdout(), "{}", serde_json::to_string(&run.row)?)?;
            }
            runs.push(run);
        }
        if !options.json {
            print_tables(&runs, set)?;
        }
        Ok(())
    }
}

/// Checks the gradient at random weights on some of the training samples.
fn check<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    set: &Dataset<F>,
    hinge: Hinge,
    seed: u64,
) -> Result<GradientCheck, Box<dyn Error>> {
    let indices: Vec<_> = (0..set.train.labels.len().min(CHECKED)).collect();
    let mut all = set.train.samples()?;
    let mut samples = Selected::new(&mut all, &indices);
    let (mut model, mut drawn) = (Box::new(Model::<C, F, K>::on(kernel)), Box::new(Model::on(kernel)));
    let mut rng = XorShiftRng::seed_from_u64(seed);
    RandomSearch::new(Search::new(hinge, 0.1)?, &mut drawn).step(&mut model, &mut samples, &mut rng)?;
    let difference = FiniteDifference::central(1e-2)?;
    Ok(difference.check(&hinge, &mut model, &mut samples, &mut Gradient::new())?)
}

/// Trains a model from zero and measures it.
fn train<const C: usize, const F: usize, K: Kernel>(
    kernel: K,
    strategy: Strategy,
    set: &Dataset<F>,
    hinge: Hinge,
    options: &Options,
) -> Result<Run<C, F, K>, Box<dyn Error>> {
    let mut model = Box::new(Model::<C, F, K>::on(kernel));
    let plan = strategy.plan(options.learning_rate);
    let budget = Budget { seed: options.seed, epochs: options.epochs };
    let bar = progress_bar(strategy, set.train.samples()?.len() as u64 * u64::from(options.epochs))?;
    let start = Instant::now();
    let effort = strategy
        .train(plan, hinge, budget, &mut model, &set.train, |scored| bar.inc(scored as u64))
        .map_err(|stopped| format!("{}: {stopped}", report::name(strategy)))?;
    let seconds = start.elapsed().as_secs_f64();
    bar.finish_and_clear();
    let row = Row {
        strategy,
        evaluations: effort.evaluations,
        train_loss: hinge.loss(&model, &mut set.train.samples()?)?,
        train_accuracy: set.train.accuracy(&model)?,
        test_accuracy: set.test.accuracy(&model)?,
        seconds,
        weights_checksum: model.checksum(),
        kernel: K::NAME,
    };
    Ok(Run { row, effort, model })
}

/// A bar on the terminal; nothing where standard error is none.
fn progress_bar(strategy: Strategy, evaluations: u64) -> Result<ProgressBar, Box<dyn Error>> {
    let style = ProgressStyle::with_template("{msg:20} {wide_bar} {percent:>3} % {eta:>4}")?;
    Ok(ProgressBar::new(evaluations).with_style(style).with_message(report::name(strategy)))
}

fn print_tables<const C: usize, const F: usize, K: Kernel>(
    runs: &[Run<C, F, K>],
    set: &Dataset<F>,
) -> Result<(), Box<dyn Error>> {
    let rows: Vec<_> = runs.iter().map(|run| run.row.clone()).collect();
    writeln!(io::stdout(), "{}", report::table(&rows))?;
    for run in runs {
        if let Some(epoch) = run.effort.last_epoch {
            let share = f64::from(epoch.satisfied) / f64::from(epoch.steps);
            let name = report::name(run.row.strategy);
            writeln!(
                io::stdout(),
                "\n{name}: {} of the steps of the last epoch had no violation",
                report::percent(share)
            )?;
        }
    }
    let best = runs.iter().max_by(|a, b| a.row.test_accuracy.total_cmp(&b.row.test_accuracy));
    if let Some(best) = best {
        writeln!(io::stdout(), "\nconfusion of {} on the test part:", report::name(best.row.strategy))?;
        writeln!(io::stdout(), "{}", report::confusion(&set.test.confusion(&best.model)?, set.classes))?;
    }
    Ok(())
}
