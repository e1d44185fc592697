//! What counts the audience at a node: all in all, again and again, and often what it counted before, which overtook it
//! on the way.

use dropcast::engine::Accepted;
use dropcast_domain::{
    audience::{AudienceCount, TurnedAway},
    ids::{PrincipalId, SourceId},
    show::Command,
};

use crate::{client::Script, random::Random};

pub(crate) struct Counter {
    node: PrincipalId,
    count: AudienceCount,
    before: AudienceCount,
    /// How often it is still to be told.
    left: u64,
}

impl Counter {
    pub(crate) fn new(node: PrincipalId, random: &mut Random) -> Self {
        Self { node, count: AudienceCount::default(), before: AudienceCount::default(), left: random.below(12) }
    }

    fn tell(&self, count: &AudienceCount) -> Command {
        Command::CountAudience { node: self.node.clone(), count: Box::new(count.clone()) }
    }
}

impl Script for Counter {
    fn next(&mut self, random: &mut Random, _now_ms: u64) -> Option<Command> {
        self.left = self.left.checked_sub(1)?;
        if random.percent(20) {
            return Some(self.tell(&self.before));
        }
        self.before = self.count.clone();
        let AudienceCount { watched, saw, clicked, clicks, turned_away, sources, .. } = &self.count;
        let source = SourceId::new(["blog", "news"][random.place(2)]).unwrap();
        let mut sources = sources.clone();
        *sources.entry(source).or_default() += 1;
        self.count = AudienceCount {
            viewers: random.units(0, 9),
            watched: watched + random.below(4),
            saw: saw + random.below(3),
            clicked: clicked + random.below(2),
            clicks: clicks + random.below(5),
            turned_away: TurnedAway { sold_out: turned_away.sold_out + random.below(2), ..*turned_away },
            sources,
        };
        Some(self.tell(&self.count))
    }

    fn accepted(&mut self, _accepted: &Accepted) {}

    fn may_give_up(&self) -> bool {
        false
    }

    /// Tells once more what it counted, whatever was lost of it.
    fn finish(&mut self) {
        self.left = 1;
    }

    fn is_over(&self) -> bool {
        self.left == 0
    }
}
