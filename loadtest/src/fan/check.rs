//! Whether everybody gets every message, once and in order.

/// A message came that was not the next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub(super) enum Disorder {
    #[error("message {number} is {id}, where others got {expected}")]
    Other { number: usize, id: u64, expected: u64 },
    #[error("message {number} is {id}, after {last}")]
    Backwards { number: usize, id: u64, last: u64 },
}

/// What was delivered so far. Messages have an id that grows; whoever is the first to get a message's number says which
/// id it has, and everybody after must get the same.
#[derive(Debug)]
pub(super) struct Deliveries {
    subscribers: u32,
    /// The id of each message, and how many have it.
    messages: Vec<(u64, u32)>,
    /// How many messages everybody has.
    complete: usize,
    total: u64,
}

impl Deliveries {
    /// For so many subscribers, none of whom has anything.
    pub(super) fn new(subscribers: u32) -> Self {
        Self { subscribers, messages: Vec::new(), complete: 0, total: 0 }
    }

    /// A subscriber who has had `number` messages gets one with this id.
    pub(super) fn take(&mut self, number: usize, id: u64) -> Result<(), Disorder> {
        if number == self.messages.len() {
            match self.messages.last() {
                Some(&(last, _)) if last >= id => return Err(Disorder::Backwards { number, id, last }),
                _ => self.messages.push((id, 0)),
            }
        }
        let (expected, had) = &mut self.messages[number];
        if *expected != id {
            return Err(Disorder::Other { number, id, expected: *expected });
        }
        *had += 1;
        self.total += 1;
        while self.messages.get(self.complete).is_some_and(|(_, had)| *had == self.subscribers) {
            self.complete += 1;
        }
        Ok(())
    }

    /// How many messages everybody has.
    pub(super) fn complete(&self) -> usize {
        self.complete
    }

    /// How many deliveries there were.
    pub(super) fn total(&self) -> u64 {
        self.total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_complete_when_everybody_has_it() {
        let mut deliveries = Deliveries::new(2);
        let mut complete = |number, id| deliveries.take(number, id).map(|()| deliveries.complete());
        assert_eq!(complete(0, 5), Ok(0));
        assert_eq!(complete(1, 9), Ok(0));
        assert_eq!(complete(0, 5), Ok(1));
        assert_eq!(complete(1, 9), Ok(2));
        assert_eq!(deliveries.total(), 4);
    }

    #[test]
    fn what_is_left_out_twice_or_out_of_order_is_found() {
        let mut deliveries = Deliveries::new(2);
        assert_eq!(deliveries.take(0, 5), Ok(()));
        assert_eq!(deliveries.take(1, 6), Ok(()));
        // The other one misses the first.
        assert_eq!(deliveries.take(0, 6), Err(Disorder::Other { number: 0, id: 6, expected: 5 }));
        // The first gets one again, or an older one.
        assert_eq!(deliveries.take(2, 6), Err(Disorder::Backwards { number: 2, id: 6, last: 6 }));
        assert_eq!(deliveries.take(2, 4), Err(Disorder::Backwards { number: 2, id: 4, last: 6 }));
        assert_eq!((deliveries.complete(), deliveries.total()), (0, 2));
    }
}
