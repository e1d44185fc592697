//! What the small server knows: one show with one SKU and one drop, and its journal.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use dropcast_proto::v1::{
    self, Cause, EntryBody, Fact, JournalEntry, KeyBinding, KeyOutcome, Role, fact, key_outcome, server_message,
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};

use super::{
    line::{Line, SEED},
    shop::{Bound, Held},
};

/// How the server behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Behaviour {
    /// As it must.
    #[default]
    Honest,
    /// Still: it asks to send every click again.
    RetriesFirst,
    /// It refuses the first click as sold out.
    RefusesFalsely,
    /// It holds one unit more than there are.
    Oversells,
    /// It gives viewers more than the drop allows.
    IgnoresLimit,
    /// It answers no bot.
    DeafToBots,
    /// It acknowledges one hold that it does not write down.
    LosesHold,
    /// It acknowledges confirmations that it does not write down.
    LosesSales,
    /// It never answers every tenth click.
    Silent,
    /// It says *retry* to the first click that it held, and holds it again.
    HoldsTwice,
    /// One of its entries is not chained to the one before.
    BreaksChain,
    /// One of its entries shows other facts than it hashed.
    ShowsOtherFacts,
    /// It never draws lots.
    NeverDraws,
    /// It gives the places of a draw to who clicked first.
    DrawsByClick,
    /// It mixes lots with a digest of its own choice.
    DrawsWithAnyDigest,
    /// It shows another seed than it drew with.
    ShowsAnotherSeed,
    /// It does not show what the draw is bound to.
    HidesCommitment,
    /// It says to the first click that the draw takes no entries any more.
    ClosesEarly,
    /// It lets one viewer enter twice.
    EntersTwice,
    /// It tells viewers of other places than they have.
    TellsOtherPlaces,
    /// It makes the first offer to who came last.
    OffersToTheLast,
    /// It does not tell the first viewer to whom something is offered.
    OffersInSilence,
    /// It keeps the first unit that comes back.
    KeepsWhatComesBack,
    /// It shows units as free while somebody waits for them.
    ShowsWhatIsKept,
}

/// How many clicks people make.
const CLICKS: usize = 400;
/// How long after the opening the clock stands still: before anything is due.
const STANDS_STILL_MS: u64 = 100;

/// The state, and the journal that it came from.
#[derive(Default)]
pub(crate) struct World {
    pub(crate) behaviour: Behaviour,
    pub(crate) journal: Vec<JournalEntry>,
    /// Clicks that were decided.
    pub(crate) clicks: u64,
    /// The keys of people's clicks.
    pub(crate) clicked: BTreeSet<String>,
    /// Connections that came with a cursor.
    pub(crate) resumed: u64,
    /// The entry that opened the drop.
    pub(crate) opened_at_seq: Option<u64>,
    pub(crate) free: u32,
    pub(crate) limit: u32,
    /// By their numbers, from 1.
    pub(crate) held: Vec<Held>,
    pub(crate) keys: BTreeMap<(String, String), Bound>,
    pub(crate) line: Line,
    pub(crate) hold_ttl_ms: u64,
    /// What is to be told, to one viewer or to all.
    pub(crate) news: Vec<(Option<String>, server_message::Kind)>,
    /// The digest of the last entry.
    pub(crate) digest: Vec<u8>,
    began: Option<Instant>,
    misbehaved: bool,
}

