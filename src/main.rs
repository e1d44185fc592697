//! The `dropcast` program.

fn main() {}
