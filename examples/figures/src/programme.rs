//! The programme: each figure is measured, drawn and written, then the page, and in the end there is a report.

use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use hingeline::kernel::{Choice, Kernel, Work};
use hingeline_examples::programme::is_broken_pipe;
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
    let material = Material::new(options)?;
    if options.front_page { draw_front_page(&material) } else { draw_all(options, &material) }
}

fn draw_front_page(material: &Material) -> Result<(), Problem> {
    for figure in front_page::FIGURES {
        write_file(&front_page::path(figure), &front_page::picture(figure, material)?)?;
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
    write_file(&page, page::html(&figures, options.seed).as_bytes())?;
    bar.finish_and_clear();
    match report(&rows, &facts, &page) {
        // Whoever reads the output has seen enough, as `head` does.
        Err(error) if is_broken_pipe(&*error) => Ok(()),
        result => result,
    }
}

/// Draws a figure on the fastest kernel.
///
/// # Errors
/// What the library refuses, or the plotting library does.
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

/// A bar on the terminal; nothing where standard error is none.
fn progress_bar(figures: u64) -> Result<ProgressBar, Problem> {
    let style = ProgressStyle::with_template("{spinner} {msg:16} {wide_bar} {pos}/{len} {elapsed:>4}")?;
    let bar = ProgressBar::new(figures).with_style(style).with_finish(ProgressFinish::AndClear);
    // One figure takes longer than the others together: it shall be seen that something goes on.
    bar.enable_steady_tick(Duration::from_millis(120));
    Ok(bar)
}

fn write(directory: &Path, figure: Figure, drawing: &Drawing, width: u32) -> Result<(), Problem> {
    let path = |ending: &str| directory.join(format!("{}.{ending}", figure.name()));
    write_file(&path("svg"), drawing.sheet.svg(width).as_bytes())?;
    write_file(&path("png"), &drawing.sheet.png(width)?)
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    std::fs::write(path, bytes).map_err(|error| format!("{}: {error}", path.display()).into())
}

fn report(rows: &[(Figure, Duration)], facts: &[String], page: &Path) -> Result<(), Problem> {
    let mut table = table_of(&["figure", "seconds"].map(String::from));
    for (figure, time) in rows {
        table.add_row([format!("{0}.svg, {0}.png", figure.name()), format!("{:.2}", time.as_secs_f64())]);
    }
    let mut output = io::stdout().lock();
    writeln!(output, "{table}")?;
    for (index, fact) in facts.iter().enumerate() {
        let gap = if index == 0 { "\n" } else { "" };
        writeln!(output, "{gap}{fact}")?;
    }
    writeln!(output, "\nall of them: {}", page.display())?;
    Ok(())
}
