//! What nodes count of the audience: it grows, is added up over the nodes, and is dropped when it comes too late.

use dropcast_domain::{
    audience::{Audience, AudienceCount, BUCKET_MS, BUCKETS_MAX, FRESH_MS, NODES_MAX, SOURCES_MAX, TurnedAway},
    ids::SourceId,
    show::{COUNTED_AFTER_END_MS, Command, Entry, Fact, FoldError, Refusal},
    time::Timestamp,
};

use crate::fixture::*;

fn counted(viewers: u32, watched: u64) -> AudienceCount {
    AudienceCount { viewers, watched, ..AudienceCount::default() }
}

/// Counts, without a key, as nodes do; returns how many facts that made.
fn tell(stage: &mut Stage, node: &str, count: &AudienceCount) -> usize {
    stage.ask_as(&system(), None, 0, crate::commands::count(node, count)).unwrap().0.len()
}

fn viewers(stage: &Stage) -> u32 {
    stage.show.audience().without(None, stage.now).viewers
}

#[test]
fn what_nodes_count_is_added_up() {
    let mut stage = Stage::draft(plan());
    let of = |name: &str, viewers| (SourceId::new(name).unwrap(), viewers);
    let turned_away = TurnedAway { sold_out: 1, limited: 2, closed: 3, other: 4, units: 5 };
    let first = AudienceCount {
        viewers: 2,
        watched: 3,
        saw: 2,
        clicked: 1,
        clicks: 12,
        turned_away,
        sources: [of("blog", 1), of("news", 1)].into(),
    };
    assert_eq!(tell(&mut stage, "n-1", &first), 1);
    let second = AudienceCount { sources: [of("blog", 2)].into(), ..first.clone() };
    assert_eq!(tell(&mut stage, "n-2", &second), 1);
    let sum = stage.show.audience().without(None, stage.now);
    assert_eq!((sum.viewers, sum.watched, sum.saw, sum.clicked, sum.clicks), (4, 6, 4, 2, 24));
    assert_eq!(sum.turned_away, TurnedAway { sold_out: 2, limited: 4, closed: 6, other: 8, units: 10 });
    assert_eq!(sum.turned_away.total(), 20);
    assert_eq!(sum.sources, [of("blog", 3), of("news", 1)].into());
    let but_one = stage.show.audience().without(Some(&somebody("n-1")), stage.now);
    assert_eq!(but_one, second);
}

#[test]
fn what_a_node_told_last_counts_once_however_often_it_is_told() {
    let mut stage = Stage::draft(plan());
    for _ in 0..3 {
        assert_eq!(tell(&mut stage, "n-1", &counted(2, 3)), 1, "it is there still");
    }
    assert_eq!(tell(&mut stage, "n-1", &counted(1, 4)), 1);
    assert_eq!(stage.show.audience().without(None, stage.now), counted(1, 4));
}

/// Commands may come in another order than they were sent in.
#[test]
fn a_count_that_is_older_makes_no_fact() {
    let newest = AudienceCount {
        viewers: 1,
        watched: 5,
        saw: 5,
        clicked: 5,
        clicks: 5,
        turned_away: TurnedAway { sold_out: 5, limited: 5, closed: 5, other: 5, units: 5 },
        sources: [(SourceId::new("blog").unwrap(), 5)].into(),
    };
    let older: [fn(&mut AudienceCount); 11] = [
        |count| count.watched = 4,
        |count| count.saw = 4,
        |count| count.clicked = 4,
        |count| count.clicks = 4,
        |count| count.turned_away.sold_out = 4,
        |count| count.turned_away.limited = 4,
        |count| count.turned_away.closed = 4,
        |count| count.turned_away.other = 4,
        |count| count.turned_away.units = 4,
        |count| count.sources.clear(),
        |count| count.sources.values_mut().for_each(|viewers| *viewers = 4),
    ];
    for (number, make_older) in older.iter().enumerate() {
        let mut stage = Stage::draft(plan());
        tell(&mut stage, "n-1", &newest);
        let mut older = AudienceCount { clicks: 6, ..newest.clone() };
        make_older(&mut older);
        assert_eq!(tell(&mut stage, "n-1", &older), 0, "{number}");
        assert_eq!(stage.show.audience().of(&somebody("n-1")), Some(&newest), "{number}");
        let facts = vec![Fact::AudienceCounted { node: somebody("n-1"), count: Box::new(older) }];
        let folded = stage.show.clone().fold(&Entry { at: stage.now, cause: None, facts });
        assert_eq!(folded, Err(FoldError::Audience(somebody("n-1"))), "{number}");
    }
}

#[test]
fn viewers_are_there_for_a_while_after_they_were_told_of_and_the_peak_stays() {
    let mut stage = Stage::draft(plan());
    tell(&mut stage, "n-1", &counted(5, 5));
    stage.wait_ms(FRESH_MS - 1);
    tell(&mut stage, "n-2", &counted(2, 2));
    assert_eq!((viewers(&stage), stage.show.audience().peak()), (7, 7));
    stage.wait_ms(1);
    assert_eq!((viewers(&stage), stage.show.audience().peak()), (2, 7), "a node that is silent is gone");
    assert_eq!(stage.show.audience().without(None, stage.now).watched, 7, "what it counted is not");
    stage.wait_ms(FRESH_MS);
    assert_eq!(viewers(&stage), 0);
}

