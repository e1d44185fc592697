//! What a connection lacks of its channel.

use crate::hub::{Frame, Frames, counters::ShardCounters};

use super::{batch::Source, members::LocalChannel, peer::Feed};

/// Whether a ring still holds what a connection is to get next.
#[derive(PartialEq, Eq)]
pub(super) enum Reach {
    Held,
    Fallen,
}

impl Feed {
    /// What the connection receives of a message.
    pub(super) fn of_class<'a>(&self, frames: &'a Frames) -> Option<&'a Frame> {
        of_class(self.class, frames)
    }

    /// Whether a ring still holds what the connection is to get next.
    pub(super) fn reach(&self, channel: &LocalChannel) -> Reach {
        let is_held = (channel.ring.first()..=channel.ring.end()).contains(&self.at.next);
        if is_held { Reach::Held } else { Reach::Fallen }
    }

    /// Moves the cursor past what isn't for the connection's class, and past best-effort messages that it missed.
    pub(super) fn skip(&mut self, channel: &LocalChannel, counters: &ShardCounters) {
        let missed = channel.best_effort.first().saturating_sub(self.at.best_effort);
        counters.best_effort_left_out.add(usize::try_from(missed).unwrap_or(usize::MAX));
        self.at.best_effort += missed;
        let end = channel.end();
        self.at.next = self.critical(channel, u64::MAX).next().map_or(end.next, |(number, _)| number);
        self.at.best_effort = self.best_effort(channel).next().map_or(end.best_effort, |(number, _)| number);
        if self.latest(channel).next().is_none() {
            self.at.latest = self.at.latest.max(end.latest);
        }
    }

    /// Critical messages, up to number `end`.
    pub(super) fn critical<'a>(
        &self,
        channel: &'a LocalChannel,
        end: u64,
    ) -> impl Iterator<Item = (u64, &'a Frame)> + use<'a> {
        let numbers = self.at.next..channel.ring.end().min(end);
        let class = self.class;
        numbers.filter_map(move |number| Some((number, of_class(class, channel.ring.get(number)?)?)))
    }

    /// Latest values and best-effort messages: what the shard's copies hold of them may be sent since the last tick.
    pub(super) fn ticked<'a>(&self, channel: &'a LocalChannel) -> impl Iterator<Item = (Source, &'a Frame)> + use<'a> {
        let latest = self.latest(channel).map(|(version, frame)| (Source::Latest(version), frame));
        latest.chain(self.best_effort(channel).map(|(number, frame)| (Source::BestEffort(number), frame)))
    }

    fn latest<'a>(&self, channel: &'a LocalChannel) -> impl Iterator<Item = (u64, &'a Frame)> + use<'a> {
        let values = channel.latest.after(self.at.latest).iter();
        let class = self.class;
        values.filter_map(move |value| Some((value.version, of_class(class, &value.frames)?)))
    }

    fn best_effort<'a>(&self, channel: &'a LocalChannel) -> impl Iterator<Item = (u64, &'a Frame)> + use<'a> {
        let numbers = self.at.best_effort..channel.best_effort.end();
        let class = self.class;
        numbers.filter_map(move |number| Some((number, of_class(class, channel.best_effort.get(number)?)?)))
    }
}

fn of_class(class: u32, frames: &Frames) -> Option<&Frame> {
    frames.get(class as usize)
}
