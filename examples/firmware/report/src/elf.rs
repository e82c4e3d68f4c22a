//! The contents of a linked program.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use hingeline_console::file::{self, FileError};
use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

use crate::Failure;

/// The bytes of a program.
pub(crate) fn read_program(path: &Path) -> Result<Vec<u8>, FileError> {
    file::read(path, 1 << 30, "a program of the firmware")
}

/// A function of a program.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// Its readable name, without the compiler's hash.
    pub(crate) name: String,
    /// The address of its first instruction.
    pub(crate) address: u64,
    /// Its bytes, with the constants that it has beside its code.
    pub(crate) size: u64,
}

/// A linked program.
#[derive(Debug)]
pub(crate) struct Elf {
    functions: Vec<Function>,
    /// The compiler's name and version, as it writes them.
    pub(crate) compiler: String,
}

impl Elf {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let bytes = read_program(path)?;
        let file = object::File::parse(&*bytes)?;
        let functions = file
            .symbols()
            .filter(|symbol| symbol.kind() == SymbolKind::Text)
            .filter_map(|symbol| {
                let name = format!("{:#}", rustc_demangle::demangle(symbol.name().ok()?));
                // The lowest bit of an address marks Thumb code; it is zero in all others.
                Some(Function { name, address: symbol.address() & !1, size: symbol.size() })
            })
            .collect();
        let comment = file.section_by_name(".comment").and_then(|section| section.data().ok()).unwrap_or_default();
        let mut comments = comment.split(|byte| *byte == 0).map(String::from_utf8_lossy);
        let compiler = comments.find(|comment| comment.contains("rustc")).unwrap_or_default().into_owned();
        Ok(Self { functions, compiler })
    }

    /// The compiler of a module, in the same wording as the others: the producers section has a name, a length and a
    /// text.
    pub(crate) fn compiler_of_module(path: &Path) -> Result<String, Failure> {
        const NAME: &[u8] = b"\x05rustc";
        let bytes = read_program(path)?;
        let name = bytes.windows(NAME.len()).position(|window| window == NAME).ok_or("a module of no compiler")?;
        let (length, text) = bytes.get(name + NAME.len()..).and_then(<[u8]>::split_first).ok_or("no version")?;
        let version = text.get(..usize::from(*length)).unwrap_or_default();
        Ok(format!("rustc version {}", String::from_utf8_lossy(version)))
    }

    /// The only function whose name satisfies this condition.
    pub(crate) fn function(&self, what: &str, holds: impl Fn(&str) -> bool) -> Result<u64, Failure> {
        let mut found = self.functions.iter().filter(|function| holds(&function.name));
        let function = found.next().ok_or_else(|| format!("the program has no function {what}"))?;
        Ok(function.address)
    }

    /// A function and its copies, which the compiler specialised for some arguments or types, and whose names extend
    /// its name.
    pub(crate) fn copies(&self, names: &[String]) -> Vec<u64> {
        let holds = |own: &str| {
            names.iter().any(|name| {
                own.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', ':']))
            })
        };
        self.functions.iter().filter(|function| holds(&function.name)).map(|function| function.address).collect()
    }

    /// The bytes of the functions at these addresses.
    pub(crate) fn size(&self, addresses: &BTreeSet<u64>) -> u64 {
        let functions = self.functions.iter().filter(|function| addresses.contains(&function.address));
        // One function may have several names.
        let sizes: BTreeMap<u64, u64> = functions.map(|function| (function.address, function.size)).collect();
        sizes.values().sum()
    }
}