#[test]
fn the_most_viewers_of_each_stretch_are_known() {
    let mut stage = Stage::draft(plan());
    for (number, viewers) in [(1, 3), (2, 5), (3, 4)] {
        tell(&mut stage, "n-1", &counted(viewers, number));
    }
    stage.wait_ms(2 * BUCKET_MS);
    tell(&mut stage, "n-1", &counted(1, 3));
    let start = BEGIN_MS - BEGIN_MS % BUCKET_MS;
    let buckets: Vec<_> = stage.show.audience().buckets().collect();
    assert_eq!(buckets, [(Timestamp(start), 5), (Timestamp(start + 2 * BUCKET_MS), 1)]);
}

#[test]
fn a_show_takes_counts_until_a_minute_after_its_end() {
    let mut stage = Stage::live(plan());
    stage.ask(&host(), Command::End).unwrap();
    stage.wait_ms(COUNTED_AFTER_END_MS - 1);
    assert_eq!(tell(&mut stage, "n-1", &counted(1, 1)), 1);
    stage.wait_ms(1);
    stage.refuses(&system(), crate::commands::count("n-1", &counted(2, 2)), Refusal::ShowEnded);
    Stage::empty().refuses(&system(), crate::commands::count("n-1", &counted(2, 2)), Refusal::ShowUnknown);
}

#[test]
fn so_many_sources_are_told_apart() {
    let mut stage = Stage::draft(plan());
    let from = |sources: usize| {
        let source = |number| (SourceId::new(&format!("s{number}")).unwrap(), 1);
        AudienceCount { sources: (0..sources).map(source).collect(), ..AudienceCount::default() }
    };
    let full = Refusal::Full { bound: "SOURCES_MAX".into() };
    stage.refuses(&system(), crate::commands::count("n-1", &from(SOURCES_MAX + 1)), full);
    assert_eq!(tell(&mut stage, "n-1", &from(SOURCES_MAX)), 1);
}

/// Nodes come and go for as long as a show is loaded here and there; what they counted stays.
#[test]
fn a_node_that_makes_room_leaves_what_it_counted() {
    let mut stage = Stage::draft(plan());
    for number in 0..=NODES_MAX {
        tell(&mut stage, &format!("n-{number}"), &counted(1, 1));
        stage.wait_ms(1);
    }
    let audience = stage.show.audience();
    assert_eq!(audience.of(&somebody("n-0")), None, "it told longest ago");
    assert!(audience.of(&somebody("n-1")).is_some());
    let sum = audience.without(None, stage.now);
    assert_eq!((sum.watched, sum.viewers), (NODES_MAX as u64 + 1, u32::try_from(NODES_MAX).unwrap()));
}

/// However many nodes come and go, a show keeps no more names than one of them may tell.
#[test]
fn nodes_that_made_room_leave_the_sources_from_which_most_came() {
    let mut stage = Stage::draft(plan());
    let source = |number: usize| SourceId::new(&format!("s{number:03}")).unwrap();
    let last = SOURCES_MAX + 1;
    for number in 0..=last + NODES_MAX {
        let viewers = if number == last { 9 } else { 1 };
        let sources = if number <= last { [(source(number), viewers)].into() } else { [].into() };
        tell(&mut stage, &format!("n-{number}"), &AudienceCount { sources, ..counted(1, 1) });
        stage.wait_ms(1);
    }
    let sources = stage.show.audience().without(None, stage.now).sources;
    let expected = (0..SOURCES_MAX - 1).map(|number| (source(number), 1)).chain([(source(last), 9)]);
    assert_eq!(sources, expected.collect());
}

#[test]
fn the_oldest_stretch_makes_room() {
    let mut stage = Stage::draft(plan());
    let audience = |stage: &mut Stage, viewers| {
        let facts = vec![Fact::AudienceCounted { node: somebody("n-1"), count: Box::new(counted(viewers, 1)) }];
        stage.show.fold(&Entry { at: stage.now, cause: None, facts }).unwrap();
        stage.now = stage.now.after_ms(BUCKET_MS);
    };
    for _ in 0..=BUCKETS_MAX {
        audience(&mut stage, 1);
    }
    let counted: &Audience = stage.show.audience();
    let first = BEGIN_MS - BEGIN_MS % BUCKET_MS;
    assert_eq!(counted.buckets().count(), BUCKETS_MAX);
    assert_eq!(counted.buckets().next(), Some((Timestamp(first + BUCKET_MS), 1)));
}

/// Nothing that is decided looks at it: it moves no stock and no deadline.
#[test]
fn it_changes_nothing_else() {
    let mut stage = Stage::selling();
    stage.ask(&viewer("ann"), reserve("night", "tee", 1)).unwrap();
    let (stock, deadline) = (stage.stock("tee"), stage.show.next_deadline());
    tell(&mut stage, "n-1", &counted(9, 9));
    assert_eq!((stage.stock("tee"), stage.show.next_deadline()), (stock, deadline));
}
