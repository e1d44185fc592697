use dropcast_domain::{
    audience::TurnedAway,
    ids::{DropId, Sku},
    show::{DropPhase, Fingerprint, Principal, WantedLine},
};

use super::*;
use crate::engine::{Accepted, RetryReason};

fn crowd() -> Arc<Crowd> {
    Arc::default()
}

fn viewer(name: &str) -> PrincipalId {
    PrincipalId::new(name).expect("a name")
}

fn source(name: &str) -> SourceId {
    SourceId::new(name).expect("a name")
}

/// A viewer takes a seat, coming from nowhere.
fn seat(crowd: &Arc<Crowd>, name: &str) -> Seat {
    crowd.seat(Some(&viewer(name)), None)
}

fn request(role: Role, with: u32) -> Request {
    let (drop, sku) = (DropId::new("opening").expect("a name"), Sku::new("tee").expect("a name"));
    let with = (0..with).map(|_| WantedLine { sku: sku.clone(), quantity: 2 }).collect();
    let command = Command::Reserve { drop, sku, quantity: 3, with };
    Request {
        principal: Principal { role, id: viewer("ann") },
        key: None,
        fingerprint: Fingerprint::default(),
        command,
    }
}

fn wanted() -> Wanted {
    Wanted::of(&request(Role::Viewer, 0)).expect("units")
}

/// viewers, watched, saw, clicked, clicks.
fn counted(crowd: &Crowd) -> [u64; 5] {
    let AudienceCount { viewers, watched, saw, clicked, clicks, .. } = crowd.count();
    [viewers.into(), watched, saw, clicked, clicks]
}

#[test]
fn a_viewer_counts_once_however_often_connected() {
    let crowd = crowd();
    let (first, second) = (seat(&crowd, "ann"), seat(&crowd, "ann"));
    let _other = seat(&crowd, "bob");
    assert_eq!(counted(&crowd), [3, 2, 0, 0, 0]);
    drop((first, second));
    assert_eq!(counted(&crowd), [1, 2, 0, 0, 0]);
    let _back = seat(&crowd, "ann");
    assert_eq!(counted(&crowd), [2, 2, 0, 0, 0]);
}

#[test]
fn whoever_is_not_signed_in_counts_with_every_connection_and_leaves_nothing_behind() {
    let crowd = crowd();
    for times in 1..=3 {
        let _nobody = crowd.seat(None, None);
        assert_eq!(counted(&crowd), [1, times, 0, 0, 0]);
    }
    assert_eq!(counted(&crowd), [0, 3, 0, 0, 0]);
    assert!(crowd.lock().watchers.is_empty(), "a storm of strangers costs no memory");
}

#[test]
fn who_is_there_while_a_drop_is_open_saw_it() {
    let crowd = crowd();
    let gone = seat(&crowd, "gone");
    drop(gone);
    let _ann = seat(&crowd, "ann");
    assert_eq!(counted(&crowd), [1, 2, 0, 0, 0]);
    crowd.selling(true);
    crowd.selling(true);
    assert_eq!(counted(&crowd), [1, 2, 1, 0, 0], "who left before saw nothing");
    let _late = seat(&crowd, "bob");
    let _back = seat(&crowd, "gone");
    assert_eq!(counted(&crowd), [3, 3, 3, 0, 0]);
    crowd.selling(false);
    let _later = seat(&crowd, "cem");
    assert_eq!(counted(&crowd), [4, 4, 3, 0, 0]);
    // The next drop is seen by those who have seen none.
    crowd.selling(true);
    assert_eq!(counted(&crowd), [4, 4, 4, 0, 0]);
}

#[test]
fn where_a_viewer_came_from_first_counts_and_only_so_many_sources() {
    let crowd = crowd();
    let _first = crowd.seat(Some(&viewer("ann")), Some(&source("blog")));
    let _second = crowd.seat(Some(&viewer("ann")), Some(&source("news")));
    assert_eq!(crowd.count().sources, [(source("blog"), 1)].into());
    let seats: Vec<_> = (0..SOURCES_MAX).map(|number| crowd.seat(None, Some(&source(&format!("s{number}"))))).collect();
    let _more = crowd.seat(None, Some(&source("blog")));
    let sources = crowd.count().sources;
    assert_eq!((sources.len(), sources[&source("blog")]), (SOURCES_MAX, 2));
    assert_eq!(crowd.count().watched, seats.len() as u64 + 2);
}

