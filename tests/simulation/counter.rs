//! What counts the audience at a node: it tells all in all, where that is not what the journal has as far as it knows, and
//! at times what it counted before, which overtook it on the way.

use dropcast::engine::Accepted;
use dropcast_domain::{
    audience::{Audience, AudienceCount, TurnedAway},
    ids::{PrincipalId, SourceId},
    show::{Command, Refusal},
};

use crate::{client::Script, random::Random};

pub(crate) struct Counter {
    node: PrincipalId,
    count: AudienceCount,
    before: AudienceCount,
    /// How often something more is to be counted.
    left: u64,
    /// What it tells; `None`: what it counted before.
    tells: Option<AudienceCount>,
    /// What the journal has of it.
    told: AudienceCount,
    /// Whether the show takes no more counts.
    is_over: bool,
}

impl Counter {
    pub(crate) fn new(node: PrincipalId, random: &mut Random) -> Self {
        let nobody = AudienceCount::default;
        let (count, before, told) = (nobody(), nobody(), nobody());
        Self { node, count, before, left: random.below(12), tells: None, told, is_over: false }
    }

    fn tell(&self, count: &AudienceCount) -> Command {
        Command::CountAudience { node: self.node.clone(), count: Box::new(count.clone()) }
    }

    fn has_news(&self) -> bool {
        !self.is_over && self.count != self.told
    }

    fn count_more(&mut self, random: &mut Random) {
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
    }
}

impl Script for Counter {
    fn next(&mut self, random: &mut Random, _now_ms: u64) -> Option<Command> {
        if let Some(left) = self.left.checked_sub(1) {
            self.left = left;
            if random.percent(20) {
                self.tells = None;
                return Some(self.tell(&self.before));
            }
            self.count_more(random);
        }
        self.has_news().then(|| {
            self.tells = Some(self.count.clone());
            self.tell(&self.count)
        })
    }

    fn accepted(&mut self, _accepted: &Accepted) {
        if let Some(told) = self.tells.take() {
            self.told = told;
        }
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.is_over |= *refusal == Refusal::ShowEnded;
    }

    fn loaded(&mut self, audience: &Audience) {
        self.told = audience.of(&self.node).cloned().unwrap_or_default();
    }

    fn may_give_up(&self) -> bool {
        false
    }

    fn finish(&mut self) {
        self.left = 0;
    }

    fn is_over(&self) -> bool {
        self.left == 0 && !self.has_news()
    }
}
