//! What the dashboard, the alerts and the documentation say of metrics, held against a real server after a small rush.
#![cfg(target_os = "linux")]

#[path = "../common/process.rs"]
mod process;
#[path = "../common/shop.rs"]
mod shop;
#[path = "../common/socket.rs"]
mod socket;

mod alerts;
mod documentation;
mod panels;
mod promql;
mod scrape;

use std::path::Path;

/// A file of the repository, as text.
fn file(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
