//! Rules of the repository that no compiler knows: what belongs together is held together.

use std::fs;
use std::path::{Path, PathBuf};

use hingeline::kernel::{Choice, Portable};
use hingeline::{Average, Gradient, InverseTime, Model, Order, Reservoir, Sgd};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// All Rust files below a folder.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && !path.ends_with("target") {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// A public item of the library.
struct Item {
    /// Where it stands, and its first line.
    place: String,
    /// What it is: `fn`, `struct`, `const` and so on.
    kind: String,
    name: String,
    /// The lines of documentation and attributes above it.
    above: Vec<String>,
}

/// The public items: what is `pub`, and what a public trait declares.
fn public_items() -> Vec<Item> {
    let mut items = Vec::new();
    for path in rust_files(&root().join("core/src")) {
        let text = fs::read_to_string(&path).expect("a file");
        let (mut above, mut in_trait) = (Vec::new(), false);
        for line in text.lines() {
            let code = line.trim();
            in_trait = if line.starts_with("pub trait ") { true } else { in_trait && !line.starts_with('}') };
            let of_trait = in_trait && line.starts_with("    ") && !line.starts_with("     ");
            let declared = code.strip_prefix("pub ").or(of_trait.then_some(code)).unwrap_or_default();
            if let Some((kind, name)) = kind_and_name(declared) {
                let place = format!("{}: {code}", path.display());
                items.push(Item { place, kind, name, above: std::mem::take(&mut above) });
            } else if code.starts_with("///") || code.starts_with("#[") {
                above.push(code.to_owned());
            } else {
                above.clear();
            }
        }
    }
    assert!(items.len() > 100, "the reader of this test finds only {} items", items.len());
    items
}

fn kind_and_name(declared: &str) -> Option<(String, String)> {
    let declared = declared.strip_prefix("const fn").map_or(declared.to_owned(), |rest| format!("fn{rest}"));
    let (kind, rest) = declared.split_once(' ')?;
    let is_item = ["fn", "struct", "enum", "trait", "const", "type"].contains(&kind);
    let name: String = rest.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
    is_item.then(|| (kind.to_owned(), name))
}

#[test]
fn every_public_item_has_an_example() {
    // The seal of the kernels is not to be used: it is public only as far as a trait's parent must be.
    for item in public_items().iter().filter(|item| item.name != "Sealed") {
        assert!(item.above.iter().any(|line| line.starts_with("/// ```")), "no example: {}", item.place);
    }
}

#[test]
fn every_public_function_is_a_part_of_the_proof_that_nothing_panics() {
    let proof = read("examples/firmware/src/bin/no_panic.rs");
    for item in public_items().iter().filter(|item| item.kind == "fn") {
        let called = [".", "::", " ", "("].iter().any(|before| proof.contains(&format!("{before}{}(", item.name)));
        assert!(called, "not in the proof: {}", item.place);
    }
}

#[test]
fn every_type_that_a_person_would_log_has_a_format() {
    // What holds data, or lends it: too long for a log, or not the library's to show.
    let silent = [
        "Model",
        "Gradient",
        "Direction",
        "Landscape",
        "LineSearch",
        "Slices",
        "Reservoir",
        "Moments",
        "Standardiser",
        "Scaling",
        "Compact",
        "Decoded",
        "Selected",
        "GradientDescent",
        "MiniBatch",
        "Average",
        "AveragedSgd",
        "RandomSearch",
        "RandomLocalSearch",
    ];
    for item in public_items().iter().filter(|item| item.kind == "struct" || item.kind == "enum") {
        let has_format = item.above.iter().any(|line| line.contains("derive(defmt::Format)"));
        assert_eq!(has_format, !silent.contains(&item.name.as_str()), "{}", item.place);
    }
}

#[test]
fn unsafe_code_stands_where_it_may() {
    let mut checked = 0;
    for path in rust_files(&root()) {
        let place = path.strip_prefix(root()).expect("below the root").to_string_lossy().into_owned();
        let may = place.starts_with("core/src/kernel/") && place != "core/src/kernel/portable.rs"
            || place == "benches/src/peers.rs"
            || place == "examples/firmware/src/board.rs";
        let text = fs::read_to_string(&path).expect("a file");
        // Built from parts, so that this line is not taken for what it looks for.
        let keywords = ["{", "fn", "impl", "extern", "trait"].map(|next| format!("{} {next}", "unsafe"));
        let found = keywords.iter().any(|keyword| text.contains(keyword));
        assert!(may || !found, "{place}");
        checked += 1;
    }
    assert!(checked > 30, "the reader of this test finds only {checked} files");
}

#[test]
fn the_commands_of_the_front_page_exist_and_are_checked() {
    let (readme, checks, aliases) = (read("README.md"), read(".ci/run"), read(".cargo/config.toml"));
    for command in ["cargo run --release", "cargo test"] {
        assert!(readme.contains(command) && checks.lines().any(|line| line.trim() == command), "{command}");
    }
    for alias in ["steps", "kernels", "sets", "benches", "figures", "firmware", "no-panic"] {
        assert!(readme.contains(&format!("cargo {alias}")), "{alias} is not on the front page");
        assert!(aliases.contains(&format!("\n{alias} = ")), "{alias} is no alias");
    }
}

/// The cells of the table of kernels, a row each.
fn kernels() -> Vec<Vec<String>> {
    let table = read("core/src/kernel/table.md");
    table.lines().skip(2).map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// What a cell has between backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn the_front_page_shows_the_table_of_kernels() {
    assert!(read("README.md").contains(&read("core/src/kernel/table.md")));
}

