//! The main job: the set, the gradient check, then every strategy in the lecture's order.

use std::process::ExitCode;
use std::time::Instant;

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline::{FiniteDifference, Gradient, GradientCheck, Model, RandomSearch, Search, Selected};
use hingeline_console::file::FileError;
use hingeline_console::{Problem, is_output, line, remark, unusable};
use indicatif::{ProgressBar, ProgressStyle};
use rand_core::SeedableRng;
use rand_xorshift::XorShiftRng;

use crate::dataset::{Dataset, Kept};
use crate::options::{Options, Settings};
use crate::report::{self, Row};
use crate::strategy::{Effort, Plan, Strategy};
use crate::watch::Watch;

/// The number of samples in the gradient check.
const CHECKED: usize = 20;

/// A strategy's row of the table, and the run that it is made from.
struct Run<const C: usize, const F: usize, K> {
    row: Row,
    effort: Effort,
    model: Box<Model<C, F, K>>,
}

/// Runs what the options ask for on the set, and prints the results.
///
/// # Errors
/// A problem with status 2 if the set or the options are unusable; an error of the library, with the sample at fault.
pub fn run<const C: usize, const F: usize, Q: Kept>(
    options: Options,
    set: Result<Dataset<F, Q>, FileError>,
) -> Result<ExitCode, Problem> {
    let (set, settings) = prepare(set.map_err(unusable)?, options).map_err(unusable)?;
    let choice = settings.options.kernel.unwrap_or_else(Choice::best);
    choice.run(Programme::<C, F, Q> { set: &set, settings: &settings })??;
    Ok(ExitCode::SUCCESS)
}

/// Prepares the set and the settings, and checks that they fit together.
fn prepare<const F: usize, Q: Kept>(
    mut set: Dataset<F, Q>,
    options: Options,
) -> Result<(Dataset<F, Q>, Settings), String> {
    if let Some(fraction) = options.validation {
        set.set_aside(fraction, options.seed).map_err(|problem| format!("--validation {fraction}: {problem}"))?;
    }
    let settings = options.settle(&set)?;
    if let Some(untrained) = set.untrained() {
        remark(format_args!("warning: {}: {untrained}", set.name));
    }
    Ok((set, settings))
}

/// The programme, to be run on a kernel.
struct Programme<'a, const C: usize, const F: usize, Q> {
    set: &'a Dataset<F, Q>,
    settings: &'a Settings,
}

impl<const C: usize, const F: usize, Q: Kept> Work for Programme<'_, C, F, Q> {
    type Output = Result<(), Problem>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        let Self { set, settings } = self;
        let json = settings.options.json;
        if !json {
            line(format_args!("{}\nkernel: {}\n", report::set(set), K::NAME))?;
            let check = check::<C, F, Q, K>(kernel, set, settings)?;
            line(format_args!("{}\n", report::gradient_check(&check, CHECKED)))?;
        }
        let mut runs = Vec::new();
        for &(strategy, plan) in &settings.plans {
            let run = train::<C, F, Q, K>(kernel, strategy, plan, set, settings)?;
            if json {
                line(serde_json::to_string(&run.row)?)?;
            }
            runs.push(run);
        }
        if !json {
            print_tables(&runs, set)?;
        }
        Ok(())
    }
}

/// Checks the gradient at random weights on some of the training samples.
fn check<const C: usize, const F: usize, Q: Kept, K: Kernel>(
    kernel: K,
    set: &Dataset<F, Q>,
    settings: &Settings,
) -> Result<GradientCheck, Problem> {
    let hinge = settings.hinge;
    let indices: Vec<_> = (0..set.train.labels.len().min(CHECKED)).collect();
    let mut all = set.train.samples()?;
    let mut samples = Selected::new(&mut all, &indices);
    let (mut model, mut drawn) = (Box::new(Model::<C, F, K>::on(kernel)), Box::new(Model::on(kernel)));
    let mut rng = XorShiftRng::seed_from_u64(settings.budget.seed);
    let search = Search::new(hinge, set.recipe.random_search)?;
    RandomSearch::new(search, &mut drawn).step(&mut model, &mut samples, &mut rng)?;
    let difference = FiniteDifference::central(set.recipe.difference)?;
    Ok(difference.check(&hinge, &mut model, &mut samples, &mut Gradient::new())?)
}

