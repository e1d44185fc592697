use dropcast_domain::{
    ids::{BrandId, PrincipalId, SourceId},
    show::{Entry, Fact, HoldRules, Refusal, Show, ShowSettings},
    text::Text,
};

use super::*;
use crate::engine::Answer;

const START: Timestamp = Timestamp(1_000_000_000);

/// The audience after these counts.
fn audience(counts: &[(Timestamp, &PrincipalId, AudienceCount)]) -> Arc<Audience> {
    let mut show = Show::default();
    let mut fold = |at, fact| show.fold(&Entry { at, cause: None, facts: vec![fact] }).expect("a fact");
    fold(START, Fact::ShowPlanned(Box::new(settings())));
    for (at, node, count) in counts.iter().cloned() {
        fold(at, Fact::AudienceCounted { node: node.clone(), count: Box::new(count) });
    }
    Arc::new(show.audience().clone())
}

fn settings() -> ShowSettings {
    ShowSettings {
        brand: BrandId::new("acme").expect("a name"),
        title: Text::default(),
        description: Text::default(),
        host_name: String::new(),
        picture: String::new(),
        video: String::new(),
        currency: Currency::new("EUR").expect("a currency"),
        starts_at: None,
        hold_ttl_ms: 60_000,
        watch_without_token: true,
        return_policy: Text::default(),
        delivery: Text::default(),
        hold_rules: HoldRules::default(),
    }
}

fn node(name: &str) -> PrincipalId {
    PrincipalId::new(name).expect("a name")
}

fn counted(viewers: u32, watched: u64) -> AudienceCount {
    AudienceCount { viewers, watched, ..AudienceCount::default() }
}

fn viewers_by_bucket(stats: &ShowStats) -> Vec<(u64, u32)> {
    stats.sales().buckets.iter().map(|bucket| (bucket.starts_at, bucket.viewers)).collect()
}

fn nothing() -> BTreeMap<u64, Bucket> {
    BTreeMap::new()
}

fn publish(stats: &ShowStats, audience: Arc<Audience>) {
    stats.publish(FactSums::default(), Some(audience), &nothing());
}

#[test]
fn what_this_node_told_does_not_count_beside_what_it_counts() {
    let stats = ShowStats::default();
    let here = stats.crowd().node().clone();
    let viewers = ["ann", "bob", "cem"].map(|name| stats.crowd().seat(Some(&node(name)), None));
    publish(&stats, audience(&[(START, &here, counted(2, 2)), (START, &node("n-2"), counted(4, 5))]));
    let numbers = stats.numbers(3, START);
    assert_eq!((numbers.viewers, numbers.watched), (7, 8));
    assert_eq!(stats.viewers(3, START), 7);
    drop(viewers);
}

#[test]
fn the_peak_stays_when_they_leave() {
    let stats = ShowStats::default();
    publish(&stats, audience(&[(START, &node("n-2"), counted(4, 4))]));
    stats.look(3, START);
    stats.look(0, START);
    let numbers = stats.numbers(0, START);
    assert_eq!((numbers.viewers, numbers.viewers_peak), (4, 7));
    // What was told while this node did not look counts as well.
    publish(&stats, audience(&[(START, &node("n-2"), counted(9, 9)), (START, &node("n-2"), counted(0, 9))]));
    assert_eq!(stats.numbers(0, START).viewers_peak, 9);
}

#[test]
fn a_look_says_what_it_noted_and_only_changes() {
    let stats = ShowStats::default();
    let changes = stats.look(6, START);
    assert_eq!(changes.viewers, Some(6));
    assert_eq!(changes.numbers, Some(stats.numbers(6, START)));
    assert_eq!(changes.bucket.map(|bucket| bucket.viewers), Some(6));
    assert_eq!(stats.look(6, START), Changes::default());
    let changes = stats.look(5, START);
    assert_eq!((changes.viewers, changes.numbers.map(|numbers| numbers.viewers)), (Some(5), Some(5)));
    assert_eq!(changes.bucket, None, "so many watched at most");
}

