//! Builds the programs and runs them on an emulated core.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::cores::Core;

/// No program of these runs longer, by far.
const LIMIT: Duration = Duration::from_secs(300);

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// Builds the programs for a target, those that log if `defmt` is set; returns the folder that they are in.
pub(crate) fn build(target: &str, defmt: bool) -> Result<PathBuf, Failure> {
    let manifest = root().join("examples/firmware/Cargo.toml");
    // What logs is another build of the same library, and has a folder of its own.
    let folder = root().join("examples/firmware/target").join(if defmt { "defmt" } else { "plain" });
    let mut command = Command::new(root().join(".ci/cross"));
    command.args([target, "build", "--quiet", "--release"]);
    command.arg("--manifest-path").arg(manifest).arg("--target-dir").arg(&folder);
    if defmt {
        command.args(["--features", "defmt", "--bin", "wearable"]).env("DEFMT_LOG", "info");
    }
    // Cargo sets these for this program, and the build is one of its own.
    for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC"] {
        command.env_remove(name);
    }
    let output = command.output().map_err(|error| format!("cannot start .ci/cross: {error}"))?;
    if !output.status.success() {
        return Err(format!("cannot build for {target}:\n{}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(folder.join(target).join("release"))
}

/// What a program printed.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its standard output.
    pub(crate) output: Vec<u8>,
}

impl Run {
    /// The number behind a word of what was printed.
    pub(crate) fn number(&self, word: &str) -> Result<usize, Failure> {
        Ok(self.word_after(word)?.parse().map_err(|_| format!("no number behind {word:?}"))?)
    }

    /// The word behind a word of what was printed.
    pub(crate) fn word_after(&self, word: &str) -> Result<String, Failure> {
        let text = String::from_utf8_lossy(&self.output);
        let mut words = text.split_whitespace();
        words.find(|own| *own == word);
        Ok(words.next().ok_or_else(|| format!("the program did not print {word:?} but:\n{text}"))?.to_owned())
    }
}

/// Runs a program on a core; a trace of every instruction goes to the file, if there is one.
pub(crate) fn run(core: &Core, program: &Path, trace: Option<&Path>) -> Result<Run, Failure> {
    let (emulator, machine) = core.emulator.split_first().ok_or("no emulator")?;
    let mut command = Command::new(emulator);
    command.args(machine).args(["-nographic", "-monitor", "none", "-semihosting"]);
    if let Some(trace) = trace {
        command.args(one_instruction_at_a_time(emulator)?);
        command.args(["-d", "exec,nochain", "-D"]).arg(trace);
    }
    command.arg("-kernel").arg(program).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let missing = |error| format!("cannot start {emulator} (Debian's qemu-system-arm and qemu-system-misc): {error}");
    let mut child = command.spawn().map_err(missing)?;
    let (mut stdout, mut stderr) = (child.stdout.take().ok_or("no output")?, child.stderr.take().ok_or("no output")?);
    let reader = std::thread::spawn(move || {
        let mut output = Vec::new();
        stdout.read_to_end(&mut output).map(|_| output)
    });
    let errors = std::thread::spawn(move || {
        let mut output = String::new();
        stderr.read_to_string(&mut output).map(|_| output)
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill()?;
            return Err(format!("{} hangs on {}", program.display(), core.name).into());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let output = reader.join().map_err(|_| "the reader of the output ended")??;
    let errors = errors.join().map_err(|_| "the reader of the errors ended")??;
    if !status.success() {
        let text = String::from_utf8_lossy(&output);
        return Err(format!("{} on {}: {status}\n{text}{errors}", program.display(), core.name).into());
    }
    Ok(Run { output })
}

/// The option that makes the emulator translate and trace instruction by instruction.
fn one_instruction_at_a_time(emulator: &str) -> Result<&'static [&'static str], Failure> {
    let output = Command::new(emulator).arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major = text.split_whitespace().find_map(|word| word.split_once('.')?.0.parse::<u32>().ok());
    Ok(if major.ok_or("the emulator does not tell its version")? < 9 {
        &["-singlestep"]
    } else {
        &["-accel", "tcg,one-insn-per-tb=on"]
    })
}
