//! The pictures of the sample show: one for everything, each small and standing alone.

use std::{collections::BTreeSet, fs, path::Path};

use dropcast::show_file::{ShowFile, parse};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/atelier-noor");
/// Under which a server in demo mode serves the folder `examples/`.
const ADDRESS: &str = "/examples/atelier-noor/";
const PICTURE_BYTES_MAX: usize = 12 * 1_024;

#[test]
fn every_picture_is_there_and_stands_alone() {
    let text = fs::read_to_string(Path::new(FOLDER).join("show.toml")).unwrap();
    let file = parse(&text, "show.toml").unwrap();
    let mut named = BTreeSet::new();
    for address in pictures(&file) {
        let path = address.strip_prefix(ADDRESS).unwrap_or_else(|| panic!("{address} is elsewhere"));
        let svg = fs::read_to_string(Path::new(FOLDER).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        check_picture(path, &svg);
        assert!(named.insert(path.to_owned()), "{path} is named twice");
    }
    let files = fs::read_dir(Path::new(FOLDER).join("pictures")).unwrap();
    let files: BTreeSet<_> =
        files.map(|file| format!("pictures/{}", file.unwrap().file_name().to_str().unwrap())).collect();
    assert_eq!(files, named);
}

/// Whether a picture is small, well-formed, and neither runs nor loads anything nor says anything in one language.
fn check_picture(path: &str, svg: &str) {
    assert!(svg.len() < PICTURE_BYTES_MAX, "{path} has {} bytes", svg.len());
    let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{path}: {error}"));
    let size = if path.ends_with("cover.svg") { "0 0 1600 900" } else { "0 0 800 1000" };
    assert_eq!(document.root_element().attribute("viewBox"), Some(size), "{path}");
    for element in document.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        let forbidden = ["script", "style", "text", "image", "a", "foreignObject", "animate", "set"];
        assert!(!forbidden.contains(&name), "{path} has a <{name}>");
        for attribute in element.attributes() {
            let inside = attribute.value().replace("url(#", "");
            let outside = inside.contains("url(") || inside.contains("//") || inside.contains("data:");
            assert!(!outside, "{path}: {}={}", attribute.name(), attribute.value());
            assert!(!attribute.name().starts_with("on"), "{path} has {}", attribute.name());
            let link = attribute.name() == "href" && !attribute.value().starts_with('#');
            assert!(!link, "{path} links to {}", attribute.value());
        }
    }
}

fn pictures(file: &ShowFile) -> Vec<&str> {
    let of_products = file.products.iter().map(|product| product.picture.as_str());
    std::iter::once(file.picture.as_str()).chain(of_products).collect()
}
