//! The journal over HTTP.

use dropcast::journal::Digest;
use dropcast_proto::v1::JournalEntry;
use serde_json::json;

use crate::common::{SHOW, TestServer};

async fn entries(server: &TestServer, from: u64, limit: u64) -> (Vec<JournalEntry>, u64) {
    let path = format!("/v1/shows/{SHOW}/journal?from={from}&limit={limit}");
    let reply = server.get(&path, Some(&server.brand())).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.headers["content-type"], "application/x-ndjson");
    let next = reply.headers["dropcast-next"].to_str().expect("text").parse().expect("a number");
    let read =
        reply.text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    (read.collect(), next)
}

#[tokio::test]
async fn the_chain_can_be_checked_by_whoever_reads_it() {
    let server = TestServer::start().await;
    server.go_live().await;
    let units = |number: u64| format!("units-{number}");
    for number in 0..300 {
        let more = json!({ "sku": "scarf-blue", "units": 1 });
        let done = server.post(&format!("/v1/shows/{SHOW}/units"), &server.host(), &units(number), more).await;
        assert_eq!(done.status, 200, "{done:?}");
        server.clock.advance_ms(1);
    }
    let (mut digest, mut next, mut seen) = (Digest::default(), 1, 0);
    loop {
        // More than one page of a read, and not a multiple of it.
        let (page, after) = entries(&server, next, 270).await;
        if page.is_empty() {
            assert_eq!(after, next, "the end stays where it is");
            break;
        }
        for entry in page {
            seen += 1;
            assert_eq!(entry.seq, seen);
            digest = digest.chain(entry.seq, entry.decided_at, &entry.body);
            assert_eq!(entry.digest, digest.0, "entry {}", entry.seq);
        }
        next = after;
    }
    assert_eq!(seen, 303, "a plan, a start, an opening and 300 additions");
    assert_eq!(server.journal_tail().await.digest, digest);
    let (all, next) = entries(&server, 1, 10_000).await;
    assert_eq!((all.len(), next), (303, 304));
    assert_eq!(
        all[3].cause.as_ref().and_then(|cause| cause.binding.as_ref()).map(|bound| &*bound.key),
        Some("units-0")
    );
}

#[tokio::test]
async fn trimmed_entries_are_a_gap_that_says_where_to_go_on() {
    let server = TestServer::start().await;
    server.go_live().await;
    server.trim_through(2).await;
    let reply = server.get(&format!("/v1/shows/{SHOW}/journal"), Some(&server.brand())).await;
    assert_eq!(reply.is_problem(410, "journal_trimmed")["first_seq"], 3);
    let (rest, next) = entries(&server, 3, 10).await;
    assert_eq!((rest.len(), next), (1, 4));
}

#[tokio::test]
async fn a_journal_that_can_not_be_read_is_unavailable() {
    let server = TestServer::start().await;
    server.go_live().await;
    server.faults.fail_reads(true);
    let reply = server.get(&format!("/v1/shows/{SHOW}/journal"), Some(&server.brand())).await;
    reply.is_problem(503, "unavailable");
    server.get("/v1/shows", None).await.is_problem(503, "unavailable");
    server.get("/v1/shows/another", None).await.is_problem(503, "unavailable");
    server.faults.fail_reads(false);
    assert_eq!(server.get("/v1/shows", None).await.status, 200);
}
