//! The page that shows all figures.

use std::fmt::Write;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::figure::Figure;

const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>hingeline: figures of the loss</title>
<style>
body { font: 17px/1.55 Georgia, "DejaVu Serif", serif; color: #222; background: #f6f5f2; margin: 0; }
main { max-width: 860px; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.6rem; }
figure { margin: 2.2rem 0 0; padding: 1rem 1rem 0.8rem; background: #fff; border: 1px solid #e2e0da; border-radius: 6px; }
figure img { display: block; width: 100%; height: auto; }
figcaption { padding: 0.6rem 0.6rem 0.2rem; }
figcaption .files { font: 13px "DejaVu Sans", Verdana, sans-serif; color: #666; display: block; margin-top: 0.4rem; }
a { color: #00598a; }
code { font-size: 0.92em; }
@media print { body { background: #fff; } figure { break-inside: avoid; border: 0; } .files { display: none; } }
</style>
</head>
<body>
<main>
<h1>The loss of a multiclass linear SVM</h1>
<p>The figures of the optimisation lecture of Stanford’s CS231n, drawn from real data: 1,297 handwritten digits of 8 × 8 pixels
to train on, standardised, and 500 to test. The loss is that of Weston and Watkins,
L = 1/N Σ<sub>i</sub> Σ<sub>j≠y<sub>i</sub></sub> max(0, s<sub>j</sub> − s<sub>y<sub>i</sub></sub> + 1) + α Σ W²,
for the scores s = W x + b.</p>
"#;

const TAIL: &str = "</main>
</body>
</html>
";

/// The page with these figures.
pub fn html(figures: &[Figure], seed: u64) -> String {
    let mut page = HEAD.to_owned();
    for figure in figures {
        let (name, explanation) = (figure.name(), figure.explanation());
        let described = figure.to_possible_value();
        let alt = described.as_ref().and_then(PossibleValue::get_help).map_or(name.to_owned(), ToString::to_string);
        let _ = writeln!(
            page,
            "<figure id=\"{name}\">\n<img src=\"{name}.svg\" alt=\"{alt}\">\n<figcaption>{explanation}\n\
             <span class=\"files\"><a href=\"{name}.svg\">{name}.svg</a> · <a href=\"{name}.png\">{name}.png</a></span>\
             </figcaption>\n</figure>"
        );
    }
    let _ = writeln!(page, "<p>Drawn by <code>cargo figures --seed {seed}</code>.</p>");
    page + TAIL
}
