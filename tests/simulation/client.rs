//! Somebody who wants something of the show, and asks again until there is an answer.

use dropcast::engine::{Accepted, Answer};
use dropcast_domain::{
    audience::Audience,
    ids::{Key, PrincipalId},
    show::{Command, Fingerprint, Principal, Refusal, Request, Role},
};
use sha2::{Digest as _, Sha256};

use crate::{
    ledger::{Ledger, Told},
    random::Random,
    scenario::Scenario,
};

/// What a client wants, one thing after the other.
pub(crate) trait Script {
    /// What it wants now, if anything.
    fn next(&mut self, random: &mut Random, now_ms: u64) -> Option<Command>;

    /// It got what it wanted.
    fn accepted(&mut self, accepted: &Accepted);

    /// It won't get it.
    fn refused(&mut self, _refusal: &Refusal) {}

    /// A node loaded the show, with this audience.
    fn loaded(&mut self, _audience: &Audience) {}

    /// It was told of an offer.
    fn offered(&mut self, _reservation: u64) {}

    /// Whether it may lose patience.
    fn may_give_up(&self) -> bool;

    /// From now on it wants only what it must.
    fn finish(&mut self);

    /// Whether it will want nothing more.
    fn is_over(&self) -> bool;
}

/// A request for a node.
pub(crate) struct Ask {
    pub(crate) node: usize,
    pub(crate) request: Request,
    pub(crate) attempt: u32,
}

pub(crate) struct Client {
    principal: Principal,
    random: Random,
    script: Box<dyn Script>,
    /// At which node it is.
    node: usize,
    nodes: usize,
    pace_ms_max: u64,
    /// How long it waits for an answer before it asks again.
    patience_ms: u64,
    keys: u64,
    next_at_ms: u64,
    wish: Option<Wish>,
    /// What it got, and will ask for once more.
    repeat: Option<(Request, u32)>,
    is_finishing: bool,
}

struct Wish {
    request: Request,
    attempt: u32,
    state: State,
}

enum State {
    /// Asked as this call, at this time.
    Asked { call: usize, at_ms: u64 },
    /// To be asked at this time.
    Resting { until_ms: u64 },
}

const BACK_OFF_MS_MAX: u64 = 300;

impl Client {
    pub(crate) fn new(principal: Principal, mut random: Random, script: Box<dyn Script>, scenario: &Scenario) -> Self {
        let &Scenario { nodes, pace_ms_max, patience_ms, .. } = scenario;
        let node = random.place(nodes);
        Self {
            principal,
            random,
            script,
            node,
            nodes,
            pace_ms_max,
            patience_ms,
            keys: 0,
            next_at_ms: 0,
            wish: None,
            repeat: None,
            is_finishing: false,
        }
    }

    /// Looks at what it was told, and says what it asks now.
    pub(crate) fn step(&mut self, now_ms: u64, ledger: &Ledger) -> Option<Ask> {
        self.take_answer(now_ms, ledger);
        self.wish_for_something(now_ms);
        let wish = self.wish.as_ref()?;
        match wish.state {
            State::Resting { until_ms } if until_ms <= now_ms => {
                Some(Ask { node: self.node, request: wish.request.clone(), attempt: wish.attempt })
            }
            _ => None,
        }
    }

    /// Units are offered to somebody.
    pub(crate) fn offered(&mut self, viewer: &PrincipalId, reservation: u64) {
        if self.principal.role == Role::Viewer && self.principal.id == *viewer {
            self.script.offered(reservation);
        }
    }

    /// A node loaded the show.
    pub(crate) fn loaded(&mut self, audience: &Audience) {
        self.script.loaded(audience);
    }

    /// What it asked for is this call.
    pub(crate) fn asked(&mut self, call: usize, now_ms: u64) {
        if let Some(wish) = &mut self.wish {
            wish.state = State::Asked { call, at_ms: now_ms };
        }
    }

    /// It wants nothing new any more, and gives nothing up.
    pub(crate) fn finish(&mut self) {
        self.is_finishing = true;
        self.repeat = None;
        if !self.script.may_give_up() {
            // What it waits for may be impossible until it does what comes first once more.
            self.wish = None;
        }
        self.script.finish();
    }

    /// Whether everything that it wanted was answered.
    pub(crate) fn is_done(&self) -> bool {
        self.wish.is_none() && self.script.is_over()
    }

    /// What it still waits for.
    pub(crate) fn waits_for(&self) -> Option<String> {
        let wish = self.wish.as_ref()?;
        Some(format!("{} wants {:?}, attempt {}", self.principal.id, wish.request.command, wish.attempt))
    }

    fn take_answer(&mut self, now_ms: u64, ledger: &Ledger) {
        let Some(wish) = &self.wish else { return };
        let State::Asked { call, at_ms } = wish.state else { return };
        let told = ledger.read().calls[call].told.as_ref().map(|(told, _)| told.clone());
        match told {
            Some(Told::Answer(Answer::Accepted(accepted))) => {
                if wish.request.key.is_some() && !self.is_finishing && self.random.percent(20) {
                    self.repeat = Some((wish.request.clone(), wish.attempt + 1));
                }
                self.script.accepted(&accepted);
                self.wish = None;
            }
            Some(Told::Answer(Answer::Refused(refusal))) => {
                self.script.refused(&refusal);
                self.wish = None;
            }
            Some(Told::Answer(Answer::Retry { .. } | Answer::Pending { .. })) => self.again(now_ms, 40),
            Some(Told::NotOpened | Told::Crashed | Told::Dropped) => self.again(now_ms, 80),
            None if now_ms >= at_ms + self.patience_ms => self.again(now_ms, 80),
            None => {}
        }
    }

    /// Asks again later, often at another node, or gives up.
    fn again(&mut self, now_ms: u64, elsewhere_percent: u64) {
        if self.random.percent(elsewhere_percent) {
            self.node = self.random.place(self.nodes);
        }
        let gives_up = !self.is_finishing && self.script.may_give_up() && self.random.percent(4);
        let until_ms = now_ms + self.random.between(20, BACK_OFF_MS_MAX);
        if gives_up {
            self.wish = None;
        } else if let Some(wish) = &mut self.wish {
            wish.attempt += 1;
            wish.state = State::Resting { until_ms };
        }
    }

    fn wish_for_something(&mut self, now_ms: u64) {
        if self.wish.is_some() || now_ms < self.next_at_ms {
            return;
        }
        self.next_at_ms = now_ms + self.random.between(1, self.pace_ms_max);
        if self.random.percent(20) {
            self.node = self.random.place(self.nodes);
        }
        let repeat = self.repeat.take();
        let wanted = repeat.or_else(|| Some((self.request(now_ms)?, 0)));
        let state = State::Resting { until_ms: now_ms };
        self.wish = wanted.map(|(request, attempt)| Wish { request, attempt, state });
    }

    fn request(&mut self, now_ms: u64) -> Option<Request> {
        let command = self.script.next(&mut self.random, now_ms)?;
        self.keys += 1;
        let key = (!matches!(command, Command::Plan(_) | Command::CountAudience { .. }))
            .then(|| Key::new(&format!("{}-{}", self.principal.id, self.keys)).unwrap());
        let fingerprint = fingerprint(&command);
        Some(Request { principal: self.principal.clone(), key, fingerprint, command })
    }
}

fn fingerprint(command: &Command) -> Fingerprint {
    let digest: [u8; 32] = Sha256::digest(format!("{command:?}")).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    Fingerprint(half)
}
