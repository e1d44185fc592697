//! The show and its second model, side by side.

use dropcast_domain::{
    ids::{BrandId, DropId, Key, OrderId, PrincipalId, ProductId, ReservationId, Sku},
    money::Currency,
    show::{
        Command, DropItem, DropPlan, Entry, Fact, Fairness, Fingerprint, HoldRules, Principal, ProductPlan, Request,
        Role, Show, ShowPlan, ShowSettings, VariantPlan, Waitlist,
    },
    text::Text,
    time::Timestamp,
};

use crate::{
    naive::Naive,
    step::{Change, DROPS, SKUS, Step, VIEWERS, Wait},
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
        let reservations = self.show.reservation_count() + 1;
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
            Step::Resume(drop) => (host, Command::ResumeDrop { drop: drop_id(drop) }),
            Step::Extend(drop, by_ms) => (host, Command::ExtendDrop { drop: drop_id(drop), by_ms }),
            Step::Close(drop) => (host, Command::CloseDrop { drop: drop_id(drop) }),
            Step::Add(drop, of, units) => (host, Command::AddUnits { drop: drop.map(drop_id), sku: sku(of), units }),
            Step::Reserve { viewer, drop, sku: of, quantity } => {
                (as_viewer(viewer), Command::Reserve { drop: drop_id(drop), sku: sku(of), quantity, with: Vec::new() })
            }
            Step::Confirm(viewer, which) => {
                let reservation = ReservationId(which.index(reservations) as u64 + 1);
                (as_viewer(self.mostly_owner(viewer, reservation)), Command::Confirm { reservation })
            }
            Step::Release(viewer, which) => {
                let reservation = ReservationId(which.index(reservations) as u64 + 1);
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

    /// Two viewers of three ask for what is theirs.
    pub(crate) fn mostly_owner(&self, viewer: usize, reservation: ReservationId) -> usize {
        let owner = self.show.reservation(reservation).map(|reservation| reservation.viewer.as_str());
        let owner = VIEWERS.iter().position(|name| Some(*name) == owner);
        if viewer == 0 { viewer } else { owner.unwrap_or(viewer) }
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
            self.expect_plan(now, request, plan, &answer);
            let own = self.entries.iter().rfind(|entry| entry.cause.is_some());
            // Which facts make a plan true is the plan's own business; what it comes to is compared below.
            expected.extend(own.filter(|_| facts.len() > expected.len()).into_iter().flat_map(|own| own.facts.clone()));
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
        answer: &Result<dropcast_domain::show::Outcome, dropcast_domain::show::Refusal>,
    ) {
        let bound = request.key.as_ref().and_then(|key| self.naive.bound(&request.principal, key));
        let says = match bound {
            Some((fingerprint, outcome)) => (fingerprint == request.fingerprint).then_some(outcome),
            None => self.naive.ask_plan(now, request, plan),
        };
        assert_eq!(answer.clone().ok(), says, "{answer:?} to {request:?}");
    }

    fn wait(&mut self, wait: Wait) {
        self.now = match (wait, self.show.next_deadline()) {
            (Wait::Ms(ms), _) => self.now.after_ms(ms),
            (Wait::Deadline(_), None) => self.now,
            (Wait::Deadline(off_ms), Some(deadline)) => Timestamp(deadline.0.saturating_add_signed(off_ms)),
            (Wait::Back(ms), _) => Timestamp(self.now.0 - ms),
        };
        let mut entries = Vec::new();
        self.show.pass(self.now, &mut entries);
        let facts: Vec<Fact> = entries.iter().flat_map(|entry| entry.facts.clone()).collect();
        self.keep(entries);
        let now = self.show.last_at().max(self.now);
        assert_eq!(facts, self.naive.pass(now));
        self.check();
    }

    fn change(&self, plan: &mut ShowPlan, change: Change) {
        let first = first_plan();
        let drop_at = |plan: &ShowPlan, drop| plan.drops.iter().position(|planned| planned.drop == drop_id(drop));
        if let Change::Drop(drop) = change {
            match drop_at(plan, drop) {
                Some(position) => _ = plan.drops.remove(position),
                None => plan.drops.push(first.drops[drop].clone()),
            }
            return;
        }
        let on_drop = |plan: &mut ShowPlan, drop: usize, change: &dyn Fn(&mut DropPlan)| {
            plan.drops.iter_mut().filter(|planned| planned.drop == drop_id(drop)).for_each(change);
        };
        let on_variant = |plan: &mut ShowPlan, of: usize, change: &dyn Fn(&mut VariantPlan)| {
            let variants = plan.products.iter_mut().flat_map(|product| &mut product.variants);
            variants.filter(|variant| variant.sku == sku(of)).for_each(change);
        };
        match change {
            Change::Drop(_) => {}
            Change::Units(of, units) => on_variant(plan, of, &|variant| variant.units = units),
            Change::ListPrice(of, price) => on_variant(plan, of, &|variant| variant.list_price_minor = price),
            Change::Variant => match plan.products[0].variants.len() {
                1 => plan.products[0].variants.push(first.products[0].variants[1].clone()),
                _ => plan.products[0].variants.truncate(1),
            },
            Change::Product => match plan.products.len() {
                1 => plan.products.push(first.products[1].clone()),
                _ => plan.products.truncate(1),
            },
            Change::Swap => plan.drops.reverse(),
            Change::Title(drop) => on_drop(plan, drop, &|drop| drop.title = text("Once more")),
            Change::Limit(drop, limit) => on_drop(plan, drop, &|drop| drop.limit_per_viewer = limit),
            Change::Cap(drop, cap) => on_drop(plan, drop, &|drop| drop.items[0].cap = cap),
            Change::OpensAt(drop, after_ms) => {
                let opens_at = after_ms.map(|after_ms| Timestamp(self.now.0 - 1_000 + after_ms));
                on_drop(plan, drop, &|drop| drop.opens_at = opens_at);
            }
            Change::Duration(drop, ms) => on_drop(plan, drop, &|drop| drop.duration_ms = ms),
            Change::HoldTtl(drop, ms) => on_drop(plan, drop, &|drop| drop.hold_ttl_ms = ms),
            Change::CloseWhenSoldOut(drop) => {
                on_drop(plan, drop, &|drop| drop.close_when_sold_out = !drop.close_when_sold_out);
            }
            Change::Items(drop, of) => on_drop(plan, drop, &|drop| drop.items = vec![item(of, None, Some(2))]),
            Change::Currency => plan.settings.currency = Currency::new("USD").unwrap(),
        }
    }
}

/// Two products of three SKUs, three drops that share them.
fn first_plan() -> ShowPlan {
    let drop = |number: usize, items: Vec<DropItem>, close_when_sold_out| DropPlan {
        drop: drop_id(number),
        title: text(DROPS[number]),
        items,
        limit_per_viewer: 3,
        hold_ttl_ms: None,
        opens_at: None,
        duration_ms: None,
        close_when_sold_out,
        shared_cap: None,
        fairness: Fairness::FirstCome,
        waitlist: Waitlist::Off,
        offer_ttl_ms: None,
    };
    let variant = |number: usize, units| VariantPlan { sku: sku(number), title: text(""), list_price_minor: 7, units };
    let product = |name: &str, variants: Vec<VariantPlan>| ProductPlan {
        product: ProductId::new(name).unwrap(),
        title: text(name),
        description: Text::default(),
        picture: String::new(),
        variants,
    };
    ShowPlan {
        settings: ShowSettings {
            brand: BrandId::new("acme").unwrap(),
            title: text("Walk"),
            description: Text::default(),
            host_name: String::new(),
            picture: String::new(),
            video: String::new(),
            currency: Currency::new("EUR").unwrap(),
            starts_at: None,
            hold_ttl_ms: 2_000,
            watch_without_token: true,
            return_policy: Text::default(),
            delivery: Text::default(),
            hold_rules: HoldRules::default(),
        },
        products: vec![product("tee", vec![variant(0, 4), variant(1, 3)]), product("cap", vec![variant(2, 3)])],
        drops: vec![
            drop(0, vec![item(0, None, Some(2)), item(1, None, None)], true),
            drop(1, vec![item(0, Some(5), None), item(2, Some(0), Some(3))], true),
            DropPlan { duration_ms: Some(3_000), ..drop(2, vec![item(2, None, None)], false) },
        ],
    }
}

fn item(number: usize, price_minor: Option<u64>, cap: Option<u32>) -> DropItem {
    DropItem { sku: sku(number), price_minor, cap }
}

fn text(english: &str) -> Text {
    Text([("en".to_owned(), english.to_owned())].into())
}

pub(crate) fn sku(number: usize) -> Sku {
    Sku::new(SKUS.get(number).unwrap_or(&"none")).unwrap()
}

pub(crate) fn drop_id(number: usize) -> DropId {
    DropId::new(DROPS.get(number).unwrap_or(&"none")).unwrap()
}
