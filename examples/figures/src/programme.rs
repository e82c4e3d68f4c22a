//! The programme: measures, draws and writes each figure, then writes the page, and finally prints a report.

use std::env;
use std::path::Path;
use std::time::{Duration, Instant};

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline_console::{file, line, remark, unusable};
use hingeline_examples::report::table_of;
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use crate::figure::{Drawing, Figure};
use crate::front_page;
use crate::material::Material;
use crate::options::Options;
use crate::page;
use crate::sheet::Problem;

/// Draws what the options ask for.
///
/// # Errors
/// If a file cannot be read or written, or a figure cannot be drawn.
pub fn run(options: &Options) -> Result<(), Problem> {
    if options.front_page {
        return draw_front_page(options);
    }
    let material = Material::new(options)?;
    if let Some((set, untrained)) = material.cifar10.as_ref().and_then(|set| Some((set, set.untrained()?))) {
        remark(format_args!("warning: {}: {untrained}", set.name));
    }
    draw_all(options, &material)
}

fn draw_front_page(options: &Options) -> Result<(), Problem> {
    front_page::check_directory(&env::current_dir()?).map_err(unusable)?;
    let material = Material::new(options)?;
    for figure in front_page::FIGURES {
        file::write(&front_page::path(figure), front_page::picture(figure, &material)?)?;
    }
    Ok(())
}

fn draw_all(options: &Options, material: &Material) -> Result<(), Problem> {
    let (directory, figures) = (&options.directory, options.figures());
    std::fs::create_dir_all(directory).map_err(|error| format!("--directory {}: {error}", directory.display()))?;
    let bar = progress_bar(figures.len() as u64)?;
    let (mut rows, mut facts) = (Vec::new(), Vec::new());
    for figure in &figures {
        bar.set_message(figure.name());
        let start = Instant::now();
        let drawing = draw(*figure, material).map_err(|error| format!("{}: {error}", figure.name()))?;
        write(directory, *figure, &drawing, options.width)?;
        rows.push((*figure, start.elapsed()));
        facts.extend(drawing.facts);
        bar.inc(1);
    }
    let page = directory.join("index.html");
    file::write(&page, page::html(&figures, options.seed))?;
    bar.finish_and_clear();
    report(&rows, &facts, &page)
}

/// Draws a figure on the fastest kernel.
///
/// # Errors
/// If the library or the plotting library returns an error.
pub fn draw(figure: Figure, material: &Material) -> Result<Drawing, Problem> {
    Choice::best().run(Job { figure, material })?
}

/// A figure, to be drawn on a kernel.
struct Job<'a> {
    figure: Figure,
    material: &'a Material,
}

impl Work for Job<'_> {
    type Output = Result<Drawing, Problem>;

    fn run<K: Kernel>(self, kernel: K) -> Self::Output {
        self.figure.draw(kernel, self.material)
    }
}

/// A progress bar on the terminal; hidden if standard error is not a terminal.
fn progress_bar(figures: u64) -> Result<ProgressBar, Problem> {
    let style = ProgressStyle::with_template("{spinner} {msg:16} {wide_bar} {pos}/{len} {elapsed:>4}")?;
    let bar = ProgressBar::new(figures).with_style(style).with_finish(ProgressFinish::AndClear);
    // One figure takes longer than the others together: the bar shows that the program is still running.
    bar.enable_steady_tick(Duration::from_millis(120));
    Ok(bar)
}

fn write(directory: &Path, figure: Figure, drawing: &Drawing, width: u32) -> Result<(), Problem> {
    let path = |ending: &str| directory.join(format!("{}.{ending}", figure.name()));
    file::write(&path("svg"), drawing.sheet.svg(width))?;
    Ok(file::write(&path("png"), drawing.sheet.png(width)?)?)
}

fn report(rows: &[(Figure, Duration)], facts: &[String], page: &Path) -> Result<(), Problem> {
    let mut table = table_of(&["figure", "seconds"].map(String::from));
    for (figure, time) in rows {
        table.add_row([format!("{0}.svg, {0}.png", figure.name()), format!("{:.2}", time.as_secs_f64())]);
    }
    line(table)?;
    for (index, fact) in facts.iter().enumerate() {
        let gap = if index == 0 { "\n" } else { "" };
        line(format_args!("{gap}{fact}"))?;
    }
    line(format_args!("\nall figures: {}", page.display()))
}
