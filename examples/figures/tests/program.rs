//! The program from the outside: what it writes, and what it says about unusable options.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use hingeline_figures::figure::Figure;
use hingeline_figures::front_page::{FIGURES, check_directory, path};
use tempfile::TempDir;

fn figures(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_figures"));
    command.arg("--directory").arg(directory).args(arguments).output().expect("the program starts")
}

fn directory() -> TempDir {
    TempDir::new().expect("a temporary directory")
}

fn read(directory: &Path, name: &str) -> Vec<u8> {
    fs::read(directory.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn text(directory: &Path, name: &str) -> String {
    String::from_utf8(read(directory, name)).expect("it is text")
}

/// The width and the height of a PNG, which follow its signature and the header of its first chunk.
fn size_of_png(bytes: &[u8]) -> (u32, u32) {
    assert_eq!(bytes.get(..8), Some(b"\x89PNG\r\n\x1a\n".as_slice()));
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    (number(16), number(20))
}

#[test]
fn all_figures_are_written_and_shown_on_the_page_and_reported() {
    let directory = directory();
    let output = figures(directory.path(), &[]);
    let (told, problems) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{problems}");
    assert_eq!(problems, "", "the progress bar is for terminals");
    let page = text(directory.path(), "index.html");
    for name in Figure::ALL.map(Figure::name) {
        let (svg, png) = (format!("{name}.svg"), format!("{name}.png"));
        assert!(text(directory.path(), &svg).starts_with("<svg width=\"800\" height=\""), "{svg}");
        assert_eq!(size_of_png(&read(directory.path(), &png)).0, 800, "{png}");
        for file in [svg, png] {
            assert!(page.contains(&format!("href=\"{file}\"")), "{file} is not on the page");
            assert!(told.contains(&file), "{file} is not reported");
        }
    }
    for fact in ["plane: 58081 losses of 100 examples in ", "line-search: stalls at a loss of 0.04"] {
        assert!(told.contains(fact), "{told}");
    }
}

#[test]
fn axes_say_what_they_are() {
    let directory = directory();
    let labels = [
        ("line-one", ["a, along W1", "loss"]),
        ("plane-hundred", ["b, along W2", "loss"]),
        ("pieces", ["max(0, margin)", "loss"]),
        ("differences", ["h, the step of the difference", "median error of the derivative"]),
        ("strategies", ["samples scored", "test accuracy, %"]),
        ("rates", ["steps over all training samples", "loss on the training part"]),
    ];
    let chosen: Vec<_> = labels.iter().flat_map(|(name, _)| ["--figure", name]).collect();
    assert!(figures(directory.path(), &chosen).status.success());
    for (name, labels) in labels {
        let svg = text(directory.path(), &format!("{name}.svg"));
        assert!(labels.iter().all(|label| svg.contains(label)), "{name}");
    }
    assert!(!directory.path().join("weights.svg").exists(), "only the chosen ones are drawn");
}

#[test]
fn equal_seeds_give_equal_files_and_others_give_others() {
    let (one, same, other) = (directory(), directory(), directory());
    let names = ["line-one", "plane-one", "pieces", "rates", "differences", "strategies", "weights"];
    let chosen: Vec<_> = names.into_iter().flat_map(|name| ["--figure", name]).collect();
    for (directory, seed) in [(&one, "7"), (&same, "7"), (&other, "8")] {
        assert!(figures(directory.path(), &[chosen.as_slice(), &["--seed", seed]].concat()).status.success());
    }
    for name in names {
        for file in [format!("{name}.svg"), format!("{name}.png")] {
            assert!(read(one.path(), &file) == read(same.path(), &file), "{file}");
        }
    }
    assert!(read(one.path(), "index.html") == read(same.path(), "index.html"));
    assert!(read(one.path(), "plane-one.png") != read(other.path(), "plane-one.png"));
}

#[test]
fn figures_are_as_wide_as_asked_for_and_as_high_as_goes_with_it() {
    let directory = directory();
    assert!(figures(directory.path(), &["--figure", "line-one", "--width", "400"]).status.success());
    assert_eq!(size_of_png(&read(directory.path(), "line-one.png")), (400, 240));
    assert!(
        text(directory.path(), "line-one.svg")
            .starts_with("<svg width=\"400\" height=\"240\" viewBox=\"0 0 6400 3840\"")
    );
}

#[test]
fn the_templates_of_cifar10_come_with_its_directory() {
    let (directory, set) = (directory(), directory());
    let picture = |index: usize| [vec![(index % 10) as u8], (0..3_072).map(|at| (at * 7 + index * 31) as u8).collect()];
    let records: Vec<u8> = (0..20).flat_map(picture).flatten().collect();
    for name in ["train.bin", "test.bin"] {
        fs::write(set.path().join(name), &records).expect("the file is written");
    }
    let cifar10 = set.path().to_str().expect("the path is text");
    let output = figures(directory.path(), &["--figure", "weights", "--cifar10", cifar10]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(size_of_png(&read(directory.path(), "weights-cifar10.png")).0, 800);
    let svg = text(directory.path(), "weights-cifar10.svg");
    assert!(["airplane", "truck"].iter().all(|class| svg.contains(class)));
    assert!(text(directory.path(), "index.html").contains("weights-cifar10.svg"));
}

#[test]
fn options_of_no_use_are_refused_and_named() {
    let directory = directory();
    for (arguments, expected) in [
        (["--figure", "pie"], "invalid value 'pie' for '--figure <NAME>'"),
        (["--width", "0"], "0 is not in 200..=8000"),
        (["--width", "wide"], "invalid value 'wide' for '--width <PIXELS>'"),
        (["--seed", "one"], "invalid value 'one' for '--seed <SEED>'"),
        (["--cifar10", "no/such/directory"], "no/such/directory"),
    ] {
        let output = figures(directory.path(), &arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(told.starts_with("error: ") && told.contains(expected), "{arguments:?}: {told}");
    }
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let directory = directory();
    let file = directory.path().join("file");
    fs::write(&file, "").expect("the file is written");
    let below = file.join("below");
    let output = figures(&below, &["--figure", "line-one"]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(told.starts_with(&format!("error: --directory {}: ", below.display())), "{told}");
}

/// Outside the repository it would write into a source tree that nobody looks at.
#[test]
fn the_front_page_is_drawn_from_the_repository_alone() {
    let elsewhere = directory();
    let pictures =
        || FIGURES.map(|figure| fs::metadata(path(figure)).and_then(|file| file.modified()).expect("a time"));
    let before = pictures();
    for at in [elsewhere.path(), Path::new(env!("CARGO_MANIFEST_DIR"))] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_figures"));
        let output = command.arg("--front-page").current_dir(at).output().expect("the program starts");
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains("--front-page: ") && told.contains(&at.display().to_string()), "{told}");
        assert!(told.contains("is not the repository that this program was built from"), "{told}");
    }
    assert_eq!(pictures(), before);
    let repository = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    assert_eq!(check_directory(Path::new(repository)), Ok(()));
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_written_is_named() {
    use std::process::Stdio;
    let directory = directory();
    let mut command = Command::new(env!("CARGO_BIN_EXE_figures"));
    command.arg("--directory").arg(directory.path()).args(["--figure", "line-one"]);
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
    let output = command.stdout(full()).stderr(Stdio::piped()).output().expect("the program starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.starts_with("error: standard output: No space left on device"), "{told}");

    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));

    // A disk that fills up while a picture is written.
    let picture = directory.path().join("line-one.svg");
    fs::remove_file(&picture).and_then(|()| std::os::unix::fs::symlink("/dev/full", &picture)).expect("a link");
    let told = figures(directory.path(), &["--figure", "line-one"]).stderr;
    let told = String::from_utf8_lossy(&told);
    assert!(told.starts_with(&format!("error: {}: No space left on device", picture.display())), "{told}");
}

#[test]
fn the_help_names_each_figure_and_says_what_it_shows() {
    let output = figures(Path::new("unused"), &["--help"]);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(Figure::ALL.iter().all(|figure| told.contains(figure.name())), "{told}");
}