#[test]
fn loading_anew_counts_sales_once_and_keeps_who_watched() {
    let stats = ShowStats::default();
    let (facts, start) = (FactSums { orders: 2, ..FactSums::default() }, bucket_start(START));
    let sold = BTreeMap::from([(start, Bucket { units: 3, orders: 2, revenue_minor: 900, viewers: 0 })]);
    stats.publish(facts.clone(), None, &sold);
    stats.look(5, START);
    stats.load(facts, audience(&[(START, &node("n-2"), counted(4, 4))]), &sold);
    let bucket = stats.sales().buckets.remove(0);
    assert_eq!((bucket.starts_at, bucket.units, bucket.orders, bucket.viewers), (start, 3, 2, 5));
    assert_eq!(stats.numbers(0, START).viewers_peak, 5);
}

#[test]
fn every_stretch_of_counts_that_come_at_once_is_in_the_chart() {
    let stats = ShowStats::default();
    let (at, other) = (|stretch: u64| Timestamp(bucket_start(START) + stretch * BUCKET_MS), node("n-2"));
    let count = |(stretch, viewers)| (at(stretch), &other, counted(viewers, 1));
    let first = [(0, 1), (1, 2)].map(count);
    publish(&stats, audience(&first));
    let more = [(1, 5), (2, 9), (3, 3)].map(count);
    publish(&stats, audience(&[&first[..], &more[..]].concat()));
    let expected = [(at(0), 1), (at(1), 5), (at(2), 9), (at(3), 3)].map(|(at, viewers)| (at.0, viewers));
    assert_eq!(viewers_by_bucket(&stats), expected);
}

#[test]
fn the_oldest_stretch_makes_room() {
    let stats = ShowStats::default();
    let start = bucket_start(START);
    for stretch in 0..=BUCKETS_MAX as u64 {
        stats.look(1, Timestamp(start + stretch * BUCKET_MS));
    }
    let buckets = viewers_by_bucket(&stats);
    assert_eq!((buckets.len(), buckets[0]), (BUCKETS_MAX, (start + BUCKET_MS, 1)));
}

#[test]
fn the_sources_from_which_most_came_are_told() {
    let stats = ShowStats::default();
    let source = |number: usize| SourceId::new(&format!("s{number:02}")).expect("a name");
    let from = |sources: std::ops::Range<usize>, viewers| AudienceCount {
        sources: sources.map(|number| (source(number), viewers)).collect(),
        ..AudienceCount::default()
    };
    let (few, many) = (from(0..SOURCES_MAX, 1), from(SOURCES_MAX..SOURCES_MAX + 2, 7));
    publish(&stats, audience(&[(START, &node("n-1"), few), (START, &node("n-2"), many)]));
    let sources = stats.numbers(0, START).sources;
    let (first, last) = (&sources[0], &sources[SOURCES_MAX - 1]);
    assert_eq!((sources.len(), first.viewers, last.viewers), (SOURCES_MAX, 7, 1));
    assert_eq!((first.source.as_str(), last.source.as_str()), ("s32", "s29"));
}

#[test]
fn once_a_show_takes_no_more_counts_what_its_journal_has_is_all() {
    let stats = ShowStats::default();
    let crowd = stats.crowd();
    let here = crowd.node().clone();
    let _seats = ["ann", "bob"].map(|name| crowd.seat(Some(&node(name)), None));
    publish(&stats, audience(&[(START, &here, counted(1, 1)), (START, &node("n-2"), counted(0, 4))]));
    assert_eq!(stats.numbers(2, START).watched, 6);
    let refused = Answer::Refused(Refusal::ShowEnded);
    crowd.to_tell(START, true).expect("news").answered(START, &refused);
    let numbers = stats.numbers(2, START);
    assert_eq!((numbers.viewers, numbers.watched), (2, 5), "viewers come and go all the same");
}
