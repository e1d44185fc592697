//! A show in which everything happens, by chance.

use dropcast::{
    engine::{Accepted, Answer, ShowHandle},
    journal::AppendFault,
};
use dropcast_domain::{
    audience::AudienceCount,
    ids::{BrandId, DropId, Key, PrincipalId, ProductId, ReservationId, Sku, WaiterId},
    money::Currency,
    show::{
        Command, DropItem, DropPlan, Fairness, Fingerprint, HoldRules, KeyUse, Principal, ProductPlan, Promise,
        Promised, Request, ReservationState, Role, ShowPlan, ShowSettings, VariantPlan, Waitlist, WantedLine,
    },
    text::Text,
    time::Timestamp,
};
use tokio::sync::oneshot;

use crate::{house::House, random::Random};

pub(crate) const VIEWERS: [&str; 4] = ["ada", "bob", "cyd", "dee"];
const DROPS: [&str; 3] = ["early", "late", "extra"];

/// A plan with these drops, under this title.
pub(crate) fn plan(title: &str, drops: &[&str], list_price_minor: u64) -> Request {
    let settings = ShowSettings {
        brand: BrandId::new("acme").unwrap(),
        title: text(title),
        description: Text::default(),
        host_name: "Noor".into(),
        picture: String::new(),
        video: String::new(),
        currency: Currency::new("EUR").unwrap(),
        starts_at: None,
        hold_ttl_ms: 10_000,
        watch_without_token: true,
        return_policy: Text::default(),
        delivery: Text::default(),
        hold_rules: HoldRules { payment_extension_ms: 3_000, ..HoldRules::default() },
    };
    let products = vec![product("tee", list_price_minor, 6), product("cap", 1_000, 4)];
    let drops = drops.iter().map(|name| drop_plan(name)).collect();
    let command = Command::Plan(Box::new(ShowPlan { settings, products, drops }));
    Request { key: None, ..request(Role::Brand, "acme", "plan", command) }
}

fn product(name: &str, list_price_minor: u64, units: u32) -> ProductPlan {
    let variant = VariantPlan { sku: Sku::new(name).unwrap(), title: Text::default(), list_price_minor, units };
    ProductPlan {
        product: ProductId::new(name).unwrap(),
        title: text(name),
        description: Text::default(),
        picture: String::new(),
        variants: vec![variant],
    }
}

fn drop_plan(name: &str) -> DropPlan {
    let item = |sku: &str, cap| DropItem { sku: Sku::new(sku).unwrap(), price_minor: None, cap };
    DropPlan {
        drop: DropId::new(name).unwrap(),
        title: text(name),
        items: vec![item("tee", None), item("cap", Some(3))],
        limit_per_viewer: 5,
        hold_ttl_ms: None,
        opens_at: None,
        duration_ms: (name == "late").then_some(30_000),
        close_when_sold_out: name == "extra",
        shared_cap: (name == "late").then_some(5),
        fairness: if name == "extra" { Fairness::Draw { entry_ms: 4_000 } } else { Fairness::FirstCome },
        waitlist: match name {
            "late" => Waitlist::Automatic,
            "extra" => Waitlist::Ask,
            _ => Waitlist::Off,
        },
        offer_ttl_ms: Some(5_000),
    }
}

fn text(english: &str) -> Text {
    Text([("en".to_owned(), english.to_owned())].into())
}

pub(crate) fn request(role: Role, name: &str, key: &str, command: Command) -> Request {
    let principal = Principal { role, id: PrincipalId::new(name).unwrap() };
    Request { principal, key: Some(Key::new(key).unwrap()), fingerprint: Fingerprint::default(), command }
}

/// A show on sale in the drop `early`.
pub(crate) async fn on_sale(house: &House) -> ShowHandle {
    let handle = house.show().await;
    let drop = DropId::new("early").unwrap();
    for request in [
        plan("begin", &DROPS, 2_500),
        request(Role::Brand, "acme", "start", Command::Start),
        request(Role::Brand, "acme", "open", Command::OpenDrop { drop }),
    ] {
        assert!(matches!(handle.ask_and_wait(request).await, Answer::Accepted(_)));
    }
    handle
}

