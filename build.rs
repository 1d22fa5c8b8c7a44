//! Makes functions of the word files; and the pages are embedded in the binary, so a new build of them is a
//! reason to build again.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// The language in which somebody is answered who asks for none of ours.
const FIRST_LANGUAGE: &str = "zh-CN";

fn main() {
    println!("cargo:rerun-if-changed=web/dist");
    println!("cargo:rerun-if-changed=words");
    let words = match catalogue::Catalogue::read(Path::new("words"), FIRST_LANGUAGE) {
        Ok(words) => catalogue::rust(&words),
        Err(faults) => {
            faults.iter().for_each(|fault| println!("cargo::error={fault}"));
            process::exit(1);
        }
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names it")).join("words.rs");
    fs::write(out, words).expect("what is built can be written");
}
