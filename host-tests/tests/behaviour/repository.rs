//! Rules of the repository that the compiler cannot check.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use hingeline::kernel::{Choice, Portable};
use hingeline::{Average, Gradient, InverseTime, Model, Order, Reservoir, Sgd};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the workspace").to_owned()
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
    /// Its file, and its first line.
    place: String,
    /// Its kind: `fn`, `struct`, `const` and so on.
    kind: String,
    name: String,
    /// Whether it is in a module, not in a type or a trait.
    free: bool,
    /// The lines of documentation and attributes above it.
    above: Vec<String>,
}

/// The public items: those that are `pub`, and those that a public trait declares.
fn public_items() -> Vec<Item> {
    let mut items = Vec::new();
    for path in rust_files(&root().join("core/src")) {
        let text = fs::read_to_string(&path).expect("a file");
        let (mut above, mut in_trait, mut in_seal) = (Vec::new(), false, false);
        let mut in_attribute = false;
        for line in text.lines() {
            let code = line.trim();
            // Items in a seal cannot be named: they are public only because the parent of a public trait must be.
            in_seal = if line.ends_with("mod sealed {") { true } else { in_seal && line != "}" };
            if in_seal {
                continue;
            }
            in_trait = if line.starts_with("pub trait ") { true } else { in_trait && !line.starts_with('}') };
            let of_trait = in_trait && line.starts_with("    ") && !line.starts_with("     ");
            let declared = code.strip_prefix("pub ").or(of_trait.then_some(code)).unwrap_or_default();
            if let Some((kind, name)) = kind_and_name(declared) {
                let place = format!("{}: {code}", path.display());
                items.push(Item { place, kind, name, free: !line.starts_with(' '), above: std::mem::take(&mut above) });
            } else if code.starts_with("///") || code.starts_with("#[") || in_attribute {
                above.push(code.to_owned());
                // Some attributes have several lines.
                in_attribute = (in_attribute || code.starts_with("#[")) && !code.ends_with(']');
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

/// A method is shown in the example of its type, and a getter needs no example.
#[test]
fn every_public_type_and_free_function_has_an_example() {
    let types = ["struct", "enum", "trait", "type"];
    for item in public_items() {
        let wanted = item.free && (types.contains(&item.kind.as_str()) || item.kind == "fn");
        let has_example = item.above.iter().any(|line| line.starts_with("/// ```"));
        assert!(has_example || !wanted, "no example: {}", item.place);
    }
}

/// The top-level modules of the library, in the order in which `lib.rs` lists them.
fn modules() -> Vec<String> {
    let map = read("core/src/lib.rs");
    let names = map.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

#[test]
fn imports_of_the_library_go_one_way() {
    let (modules, source) = (modules(), root().join("core/src"));
    assert!(modules.len() >= 8, "the reader of this test finds only {modules:?}");
    for path in rust_files(&source) {
        let place = path.strip_prefix(&source).expect("below the source");
        let name = place.iter().next().expect("a component").to_string_lossy();
        let Some(own) = modules.iter().position(|module| *module == name.trim_end_matches(".rs")) else { continue };
        let text = fs::read_to_string(&path).expect("a file");
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            // In a file of a top-level module, this is the crate's root; in deeper files it stays within the module.
            assert!(place.iter().count() > 2 || !line.contains("super::super"), "{}: {line}", place.display());
            for import in line.split("crate::").skip(1) {
                let module: String = import.chars().take_while(|&c| c.is_alphanumeric() || c == '_').collect();
                let imported = modules.iter().position(|own| *own == module);
                assert!(imported.is_some_and(|imported| imported <= own), "{}: {line}", place.display());
            }
        }
    }
}

/// Within a module too, except for its `mod.rs`, which lists the contents of its files.
#[test]
fn files_of_a_room_import_each_other_one_way() {
    let source = root().join("core/src");
    let modules: Vec<_> = modules().into_iter().filter(|module| source.join(module).join("mod.rs").exists()).collect();
    assert!(modules.len() > 4, "{modules:?}");
    for module in modules {
        let files = fs::read_dir(source.join(&module)).expect("a module").map(|entry| entry.expect("an entry").path());
        let name = |path: &Path| path.file_stem().expect("a name").to_string_lossy().into_owned();
        let mut imports: Vec<(String, String)> = files
            .filter(|path| path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("mod.rs"))
            .map(|path| (name(&path), fs::read_to_string(&path).expect("a file")))
            .collect();
        // A file that imports none of the remaining ones is removed; files that are never removed form a cycle.
        while !imports.is_empty() {
            let left: Vec<_> = imports.iter().map(|(name, _)| format!("super::{name}::")).collect();
            let before = imports.len();
            imports.retain(|(_, text)| left.iter().any(|import| text.contains(import)));
            assert!(
                imports.len() < before,
                "a circle in {module}: {:?}",
                imports.iter().map(|(name, _)| name).collect::<Vec<_>>()
            );
        }
    }
}

#[test]
fn every_public_function_is_a_part_of_the_proof_that_nothing_panics() {
    let files = rust_files(&root().join("examples/firmware/src/bin/no_panic"));
    let (proof, items) = (files.iter().map(read).collect::<String>(), public_items());
    // The compiler turns an `async fn` into a state machine, which panics if it is polled after its end.
    let is_awaited = |item: &Item| item.place.contains("checkpoint/waiting.rs");
    for item in items.iter().filter(|item| item.kind == "fn" && !is_awaited(item)) {
        // As many calls of a name as there are functions of that name; only the compiler knows which of them a call
        // means.
        let calls = |before: &str| proof.matches(&format!("{before}{}(", item.name)).count();
        let calls: usize = [".", "::", " ", "("].into_iter().map(calls).sum();
        // An item that a trait declares is not public by itself.
        let is_same = |other: &&Item| {
            other.kind == "fn" && other.name == item.name && other.place.contains(": pub ") && !is_awaited(other)
        };
        let functions = items.iter().filter(is_same).count();
        assert!(calls >= functions.max(1), "not in the proof: {}, {calls} calls of {functions} functions", item.place);
    }
}

/// State that changes from call to call must be readable and restorable, or a run with it cannot be replayed.
#[test]
fn every_type_that_has_state_gives_it_and_takes_it() {
    // Sets: their changing data belongs to the caller, or is overwritten by the next sample.
    let without =
        ["Compact", "Decoded", "DynDecoded", "Selected", "Bounded", "Samples", "DynSamples", "WithWeights", "Raw"];
    // Types that follow a stream start over after a gap, and a reset is a gap.
    let follows = ["Window", "DynWindow", "Votes", "Hold", "Smoothed", "DynSmoothed"];
    // A search and an averaged descent are constructed from the state that they are given.
    let mut made_of_state = vec!["RandomSearch", "RandomLocalSearch", "AveragedSgd"];
    // Tools that convert states, not states themselves.
    made_of_state.extend(["Words", "Encoder", "Decoder", "Checkpoints", "AsyncCheckpoints"]);
    let ways_in = ["load", "resume", "from_parts"];
    let mut with_state = Vec::new();
    for (name, methods) in methods() {
        if !methods.iter().any(|(_, changes)| *changes)
            || without.contains(&name.as_str())
            || follows.contains(&name.as_str())
        {
            continue;
        }
        let takes = methods.iter().any(|(method, _)| ways_in.contains(&method.as_str()));
        assert!(takes || made_of_state.contains(&name.as_str()), "nobody can save and rebuild {name}: {methods:?}");
        with_state.push(name);
    }
    assert!(with_state.len() >= 14, "the reader of this test finds only {with_state:?}");
}

/// The public methods of each type, and whether each may change it.
fn methods() -> BTreeMap<String, Vec<(String, bool)>> {
    let mut found: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
    for path in rust_files(&root().join("core/src")) {
        let text = fs::read_to_string(&path).expect("a file");
        for block in text.split("\nimpl").skip(1) {
            let (head, body) = block.split_once('{').expect("a block");
            if head.contains(" for ") {
                continue;
            }
            // The part after the parameters of the block itself, up to those of the type.
            let mut depth = 0;
            let close = |c: char| {
                depth += i32::from(c == '<') - i32::from(c == '>');
                depth == 0
            };
            let own = if head.starts_with('<') { head.find(close).map_or(0, |at| at + 1) } else { 0 };
            let name = head[own..].trim().split(['<', ' ', '\n']).next().expect("a name").to_owned();
            let body = body.split_once("\n}").map_or(body, |(body, _)| body);
            for method in body.split("    pub ").skip(1) {
                let Some((_, signature)) = method.split_once("fn ") else { continue };
                let signature = signature.split_once(" {\n").map_or(signature, |(signature, _)| signature);
                let method: String = signature.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.entry(name.clone()).or_default().push((method, signature.contains("&mut self")));
            }
        }
    }
    found
}

#[test]
fn every_type_that_a_person_would_log_has_a_format() {
    // Types that hold or lend data: too long for a log, or not the library's to show.
    let silent = [
        "AnyModel",
        "AnyGradient",
        "AnyDirection",
        "AnyAverage",
        "AverageParts",
        "Bounded",
        "Arrays",
        "Lent",
        "Fixed",
        "Runtime",
        "DynSlices",
        "DynDecoded",
        "Model",
        "Gradient",
        "Direction",
        "Landscape",
        "LineSearch",
        "Slices",
        "Reservoir",
        "Moments",
        "AnyMoments",
        "AnyStandardiser",
        "Scaling",
        "Compact",
        "Decoded",
        "Selected",
        "GradientDescent",
        "MiniBatch",
        "Average",
        "AveragedSgd",
        "Confusion",
        "WithWeights",
        "Inputs",
        "ByteInputs",
        "ByteModel",
        "Sums",
        "Raw",
        "RandomSearch",
        "RandomLocalSearch",
        "Words",
        "Encoder",
        "Decoder",
        "Checkpoints",
        "AsyncCheckpoints",
        "Serialised",
        "IntoState",
        "Window",
        "DynWindow",
        "DynSmoothed",
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
            || place.starts_with("core/c/src/")
            || place == "benches/src/peers.rs"
            || place == "examples/firmware/src/board.rs"
            // Interrupts in which an executor runs.
            || (place.starts_with("examples/boards/") && place.ends_with("/src/urgent.rs"));
        let text = fs::read_to_string(&path).expect("a file");
        // Built from parts, so that this line does not match its own search.
        let keywords = ["{", "fn", "impl", "extern", "trait"].map(|next| format!("{} {next}", "unsafe"));
        let found = keywords.iter().any(|keyword| text.contains(keyword));
        assert!(may || !found, "{place}");
        checked += 1;
    }
    assert!(checked > 30, "the reader of this test finds only {checked} files");
}

/// Each reader of the random driver is a target of cargo-fuzz, and vice versa.
#[test]
fn every_reader_is_fuzzed() {
    let (readers, manifest) = (read("host-tests/fuzz/src/readers.rs"), read("examples/fuzz/Cargo.toml"));
    let functions = readers.lines().filter_map(|line| line.strip_prefix("pub fn ")?.strip_suffix("(bytes: &[u8]) {"));
    let functions: Vec<_> = functions.collect();
    assert!(functions.len() >= 7, "the reader of this test finds only {functions:?}");
    for function in &functions {
        assert!(readers.contains(&format!("read: {function},")), "{function} is not driven");
        assert!(manifest.contains(&format!("name = \"{function}\"")), "{function} is no target");
        let target = read(format!("examples/fuzz/fuzz_targets/{function}.rs"));
        assert!(target.contains(&format!("readers::{function}(bytes)")), "{function}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), functions.len());
}

#[test]
fn the_commands_of_the_front_page_exist_and_are_checked() {
    let (readme, checks) = (read("README.md"), read(".ci/run"));
    for command in ["cargo run --release", "cargo test"] {
        assert!(readme.contains(command) && checks.lines().any(|line| line.trim() == command), "{command}");
    }
}

/// In C each error is a number with a name, and no two numbers are equal.
#[test]
fn every_error_has_a_status_in_c() {
    let (errors, door) = (read("core/src/error.rs"), read("core/c/src/status.rs"));
    let (_, body) = errors.split_once("pub enum Error {").expect("the errors");
    let (body, _) = body.split_once("\n}").expect("their end");
    let variants: Vec<_> = body.lines().filter_map(|line| line.trim().strip_suffix(',')).collect();
    assert!(variants.len() > 40, "the reader of this test finds only {variants:?}");
    for variant in variants.iter().filter(|variant| variant.chars().all(char::is_alphanumeric)) {
        assert!(door.contains(&format!("Error::{variant} => HINGELINE_")), "{variant} has no status");
    }
    // An error without a status of its own would be reported as unknown.
    for (file, name) in [("state/fault", "Fault"), ("state/load", "LoadError"), ("checkpoint/error", "CheckpointError")]
    {
        let text = read(format!("core/src/{file}.rs"));
        let (_, body) = text.split_once(&format!("pub enum {name}")).expect("the refusals");
        let (body, _) = body.split_once("\n}").expect("their end");
        let variants = body.lines().filter_map(|line| line.trim().strip_suffix(',')?.split('(').next());
        let variants: Vec<_> = variants.filter(|variant| variant.chars().all(char::is_alphanumeric)).collect();
        assert!(variants.len() > 2, "the reader of this test finds only {variants:?}");
        for variant in variants {
            assert!(door.contains(&format!("{name}::{variant}")), "{name}::{variant} has no status");
        }
    }
    let numbers: BTreeMap<_, _> = door
        .lines()
        .filter_map(|line| line.trim().strip_prefix("HINGELINE_")?.strip_suffix(',')?.split_once(" = "))
        .map(|(name, number)| (number, name))
        .collect();
    assert_eq!(numbers.len(), door.matches("\n    HINGELINE_").count(), "two have one number");
    for (number, name) in numbers.iter().filter(|(_, name)| **name != "UNKNOWN") {
        assert!(door.contains(&format!("{number} => c\"HINGELINE_{name}\"")), "{name} has no name");
    }
}

/// Every function of the header is called by a program in C that the checks run.
#[test]
fn every_function_of_the_header_is_called() {
    let (header, objects, learn) =
        (read("core/c/include/hingeline.h"), read("examples/c/objects.c"), read("examples/c/learn.c"));
    let functions: Vec<_> = header
        .lines()
        .filter(|line| {
            !line.starts_with("//") && !line.starts_with(' ') && !line.starts_with("typedef") && !line.starts_with('#')
        })
        .filter_map(|line| line.split_once('(')?.0.split([' ', '*']).next_back())
        .filter(|name| name.starts_with("hingeline_"))
        .collect();
    assert!(functions.len() > 50, "the reader of this test finds only {functions:?}");
    for function in functions {
        let call = format!("{function}(");
        assert!(objects.contains(&call) || learn.contains(&call), "{function} is not called");
    }
}

/// The pages of the guide: name and text.
fn guide() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(root().join("core/src/guide")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        pages.push((name, read(&path)));
    }
    assert!(pages.len() >= 9, "the reader of this test finds only {} pages", pages.len());
    pages
}

#[test]
fn every_alias_is_explained() {
    let config = read(".cargo/config.toml");
    let section =
        config.lines().skip_while(|line| *line != "[alias]").skip(1).take_while(|line| !line.starts_with('['));
    let aliases: Vec<_> = section.filter_map(|line| line.split_once(" = ")).map(|(alias, _)| alias).collect();
    assert_eq!(aliases.len(), 9, "{aliases:?}");
    let pages = guide().into_iter().map(|(_, text)| text).chain([read("README.md")]).collect::<String>();
    for alias in aliases {
        assert!(pages.contains(&format!("cargo {alias}")), "{alias} is on no page");
    }
}

#[test]
fn every_page_of_the_guide_is_shown_and_linked() {
    let (module, readme) = (read("core/src/guide.rs"), read("README.md"));
    for (name, _) in guide() {
        let shown = format!("#[doc = include_str!(\"guide/{name}.md\")]\npub mod {name} {{}}\n");
        assert!(module.contains(&shown), "{name} is no module of the guide");
        assert!(readme.contains(&format!("(core/src/guide/{name}.md)")), "{name} is not linked from the front page");
    }
}

#[test]
fn the_front_page_is_short() {
    let lines = read("README.md").lines().count();
    assert!(lines <= 150, "README.md has {lines} lines");
}

#[test]
fn the_front_page_names_the_oldest_compiler() {
    let manifest = read("Cargo.toml");
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).expect("a version");
    let version = version.trim_matches('"');
    let readme = read("README.md");
    let named: Vec<_> =
        readme.split("Rust ").skip(1).filter(|rest| rest.starts_with(|c: char| c.is_numeric())).collect();
    assert!(!named.is_empty(), "the front page names no compiler");
    for rest in named {
        assert!(rest.starts_with(&format!("{version} or later")), "{version} is the oldest, not: Rust {rest:.9}");
    }
}

/// The first program for firmware is the same on both pages.
#[test]
fn the_page_on_firmware_shows_the_program_of_the_front_page() {
    let readme = read("README.md");
    let (_, program) = readme.split_once("```rust\n").expect("a program");
    let (program, _) = program.split_once("```").expect("an end");
    assert!(read("core/src/guide/firmware.md").contains(program));
}

/// The cells of the table of kernels, one row each.
fn kernels() -> Vec<Vec<String>> {
    let table = read("core/src/kernel/table.md");
    table.lines().skip(2).map(|row| row.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
}

/// The parts of a cell between backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn the_guide_shows_the_table_of_kernels() {
    assert!(read("core/src/guide/kernels.md").contains(&read("core/src/kernel/table.md")));
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
        // The gates are conditions in the code.
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
    let page = read("core/src/guide/kernels.md");
    let time = |kernel: &str| {
        let row = page.lines().find(|line| line.starts_with(&format!("| scores | 10x64 | {kernel} |"))).expect(kernel);
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

/// The recorded figures, which later ones are compared with, are those in the guide.
#[test]
fn the_guide_shows_the_recorded_figures_of_every_core() {
    let (page, figures) = (read("core/src/guide/cores.md"), read("examples/firmware/figures.json"));
    let figures: serde_json::Value = serde_json::from_str(&figures).expect("JSON");
    let cores = figures["cores"].as_object().expect("an object");
    assert_eq!(cores.len(), 13);
    for (core, recorded) in cores {
        // On cores with an operating system, only the kernel's own work is counted.
        let shown = |key: &str| recorded.get(key).map_or(String::new(), ToString::to_string);
        let mut rows = page.lines().filter(|line| line.starts_with(&format!("| {core} ")));
        let tables: [&[(usize, &str)]; 3] = [
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
                (9, "instructions_step_longest"),
                (10, "instructions_step_folding"),
                (14, "flash_shapes"),
            ],
            &[
                (3, "instructions_step"),
                (4, "instructions_step_crammer_singer"),
                (5, "instructions_step_softmax"),
                (6, "instructions_step_weighted"),
                (7, "instructions_integer_score"),
                (8, "instructions_integer_step"),
                (9, "instructions_integer_decode"),
                (10, "instructions_integer_bytes"),
                (11, "flash_integers"),
                (12, "stack_bound_integers"),
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

/// The front page lists the cores and the kernels that they run; the builds for comparison are only in the guide.
#[test]
fn the_front_page_shows_the_recorded_figures_in_five_columns() {
    let (readme, page) = (read("README.md"), read("core/src/guide/cores.md"));
    let figures: serde_json::Value = serde_json::from_str(&read("examples/firmware/figures.json")).expect("JSON");
    let cells = |row: &str| row.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows: Vec<_> = readme.lines().skip_while(|line| !line.starts_with("| core ")).skip(2).collect();
    let rows: Vec<_> = rows.into_iter().take_while(|line| line.starts_with('|')).map(cells).collect();
    let cores = figures["cores"].as_object().expect("an object");
    let to_compare = |core: &str| core.ends_with("-portable") || core.ends_with("-vectorised");
    assert_eq!(rows.len(), cores.keys().filter(|core| !to_compare(core)).count());
    for row in rows {
        let core = row[1].as_str();
        let recorded = cores.get(core).expect(core);
        let shown = |key: &str| recorded.get(key).map_or(String::new(), ToString::to_string);
        let kernel =
            page.lines().find(|line| line.starts_with(&format!("| {core} "))).map(cells).expect(core)[2].clone();
        let expected = [kernel, shown("flash"), shown("instructions_score"), shown("instructions_step")];
        assert_eq!(row[2..6], expected, "{core}");
    }
}

/// What it costs to keep a state, on every core without an operating system; and how often the firmware was reset.
#[test]
fn the_page_on_windows_has_the_figures_of_all_cores() {
    let (page, figures) = (read("core/src/guide/windows.md"), read("examples/firmware/figures.json"));
    let figures: serde_json::Value = serde_json::from_str(&figures).expect("JSON");
    for (core, recorded) in figures["cores"].as_object().expect("an object") {
        let shown = |key: String| recorded.get(key).map_or(String::new(), ToString::to_string);
        for (numbers, name) in [("binary32", "floats"), ("integers", "integers")] {
            let row = page.lines().find(|line| line.starts_with(&format!("| {core} | {numbers} |"))).expect(core);
            let cells: Vec<_> = row.split('|').map(str::trim).collect();
            let sizes = ["ram_window", "flash_window", "flash_bands", "stack_bound_window"];
            let sizes = sizes.map(|size| shown(format!("{size}_{name}")));
            let counts = ["push", "plain", "time", "bands", "pairs"];
            let counts = counts.map(|count| shown(format!("instructions_{name}_{count}")));
            assert_eq!(cells[3..12], [&sizes[..], &counts[..]].concat(), "{core}, {numbers}");
        }
    }
}

#[test]
fn the_page_on_saving_shows_the_recorded_figures() {
    let (page, figures) = (read("core/src/guide/saving.md"), read("examples/firmware/figures.json"));
    let figures: serde_json::Value = serde_json::from_str(&figures).expect("JSON");
    let keys = [
        "flash_bytes",
        "flash_checkpoints",
        "ram_checkpoints",
        "stack_saving",
        "instructions_to_bytes",
        "instructions_from_bytes",
        "instructions_open",
        "instructions_save",
        "instructions_restore",
    ];
    let mut rows = 0;
    for (core, recorded) in figures["cores"].as_object().expect("an object") {
        let Some(row) = page.lines().find(|line| line.starts_with(&format!("| {core} "))) else {
            assert!(recorded.get("flash").is_none(), "{core} is not on the page");
            continue;
        };
        let cells: Vec<_> = row.split('|').map(str::trim).skip(2).collect();
        for (cell, key) in cells.iter().zip(keys) {
            assert_eq!(*cell, recorded.get(key).expect(key).to_string(), "{core}: {key}");
        }
        rows += 1;
    }
    assert!(rows >= 7, "{rows}");
    let printed = read("examples/firmware/snapshots/persistent.txt");
    let resets = printed.lines().find_map(|line| line.strip_prefix("with ")?.split(':').next()).expect("resets");
    assert!(page.contains(&format!("with {resets}, some")), "{resets}");
}

/// Exported classifiers, measured once and shown on two pages.
#[test]
fn the_front_page_compares_what_the_guide_compares() {
    let (readme, page) = (read("README.md"), read("core/src/guide/coming_from.md"));
    let thousands = |cell: &str| {
        let number: u32 = cell.parse().expect(cell);
        if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
    };
    let mut rows = 0;
    let systems = ["| hingeline, ", "| CMSIS-DSP ", "| emlearn "];
    for line in page.lines().filter(|line| systems.iter().any(|system| line.starts_with(system))) {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let expected = format!("{} %, {} bytes, {}", cells[3], thousands(cells[4]), thousands(cells[5]));
        assert!(readme.contains(&expected), "{expected}");
        rows += 1;
    }
    assert_eq!(rows, 6);
}

#[test]
fn the_guide_shows_what_the_wearable_prints() {
    let (page, log) = (read("core/src/guide/firmware.md"), read("examples/firmware/snapshots/wearable.txt"));
    let behind = |words: &str| log.lines().find_map(|line| line.split_once(words)).expect("a line").1;
    let before = behind("before: ").strip_suffix(" unconfirmed windows recognised").expect("words");
    let (after, _) = behind("after: ").split_once(' ').expect("a number");
    assert!(page.contains(&format!("({before} windows recognised before, {after} after)")), "{before}, {after}");
}

/// The longest steps, as stated on the page on costs.
#[test]
fn the_guide_says_how_long_a_step_can_be() {
    let figures: serde_json::Value = serde_json::from_str(&read("examples/firmware/figures.json")).expect("JSON");
    let page = read("core/src/guide/costs.md").replace('\n', " ");
    let count = |name: &str| {
        let count = figures["cores"]["cortex-m4f"][name].as_u64().expect(name);
        format!("{},{:03}", count / 1_000, count % 1_000)
    };
    let [step, longest, folding] =
        ["instructions_step", "instructions_step_longest", "instructions_step_folding"].map(count);
    let expected = format!("it takes {step} instructions with three violations and {longest} with nine");
    assert!(page.contains(&expected), "{expected}");
    assert!(page.contains(&format!("one more pass over all rows: {folding} instructions")), "{folding}");
}

/// The sizes in bytes that the guide lists.
#[test]
fn the_guide_shows_the_memory_of_every_shape() {
    fn check<const C: usize, const F: usize>(page: &str) {
        let (model, sgd) = (Model::<C, F, Portable>::SIZE, Sgd::<InverseTime>::SIZE);
        let batches = model + Gradient::<C, F>::SIZE + sgd + Order::SIZE;
        let sizes = [model + sgd, model + sgd + Average::<C, F>::SIZE, batches, Reservoir::<C, F, 32>::SIZE];
        let row = page.lines().find(|line| line.starts_with(&format!("| {C} × {F} |"))).expect("the shape");
        let shown = row.split('|').skip(2).filter_map(|cell| cell.trim().replace(',', "").parse().ok());
        assert_eq!(shown.collect::<Vec<usize>>(), sizes, "{C} × {F}");
    }
    let page = read("core/src/guide/costs.md");
    check::<3, 20>(&page);
    check::<4, 24>(&page);
    check::<7, 30>(&page);
    check::<10, 64>(&page);
    check::<5, 96>(&page);
    check::<10, 200>(&page);
}
