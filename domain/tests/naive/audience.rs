//! What nodes counted of the audience.

use std::collections::BTreeMap;

use dropcast_domain::{
    audience::{AudienceCount, TurnedAway},
    ids::{PrincipalId, SourceId},
    show::{Outcome, Refusal},
    time::Timestamp,
};

use super::{
    answer::Answer,
    history::{Effect, Naive},
};

/// A count as a list of numbers: those who watch now come first, and may become fewer.
type Numbers = [u64; 12];

impl Naive {
    /// A count that is taken is noted unless the node counted more of anything before, and until a minute after the
    /// show.
    pub(super) fn count(&self, now: Timestamp, node: PrincipalId, count: AudienceCount) -> Answer {
        if self.ended_at().is_some_and(|ended_at| now.0 >= ended_at.0 + 60_000) {
            return Err(Refusal::ShowEnded);
        }
        let before = self.counted(&node).map(|(_, before)| numbers(&before)).unwrap_or_default();
        let is_older = numbers(&count)[1..].iter().zip(&before[1..]).any(|(now, before)| now < before);
        let effects = if is_older { vec![] } else { vec![Effect::Counted(node, count)] };
        Ok((effects, Outcome::Done))
    }

    /// What the node counted last, and when.
    pub(crate) fn counted(&self, node: &PrincipalId) -> Option<(Timestamp, AudienceCount)> {
        self.counted_by().remove(node)
    }

    /// What it counts next: so much more than before, but never less than nothing.
    pub(crate) fn next_count(&self, node: &PrincipalId, more: &[i64]) -> AudienceCount {
        let mut numbers = self.counted(node).map(|(_, before)| numbers(&before)).unwrap_or_default();
        for (number, more) in numbers.iter_mut().zip(more) {
            *number = number.saturating_add_signed(*more);
        }
        let [viewers, watched, saw, clicked, clicks, sold_out, limited, closed, other, units, blog, news] = numbers;
        let from = [("blog", blog), ("news", news)].into_iter().filter(|(_, viewers)| *viewers > 0);
        AudienceCount {
            viewers: u32::try_from(viewers).unwrap(),
            watched,
            saw,
            clicked,
            clicks,
            turned_away: TurnedAway { sold_out, limited, closed, other, units },
            sources: from.map(|(source, viewers)| (SourceId::new(source).unwrap(), viewers)).collect(),
        }
    }

    /// All of it together, as it is at that moment: whoever watches counts for fifteen seconds.
    pub(crate) fn audience(&self, now: Timestamp) -> AudienceCount {
        let mut sum = Numbers::default();
        for (at, count) in self.counted_by().into_values() {
            let mut numbers = numbers(&count);
            if now.0 >= at.0 + 15_000 {
                numbers[0] = 0;
            }
            sum.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
        }
        let signed = sum.map(|number| i64::try_from(number).unwrap());
        Self::default().next_count(&PrincipalId::new("all").unwrap(), &signed)
    }

    /// The most who watched at once, whenever a node counted, in all and in every ten seconds.
    pub(crate) fn most_viewers(&self) -> (u32, BTreeMap<u64, u32>) {
        let mut most = BTreeMap::new();
        for (place, (at, effect)) in self.happened.iter().enumerate() {
            if matches!(effect, Effect::Counted(..)) {
                let so_far = Self { happened: self.happened[..=place].to_vec() };
                let in_its_time = most.entry(at.0 / 10_000 * 10_000).or_insert(0);
                *in_its_time = so_far.audience(*at).viewers.max(*in_its_time);
            }
        }
        (most.values().copied().max().unwrap_or(0), most)
    }

    fn counted_by(&self) -> BTreeMap<PrincipalId, (Timestamp, AudienceCount)> {
        let counted = self.happened.iter().filter_map(|(at, effect)| match effect {
            Effect::Counted(node, count) => Some((node.clone(), (*at, count.clone()))),
            _ => None,
        });
        counted.collect()
    }
}

fn numbers(count: &AudienceCount) -> Numbers {
    let TurnedAway { sold_out, limited, closed, other, units } = count.turned_away;
    let [blog, news] = ["blog", "news"].map(|source| count.sources.get(&SourceId::new(source).unwrap()).copied());
    let (blog, news) = (blog.unwrap_or(0), news.unwrap_or(0));
    let AudienceCount { viewers, watched, saw, clicked, clicks, .. } = *count;
    [viewers.into(), watched, saw, clicked, clicks, sold_out, limited, closed, other, units, blog, news]
}
