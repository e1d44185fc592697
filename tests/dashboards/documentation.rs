//! The table of all metrics: the server has what it says, and the page says what the server has.

use std::{collections::BTreeMap, fmt::Write as _};

use dropcast::telemetry::families::{CHAPTERS, Family, Kind, Label};

use crate::{file, scrape::Scrape};

const PAGE: &str = "docs/operations/metrics.md";
const BEGINS: &str = "<!-- The table begins; `tests/dashboards` compares it with src/telemetry/families.rs. -->\n";
const ENDS: &str = "<!-- The table ends. -->\n";

fn families() -> impl Iterator<Item = &'static Family> {
    CHAPTERS.iter().flat_map(|chapter| chapter.families).copied()
}

#[test]
fn the_page_has_the_table() {
    let page = file(PAGE);
    let table = page.split_once(BEGINS).and_then(|(_, rest)| rest.split_once(ENDS)).map(|(table, _)| table);
    let expected = table_of_all();
    assert!(
        table.map(str::trim) == Some(expected.trim()),
        "{PAGE} has another table; put this between its marks:\n{expected}"
    );
}

fn table_of_all() -> String {
    let mut table = String::new();
    for chapter in CHAPTERS {
        let head = "| metric | kind | unit | labels | |\n|---|---|---|---|---|";
        writeln!(table, "\n## {}\n\n{head}", chapter.title).expect("text");
        for family in chapter.families {
            let labels: Vec<_> = family.labels.iter().map(label).collect();
            let (name, unit, labels, help) = (family.name, family.unit(), labels.join(", "), family.help);
            writeln!(table, "| `{name}` | {} | {unit} | {labels} | {help} |", kind(family)).expect("text");
        }
    }
    table
}

fn label(label: &Label) -> String {
    let values: Vec<_> = label.values.iter().map(|value| format!("`{value}`")).collect();
    if values.is_empty() { format!("`{}`", label.name) } else { format!("`{}`: {}", label.name, values.join(" ")) }
}

fn kind(family: &Family) -> &'static str {
    match family.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    }
}

#[tokio::test]
async fn a_server_has_what_the_table_says() {
    let scrape = Scrape::after_a_rush().await;
    let is_ours = |name: &&String| name.starts_with("dropcast_");
    let served: BTreeMap<_, _> = scrape.kinds.iter().filter(|(name, _)| is_ours(name)).collect();
    let declared: BTreeMap<_, _> = families().map(|family| (family.name.to_owned(), kind(family).to_owned())).collect();
    assert_eq!(served, declared.iter().collect());
    for family in families() {
        let mut labels: Vec<_> = family.labels.iter().map(|label| label.name).collect();
        labels.sort_unstable();
        assert_eq!(scrape.labels(family.name), Some(labels), "{}", family.name);
    }
    for measured in ["answer_stage_seconds", "drop_published_seconds", "drop_written_seconds", "hub_sweep_seconds"] {
        assert!(scrape.sum(&format!("dropcast_{measured}_count")) > 0.0, "nothing was measured: {measured}");
    }
}

#[test]
fn names_carry_their_unit_and_labels_no_names() {
    for family in families() {
        let is_total = family.name.ends_with("_total");
        assert_eq!(is_total, family.kind == Kind::Counter, "{}: counters end in _total", family.name);
        assert!(!family.name.contains("milli") && !family.name.contains("nano"), "{}: base units", family.name);
        assert!(family.help.ends_with('.') && family.help.len() > 10, "{} says nothing", family.name);
        for label in family.labels {
            let one_each = ["viewer", "principal", "show", "drop", "order", "reservation", "sku", "address", "key"];
            assert!(!one_each.contains(&label.name), "{} has a series for each {}", family.name, label.name);
        }
    }
}
