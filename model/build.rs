//! Has the hub use loom's locks and atomics in this crate, and in no other.

fn main() {
    println!("cargo::rustc-cfg=model");
    println!("cargo::rerun-if-changed=build.rs");
}
