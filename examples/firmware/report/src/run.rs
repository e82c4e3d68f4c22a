//! Builds the programs and runs them on an emulated core.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::Failure;
use crate::cores::{Core, Machine};

/// No program runs anywhere near this long.
const LIMIT: Duration = Duration::from_secs(300);

/// No program prints more than this: 64 MiB. A program that does has its pipe closed, and fails.
const PRINTED: u64 = 1 << 26;

/// The repository.
pub(crate) fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../.."))
}

/// The programs that need no board.
const HOSTED: [&str; 12] = [
    "cost",
    "cost_others",
    "cost_windows",
    "exported",
    "integers",
    "landscape",
    "persistent",
    "self_check",
    "sequential",
    "train_digits",
    "train_losses",
    "train_watch",
];

/// The programs for a core, built.
#[derive(Debug)]
pub(crate) struct Programs {
    folder: PathBuf,
    extension: &'static str,
}

impl Programs {
    /// The path of one of them.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name).with_extension(self.extension)
    }
}

/// Builds the programs for a core.
pub(crate) fn build(core: &Core) -> Result<Programs, Failure> {
    // A build with its own flags has its own folder.
    let folder = if core.flags.is_empty() { "plain" } else { core.name };
    if core.is_bare() {
        cargo_build(core, "release", folder, &[])
    } else {
        let programs = HOSTED.map(|name| ["--bin", name]).concat();
        cargo_build(core, "hosted", folder, &[&["--features", "std"], &programs[..]].concat())
    }
}

/// Builds the program that logs.
pub(crate) fn build_logging(core: &Core) -> Result<Programs, Failure> {
    // The same folder as for the others, which have no program of this name.
    let folder = if core.flags.is_empty() { "plain" } else { core.name };
    cargo_build(core, "release", folder, &["--features", "defmt", "--bin", "wearable"])
}

fn cargo_build(core: &Core, profile: &str, folder: &str, arguments: &[&str]) -> Result<Programs, Failure> {
    let firmware = root().join("examples/firmware");
    let folder = firmware.join("target").join(folder);
    let mut command = Command::new(root().join(".ci/cross"));
    command.args([core.target, "build", "--quiet", "--profile", profile]).args(arguments);
    command.arg("--manifest-path").arg(firmware.join("Cargo.toml")).arg("--target-dir").arg(&folder);
    command.env("RUSTFLAGS", core.flags).env("DEFMT_LOG", "info");
    // Cargo sets these for this program, and the build needs its own.
    for name in ["CARGO", "RUSTUP_TOOLCHAIN", "RUSTC", "CARGO_ENCODED_RUSTFLAGS"] {
        command.env_remove(name);
    }
    let output = command.output().map_err(|error| format!("cannot start .ci/cross: {error}"))?;
    if !output.status.success() {
        return Err(format!("cannot build for {}:\n{}", core.target, String::from_utf8_lossy(&output.stderr)).into());
    }
    let extension = if matches!(core.machine, Machine::Module) { "wasm" } else { "" };
    Ok(Programs { folder: folder.join(core.target).join(profile), extension })
}

/// The output of a program.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its standard output.
    pub(crate) output: Vec<u8>,
}

impl Run {
    /// The number that follows a word in the output.
    pub(crate) fn number(&self, word: &str) -> Result<usize, Failure> {
        Ok(self.word_after(word)?.parse().map_err(|_| format!("no number behind {word:?}"))?)
    }

    /// The word that follows a word in the output.
    pub(crate) fn word_after(&self, word: &str) -> Result<String, Failure> {
        let text = String::from_utf8_lossy(&self.output);
        let mut words = text.split_whitespace();
        words.find(|own| *own == word);
        Ok(words.next().ok_or_else(|| format!("the program did not print {word:?} but:\n{text}"))?.to_owned())
    }
}

/// Runs a program on a core; a trace of every instruction goes to the file, if one is given.
pub(crate) fn run(core: &Core, program: &Path, trace: Option<&Path>) -> Result<Run, Failure> {
    let mut command = match core.machine {
        Machine::Board(emulator) | Machine::LoggingBoard(emulator) => {
            let mut command = emulated(emulator, trace)?;
            command.args(["-nographic", "-monitor", "none", "-semihosting", "-kernel"]);
            command
        }
        Machine::Process(emulator) => emulated(emulator, trace)?,
        Machine::Module => engine(),
    };
    output(command.arg(program)).map_err(|failure| format!("{} on {}: {failure}", program.display(), core.name).into())
}

/// An emulator and its arguments.
fn emulated(emulator: &[&str], trace: Option<&Path>) -> Result<Command, Failure> {
    let (name, machine) = emulator.split_first().ok_or("no emulator")?;
    let mut command = Command::new(name);
    command.args(machine);
    if let Some(trace) = trace {
        command.args(one_instruction_at_a_time(name)?).args(["-d", "exec,nochain", "-D"]).arg(trace);
    }
    Ok(command)
}

/// The command that runs modules: the script beside the firmware, with the engine that it needs if that is installed
/// there.
pub(crate) fn engine() -> Command {
    let python = root().join("target/wasm/bin/python");
    let mut command = Command::new(if python.exists() { python } else { "python3".into() });
    command.arg(root().join("examples/firmware/wasm/run.py"));
    command
}

/// Runs a command to its end, and returns its output if it succeeded.
pub(crate) fn output(command: &mut Command) -> Result<Run, Failure> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| {
        format!(
            "cannot start {} (Debian's qemu-system-arm, qemu-system-misc, qemu-user, python3): {error}",
            command.get_program().display()
        )
    })?;
    let (stdout, stderr) = (child.stdout.take().ok_or("no output")?, child.stderr.take().ok_or("no output")?);
    let reader = std::thread::spawn(move || {
        let mut output = Vec::new();
        stdout.take(PRINTED).read_to_end(&mut output).map(|_| output)
    });
    let errors = std::thread::spawn(move || {
        let mut output = Vec::new();
        stderr.take(PRINTED).read_to_end(&mut output).map(|_| output)
    });
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > LIMIT {
            child.kill()?;
            return Err("it did not end in time".into());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let output = reader.join().map_err(|_| "the reader of the output ended")??;
    let errors = errors.join().map_err(|_| "the reader of the errors ended")??;
    if !status.success() {
        let text = String::from_utf8_lossy(&output);
        return Err(format!("{status}\n{text}{}", String::from_utf8_lossy(&errors)).into());
    }
    Ok(Run { output })
}

/// The option that makes the emulator translate and trace instruction by instruction.
fn one_instruction_at_a_time(emulator: &str) -> Result<&'static [&'static str], Failure> {
    let output = Command::new(emulator).arg("--version").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let major = text.split_whitespace().find_map(|word| word.split_once('.')?.0.parse::<u32>().ok());
    Ok(match major.ok_or("the emulator reports no version")? {
        ..9 => &["-singlestep"],
        _ if emulator.contains("system") => &["-accel", "tcg,one-insn-per-tb=on"],
        _ => &["-one-insn-per-tb"],
    })
}