#[test]
fn wishes_are_counted_by_their_answers() {
    let crowd = crowd();
    let (until, limit) = (Timestamp(1), 1);
    let rows = [
        (Refusal::SoldOut, [1, 0, 0, 0, 3]),
        (Refusal::NotEnough { available: 1 }, [2, 0, 0, 0, 6]),
        (Refusal::LimitReached { limit, remaining: 0 }, [2, 1, 0, 0, 6]),
        (Refusal::ShowLimitReached { limit, remaining: 0 }, [2, 2, 0, 0, 6]),
        (Refusal::OpenHoldsReached { limit }, [2, 3, 0, 0, 6]),
        (Refusal::CoolingDown { until }, [2, 4, 0, 0, 6]),
        (Refusal::DropPhase { phase: DropPhase::Paused }, [2, 4, 1, 0, 6]),
        (Refusal::ShowNotLive, [2, 4, 2, 0, 6]),
        (Refusal::ShowEnded, [2, 4, 3, 0, 6]),
        (Refusal::DrawPending, [2, 4, 4, 0, 6]),
        (Refusal::SkuUnknown, [2, 4, 4, 1, 6]),
    ];
    for (clicks, (refusal, expected)) in (1..).zip(rows) {
        crowd.answered(&viewer("ann"), wanted(), &Answer::Refused(refusal.clone()));
        let TurnedAway { sold_out, limited, closed, other, units } = crowd.count().turned_away;
        assert_eq!([sold_out, limited, closed, other, units], expected, "{refusal:?}");
        assert_eq!(counted(&crowd), [0, 0, 0, 1, clicks]);
    }
    let before = crowd.count();
    crowd.answered(&viewer("bob"), wanted(), &Answer::Retry { after_ms: 1, reason: RetryReason::Busy });
    crowd.answered(&viewer("bob"), wanted(), &Answer::Pending { after_ms: 1 });
    assert_eq!(crowd.count(), before, "what was not decided is asked again");
    crowd.answered(&viewer("bob"), wanted(), &Answer::Accepted(Accepted::Done));
    assert_eq!(counted(&crowd), [0, 0, 0, 2, 12]);
}

#[test]
fn only_viewers_want_units_and_all_of_a_bundle() {
    assert_eq!(Wanted::of(&request(Role::Viewer, 2)).expect("units").units, 7);
    for role in [Role::Host, Role::Brand, Role::System] {
        assert!(Wanted::of(&request(role, 0)).is_none(), "{role:?}");
    }
    assert!(Wanted::of(&Request { command: Command::Start, ..request(Role::Viewer, 0) }).is_none());
}

#[test]
fn the_journal_is_told_what_changed_and_now_and_then_that_they_are_still_there() {
    let crowd = crowd();
    let now = Timestamp(1_000_000);
    assert_eq!(crowd.to_tell(now), None, "there is nothing to tell");
    assert!(!crowd.has_news());
    let ann = seat(&crowd, "ann");
    assert!(crowd.has_news());
    let count = crowd.to_tell(now).expect("news");
    assert_eq!(crowd.to_tell(now), None, "it is being told");
    crowd.told(now, count, false);
    let count = crowd.to_tell(now).expect("it was not heard");
    // What changes while it is told is told after that.
    let bob = seat(&crowd, "bob");
    crowd.told(now, count, true);
    assert!(crowd.has_news());
    let count = crowd.to_tell(now).expect("news");
    assert_eq!(count.viewers, 2);
    crowd.told(now, count, true);
    assert!(!crowd.has_news());
    let again = now.after_ms(TELL_AGAIN_AFTER_MS);
    assert_eq!(crowd.to_tell(Timestamp(again.0 - 1)), None);
    let count = crowd.to_tell(again).expect("they are still there");
    crowd.told(again, count, true);

    // Once nobody watches that is told, and then no more.
    drop((ann, bob));
    let count = crowd.to_tell(again).expect("news");
    assert_eq!((count.viewers, count.watched), (0, 2));
    crowd.told(again, count, true);
    assert_eq!(crowd.to_tell(again.after_ms(u64::MAX / 2)), None);
}

#[test]
fn the_last_that_is_told_says_that_nobody_watches() {
    assert_eq!(crowd().last_to_tell(), None, "nothing was ever told");
    let crowd = crowd();
    let _ann = seat(&crowd, "ann");
    let now = Timestamp(1_000_000);
    // Even while something else is being told.
    let count = crowd.to_tell(now).expect("news");
    let last = crowd.last_to_tell().expect("news");
    assert_eq!((last.viewers, last.watched), (0, 1));
    crowd.told(now, count, true);
    assert_eq!(crowd.last_to_tell(), None);
    let _bob = seat(&crowd, "bob");
    assert_eq!(crowd.to_tell(now), None, "nothing follows the last");
}

#[test]
fn nodes_count_under_names_of_their_own() {
    assert_ne!(crowd().node(), crowd().node());
}
