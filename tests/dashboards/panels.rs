//! The dashboard: what it asks for is there, and its file is in the shape that Grafana reads.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{file, promql, scrape::Scrape};

const DASHBOARD: &str = "dashboards/grafana/show-night.json";

fn dashboard() -> Value {
    serde_json::from_str(&file(DASHBOARD)).expect("JSON")
}

fn panels(dashboard: &Value) -> &Vec<Value> {
    dashboard["panels"].as_array().expect("panels")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// Every query, and what its lines are called by.
fn queries(dashboard: &Value) -> Vec<(&str, &str)> {
    let targets = panels(dashboard).iter().filter_map(|panel| panel["targets"].as_array()).flatten();
    let annotations = dashboard["annotations"]["list"].as_array().expect("annotations");
    let panels = targets.map(|target| (text(&target["expr"]), text(&target["legendFormat"])));
    panels.chain(annotations.iter().map(|each| (text(&each["expr"]), ""))).collect()
}

#[tokio::test]
async fn the_dashboard_shows_what_there_is() {
    let scrape = Scrape::after_a_rush().await;
    let dashboard = dashboard();
    let queries = queries(&dashboard);
    assert!(queries.len() > 60, "only {} queries were found", queries.len());
    for (query, legend) in queries {
        scrape.has_all_of(query);
        let kept = promql::names(query);
        for label in legend.split("{{").skip(1).filter_map(|rest| rest.split_once("}}")) {
            assert!(kept.labels.iter().any(|known| known == label.0), "the lines of {query} have no {}", label.0);
        }
    }
    let of_instances = &dashboard["templating"]["list"][1]["query"]["query"];
    assert_eq!(of_instances, "label_values(dropcast_build_info, instance)");
    assert_eq!(scrape.labels("dropcast_build_info"), Some(vec!["version"]));
}

#[test]
fn every_query_minds_the_chosen_node() {
    for (query, _) in queries(&dashboard()) {
        for selector in promql::names(query).selectors {
            let minds =
                selector.matchers.iter().any(|matcher| (&*matcher.label, &*matcher.value) == ("instance", "$instance"));
            assert!(minds || selector.metric == "ALERTS", "{} in {query}", selector.metric);
        }
    }
}

#[test]
fn the_dashboard_is_in_grafanas_shape() {
    let dashboard = dashboard();
    assert_eq!(dashboard["title"], "Show night");
    assert!(dashboard["uid"].is_string() && dashboard["schemaVersion"].as_u64().is_some_and(|version| version >= 39));
    let (mut ids, mut cells, mut rows) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    for panel in panels(&dashboard) {
        assert!(ids.insert(panel["id"].as_u64()), "two panels have the number {}", panel["id"]);
        let place = |side: &str| panel["gridPos"][side].as_u64().expect("a place");
        for x in place("x")..place("x") + place("w") {
            assert!(x < 24, "{} is too wide", panel["title"]);
            for y in place("y")..place("y") + place("h") {
                assert!(cells.insert((x, y)), "{} overlaps another panel", panel["title"]);
            }
        }
        match text(&panel["type"]) {
            "row" => rows.push(text(&panel["title"])),
            "stat" | "timeseries" => is_panel(panel),
            other => panic!("{other} is no kind of panel here"),
        }
    }
    let expected = [
        "Is it selling",
        "Click → answer",
        "Drop → screen",
        "Audience",
        "Journal and nodes",
        "What was turned away",
        "Machine",
    ];
    assert_eq!(rows, expected);
}

fn is_panel(panel: &Value) {
    let title = text(&panel["title"]);
    assert_eq!(panel["datasource"]["uid"], "${datasource}", "{title}");
    assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{title} has no unit");
    assert!(panel["description"].is_string(), "{title} does not say what it shows");
    let targets = panel["targets"].as_array().expect("targets");
    let names: BTreeSet<_> = targets.iter().map(|target| text(&target["refId"])).collect();
    assert!(!targets.is_empty() && names.len() == targets.len(), "{title} has a query without a letter of its own");
}
