//! A journal that somebody changed: the audit names the entry, and the server does not sell on from it.

use std::path::Path;

use dropcast::journal::{EmbeddedJournal, Journal as _, Options, Position, RawEntry};
use dropcast_proto::v1::{EntryBody, fact};
use prost::Message as _;
use redb::{Database, TableDefinition};
use serde_json::Value;

use crate::{
    process::{Launch, run},
    shop::{SHOW, Shop, brand_token},
};

/// As the embedded journal lays its entries out; see `src/journal/embedded/block.rs`.
const BLOCKS: TableDefinition<'_, (&str, u64), &[u8]> = TableDefinition::new("blocks");
const CLICKS: u64 = 8;

/// A journal with some sales, of a server that was killed.
async fn journal() -> (Launch, Vec<RawEntry>) {
    let launch = Launch::default();
    let server = launch.start().await;
    let shop = Shop::of(&server);
    shop.go_live(10, 10).await;
    for click in 0..CLICKS {
        assert_eq!(shop.reserve("ann", &format!("click-{click}"), 1).await.status, 201);
    }
    server.kill();
    let journal = EmbeddedJournal::open(launch.data_dir(), Options::default()).expect("a journal");
    let entries = journal.read(SHOW, 1, 1_000).await.expect("entries");
    journal.close().await;
    (launch, entries)
}

/// Writes these entries over the journal's, one a block.
fn forge(file: &Path, entries: &[RawEntry]) {
    let database = Database::open(file).expect("a database");
    let transaction = database.begin_write().expect("a transaction");
    {
        let mut blocks = transaction.open_table(BLOCKS).expect("the table");
        blocks.retain(|_, _| false).expect("emptied");
        for entry in entries {
            let length = |bytes: usize| u32::try_from(bytes).expect("a small entry").to_be_bytes();
            let mut block = vec![1];
            block.extend(length(1));
            block.extend(entry.at_ms.to_be_bytes());
            block.extend(entry.digest.0);
            block.extend(length(entry.body.len()));
            block.extend(&entry.body);
            blocks.insert((SHOW, entry.seq), block.as_slice()).expect("written");
        }
    }
    transaction.commit().expect("committed");
}

async fn violations(launch: &Launch) -> Vec<(String, u64)> {
    let data_dir = launch.data_dir().to_str().expect("UTF-8");
    let audit = run(&["audit", SHOW, "--data-dir", data_dir], &[]).await;
    assert_eq!(audit.code, Some(1), "{audit:?}");
    let report: Value = serde_json::from_str(&audit.stdout).expect("JSON");
    let listed = report["violations"].as_array().expect("violations");
    assert_eq!(report["violations_count"], listed.len());
    let violation = |each: &Value| Some((each["code"].as_str()?.to_owned(), each["seq"].as_u64()?));
    listed.iter().map(|each| violation(each).unwrap_or_else(|| panic!("{each}"))).collect()
}

#[tokio::test]
async fn an_entry_that_was_changed_is_named_and_not_sold_on_from() {
    let (launch, mut entries) = journal().await;
    let last = entries.last_mut().expect("an entry");
    let mut body = last.body.to_vec();
    // The viewer's name, in the middle of the fact.
    let place = body.windows(3).rposition(|bytes| bytes == b"ann").expect("her name");
    body[place..place + 3].copy_from_slice(b"eve");
    last.body = body.into();
    let seq = last.seq;
    forge(&launch.journal_file(), &entries);
    assert_eq!(violations(&launch).await.first(), Some(&("digest_mismatch".to_owned(), seq)));

    let server = launch.start().await;
    let shop = Shop::of(&server);
    shop.get(&format!("/v1/shows/{SHOW}"), None).await.is_problem(500, "journal_damaged");
    shop.reserve("bob", "click", 1).await.is_problem(500, "journal_damaged");
    assert!(server.log().contains("damaged"), "{}", server.log());
    let lines = shop.get(&format!("/v1/shows/{SHOW}/journal?limit=3"), Some(&brand_token())).await;
    assert!(lines.status == 200 || lines.status == 500, "{lines:?}");
}

#[tokio::test]
async fn a_forger_who_mends_the_chain_is_found_by_adding_up() {
    let (launch, entries) = journal().await;
    let mut position = Position::default();
    let mut forged = Vec::new();
    for entry in &entries {
        let mut body = EntryBody::decode(entry.body.clone()).expect("a body");
        for fact in body.facts.iter_mut().filter_map(|fact| fact.kind.as_mut()) {
            if let fact::Kind::UnitsAdded(added) = fact {
                added.units = 5;
            }
        }
        let entry = RawEntry::following(&position, entry.at_ms, body.encode_to_vec().into());
        position = entry.position();
        forged.push(entry);
    }
    forge(&launch.journal_file(), &forged);
    let found = violations(&launch).await;
    let sixth = entries.last().expect("an entry").seq - (CLICKS - 6);
    assert_eq!(found.first(), Some(&("oversold".to_owned(), sixth)), "{found:?}");
}

#[tokio::test]
async fn an_entry_that_was_taken_out_is_missed() {
    let (launch, mut entries) = journal().await;
    let taken = entries.remove(5).seq;
    forge(&launch.journal_file(), &entries);
    let data_dir = launch.data_dir().to_str().expect("UTF-8");
    let audit = run(&["audit", SHOW, "--data-dir", data_dir], &[]).await;
    assert_ne!(audit.code, Some(0), "{audit:?}");
    assert!(format!("{audit:?}").contains(&taken.to_string()), "{audit:?}");
}
