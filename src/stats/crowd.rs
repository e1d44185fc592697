//! Who watches a show on this node, and what they ask of it.

use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{BuildHasher as _, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dropcast_domain::{
    audience::{AudienceCount, FRESH_MS, SOURCES_MAX},
    ids::{PrincipalId, SourceId},
    show::{Command, Refusal, Request, Role},
    time::Timestamp,
};

use crate::engine::Answer;

/// How many viewers are told apart; whoever comes after them is one of those who watch, and nothing else.
const WATCHERS_MAX: usize = 1_000_000;
/// After so long what was told before is told again, changed or not, as long as somebody watches: a third of the time
/// for which it counts.
const TELL_AGAIN_AFTER_MS: u64 = FRESH_MS / 3;

/// This node's part of a show's audience. Sessions and the ticker share it; the lock is held for a look-up, and where a
/// drop opens for as long as it takes to go through everybody once.
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
    /// What the journal has of it, and since when.
    told: Option<(Timestamp, AudienceCount)>,
    is_being_told: bool,
    /// Whether the last was told: this node stops.
    has_left: bool,
}

/// What one viewer did.
#[derive(Clone, Copy, Debug, Default)]
struct Watcher {
    connections: u32,
    watched: bool,
    saw: bool,
    clicked: bool,
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
        let mut counted = self.crowd.lock();
        counted.count.viewers = counted.count.viewers.saturating_sub(1);
        if !self.is_signed_in {
            counted.watchers.remove(&self.watcher);
        } else if let Some(watcher) = counted.watchers.get_mut(&self.watcher) {
            watcher.connections = watcher.connections.saturating_sub(1);
        }
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
        let Counted { count, watchers, .. } = &mut *counted;
        for watcher in watchers.values_mut().filter(|watcher| watcher.connections > 0 && !watcher.saw) {
            watcher.saw = true;
            count.saw += 1;
        }
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

    /// Whether something was counted that the journal does not have.
    pub fn has_news(&self) -> bool {
        self.lock().has_news()
    }

    /// What the journal is to be told now, if anything; after that nothing until [`Crowd::told`].
    pub fn to_tell(&self, now: Timestamp) -> Option<AudienceCount> {
        let mut counted = self.lock();
        let is_old = |(at, _): &(Timestamp, _)| at.after_ms(TELL_AGAIN_AFTER_MS) <= now;
        let is_due = counted.has_news() || (counted.count.viewers > 0 && counted.told.as_ref().is_some_and(is_old));
        if !is_due || counted.has_left || std::mem::replace(&mut counted.is_being_told, true) {
            return None;
        }
        Some(counted.count.clone())
    }

    /// What the journal is to be told before this node stops, unless it has that already: nobody watches here any more.
    /// From then on nothing else is told.
    pub fn last_to_tell(&self) -> Option<AudienceCount> {
        let mut counted = self.lock();
        let had_left = std::mem::replace(&mut counted.has_left, true);
        let last = AudienceCount { viewers: 0, ..counted.count.clone() };
        let has_it = match &counted.told {
            _ if counted.is_being_told => false,
            None => last == AudienceCount::default(),
            Some((_, told)) => *told == last,
        };
        (!has_it && !had_left).then_some(last)
    }

    /// The journal was told this at that moment; whether it has it.
    pub fn told(&self, at: Timestamp, count: AudienceCount, has_it: bool) {
        let mut counted = self.lock();
        counted.is_being_told = false;
        if has_it {
            counted.told = Some((at, count));
        }
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
    fn has_news(&self) -> bool {
        match &self.told {
            None => self.count != AudienceCount::default(),
            Some((_, told)) => self.count != *told,
        }
    }

    fn arrived(&mut self, watcher: u64, source: Option<&SourceId>) {
        let is_selling = self.is_selling;
        let Some(known) = self.watcher(watcher) else {
            self.count.watched += 1;
            return;
        };
        known.connections += 1;
        let (is_new, sees) = (!known.watched, is_selling && !known.saw);
        (known.watched, known.saw) = (true, known.saw || is_selling);
        self.count.watched += u64::from(is_new);
        self.count.saw += u64::from(sees);
        if let Some(source) = source.filter(|_| is_new) {
            self.came_from(source);
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
