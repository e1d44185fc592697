//! Sees to it that what the program embeds is there: the pages are built by `make web`, which a plain `cargo build` need
//! not wait for.

use std::{fs, io, path::Path};

const PAGES: &str = "web/dist";
const EXAMPLES: &str = "examples";
const UNBUILT: &str = "<!doctype html><title>Dropcast</title><p>The pages are not built: run <code>make web</code>.\n";

fn main() -> io::Result<()> {
    let index = Path::new(PAGES).join("index.html");
    if !index.exists() {
        fs::create_dir_all(PAGES)?;
        fs::write(index, UNBUILT)?;
    }
    fs::create_dir_all(EXAMPLES)?;
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={PAGES}");
    println!("cargo:rerun-if-changed={EXAMPLES}");
    Ok(())
}
