//! A show is the fold of its journal, or it is not loaded at all.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use dropcast::{
    engine::{Engine, LoadError, OpenError},
    journal::{
        Append, AppendError, Appending, Claim, ClaimError, Durability, Journal, Listed, MemoryJournal, Position,
        RawEntry, ReadError, Snapshot,
    },
};
use dropcast_domain::{
    ids::ReservationId,
    show::{Command, FoldError, STATE_VERSION},
};
use dropcast_proto::v1;
use prost::Message as _;

use crate::fixture::*;

/// Sells, cancels and lets run out a bit of everything.
async fn sell(bench: &Bench) {
    let handle = bench.on_sale(20).await;
    for number in 0..15 {
        let name = format!("viewer-{number}");
        let reservation = held(&handle.ask_and_wait(reserve(&name)).await);
        let id = ReservationId(reservation);
        match number % 3 {
            0 => drop(handle.ask_and_wait(confirm(&name, reservation)).await),
            1 => drop(handle.ask_and_wait(viewer(&name, "back", Command::Release { reservation: id })).await),
            _ => bench.clock.advance_ms(HOLD_MS / 4),
        }
    }
    handle.ask_and_wait(brand("pause", Command::PauseDrop { drop: drop_id() })).await;
}

#[tokio::test]
async fn the_same_journal_makes_the_same_state_byte_for_byte() {
    let bench = Bench::new();
    sell(&bench).await;
    let live = bench.state().await;
    // Folded from the beginning.
    assert!(bench.journal.snapshot("show").await.unwrap().is_none());
    let folded = bench.another();
    assert_eq!(folded.state().await, live);
    // And from a snapshot.
    folded.engine.stop().await;
    assert!(bench.journal.snapshot("show").await.unwrap().is_some());
    assert_eq!(bench.another().state().await, live);
}

#[tokio::test]
async fn a_snapshot_of_other_rules_is_folded_from_the_beginning() {
    let bench = Bench::new();
    sell(&bench).await;
    let live = bench.state().await;
    bench.engine.stop().await;
    for version in [0, STATE_VERSION + 1] {
        let claim = bench.journal.claim("show").await.unwrap();
        let Snapshot { position, at_ms, .. } = bench.journal.snapshot("show").await.unwrap().unwrap();
        let body = Bytes::from([&version.to_be_bytes()[..], b"whatever they wrote"].concat());
        bench.journal.save_snapshot(&claim, Snapshot { position, at_ms, body }).await.unwrap();
        assert_eq!(bench.another().state().await, live);
    }
}

#[tokio::test]
async fn a_snapshot_that_cannot_be_read_needs_the_whole_journal() {
    let bench = Bench::new();
    sell(&bench).await;
    bench.engine.stop().await;
    let claim = bench.journal.claim("show").await.unwrap();
    let mut snapshot = bench.journal.snapshot("show").await.unwrap().unwrap();
    snapshot.body = snapshot.body.slice(..snapshot.body.len() / 2);
    bench.journal.save_snapshot(&claim, snapshot).await.unwrap();
    bench.journal.trim(&claim, 2).await.unwrap();
    let error = bench.another().engine.open(&show("show")).await.unwrap_err();
    assert!(matches!(error, OpenError::Load(LoadError::Read(ReadError::Gap { first_seq: 3 }))), "{error:?}");
}

/// Appends a body to the show's journal, past the rules.
async fn forge(bench: &Bench, body: &v1::EntryBody) {
    bench.engine.stop().await;
    let claim = bench.journal.claim("show").await.unwrap();
    let entry = RawEntry::following(&claim.tail, START.0, body.encode_to_vec().into());
    let append = Append { expected: claim.tail, entries: vec![entry], ..Append::default() };
    bench.journal.append(&claim, append).await.unwrap();
}

async fn refusal_to_load(bench: &Bench) -> LoadError {
    let other = bench.another();
    let error = other.engine.open(&show("show")).await.unwrap_err();
    assert_eq!(other.engine.loaded(), 0);
    match error {
        OpenError::Load(error) => error,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_unknown_kind_of_fact_is_not_skipped() {
    let bench = Bench::new();
    bench.on_sale(1).await;
    forge(&bench, &v1::EntryBody { cause: None, facts: vec![v1::Fact { kind: None }] }).await;
    let error = refusal_to_load(&bench).await;
    assert!(matches!(error, LoadError::Decode { seq: 4, .. }), "{error:?}");
}

#[tokio::test]
async fn an_entry_that_contradicts_the_others_is_not_folded() {
    let bench = Bench::new();
    bench.on_sale(1).await;
    let kind = v1::fact::Kind::ShowStarted(v1::ShowStarted {});
    forge(&bench, &v1::EntryBody { cause: None, facts: vec![v1::Fact { kind: Some(kind) }] }).await;
    let error = refusal_to_load(&bench).await;
    assert!(matches!(error, LoadError::Fold { seq: 4, source: FoldError::Show(_) }), "{error:?}");
}

/// A journal that hands out other bytes than were appended.
struct Tampered(MemoryJournal);

#[async_trait]
impl Journal for Tampered {
    fn durability(&self) -> Durability {
        self.0.durability()
    }

    async fn claim(&self, show: &str) -> Result<Claim, ClaimError> {
        self.0.claim(show).await
    }

    async fn release(&self, claim: &Claim) -> Result<(), ClaimError> {
        self.0.release(claim).await
    }

    fn append(&self, claim: &Claim, append: Append) -> Appending {
        self.0.append(claim, append)
    }

    async fn tail(&self, show: &str) -> Result<Position, ReadError> {
        self.0.tail(show).await
    }

    async fn read(&self, show: &str, from_seq: u64, entries_max: usize) -> Result<Vec<RawEntry>, ReadError> {
        let mut entries = self.0.read(show, from_seq, entries_max).await?;
        for entry in entries.iter_mut().filter(|entry| entry.seq == 2) {
            entry.at_ms += 1;
        }
        Ok(entries)
    }

    async fn save_snapshot(&self, claim: &Claim, snapshot: Snapshot) -> Result<(), AppendError> {
        self.0.save_snapshot(claim, snapshot).await
    }

    async fn snapshot(&self, _show: &str) -> Result<Option<Snapshot>, ReadError> {
        Ok(None)
    }

    async fn trim(&self, claim: &Claim, through_seq: u64) -> Result<(), AppendError> {
        self.0.trim(claim, through_seq).await
    }

    async fn list(&self, after: Option<&str>, listed_max: usize) -> Result<Vec<Listed>, ReadError> {
        self.0.list(after, listed_max).await
    }

    async fn due(&self, now_ms: u64, shows_max: usize) -> Result<Vec<String>, ReadError> {
        self.0.due(now_ms, shows_max).await
    }

    async fn close(&self) {
        self.0.close().await;
    }
}

#[tokio::test]
async fn a_damaged_journal_is_not_loaded() {
    let bench = Bench::new();
    bench.on_sale(1).await;
    bench.engine.stop().await;
    let engine = Engine::new(
        Arc::new(Tampered(bench.journal.connect())),
        bench.clock.clone(),
        bench.recorders.clone(),
        bench.config.clone(),
    );
    let error = engine.open(&show("show")).await.unwrap_err();
    assert!(matches!(error, OpenError::Load(LoadError::Read(ReadError::Damaged { seq: 2, .. }))), "{error:?}");
    assert_eq!(engine.loaded(), 0);
}
