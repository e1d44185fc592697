//! Who watches a show on this node, and what they ask of it.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dropcast_domain::{
    audience::{AudienceCount, BUCKET_MS, FRESH_MS, SOURCES_MAX},
    ids::{PrincipalId, SourceId},
    show::{Command, Fingerprint, Principal, Refusal, Request, Role},
    time::Timestamp,
};

use crate::engine::Answer;

/// How many viewers are told apart; whoever comes after them is one of those who watch, and nothing else.
const WATCHERS_MAX: usize = if cfg!(test) { 64 } else { 1_000_000 };
/// After so long what was told before is told again to other nodes, changed or not, as long as somebody watches: a third
/// of the time for which it counts.
const TELL_AGAIN_AFTER_MS: u64 = FRESH_MS / 3;

/// This node's part of a show's audience. Sessions and the ticker share it; the lock is held for a look-up.
#[derive(Debug)]
pub struct Crowd {
    node: PrincipalId,
    /// Viewers are known by a hash of their name: one of 64 bits hardly ever stands for two of them.
    hasher: RandomState,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    count: AudienceCount,
    watchers: HashMap<u64, Watcher>,
    /// Whether a drop is open.
    is_selling: bool,
    /// How often one was opened while none was. It starts again after 65,536 of them.
    openings: u16,
    /// How many viewers are connected who have seen no open drop yet.
    unseeing: u64,
    /// What the journal has of it, and since when.
    told: Option<(Timestamp, AudienceCount)>,
    is_being_told: bool,
    course: Course,
}

/// Whether there is more to tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Course {
    #[default]
    GoesOn,
    /// The show is over for so long that it takes no more counts.
    Over,
    /// The last was told: this node stops.
    Left,
}

/// What one viewer did, in eight bytes.
#[derive(Clone, Copy, Debug, Default)]
struct Watcher {
    connections: u16,
    /// How many openings there had been when the first of the connections came.
    openings_before: u16,
    watched: bool,
    /// Whether an open drop was seen before the connections that are there now.
    saw: bool,
    clicked: bool,
}

const _: () = assert!(size_of::<Watcher>() == 8);

impl Watcher {
    /// Whether an open drop was seen, now that there have been so many openings.
    fn has_seen(self, openings: u16) -> bool {
        self.saw || (self.connections > 0 && self.openings_before != openings)
    }
}

/// A viewer's connection, counted until it is dropped.
#[derive(Debug)]
pub struct Seat {
    crowd: Arc<Crowd>,
    watcher: u64,
    /// Whether the viewer can come back as the same one.
    is_signed_in: bool,
}

impl Seat {
    /// The audience that it is a part of.
    pub fn crowd(&self) -> &Arc<Crowd> {
        &self.crowd
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.crowd.lock().left(self.watcher, self.is_signed_in);
    }
}

/// A count on its way to the journal. If it is dropped without an answer, it was not heard, and is told again.
#[derive(Debug)]
pub struct Telling {
    crowd: Arc<Crowd>,
    count: AudienceCount,
}

impl Telling {
    /// What the journal is to be told.
    pub fn request(&self) -> Request {
        self.crowd.request(&self.count)
    }

    /// What the journal said to it, at that moment. What it refused is not told again unless it changes, and nothing is
    /// once the show is over.
    pub fn answered(self, at: Timestamp, answer: &Answer) {
        let mut counted = self.crowd.lock();
        match answer {
            Answer::Refused(Refusal::ShowEnded) => counted.end(Course::Over),
            Answer::Accepted(_) | Answer::Refused(_) => counted.told = Some((at, self.count.clone())),
            Answer::Retry { .. } | Answer::Pending { .. } => {}
        }
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.crowd.lock().is_being_told = false;
    }
}

impl Default for Crowd {
    /// Nobody yet. A node counts under a name of its own each time that it begins.
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "hexadecimal digits make a name")]
        let node = PrincipalId::new(&format!("{:016x}", rand::random::<u64>())).expect("a name");
        Self { node, hasher: RandomState::new(), counted: Mutex::default() }
    }
}

impl Crowd {
    /// Under which name this node counts.
    pub fn node(&self) -> &PrincipalId {
        &self.node
    }

