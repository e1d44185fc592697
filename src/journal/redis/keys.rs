//! The keys in Redis, and the slots of a cluster that they fall into.

/// The keys of one show; all have its name as their hash tag, so they live in one slot.
pub(super) struct Keys {
    prefix: String,
}

impl Keys {
    pub(super) fn of(show: &str) -> Self {
        Self { prefix: format!("dropcast:{{{}}}:", tag(show)) }
    }

    /// What is known about the show besides its entries.
    pub(super) fn head(&self) -> String {
        self.key("head")
    }

    /// Its blocks.
    pub(super) fn journal(&self) -> String {
        self.key("journal")
    }

    /// What waits for its writer.
    pub(super) fn inbox(&self) -> String {
        self.key("inbox")
    }

    /// What its writer says.
    pub(super) fn notices(&self) -> String {
        self.key("notices")
    }

    /// The chunks of one of its snapshots.
    pub(super) fn snapshot(&self, generation: u128) -> String {
        self.key(&format!("snapshot:{generation:032x}"))
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// The names of all shows: a sorted set whose members all have the score 0.
pub(super) const SHOWS: &str = "dropcast:{index}:shows";
/// When shows must be woken: a sorted set by Unix milliseconds.
pub(super) const WAKES: &str = "dropcast:{index}:wakes";
/// Which claim may set a show's wake time in the index: a hash.
pub(super) const OWNERS: &str = "dropcast:{index}:owners";

/// How many slots a cluster has.
pub(super) const SLOTS: u16 = 16_384;

/// A show's name as a hash tag: Redis ends a tag at the first closing brace.
fn tag(show: &str) -> std::borrow::Cow<'_, str> {
    if show.contains(['%', '{', '}']) {
        return show.replace('%', "%25").replace('{', "%7B").replace('}', "%7D").into();
    }
    show.into()
}

/// The slot of one of our keys, by its hash tag.
pub(super) fn slot(key: &str) -> u16 {
    let tagged = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or(key, |(tag, _)| tag);
    crc16(tagged.as_bytes()) % SLOTS
}

/// CRC16 as Redis Cluster uses it (XMODEM: polynomial 0x1021, from 0).
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(
            crc ^ (u16::from(*byte) << 8),
            |crc, _| {
                if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
            },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_a_show_fall_into_one_slot() {
        for show in ["spring", "a}b", "}", "{x}", "100%"] {
            let keys = Keys::of(show);
            let slots =
                [keys.head(), keys.journal(), keys.inbox(), keys.notices(), keys.snapshot(7)].map(|key| slot(&key));
            assert!(slots.iter().all(|other| *other == slots[0]), "{show}");
        }
        assert_ne!(Keys::of("a}b").head(), Keys::of("a%7Db").head());
    }

    #[test]
    fn slots_are_those_of_redis() {
        // The value that Redis' own specification gives for its check sequence.
        assert_eq!(crc16(b"123456789"), 0x31c3);
        assert_eq!(slot("{foo}.bar"), slot("foo"));
        assert_eq!(slot("foo"), 12_182);
    }
}
