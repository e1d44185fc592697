use dropcast_domain::{
    audience::TurnedAway,
    ids::{DropId, Sku, WaiterId},
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
fn whoever_saw_a_drop_and_comes_back_saw_it_once() {
    let crowd = crowd();
    crowd.selling(true);
    let ann = [seat(&crowd, "ann"), seat(&crowd, "ann")];
    crowd.selling(false);
    let bob = seat(&crowd, "bob");
    crowd.selling(true);
    assert_eq!(counted(&crowd), [3, 2, 2, 0, 0]);
    crowd.selling(false);
    drop((ann, bob));
    // Back while nothing is sold, and still there at the next opening.
    let _back = [seat(&crowd, "ann"), seat(&crowd, "bob")];
    crowd.selling(true);
    assert_eq!(counted(&crowd), [2, 2, 2, 0, 0]);
    let _second = seat(&crowd, "bob");
    assert_eq!(counted(&crowd), [3, 2, 2, 0, 0]);
}

#[test]
fn only_who_is_there_at_the_opening_sees_it() {
    let crowd = crowd();
    let (first, second) = (seat(&crowd, "ann"), seat(&crowd, "ann"));
    let (gone, nobody) = (seat(&crowd, "bob"), crowd.seat(None, None));
    drop((first, gone, nobody));
    crowd.selling(true);
    assert_eq!(counted(&crowd), [1, 3, 1, 0, 0]);
    drop(second);
    let _bob = seat(&crowd, "bob");
    assert_eq!(counted(&crowd), [1, 3, 2, 0, 0]);
}

/// One more than are told apart is one of those who watch, and no more.
#[test]
fn only_so_many_viewers_are_told_apart() {
    let crowd = crowd();
    crowd.selling(true);
    let all: Vec<_> = (0..WATCHERS_MAX).map(|number| seat(&crowd, &format!("v{number}"))).collect();
    let most = u64::try_from(WATCHERS_MAX).expect("a few");
    assert_eq!(counted(&crowd), [most, most, most, 0, 0]);
    let more = crowd.seat(Some(&viewer("more")), Some(&source("blog")));
    crowd.answered(&viewer("more"), wanted(), &ACCEPTED);
    assert_eq!(counted(&crowd), [most + 1, most + 1, most, 0, 1]);
    assert!(crowd.count().sources.is_empty());
    assert_eq!(crowd.lock().watchers.len(), WATCHERS_MAX);
    drop((more, all));
    assert_eq!(counted(&crowd)[0], 0);
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
        (Refusal::AlreadyWaiting { waiter: WaiterId(1) }, [2, 5, 0, 0, 6]),
        (Refusal::DropPhase { phase: DropPhase::Paused }, [2, 5, 1, 0, 6]),
        (Refusal::ShowNotLive, [2, 5, 2, 0, 6]),
        (Refusal::ShowEnded, [2, 5, 3, 0, 6]),
        (Refusal::DrawPending, [2, 5, 4, 0, 6]),
        (Refusal::SkuUnknown, [2, 5, 4, 1, 6]),
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
    assert_eq!(counted(&crowd), [0, 0, 0, 2, 13]);
}

#[test]
fn only_viewers_want_units_and_all_of_a_bundle() {
    assert_eq!(Wanted::of(&request(Role::Viewer, 2)).expect("units").units, 7);
    for role in [Role::Host, Role::Brand, Role::System] {
        assert!(Wanted::of(&request(role, 0)).is_none(), "{role:?}");
    }
    assert!(Wanted::of(&Request { command: Command::Start, ..request(Role::Viewer, 0) }).is_none());
}

/// What is told, and what the journal says to it.
fn tell(crowd: &Arc<Crowd>, now: Timestamp, answer: &Answer) -> AudienceCount {
    let telling = crowd.to_tell(now, true).expect("something to tell");
    let count = told(&telling.request());
    telling.answered(now, answer);
    count
}

fn told(request: &Request) -> AudienceCount {
    match &request.command {
        Command::CountAudience { count, .. } => (**count).clone(),
        other => panic!("no count: {other:?}"),
    }
}

const ACCEPTED: Answer = Answer::Accepted(Accepted::Done);
const NOW: Timestamp = Timestamp(1_000_000);

#[test]
fn the_journal_is_told_what_changed_and_now_and_then_that_they_are_still_there() {
    let crowd = crowd();
    assert!(crowd.to_tell(NOW, true).is_none(), "there is nothing to tell");
    assert!(!crowd.has_news());
    let ann = seat(&crowd, "ann");
    assert!(crowd.has_news());
    let telling = crowd.to_tell(NOW, true).expect("news");
    assert!(crowd.to_tell(NOW, true).is_none(), "it is being told");
    // What changes while it is told is told after that.
    let bob = seat(&crowd, "bob");
    telling.answered(NOW, &ACCEPTED);
    assert!(crowd.has_news());
    assert_eq!(tell(&crowd, NOW, &ACCEPTED).viewers, 2);
    assert!(!crowd.has_news());
    let again = NOW.after_ms(TELL_AGAIN_AFTER_MS);
    assert!(crowd.to_tell(Timestamp(again.0 - 1), true).is_none());
    assert_eq!(tell(&crowd, again, &ACCEPTED).viewers, 2, "they are still there");

    // Once nobody watches that is told, and then no more.
    drop((ann, bob));
    let count = tell(&crowd, again, &ACCEPTED);
    assert_eq!((count.viewers, count.watched), (0, 2));
    assert!(crowd.to_tell(again.after_ms(u64::MAX / 2), true).is_none());
}

#[test]
fn where_no_other_node_hears_it_they_are_still_there_once_in_each_stretch_of_the_chart() {
    let crowd = crowd();
    let _ann = seat(&crowd, "ann");
    tell(&crowd, NOW, &ACCEPTED);
    let next = NOW.0 - NOW.0 % BUCKET_MS + BUCKET_MS;
    assert!(crowd.to_tell(Timestamp(next - 1), false).is_none());
    assert!(crowd.to_tell(Timestamp(next), false).is_some());
}

#[test]
fn what_was_not_heard_is_told_again() {
    let crowd = crowd();
    let _ann = seat(&crowd, "ann");
    drop(crowd.to_tell(NOW, true).expect("news"));
    let reason = RetryReason::Busy;
    for unheard in [Answer::Pending { after_ms: 1 }, Answer::Retry { after_ms: 1, reason }] {
        tell(&crowd, NOW, &unheard);
        assert!(crowd.has_news(), "{unheard:?}");
    }
    for heard in [Answer::Refused(Refusal::ShowUnknown), ACCEPTED] {
        crowd.journal_has(NOW, None, false);
        tell(&crowd, NOW, &heard);
        assert!(!crowd.has_news(), "{heard:?}");
    }
}

#[test]
fn what_the_journal_lost_is_told_again() {
    let crowd = crowd();
    let _ann = seat(&crowd, "ann");
    let early = tell(&crowd, NOW, &ACCEPTED);
    let _bob = seat(&crowd, "bob");
    let late = tell(&crowd, NOW, &ACCEPTED);
    assert!(!crowd.has_news());
    crowd.journal_has(NOW, Some(&early), false);
    assert_eq!(tell(&crowd, NOW, &ACCEPTED), late);
    assert!(!crowd.has_news());
    crowd.journal_has(NOW, None, false);
    assert!(crowd.has_news());
}

#[test]
fn a_show_that_is_over_is_told_nothing_more() {
    let crowd = crowd();
    let _ann = seat(&crowd, "ann");
    tell(&crowd, NOW, &ACCEPTED);
    let _bob = seat(&crowd, "bob");
    tell(&crowd, NOW, &Answer::Refused(Refusal::ShowEnded));
    assert!(crowd.is_over() && !crowd.has_news());
    let _cem = seat(&crowd, "cem");
    assert!(crowd.to_tell(NOW.after_ms(FRESH_MS), true).is_none());
    // A failover that lost the end lets it go on.
    crowd.journal_has(NOW, None, true);
    assert!(crowd.is_over() && !crowd.has_news());
    crowd.journal_has(NOW, None, false);
    assert!(!crowd.is_over() && crowd.has_news());
    tell(&crowd, NOW, &Answer::Refused(Refusal::ShowEnded));
    assert!(crowd.last_to_tell().is_none());
}

#[test]
fn the_last_that_is_told_says_that_nobody_watches() {
    assert!(crowd().last_to_tell().is_none(), "nothing was ever told");
    let crowd = crowd();
    let _ann = seat(&crowd, "ann");
    // Even while something else is being told.
    let telling = crowd.to_tell(NOW, true).expect("news");
    let last = told(&crowd.last_to_tell().expect("news"));
    assert_eq!((last.viewers, last.watched), (0, 1));
    telling.answered(NOW, &ACCEPTED);
    assert!(crowd.last_to_tell().is_none());
    let _bob = seat(&crowd, "bob");
    assert!(crowd.to_tell(NOW, true).is_none(), "nothing follows the last");
}

#[test]
fn nodes_count_under_names_of_their_own() {
    assert_ne!(crowd().node(), crowd().node());
}