    /// A viewer is connected; `None` for one who is not signed in. The source counts where it is the viewer's first
    /// connection.
    pub fn seat(self: &Arc<Self>, viewer: Option<&PrincipalId>, source: Option<&SourceId>) -> Seat {
        let watcher = viewer.map_or_else(rand::random, |viewer| self.hasher.hash_one(viewer));
        let mut counted = self.lock();
        counted.count.viewers = counted.count.viewers.saturating_add(1);
        counted.arrived(watcher, source);
        Seat { crowd: Arc::clone(self), watcher, is_signed_in: viewer.is_some() }
    }

    /// Whether a drop is open, from now on.
    pub fn selling(&self, is_selling: bool) {
        let mut counted = self.lock();
        if std::mem::replace(&mut counted.is_selling, is_selling) == is_selling || !is_selling {
            return;
        }
        counted.openings = counted.openings.wrapping_add(1);
        counted.count.saw += std::mem::take(&mut counted.unseeing);
    }

    /// A viewer's wish for units was answered. What was not decided does not count: it is asked again.
    pub fn answered(&self, viewer: &PrincipalId, wanted: Wanted, answer: &Answer) {
        let refusal = match answer {
            Answer::Accepted(_) => None,
            Answer::Refused(refusal) => Some(refusal),
            Answer::Retry { .. } | Answer::Pending { .. } => return,
        };
        let watcher = self.hasher.hash_one(viewer);
        let mut counted = self.lock();
        counted.count.clicks += 1;
        if let Some(refusal) = refusal {
            counted.turned_away(refusal, wanted.units);
        }
        counted.clicked(watcher);
    }

    /// All that was counted.
    pub fn count(&self) -> AudienceCount {
        self.lock().count.clone()
    }

    /// Whether the show takes no more counts: what its journal has is all that counts.
    pub fn is_over(&self) -> bool {
        self.lock().course == Course::Over
    }

    /// Whether something was counted that the journal does not have.
    pub fn has_news(&self) -> bool {
        self.lock().has_news()
    }

    /// What the journal has of this node since that moment, as the show was loaded: what it lost is told anew. A show that
    /// has not ended takes counts.
    pub fn journal_has(&self, at: Timestamp, count: Option<&AudienceCount>, has_ended: bool) {
        let mut counted = self.lock();
        counted.told = count.map(|count| (at, count.clone()));
        if counted.course == Course::Over && !has_ended {
            counted.course = Course::GoesOn;
        }
    }

    /// What the journal is to be told now, if anything; after that nothing until it is answered. Other nodes, if there are
    /// any to hear it, are told every few seconds that the same still watch; the chart of viewers needs that once in each
    /// of its stretches.
    pub fn to_tell(self: &Arc<Self>, now: Timestamp, others_hear: bool) -> Option<Telling> {
        let mut counted = self.lock();
        let is_old = |(at, _): &(Timestamp, _)| {
            let is_of_earlier_stretch = at.0 / BUCKET_MS < now.0 / BUCKET_MS;
            if others_hear { at.after_ms(TELL_AGAIN_AFTER_MS) <= now } else { is_of_earlier_stretch }
        };
        let is_there_still = || counted.count.viewers > 0 && counted.told.as_ref().is_some_and(is_old);
        if counted.course != Course::GoesOn || counted.is_being_told || !(counted.has_news() || is_there_still()) {
            return None;
        }
        counted.is_being_told = true;
        Some(Telling { crowd: Arc::clone(self), count: counted.count.clone() })
    }

    /// What the journal is to be told before this node stops, unless it has that already: nobody watches here any more.
    /// From then on nothing else is told.
    pub fn last_to_tell(&self) -> Option<Request> {
        let mut counted = self.lock();
        if counted.course != Course::GoesOn {
            return None;
        }
        counted.end(Course::Left);
        let last = AudienceCount { viewers: 0, ..counted.count.clone() };
        let has_it = match &counted.told {
            _ if counted.is_being_told => false,
            None => last == AudienceCount::default(),
            Some((_, told)) => *told == last,
        };
        (!has_it).then(|| self.request(&last))
    }

