//! The show and its second model, side by side.

use dropcast_domain::{
    ids::{DropId, Key, OrderId, PrincipalId, ReservationId, Sku, WaiterId},
    show::{
        Command, Digest, DropPhase, Entry, Fact, Fingerprint, Outcome, Principal, Refusal, Request, Role, Show,
        ShowPlan, WantedLine,
    },
    time::Timestamp,
};

use proptest::sample::Index;

use crate::{
    naive::Naive,
    plan::{first_plan, within_bounds},
    step::{DROPS, NODES, SKUS, Step, VIEWERS, Wait},
};

/// Both, and what was asked of them.
pub(crate) struct World {
    pub(crate) show: Show,
    pub(crate) naive: Naive,
    pub(crate) entries: Vec<Entry>,
    /// Takes in one fact at a time, so that every invariant is checked after every fact.
    pub(crate) slow: Show,
    pub(crate) asked: Vec<Request>,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self {
            show: Show::default(),
            naive: Naive::default(),
            entries: Vec::new(),
            slow: Show::default(),
            asked: Vec::new(),
            now: Timestamp(1_000_000),
        };
        world.ask(Role::Brand, "acme", Command::Plan(Box::new(first_plan())));
        world
    }

    /// Takes one step with both.
    pub(crate) fn take(&mut self, step: &Step) {
        match step {
            Step::Pass(wait) => self.wait(*wait),
            Step::Plan(changes) => {
                let mut plan = self.naive.plan().unwrap().clone();
                for change in changes {
                    self.change(&mut plan, *change);
                }
                plan.drops.iter_mut().for_each(within_bounds);
                self.ask(Role::Brand, "acme", Command::Plan(Box::new(plan)));
            }
            Step::Again(which, same) => {
                let mut request = which.get(&self.asked).clone();
                if !same {
                    request.fingerprint = Fingerprint([1; 16]);
                }
                self.request(&request);
            }
            Step::ReclaimAgain(which) => {
                let promises = self.asked.iter().filter(|request| matches!(request.command, Command::Reclaim(_)));
                let promises: Vec<_> = promises.map(|request| request.command.clone()).collect();
                if !promises.is_empty() {
                    self.ask(Role::System, "healing", which.get(&promises).clone());
                }
            }
            Step::Outage { lasts_ms, by_ms } => {
                self.now = self.now.after_ms(*lasts_ms);
                self.ask(Role::System, "outages", Command::ExtendHolds { by_ms: by_ms.unwrap_or(*lasts_ms) });
            }
            step => {
                let (role, name, command) = self.command(step);
                self.ask(role, name, command);
            }
        }
    }

    fn command(&self, step: &Step) -> (Role, &'static str, Command) {
        let orders = self.show.order_count() + 1;
        let (host, as_viewer) = ((Role::Host, "noor"), |viewer: usize| (Role::Viewer, VIEWERS[viewer]));
        let ((role, name), command) = match step.clone() {
            Step::Pass(_) | Step::Plan(_) | Step::Outage { .. } | Step::Again(..) | Step::ReclaimAgain(_) => {
                unreachable!("no command of its own")
            }
            Step::Start => (host, Command::Start),
            Step::End => (host, Command::End),
            Step::Open(drop) => (host, Command::OpenDrop { drop: drop_id(drop) }),
            Step::Schedule(drop, after_ms) => {
                let opens_at = after_ms.map(|after_ms| self.now.after_ms(after_ms));
                (host, Command::ScheduleDrop { drop: drop_id(drop), opens_at })
            }
            Step::Pause(drop) => (host, Command::PauseDrop { drop: drop_id(drop) }),
            Step::Resume(drop) => {
                let mut paused = self.show.drops().filter(|drop| drop.phase() == DropPhase::Paused);
                let paused = paused.next().map(|drop| drop.plan().drop.clone());
                (host, Command::ResumeDrop { drop: paused.unwrap_or_else(|| drop_id(drop)) })
            }
            Step::Extend(drop, by_ms) => (host, Command::ExtendDrop { drop: drop_id(drop), by_ms }),
            Step::Undo(drop) => (host, Command::UndoDrop { drop: drop_id(drop) }),
            Step::Count(node, more) => {
                let node = PrincipalId::new(NODES[node]).unwrap();
                let count = Box::new(self.naive.next_count(&node, &more));
                ((Role::System, "audience"), Command::CountAudience { node, count })
            }
            Step::Close(drop) => (host, Command::CloseDrop { drop: drop_id(drop) }),
            Step::Add(drop, of, units) => (host, Command::AddUnits { drop: drop.map(drop_id), sku: sku(of), units }),
            Step::Withdraw(of, units, force) => {
                ((Role::Brand, "acme"), Command::WithdrawUnits { sku: sku(of), units, force })
            }
            Step::Commit(drop, right) => (
                (Role::System, "draws"),
                Command::CommitDraw { drop: drop_id(drop), commitment: Digest::of(&seed(right).0) },
            ),
            Step::Draw(drop, right) => {
                // Some digest that is another one with every request.
                let digest = Digest::of(&self.asked.len().to_le_bytes());
                ((Role::System, "draws"), Command::DrawLots { drop: drop_id(drop), seed: seed(right), digest })
            }
            Step::Reserve { viewer, drop, sku: of, quantity, with } => {
                let line = |&(of, quantity): &(usize, u32)| WantedLine { sku: self.sku_in(drop, of), quantity };
                let with = with.iter().map(line).collect();
                (
                    as_viewer(viewer),
                    Command::Reserve { drop: drop_id(drop), sku: self.sku_in(drop, of), quantity, with },
                )
            }
            Step::Join { viewer, drop, sku: of, quantity } => {
                (as_viewer(viewer), Command::JoinWaitlist { drop: drop_id(drop), sku: self.sku_in(drop, of), quantity })
            }
            Step::Leave(viewer, which) => {
                let waiter = WaiterId(which.index(self.show.waiter_count() + 1) as u64 + 1);
                let owner = self.show.waiter(waiter).map(|waiter| waiter.viewer.as_str());
                (as_viewer(mostly(owner, viewer)), Command::LeaveWaitlist { waiter })
            }
            Step::ExtendHold(viewer, which) => {
                let reservation = self.mostly_held(which);
                (as_viewer(self.mostly_owner(viewer, reservation)), Command::ExtendHold { reservation })
            }
            Step::Confirm(viewer, which) => {
                let reservation = self.mostly_held(which);
                (as_viewer(self.mostly_owner(viewer, reservation)), Command::Confirm { reservation })
            }
            Step::Release(viewer, which) => {
                let reservation = self.mostly_held(which);
                (as_viewer(self.mostly_owner(viewer, reservation)), Command::Release { reservation })
            }
            Step::Settle(which) => {
                let order = OrderId(which.index(orders) as u64 + 1);
                let payment = PrincipalId::new("pay").unwrap();
                ((Role::System, "payments"), Command::SettleOrder { order, payment })
            }
            Step::Reclaim(lost) => ((Role::System, "healing"), Command::Reclaim(Box::new(self.promise(&lost)))),
        };
        (role, name, command)
    }

    /// The SKU in that place of the drop's plan.
    pub(crate) fn sku_in(&self, drop: usize, of: usize) -> Sku {
        let items = self.show.drop(&drop_id(drop)).map_or(&[][..], |drop| &drop.plan().items);
        if of < SKUS.len() && !items.is_empty() { items[of % items.len()].sku.clone() } else { sku(of) }
    }

    /// Four times of five something that is held, and else any reservation or the next one.
    fn mostly_held(&self, which: Index) -> ReservationId {
        let held: Vec<_> = self.show.holds().map(|held| held.id).collect();
        let any = self.show.reservation_count() + 1;
        match which.index(5 * held.len().max(1)) {
            picked if picked >= held.len() && !held.is_empty() => held[picked % held.len()],
            _ => ReservationId((which.index(5 * any) % any) as u64 + 1),
        }
    }

    /// All viewers but one ask for what is theirs.
    pub(crate) fn mostly_owner(&self, viewer: usize, reservation: ReservationId) -> usize {
        mostly(self.show.reservation(reservation).map(|reservation| reservation.viewer.as_str()), viewer)
    }

    fn ask(&mut self, role: Role, name: &str, command: Command) {
        let principal = Principal { role, id: PrincipalId::new(name).unwrap() };
        let key = Key::new(&format!("key-{}", self.asked.len())).unwrap();
        let request = Request { principal, key: Some(key), fingerprint: Fingerprint([0; 16]), command };
        self.asked.push(request.clone());
        self.request(&request);
    }

    fn request(&mut self, request: &Request) {
        let mut entries = Vec::new();
        let answer = self.show.handle(self.now, request, &mut entries);
        let facts: Vec<Fact> = entries.iter().flat_map(|entry| entry.facts.clone()).collect();
        self.keep(entries);
        let now = self.show.last_at().max(self.now);

        let mut expected = self.naive.pass(self.looked_back_to(now, request));
        if let Command::Plan(plan) = &request.command {
            let offers = self.expect_plan(now, request, plan, &answer);
            let own = self.entries.iter().rfind(|entry| entry.cause.is_some());
            let own = own.filter(|_| facts.len() > expected.len()).into_iter().flat_map(|own| own.facts.clone());
            // Which facts make a plan true is the plan's own business; what it comes to is compared below.
            expected.extend(own.filter(|fact| !matches!(fact, Fact::ReservationOffered { .. })));
            expected.extend(offers);
        } else {
            let says = self.naive.ask(now, request);
            assert_eq!(answer, says.clone().map(|(_, outcome)| outcome), "{request:?}");
            expected.extend(says.map(|(facts, _)| facts).unwrap_or_default());
        }
        expected.extend(self.naive.pass(now));
        assert_eq!(facts, expected, "{request:?}");
        self.check();
    }

    /// Up to when time passes before the request is decided.
    fn looked_back_to(&self, now: Timestamp, request: &Request) -> Timestamp {
        let last = self.naive.happened.last().map_or(Timestamp(0), |(at, _)| *at);
        match request.command {
            Command::ExtendHolds { by_ms } => Timestamp(now.0.saturating_sub(by_ms)).max(last),
            _ => now,
        }
    }

    fn expect_plan(
        &mut self,
        now: Timestamp,
        request: &Request,
        plan: &ShowPlan,
        answer: &Result<Outcome, Refusal>,
    ) -> Vec<Fact> {
        let bound = request.key.as_ref().and_then(|key| self.naive.bound(&request.principal, key));
        let says = match bound {
            Some((fingerprint, outcome)) => (fingerprint == request.fingerprint).then_some((outcome, Vec::new())),
            None => self.naive.ask_plan(now, request, plan),
        };
        let (says, offers) = says.unzip();
        assert_eq!(answer.clone().ok(), says, "{answer:?} to {request:?}");
        offers.unwrap_or_default()
    }

    fn wait(&mut self, wait: Wait) {
        let near = |moment: Option<Timestamp>, off_ms| {
            moment.map_or(self.now, |moment| Timestamp(moment.0.saturating_add_signed(off_ms)))
        };
        self.now = match wait {
            Wait::Ms(ms) => self.now.after_ms(ms),
            Wait::Deadline(off_ms) => near(self.show.next_deadline(), off_ms),
            Wait::Draw(off_ms) => near(self.show.pending_draws().next().map(|(at, _)| at), off_ms),
            Wait::Back(ms) => Timestamp(self.now.0 - ms),
        };
        let mut entries = Vec::new();
        self.show.pass(self.now, &mut entries);
        let facts: Vec<Fact> = entries.iter().flat_map(|entry| entry.facts.clone()).collect();
        self.keep(entries);
        let now = self.show.last_at().max(self.now);
        assert_eq!(facts, self.naive.pass(now));
        self.check();
    }
}

/// Who owns it asks, but for the first viewer.
fn mostly(owner: Option<&str>, viewer: usize) -> usize {
    let owner = VIEWERS.iter().position(|name| Some(*name) == owner);
    if viewer == 0 { viewer } else { owner.unwrap_or(viewer) }
}

/// The seed that draws are mostly bound to, or another.
fn seed(right: bool) -> Digest {
    Digest([u8::from(right); 32])
}

pub(crate) fn sku(number: usize) -> Sku {
    Sku::new(SKUS.get(number).unwrap_or(&"none")).unwrap()
}

pub(crate) fn drop_id(number: usize) -> DropId {
    DropId::new(DROPS.get(number).unwrap_or(&"none")).unwrap()
}