/// Chance, and the keys that were used.
pub(crate) struct Script {
    pub(crate) random: Random,
    /// Chance of its own, so that what else happens doesn't depend on it.
    promises: Random,
    keys: u64,
    /// What was held, and by whom.
    held: Vec<(&'static str, u64)>,
}

impl Script {
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: Random(seed), promises: Random(!seed), keys: 0, held: Vec::new() }
    }

    /// Some commands at once, perhaps with trouble on the way; all are answered when it comes back.
    pub(crate) async fn step(&mut self, house: &House) {
        let handle = house.show().await;
        if self.random.chance(10) {
            house.clock.advance_ms(self.random.below(8_000));
        }
        if self.random.chance(20) {
            self.look_for_offers(&handle).await;
        }
        let is_slow = self.random.chance(30);
        if is_slow {
            house.faults.hold_appends();
        }
        let mut answers = Vec::new();
        for _ in 0..=self.random.below(5) {
            let (viewer, request) = self.command();
            answers.push((viewer, ask(&handle, request)));
            if self.random.chance(30) {
                tokio::task::yield_now().await;
            }
        }
        if self.promises.chance(20) {
            let (viewer, request) = self.reclaiming();
            answers.push((viewer, ask(&handle, request)));
        }
        if self.promises.chance(4) {
            answers.extend(self.undoing().map(|request| ("noor", ask(&handle, request))));
        }
        if self.promises.chance(6) {
            answers.push(("noor", ask(&handle, self.counting())));
        }
        if self.random.chance(8) {
            let faults = [AppendFault::Unavailable, AppendFault::InDoubtAppended, AppendFault::InDoubtLost];
            house.faults.next_append(faults[usize::try_from(self.random.below(3)).unwrap()]);
        }
        if is_slow {
            house.faults.release_appends();
        }
        for (viewer, answer) in answers {
            if let Answer::Accepted(Accepted::Held(reservation)) = answer.await.unwrap() {
                self.held.push((viewer, reservation.reservation));
            }
        }
    }

    /// What is offered may be bought or declined like what is held.
    async fn look_for_offers(&mut self, handle: &ShowHandle) {
        let offered = handle.read(|show, _| {
            let offered = show.holds().filter(|hold| hold.state == ReservationState::Offered);
            offered.map(|hold| (hold.viewer.clone(), hold.id.0)).collect::<Vec<_>>()
        });
        for (viewer, number) in offered.await.unwrap_or_default() {
            let viewer = VIEWERS.into_iter().find(|name| *name == viewer.as_str()).unwrap();
            if !self.held.contains(&(viewer, number)) {
                self.held.push((viewer, number));
            }
        }
    }

    fn command(&mut self) -> (&'static str, Request) {
        self.keys += 1;
        let key = format!("key-{}", self.keys);
        if self.random.chance(65) { self.shopping(&key) } else { ("noor", self.running(&key)) }
    }

    /// What a lost history may have promised.
    fn reclaiming(&mut self) -> (&'static str, Request) {
        self.keys += 1;
        let viewer = VIEWERS[usize::try_from(self.promises.below(4)).unwrap()];
        let sku = Sku::new(if self.promises.chance(50) { "tee" } else { "hat" }).unwrap();
        let used = |what: &str| KeyUse {
            key: Key::new(&format!("{what}-{}", self.keys)).unwrap(),
            fingerprint: Fingerprint::default(),
        };
        let (reserve, confirm) = (used("lost-reserve"), used("lost-confirm"));
        let is_sold = self.promises.chance(50);
        let promise = Promise {
            viewer: PrincipalId::new(viewer).unwrap(),
            drop: DropId::new(DROPS[usize::try_from(self.promises.below(3)).unwrap()]).unwrap(),
            sku,
            quantity: 1,
            unit_price_minor: 2_400,
            with: Vec::new(),
            expires_at: Timestamp(1_760_000_030_000),
            lost: ReservationId(1_000 + self.keys),
            promised: if is_sold { Promised::Bought { reserve, confirm } } else { Promised::Held { reserve } },
        };
        let key = format!("key-{}", self.keys);
        (viewer, request(Role::System, "healing", &key, Command::Reclaim(Box::new(promise))))
    }

    /// An opening that was a mistake, and the one that was meant.
    fn undoing(&mut self) -> [Request; 2] {
        let drop = DropId::new(DROPS[usize::try_from(self.promises.below(3)).unwrap()]).unwrap();
        [Command::UndoDrop { drop: drop.clone() }, Command::OpenDrop { drop }].map(|command| {
            self.keys += 1;
            request(Role::Host, "noor", &format!("key-{}", self.keys), command)
        })
    }

    /// What another node tells of its viewers.
    fn counting(&mut self) -> Request {
        let node = PrincipalId::new("elsewhere").unwrap();
        let count = AudienceCount { watched: self.keys, clicks: self.keys, ..AudienceCount::default() };
        let command = Command::CountAudience { node, count: Box::new(count) };
        Request { key: None, ..request(Role::System, "elsewhere", "none", command) }
    }

    fn shopping(&mut self, key: &str) -> (&'static str, Request) {
        let held = if self.random.chance(50) { self.held.pop() } else { None };
        let (viewer, command) = match held.map(|(viewer, number)| (viewer, ReservationId(number))) {
            Some((viewer, reservation)) if self.random.chance(60) => (viewer, Command::Confirm { reservation }),
            Some((viewer, reservation)) if self.random.chance(20) => (viewer, Command::ExtendHold { reservation }),
            Some((viewer, reservation)) => (viewer, Command::Release { reservation }),
            None => {
                let viewer = VIEWERS[usize::try_from(self.random.below(4)).unwrap()];
                (viewer, self.wanting())
            }
        };
        (viewer, request(Role::Viewer, viewer, key, command))
    }

    fn wanting(&mut self) -> Command {
        let (tee, cap) = (Sku::new("tee").unwrap(), Sku::new("cap").unwrap());
        let (sku, other) = if self.random.chance(50) { (tee, cap) } else { (cap, tee) };
        let drop = self.drop();
        match self.random.below(10) {
            0 => Command::JoinWaitlist { drop, sku, quantity: 2 },
            1 => Command::LeaveWaitlist { waiter: WaiterId(1 + self.random.below(6)) },
            2 => Command::Reserve { drop, sku, quantity: 1, with: vec![WantedLine { sku: other, quantity: 1 }] },
            _ => Command::Reserve { drop, sku, quantity: 1, with: Vec::new() },
        }
    }

    fn running(&mut self, key: &str) -> Request {
        let drop = self.drop();
        let command = match self.random.below(9) {
            0 => Command::OpenDrop { drop },
            1 => Command::PauseDrop { drop },
            2 | 3 => Command::ResumeDrop { drop },
            4 => Command::ExtendDrop { drop, by_ms: 1_000 },
            5 => {
                let sku = Sku::new("tee").unwrap();
                Command::AddUnits { drop: self.random.chance(50).then_some(drop), sku, units: 2 }
            }
            6 => {
                let opens_at = self.random.chance(70).then_some(Timestamp(1_760_000_030_000));
                Command::ScheduleDrop { drop, opens_at }
            }
            7 => return self.withdrawing(key),
            _ => return self.replanning(),
        };
        request(Role::Host, "noor", key, command)
    }

    fn withdrawing(&mut self, key: &str) -> Request {
        let command = Command::WithdrawUnits { sku: Sku::new("tee").unwrap(), units: 1, force: self.random.chance(50) };
        request(Role::Brand, "acme", key, command)
    }

    fn replanning(&mut self) -> Request {
        let title = format!("title-{}", self.random.below(3));
        let some = usize::try_from(1 + self.random.below(3)).unwrap();
        plan(&title, &DROPS[..some], 2_000 + self.random.below(3))
    }

    fn drop(&mut self) -> DropId {
        DropId::new(DROPS[usize::try_from(self.random.below(3)).unwrap()]).unwrap()
    }
}

/// Asks; the answer is there when it is there.
pub(crate) fn ask(handle: &ShowHandle, request: Request) -> oneshot::Receiver<Answer> {
    let (sender, receiver) = oneshot::channel();
    handle.ask(request, Box::new(move |answer| drop(sender.send(answer))));
    receiver
}
