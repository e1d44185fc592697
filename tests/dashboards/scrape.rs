//! A server after a small rush, and what it says of itself.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    process::{Launch, PATIENCE, Server},
    promql::{Matcher, Selector, names},
    shop::{DROP, Shop, brand_token, host_token, viewer_token},
    socket::Socket,
};

/// The labels that Prometheus adds to whatever it scrapes, and its own metrics.
const ADDED_LABELS: [&str; 2] = ["instance", "job"];
const OWN_METRICS: [&str; 2] = ["up", "ALERTS"];

type Labels = BTreeMap<String, String>;

/// What `/metrics` says.
pub(crate) struct Scrape {
    /// The series, by the name of the metric.
    series: BTreeMap<String, Vec<(Labels, f64)>>,
    /// The kind of each family, as it says itself.
    pub(crate) kinds: BTreeMap<String, String>,
}

impl Scrape {
    /// A server that sold out in front of an audience, and turned some away.
    pub(crate) async fn after_a_rush() -> Self {
        // Its directory is there for as long as this is.
        let launch = Launch::default();
        let server = launch.start().await;
        rush(&server).await;
        // The last sweep is measured when it is over, which nobody is told of.
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            let scrape = Self::read(&Shop::of(&server).get("/metrics", None).await.text);
            if scrape.sum("dropcast_drop_written_seconds_count") > 0.0 {
                return scrape;
            }
            assert!(std::time::Instant::now() < deadline, "nobody was told of the opening");
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Reads Prometheus' text format.
    pub(crate) fn read(text: &str) -> Self {
        let mut scrape = Self { series: BTreeMap::new(), kinds: BTreeMap::new() };
        for line in text.lines() {
            if let Some(family) = line.strip_prefix("# TYPE ") {
                let (name, kind) = family.split_once(' ').expect("a name and a kind");
                scrape.kinds.insert(name.to_owned(), kind.to_owned());
            } else if !line.starts_with('#') {
                let (series, value) = line.rsplit_once(' ').expect("a series and its value");
                let selector = names(series).selectors.remove(0);
                let labels = selector.matchers.into_iter().map(|matcher| (matcher.label, matcher.value)).collect();
                let value = value.parse().expect("a number");
                scrape.series.entry(selector.metric).or_default().push((labels, value));
            }
        }
        scrape
    }

    /// All series of a metric added up.
    pub(crate) fn sum(&self, metric: &str) -> f64 {
        self.series.get(metric).into_iter().flatten().map(|(_, value)| value).sum()
    }

    /// The labels of a metric's series, but for `le`.
    pub(crate) fn labels(&self, family: &str) -> Option<Vec<&str>> {
        let series = self.series.get(family).or_else(|| self.series.get(&format!("{family}_count")))?;
        Some(series[0].0.keys().map(String::as_str).collect())
    }

    /// Checks that there is all that a query names.
    #[track_caller]
    pub(crate) fn has_all_of(&self, query: &str) {
        let names = names(query);
        assert!(!names.selectors.is_empty(), "{query} names no metric");
        for selector in names.selectors.iter().filter(|selector| !OWN_METRICS.contains(&selector.metric.as_str())) {
            assert!(self.series.contains_key(&selector.metric), "no {} in /metrics, for {query}", selector.metric);
            assert!(self.has(selector), "no series of {selector:?} in /metrics, for {query}");
            for label in &names.labels {
                assert!(self.has_label(&selector.metric, label), "{} has no {label}, for {query}", selector.metric);
            }
        }
    }

    /// Whether a metric has a label, or will have it once it is scraped.
    pub(crate) fn has_label(&self, metric: &str, label: &str) -> bool {
        let series = self.series.get(metric).into_iter().flatten();
        ADDED_LABELS.contains(&label) || series.into_iter().any(|(labels, _)| labels.contains_key(label))
    }

    /// Whether there is a series as asked; of alternatives that are spelt out, one for each. Prometheus' own labels are
    /// not here yet.
    fn has(&self, selector: &Selector) -> bool {
        let own = |matcher: &&Matcher| !ADDED_LABELS.contains(&matcher.label.as_str());
        let matchers: Vec<_> = selector.matchers.iter().filter(own).collect();
        let series = &self.series[&selector.metric];
        let is_one = |labels: &Labels| matchers.iter().all(|matcher| fits(matcher, labels));
        let has = |label: &str, value: &str| {
            series.iter().any(|(labels, _)| labels.get(label).is_some_and(|known| known == value))
        };
        let has_all = |matcher: &&Matcher| {
            let spelt_out = matcher.value.split('|').filter(|value| !value.contains('.'));
            spelt_out.into_iter().all(|value| has(&matcher.label, value))
        };
        series.iter().any(|(labels, _)| is_one(labels)) && matchers.iter().all(has_all)
    }
}

fn fits(matcher: &Matcher, labels: &Labels) -> bool {
    let Some(known) = labels.get(&matcher.label) else { return false };
    let is_any = matcher.value.split('|').any(|value| is_like(value, known));
    match matcher.operator.as_str() {
        "=" => *known == matcher.value,
        "=~" => is_any,
        "!=" | "!~" => !is_any,
        other => panic!("{other} is no operator of a matcher"),
    }
}

/// As much of regular expressions as is used: any letters, and any letter.
fn is_like(pattern: &str, text: &str) -> bool {
    if let Some(prefix) = pattern.strip_suffix(".*") {
        return text.starts_with(prefix);
    }
    let mut letters = pattern.chars().zip(text.chars());
    pattern.len() == text.len() && letters.all(|(wanted, letter)| wanted == '.' || wanted == letter)
}

/// Viewers watch a drop open, fight for three units, and check out; somebody comes with a bad token.
async fn rush(server: &Server) {
    let shop = Shop::of(server);
    shop.plan(3, 1).await;
    shop.run("start", "start").await;
    let mut viewers = Vec::new();
    for number in 0..20 {
        viewers.push(Socket::join(server, Some(&viewer_token(&format!("viewer-{number}"))), None).await.0);
    }
    let (mut host, ..) = Socket::join(server, Some(&host_token()), None).await;
    let (mut brand, ..) = Socket::join(server, Some(&brand_token()), None).await;
    shop.run(&format!("drops/{DROP}/open"), "open").await;
    for screen in viewers.iter_mut().chain([&mut host, &mut brand]) {
        screen.wait_for("drop_changed").await;
    }
    let mut refused = 0;
    for (number, viewer) in viewers.iter_mut().enumerate() {
        let outcome = viewer.buy(&format!("click-{number}"), 1).await;
        refused += usize::from(outcome["refused"].is_object());
        if outcome["held"].is_object() {
            let reservation = &outcome["held"]["reservation"];
            let confirm = serde_json::json!({ "key": format!("pay-{number}"), "reservation": reservation });
            viewer.send(&serde_json::json!({ "confirm": confirm })).await;
            assert_ne!(viewer.answer(&format!("pay-{number}")).await, Value::Null);
        }
    }
    assert_eq!(refused, 17, "three units were sold");
    shop.get("/v1/shows/spring/orders", Some("rubbish")).await.is_problem(401, "token_invalid");
}

#[test]
fn what_is_not_there_is_missed() {
    let text = "# TYPE a counter\na{of=\"holds\",code=\"409\"} 1\na{of=\"keys\",code=\"200\"} 2\n# TYPE b gauge\nb 3\n";
    let scrape = Scrape::read(text);
    assert_eq!((scrape.sum("a"), scrape.labels("b")), (3.0, Some(Vec::new())));
    let there = ["a", r#"a{of=~"h.*|keys"}"#, r#"sum by (of, instance) (a{code=~"4.."})"#, "b > 1 and up == 1"];
    for query in there {
        scrape.has_all_of(query);
    }
    let missing = [
        "c",
        r#"a{of="places"}"#,
        r#"a{of=~"holds|places"}"#,
        r#"a{of="holds", code="200"}"#,
        r#"a{missing="x"}"#,
        "sum by (of) (b)",
        r#"a{code=~"5.."}"#,
        "1 + 1",
    ];
    for query in missing {
        let missed = std::panic::catch_unwind(|| scrape.has_all_of(query));
        assert!(missed.is_err(), "{query} was not missed");
    }
}
