//! The alert rules: what they ask for is there, and whoever is woken finds what to do. That they fire when they should,
//! `promtool test rules` says (`make promtool`).

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{file, scrape::Scrape};

const RUNBOOK: &str = "docs/operations/runbook.md";
/// What each section of the runbook says.
const ANSWERS: [&str; 3] = ["**It means**", "**Look at**", "**Do**"];

fn rules() -> Vec<Value> {
    let read: Value = serde_saphyr::from_str(&file("dashboards/prometheus/rules.yml")).expect("YAML");
    let groups = read["groups"].as_array().expect("groups");
    groups.iter().flat_map(|group| group["rules"].as_array().expect("rules").clone()).collect()
}

#[tokio::test]
async fn an_alert_asks_for_what_there_is() {
    let scrape = Scrape::after_a_rush().await;
    for rule in rules() {
        scrape.has_all_of(rule["expr"].as_str().expect("a query"));
    }
}

#[test]
fn whoever_is_woken_finds_what_to_do() {
    let runbook = file(RUNBOOK);
    let sections: Vec<_> = runbook.split("\n## ").skip(1).collect();
    let mut named = BTreeSet::new();
    for rule in rules() {
        let alert = rule["alert"].as_str().expect("a name");
        let severity = rule["labels"]["severity"].as_str().expect("a severity");
        assert!(["warning", "critical"].contains(&severity), "{alert} is {severity}");
        let said = |what: &str| {
            rule["annotations"][what].as_str().unwrap_or_else(|| panic!("{alert} has no {what}")).to_owned()
        };
        assert!(!said("summary").is_empty() && !said("description").is_empty(), "{alert}");
        let link = said("runbook");
        let anchor =
            link.strip_prefix(RUNBOOK).and_then(|rest| rest.strip_prefix('#')).expect("a place in the runbook");
        let section = sections.iter().find(|section| anchor_of(section) == anchor);
        let section = section.unwrap_or_else(|| panic!("the runbook has no {anchor}"));
        for answer in ANSWERS {
            assert!(section.contains(answer), "{anchor} does not say: {answer}");
        }
        assert!(section.contains(&format!("`{alert}`")), "{anchor} does not name {alert}");
        named.insert(anchor.to_owned());
    }
    let anchors: BTreeSet<_> = sections.iter().map(|section| anchor_of(section)).collect();
    assert_eq!(named, anchors, "sections without an alert");
}

#[test]
fn every_alert_is_tested() {
    let tests: Value = serde_saphyr::from_str(&file("dashboards/prometheus/rules.test.yml")).expect("YAML");
    let tests = tests["tests"].as_array().expect("tests").iter().filter_map(|test| test["alert_rule_test"].as_array());
    let (mut fire, mut rest) = (BTreeSet::new(), BTreeSet::new());
    for test in tests.flatten() {
        let alert = test["alertname"].as_str().expect("an alert").to_owned();
        if test["exp_alerts"].is_array() {
            fire.insert(alert)
        } else {
            rest.insert(alert)
        };
    }
    let all: BTreeSet<_> = rules().iter().filter_map(|rule| Some(rule["alert"].as_str()?.to_owned())).collect();
    assert_eq!((&fire, &rest), (&all, &all), "each is tested where it fires and where it doesn't");
}

/// What a heading is called in links.
fn anchor_of(section: &str) -> String {
    let heading = section.lines().next().unwrap_or_default();
    heading.to_lowercase().replace(' ', "-")
}