impl World {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        Self { behaviour, began: Some(Instant::now()), ..Self::default() }
    }

    /// How late it is. Soon after the drop opened the clock stands still until all clicks are there, however slow the
    /// machine is.
    pub(crate) fn now_ms(&self) -> u64 {
        let since = self.began.map_or(Duration::ZERO, |began| began.elapsed());
        let now = 1_777_660_200_000 + u64::try_from(since.as_millis()).unwrap();
        let stands_still = self.opened_at_seq.is_some() && self.clicked.len() < CLICKS;
        if stands_still { now.min(self.line.opened_at + STANDS_STILL_MS) } else { now }
    }

    pub(crate) fn plan(&mut self, plan: &serde_json::Value) {
        let units = u32::try_from(plan["products"][0]["variants"][0]["units"].as_u64().unwrap()).unwrap();
        self.limit = u32::try_from(plan["drops"][0]["limit_per_viewer"].as_u64().unwrap()).unwrap();
        self.free = units + u32::from(self.behaviour == Behaviour::Oversells);
        self.digest = vec![0; 32];
        self.hold_ttl_ms = plan["hold_ttl_ms"].as_u64().unwrap();
        self.line.entry_ms = plan["drops"][0]["draw"]["entry_ms"].as_u64();
        self.line.is_automatic = plan["drops"][0]["waitlist"] == "automatic";
        let waitlist = if self.line.is_automatic { v1::Waitlist::Automatic } else { v1::Waitlist::Off };
        let mut facts = vec![
            fact::Kind::ShowPlanned(v1::ShowPlanned::default()),
            fact::Kind::UnitsAdded(v1::UnitsAdded { sku: "rush-unit".into(), units, planned: true }),
            fact::Kind::DropPlanned(v1::DropPlanned {
                drop: "rush".into(),
                limit_per_viewer: self.limit,
                items: vec![v1::PlannedItem { sku: "rush-unit".into(), ..Default::default() }],
                draw_entry_ms: self.line.entry_ms,
                waitlist: waitlist.into(),
                ..Default::default()
            }),
        ];
        if self.line.entry_ms.is_some() {
            let commitment = Sha256::digest(SEED).to_vec();
            facts.push(fact::Kind::DrawCommitted(v1::DrawCommitted { drop: "rush".into(), commitment }));
        }
        self.append(None, facts);
    }

    pub(crate) fn start(&mut self, cause: Cause) {
        self.append(Some(cause), vec![fact::Kind::ShowStarted(v1::ShowStarted {})]);
    }

    pub(crate) fn open(&mut self, cause: Cause) {
        self.append(Some(cause), vec![fact::Kind::DropOpened(v1::DropOpened { drop: "rush".into(), closes_at: None })]);
        self.opened_at_seq = Some(self.journal.len() as u64);
        self.line.opened_at = self.journal.last().map_or(0, |entry| entry.decided_at);
        self.tell_drop();
    }

    /// Whether the drop opened, or was drawn, after this entry.
    pub(crate) fn changed_after(&self, seq: u64) -> bool {
        self.opened_at_seq.is_some_and(|opened| opened > seq) || self.line.digest.is_some()
    }

    /// Whether it behaves like this now, which it does only once.
    pub(crate) fn misbehaves(&mut self, behaviour: Behaviour) -> bool {
        self.behaviour == behaviour && !std::mem::replace(&mut self.misbehaved, true)
    }

    /// Writes an entry down.
    pub(crate) fn append(&mut self, cause: Option<Cause>, kinds: Vec<fact::Kind>) {
        let facts: Vec<_> = kinds.into_iter().map(|kind| Fact { kind: Some(kind) }).collect();
        let body = EntryBody { cause: cause.clone(), facts: facts.clone() }.encode_to_vec();
        let (seq, decided_at) = (self.journal.len() as u64 + 1, self.now_ms());
        let mut hasher = Sha256::new();
        if self.behaviour != Behaviour::BreaksChain || seq != 3 {
            hasher.update(&self.digest);
        }
        hasher.update(seq.to_be_bytes());
        hasher.update(u64::to_be_bytes(decided_at));
        hasher.update(&body);
        self.digest = hasher.finalize().to_vec();
        let shown = if self.behaviour == Behaviour::ShowsOtherFacts && seq == 3 { Vec::new() } else { facts };
        self.journal.push(JournalEntry { seq, decided_at, digest: self.digest.clone(), body, cause, facts: shown });
    }
}

/// Who asked, and what the key stands for.
pub(crate) fn cause(role: Role, name: &str, key: &str, kind: key_outcome::Kind) -> Cause {
    let outcome = Some(KeyOutcome { kind: Some(kind) });
    let binding = Some(KeyBinding { key: key.to_owned(), fingerprint: vec![0; 16], outcome });
    Cause { role: role.into(), principal: name.to_owned(), binding }
}