#[test]
fn the_table_of_kernels_is_that_of_the_code() {
    let (build, choice, checks) = (read("core/build.rs"), read("core/src/kernel/choice.rs"), read(".ci/kernels"));
    let kernels = kernels();
    let names: Vec<_> = kernels.iter().filter_map(|row| quoted(&row[1]).next()).collect();
    assert_eq!(names, Choice::ALL.map(Choice::name));
    for (row, name) in kernels.iter().zip(names) {
        assert!(root().join(format!("core/src/kernel/{name}.rs")).exists(), "{name}");
        assert!(build.contains(&format!("\"{name}\"")), "{name} cannot be forced");
        let forced = format!("hingeline_kernel=\"{name}\"");
        assert!(checks.contains(&forced) || name == "scalar", "that {name} is forced where it can be is not checked");
        // Gates are what the code asks for.
        for condition in quoted(&row[3]).chain(quoted(&row[4])) {
            let literal = format!("\"{condition}\"");
            assert!(build.contains(&literal) || choice.contains(&literal), "{name}: {condition}");
        }
        assert_eq!(row[3] == "none", ["portable", "scalar"].contains(&name), "{name}");
    }
}

#[test]
fn the_table_of_kernels_shows_the_recorded_costs() {
    let figures: serde_json::Value = serde_json::from_str(&read("examples/firmware/figures.json")).expect("JSON");
    let cost = |core: &str| {
        let count = figures["cores"][core]["instructions_score"].as_u64().expect(core).to_string();
        let (thousands, rest) = count.split_at(count.len().saturating_sub(3));
        if thousands.is_empty() { count } else { format!("{thousands},{rest}") }
    };
    let readme = read("README.md");
    let time = |kernel: &str| {
        let row =
            readme.lines().find(|line| line.starts_with(&format!("| scores | 10x64 | {kernel} |"))).expect(kernel);
        let nanoseconds: f64 = row.split('|').nth(4).and_then(|cell| cell.trim().parse().ok()).expect("a number");
        format!("{nanoseconds:.0} ns")
    };
    for row in kernels() {
        let expected = match quoted(&row[1]).next().expect("a name") {
            "portable" => format!("{} on AArch64, {} fuel", cost("aarch64-portable"), cost("wasm32-portable")),
            "scalar" => format!("{} on RV32IMAFC", cost("rv32imafc")),
            "vfp" => cost("cortex-m4f"),
            "helium" => cost("cortex-m55"),
            "neon" => cost("aarch64"),
            "simd128" => format!("{} fuel", cost("wasm32")),
            kernel => time(kernel),
        };
        assert_eq!(row[6], expected, "{}", row[1]);
    }
}

/// The figures that later ones are compared with are those that the front page shows.
#[test]
fn the_front_page_shows_the_recorded_figures_of_every_core() {
    let (readme, figures) = (read("README.md"), read("examples/firmware/figures.json"));
    let figures: serde_json::Value = serde_json::from_str(&figures).expect("JSON");
    let cores = figures["cores"].as_object().expect("an object");
    assert_eq!(cores.len(), 13);
    for (core, recorded) in cores {
        // What is counted where nothing is bare is the kernel's work alone.
        let shown = |key: &str| recorded.get(key).map_or(String::new(), ToString::to_string);
        let mut rows = readme.lines().filter(|line| line.starts_with(&format!("| {core} ")));
        let tables: [&[(usize, &str)]; 2] = [
            &[
                (3, "flash"),
                (6, "stack"),
                (8, "instructions_score"),
                (9, "instructions_step"),
                (10, "instructions_decode"),
            ],
            &[
                (3, "instructions_score_10x30"),
                (4, "instructions_score"),
                (5, "instructions_score_10x96"),
                (6, "instructions_score_subnormal"),
                (7, "instructions_step"),
                (8, "instructions_step_subnormal"),
            ],
        ];
        for columns in tables {
            let cells: Vec<_> = rows.next().expect(core).split('|').map(str::trim).collect();
            for (column, key) in columns {
                assert_eq!(cells[*column], shown(key), "{core}: {key}");
            }
        }
    }
}

#[test]
fn the_front_page_tells_what_the_wearable_prints() {
    let (readme, log) = (read("README.md"), read("examples/firmware/snapshots/wearable.txt"));
    let behind = |words: &str| log.lines().find_map(|line| line.split_once(words)).expect("a line").1;
    let before = behind("before: ").strip_suffix(" unconfirmed windows recognised").expect("words");
    let (after, _) = behind("after: ").split_once(' ').expect("a number");
    assert!(readme.contains(&format!("({before} windows recognised before, {after} after)")), "{before}, {after}");
}

/// Bytes as the front page lists them.
#[test]
fn the_front_page_shows_the_memory_of_every_shape() {
    fn check<const C: usize, const F: usize>(readme: &str) {
        let (model, sgd) = (Model::<C, F, Portable>::SIZE, Sgd::<InverseTime>::SIZE);
        let batches = model + Gradient::<C, F>::SIZE + sgd + Order::SIZE;
        let sizes = [model + sgd, model + sgd + Average::<C, F>::SIZE, batches, Reservoir::<F, 32>::SIZE];
        let row = readme.lines().find(|line| line.starts_with(&format!("| {C} × {F} |"))).expect("the shape");
        let shown = row.split('|').skip(2).filter_map(|cell| cell.trim().replace(',', "").parse().ok());
        assert_eq!(shown.collect::<Vec<usize>>(), sizes, "{C} × {F}");
    }
    let readme = read("README.md");
    check::<3, 20>(&readme);
    check::<4, 24>(&readme);
    check::<7, 30>(&readme);
    check::<10, 64>(&readme);
    check::<5, 96>(&readme);
    check::<10, 200>(&readme);
}