    fn request(&self, count: &AudienceCount) -> Request {
        let node = self.node.clone();
        let principal = Principal { role: Role::System, id: node.clone() };
        let command = Command::CountAudience { node, count: Box::new(count.clone()) };
        Request { principal, key: None, fingerprint: Fingerprint::default(), command }
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        // Every change is whole before anything that could panic.
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A wish for units.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    units: u32,
}

impl Wanted {
    /// What a viewer wants; `None` for a request that wants no units, or is nobody's who could have them.
    pub fn of(request: &Request) -> Option<Self> {
        match &request.command {
            Command::Reserve { quantity, with, .. } if request.principal.role == Role::Viewer => {
                let units = with.iter().fold(*quantity, |sum, line| sum.saturating_add(line.quantity));
                Some(Self { units })
            }
            _ => None,
        }
    }
}

impl Counted {
    fn end(&mut self, how: Course) {
        if self.course == Course::GoesOn {
            self.course = how;
        }
    }

    fn has_news(&self) -> bool {
        match &self.told {
            _ if self.course == Course::Over => false,
            None => self.count != AudienceCount::default(),
            Some((_, told)) => self.count != *told,
        }
    }

    fn arrived(&mut self, watcher: u64, source: Option<&SourceId>) {
        let (is_selling, openings) = (self.is_selling, self.openings);
        let Some(known) = self.watcher(watcher) else {
            self.count.watched += 1;
            return;
        };
        let (is_new, had_seen, is_first) = (!known.watched, known.has_seen(openings), known.connections == 0);
        (known.watched, known.saw) = (true, had_seen || is_selling);
        if is_first {
            known.openings_before = openings;
        }
        known.connections = known.connections.saturating_add(1);
        let is_unseeing = is_first && !known.saw;
        self.count.watched += u64::from(is_new);
        self.count.saw += u64::from(is_selling && !had_seen);
        self.unseeing += u64::from(is_unseeing);
        if let Some(source) = source.filter(|_| is_new) {
            self.came_from(source);
        }
    }

    fn left(&mut self, watcher: u64, is_signed_in: bool) {
        self.count.viewers = self.count.viewers.saturating_sub(1);
        let Some(known) = self.watchers.get_mut(&watcher) else { return };
        known.saw = known.has_seen(self.openings);
        let was_last = known.connections == 1;
        known.connections = known.connections.saturating_sub(1);
        self.unseeing = self.unseeing.saturating_sub(u64::from(was_last && !known.saw));
        if !is_signed_in {
            self.watchers.remove(&watcher);
        }
    }

    fn clicked(&mut self, watcher: u64) {
        let clicks = self.watcher(watcher).is_some_and(|known| !std::mem::replace(&mut known.clicked, true));
        self.count.clicked += u64::from(clicks);
    }

    /// What is known of a viewer; `None` for one more than are told apart.
    fn watcher(&mut self, watcher: u64) -> Option<&mut Watcher> {
        let is_full = self.watchers.len() >= WATCHERS_MAX;
        match self.watchers.entry(watcher) {
            Entry::Occupied(known) => Some(known.into_mut()),
            Entry::Vacant(place) if !is_full => Some(place.insert(Watcher::default())),
            Entry::Vacant(_) => None,
        }
    }

    fn came_from(&mut self, source: &SourceId) {
        let sources = &mut self.count.sources;
        if let Some(viewers) = sources.get_mut(source) {
            *viewers += 1;
        } else if sources.len() < SOURCES_MAX {
            sources.insert(source.clone(), 1);
        }
    }

    fn turned_away(&mut self, refusal: &Refusal, units: u32) {
        let turned_away = &mut self.count.turned_away;
        match refusal {
            Refusal::SoldOut | Refusal::NotEnough { .. } => {
                turned_away.sold_out += 1;
                turned_away.units += u64::from(units);
            }
            Refusal::LimitReached { .. }
            | Refusal::ShowLimitReached { .. }
            | Refusal::OpenHoldsReached { .. }
            | Refusal::CoolingDown { .. }
            | Refusal::AlreadyWaiting { .. } => turned_away.limited += 1,
            Refusal::DropPhase { .. } | Refusal::ShowNotLive | Refusal::ShowEnded | Refusal::DrawPending => {
                turned_away.closed += 1;
            }
            _ => turned_away.other += 1,
        }
    }
}

#[cfg(test)]
#[path = "crowd_tests.rs"]
mod tests;
