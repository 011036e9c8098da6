//! Hands the handwritten header to maturin, which reads `target/header.h` instead of generating one.
//!
//! cffi parses C declarations but no preprocessor, so of its lines only plain constants are kept, and what
//! is for C++ goes.
use std::path::{Path, PathBuf};
use std::{env, fs};

const HEADER: &str = "gwmatch_native.h";

fn main() {
    println!("cargo:rerun-if-changed={HEADER}");
    println!("cargo:rerun-if-changed=build.rs");
    let source = fs::read_to_string(HEADER).expect("gwmatch_native.h stands beside build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let copy = target_directory(&out).join("header.h");
    // Cargo compares times, so an equal copy stays as it is; a missing one is made again.
    println!("cargo:rerun-if-changed={}", copy.display());
    let wanted = declarations(&source);
    if fs::read_to_string(&copy).ok().as_ref() != Some(&wanted) {
        fs::write(&copy, wanted).expect("the target directory is writable");
    }
}

/// The lines of a header that cffi can read.
fn declarations(source: &str) -> String {
    let mut readable = String::new();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if line == "#ifdef __cplusplus" {
            lines.by_ref().find(|line| *line == "#endif");
        } else if !line.starts_with('#') || line.split_whitespace().nth(2).is_some_and(is_number) {
            readable += &format!("{line}\n");
        }
    }
    readable
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Where cargo builds: `out` is TARGET[/TRIPLE]/PROFILE/build/PACKAGE/out.
///
/// CACHEDIR.TAG would be the better sign, but cargo writes none where maturin has made the directory before it.
fn target_directory(out: &Path) -> &Path {
    let above = out.ancestors().nth(4).expect("OUT_DIR is deep inside the target directory");
    let triple = env::var_os("TARGET").expect("cargo sets TARGET");
    match above.parent() {
        Some(parent) if above.file_name() == Some(&triple) => parent,
        _ => above,
    }
}