/// Trains a model from zero and measures it.
fn train<const C: usize, const F: usize, Q: Kept, K: Kernel>(
    kernel: K,
    strategy: Strategy,
    plan: Plan,
    set: &Dataset<F, Q>,
    settings: &Settings,
) -> Result<Run<C, F, K>, Problem> {
    let mut model = Box::new(Model::<C, F, K>::on(kernel));
    let (hinge, budget) = (settings.hinge, settings.budget);
    let bar = progress_bar(strategy, set.train.labels.len() as u64 * u64::from(budget.epochs))?;
    let mut watch = Watch::new(kernel, set, settings, strategy, bar)?;
    let start = Instant::now();
    let step = |model: &_, scored| watch.step(model, scored);
    let effort = strategy.train(plan, hinge, budget, &mut model, &set.train, step).map_err(|error| {
        let name = report::name(strategy);
        if is_output(&*error) { error } else { format!("{name}: {error}").into() }
    })?;
    let best_epoch = watch.finish(&mut model);
    let seconds = start.elapsed().as_secs_f64();
    let row = Row {
        strategy,
        evaluations: effort.evaluations,
        best_epoch,
        train_loss: hinge.loss(&model, &mut set.train.samples()?)?,
        train_accuracy: set.train.accuracy(&model)?,
        test_accuracy: set.test.accuracy(&model)?,
        seconds,
        weights_checksum: model.checksum(),
        kernel: K::NAME,
    };
    Ok(Run { row, effort, model })
}

/// A progress bar on the terminal; hidden if standard error is not a terminal.
fn progress_bar(strategy: Strategy, evaluations: u64) -> Result<ProgressBar, Problem> {
    let style = ProgressStyle::with_template("{msg:20} {wide_bar} {percent:>3} % {eta:>4}")?;
    Ok(ProgressBar::new(evaluations).with_style(style).with_message(report::name(strategy)))
}

fn print_tables<const C: usize, const F: usize, Q: Kept, K: Kernel>(
    runs: &[Run<C, F, K>],
    set: &Dataset<F, Q>,
) -> Result<(), Problem> {
    let rows: Vec<_> = runs.iter().map(|run| run.row.clone()).collect();
    line(report::table(&rows))?;
    for run in runs {
        print_remarks(run, set)?;
    }
    let best = runs.iter().max_by(|a, b| a.row.test_accuracy.total_cmp(&b.row.test_accuracy));
    if let Some(best) = best {
        line(format_args!("\nconfusion of {} on the test part:", report::name(best.row.strategy)))?;
        line(report::confusion(&set.test.confusion(&best.model, &mut Vec::new())?, &set.classes))?;
    }
    Ok(())
}

/// Prints what is known about a run besides its row.
fn print_remarks<const C: usize, const F: usize, Q, K>(run: &Run<C, F, K>, set: &Dataset<F, Q>) -> Result<(), Problem> {
    let name = report::name(run.row.strategy);
    if let Some(epoch) = run.row.best_epoch {
        let epochs = run.effort.evaluations.div_ceil(set.train.labels.len());
        line(format_args!("\n{name}: the best on the validation part was epoch {epoch} of {epochs}"))?;
    }
    if let Some(epoch) = run.effort.last_epoch {
        let share = report::percent(f64::from(epoch.satisfied) / f64::from(epoch.steps));
        line(format_args!("\n{name}: {share} of the steps of the last epoch had no violation"))?;
    }
    Ok(())
}
