//! The least that decides a click and makes it durable: hash maps on one thread, and one fdatasync for a batch.

use std::{collections::HashMap, fs::File, io::Write as _, os::unix::fs::FileExt as _, path::Path};

use crate::{
    engine::{CLICKS, key, viewer},
    figures::{Measured, Measuring},
    show::LIMIT,
};

/// More than the records of all clicks take.
const FILE_BYTES: usize = 128 * 1_024 * 1_024;
static ZEROS: [u8; 1_024 * 1_024] = [0; 1_024 * 1_024];
/// Units of one click.
const QUANTITY: u32 = 1;
const DEADLINE_MS: u64 = 1_900_000_000_000;

/// What there is, and who has it.
struct Stock {
    free: u64,
    /// Reservations by viewer and key.
    keys: HashMap<(String, String), u64>,
    /// Units by viewer.
    viewers: HashMap<String, u32>,
    reservations: u64,
}

/// Sells, with so many clicks in a batch, on a file in this directory.
pub(crate) fn sell(directory: &Path, batch: u64) -> Measured {
    let file = preallocated(directory);
    let mut stock = Stock { free: CLICKS, keys: HashMap::new(), viewers: HashMap::new(), reservations: 0 };
    let (mut records, mut offset, mut accepted) = (Vec::new(), 0, 0);
    let measuring = Measuring::start(None);
    for click in 0..CLICKS {
        accepted += u64::from(stock.reserve(viewer(click), key(click), &mut records));
        if (click + 1).is_multiple_of(batch) || click + 1 == CLICKS {
            file.write_all_at(&records, offset).expect("room on the disk");
            file.sync_data().expect("a disk that works");
            offset += records.len() as u64;
            records.clear();
        }
    }
    assert_eq!(accepted, CLICKS, "everybody gets a unit");
    assert!(offset < FILE_BYTES as u64, "the file was allocated before");
    measuring.end(accepted)
}

/// A file whose blocks are written already: a batch changes nothing but data.
fn preallocated(directory: &Path) -> File {
    let mut file = File::create(directory.join("records")).expect("a file");
    for _ in 0..FILE_BYTES / ZEROS.len() {
        file.write_all(&ZEROS).expect("room on the disk");
    }
    file.sync_all().expect("a disk that works");
    file
}

impl Stock {
    /// Whether the click got a unit; then a record says so.
    fn reserve(&mut self, viewer: String, key: String, records: &mut Vec<u8>) -> bool {
        let had = self.viewers.get(&viewer).copied().unwrap_or_default();
        let bound = (viewer, key);
        if self.keys.contains_key(&bound) || self.free < u64::from(QUANTITY) || had + QUANTITY > LIMIT {
            return false;
        }
        self.free -= u64::from(QUANTITY);
        self.reservations += 1;
        records.extend(self.reservations.to_be_bytes());
        records.extend(DEADLINE_MS.to_be_bytes());
        records.extend(QUANTITY.to_be_bytes());
        for name in [&bound.0, &bound.1] {
            records.push(u8::try_from(name.len()).expect("names are short"));
            records.extend(name.as_bytes());
        }
        self.viewers.insert(bound.0.clone(), had + QUANTITY);
        self.keys.insert(bound, self.reservations);
        true
    }
}
