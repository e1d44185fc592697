//! A journal as it is in a Redis, without any node.

use std::sync::Arc;

use dropcast::{
    clock::SystemClock,
    journal::{Journal as _, RedisJournal, RedisOptions},
};
use dropcast_proto::v1::EntryBody;
use prost::Message as _;
use serde_json::Value;

use crate::{redis_server::RedisServer, shop::SHOW};

/// How many entries are read at once.
const PAGE: usize = 500;

/// The journal on this Redis, as a node of this name has it.
pub(crate) fn journal_on(redis: &RedisServer, options: RedisOptions) -> RedisJournal {
    let options = RedisOptions { urls: vec![redis.url()], ..options };
    RedisJournal::open(&options, Arc::new(SystemClock)).expect("a journal")
}

/// The bodies of all entries.
pub(crate) async fn bodies(journal: &RedisJournal) -> Vec<Value> {
    let (mut bodies, mut next) = (Vec::new(), 1);
    loop {
        let entries = journal.read(SHOW, next, PAGE).await.expect("entries");
        let Some(last) = entries.last() else { return bodies };
        next = last.seq + 1;
        for entry in entries {
            let body = EntryBody::decode(entry.body).expect("a body");
            bodies.push(serde_json::to_value(body).expect("JSON"));
        }
    }
}
