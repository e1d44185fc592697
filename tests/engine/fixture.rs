//! A show to sell from, and an engine to run it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use dropcast::{
    clock::ManualClock,
    engine::{Accepted, Answer, Engine, EngineConfig, Observer, RetryReason, ShowHandle},
    journal::{Faults, MemoryJournal},
};
use dropcast_domain::{
    ids::{BrandId, DropId, Key, PrincipalId, ProductId, ReservationId, ShowId, Sku},
    money::Currency,
    show::{
        Command, DropItem, DropPlan, Fingerprint, Principal, ProductPlan, Request, Role, Show, ShowPlan, ShowSettings,
        VariantPlan,
    },
    text::Text,
    time::Timestamp,
};
use tokio::sync::oneshot;

use crate::recorder::{Recorder, Recorders};

/// How long a test waits for what must happen.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// When the tests' clocks begin.
pub(crate) const START: Timestamp = Timestamp(1_760_000_000_000);
/// How long units are held.
pub(crate) const HOLD_MS: u64 = 120_000;

/// An engine, and all that it stands on.
pub(crate) struct Bench {
    pub(crate) journal: Arc<MemoryJournal>,
    pub(crate) faults: Faults,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) recorders: Arc<Recorders>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) config: EngineConfig,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::with(EngineConfig::default())
    }

    pub(crate) fn with(config: EngineConfig) -> Self {
        let journal = Arc::new(MemoryJournal::new());
        Self::over(journal, Arc::new(ManualClock::new(START)), config)
    }

    /// An engine on this journal.
    pub(crate) fn of(journal: Arc<MemoryJournal>, config: EngineConfig) -> Self {
        Self::over(journal, Arc::new(ManualClock::new(START)), config)
    }

    fn over(journal: Arc<MemoryJournal>, clock: Arc<ManualClock>, config: EngineConfig) -> Self {
        let recorders = Arc::new(Recorders::default());
        let engine = Engine::observed(
            Arc::clone(&journal) as _,
            Arc::clone(&clock) as _,
            Arc::clone(&recorders) as _,
            config.clone(),
            Arc::clone(&recorders) as _,
        );
        Self { faults: journal.faults(), journal, clock, recorders, engine, config }
    }

    /// The same with an engine that is watched by somebody else.
    pub(crate) fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        let (journal, clock, recorders) = (self.journal.clone(), self.clock.clone(), self.recorders.clone());
        let engine = Engine::observed(journal, clock, recorders, self.config.clone(), observer);
        Self { engine, ..self }
    }

    /// Another engine on the same journal, as after a restart or on another node.
    pub(crate) fn another(&self) -> Self {
        Self::over(Arc::new(self.journal.connect()), Arc::clone(&self.clock), self.config.clone())
    }

    /// The show, open for selling this many units of `sku` in `drop`.
    pub(crate) async fn on_sale(&self, units: u32) -> ShowHandle {
        self.on_sale_as("show", units).await
    }

    pub(crate) async fn on_sale_as(&self, name: &str, units: u32) -> ShowHandle {
        for request in [plan(units), brand("start", Command::Start), brand("open", open())] {
            // A restless show may be put away between two of them.
            while let answer = self.created(name).await.ask_and_wait(request.clone()).await
                && answer != Answer::Accepted(Accepted::Done)
            {
                assert!(is_retry(&answer, RetryReason::Stopping), "{answer:?}");
            }
        }
        self.created(name).await
    }

    async fn created(&self, name: &str) -> ShowHandle {
        self.engine.open_or_create(&show(name)).await.unwrap()
    }

    pub(crate) async fn opened(&self) -> ShowHandle {
        self.engine.open(&show("show")).await.unwrap()
    }

    /// The recorder of the show's newest load.
    pub(crate) fn recorder(&self) -> Recorder {
        self.recorders.newest(&show("show"))
    }

    /// The state of the show, in the bytes of a snapshot.
    pub(crate) async fn state(&self) -> Vec<u8> {
        self.opened().await.read(|show, _| bytes(show)).await.unwrap()
    }
}

/// A command on its way.
pub(crate) struct Asked(oneshot::Receiver<Answer>);

impl Asked {
    /// The answer, if it was given.
    pub(crate) fn now(&mut self) -> Option<Answer> {
        self.0.try_recv().ok()
    }

    /// The answer, which must come.
    pub(crate) async fn answer(self) -> Answer {
        tokio::time::timeout(PATIENCE, self.0).await.expect("an answer in time").expect("an answer")
    }
}

/// Asks, and does not wait.
pub(crate) fn ask(handle: &ShowHandle, request: Request) -> Asked {
    let (sender, receiver) = oneshot::channel();
    handle.ask(request, Box::new(move |answer| drop(sender.send(answer))));
    Asked(receiver)
}

/// Lets every task do what it can do now.
pub(crate) async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not so in time: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

pub(crate) fn bytes(show: &Show) -> Vec<u8> {
    postcard::to_stdvec(show).unwrap()
}

pub(crate) fn show(name: &str) -> ShowId {
    ShowId::new(name).unwrap()
}

pub(crate) fn sku() -> Sku {
    Sku::new("tee").unwrap()
}

pub(crate) fn drop_id() -> DropId {
    DropId::new("night").unwrap()
}

pub(crate) fn open() -> Command {
    Command::OpenDrop { drop: drop_id() }
}

/// One SKU, one drop that stays open.
pub(crate) fn plan(units: u32) -> Request {
    plan_of(units, |_| {})
}

pub(crate) fn plan_of(units: u32, change: impl FnOnce(&mut ShowPlan)) -> Request {
    let variant = VariantPlan { sku: sku(), title: Text::default(), list_price_minor: 2_500, units };
    let product = ProductPlan {
        product: ProductId::new("tee").unwrap(),
        title: text("Tee"),
        description: Text::default(),
        picture: String::new(),
        variants: vec![variant],
    };
    let mut plan = ShowPlan { settings: settings(), products: vec![product], drops: vec![drop_plan("night")] };
    change(&mut plan);
    let command = Command::Plan(Box::new(plan));
    Request { principal: principal(Role::Brand, "acme"), key: None, fingerprint: Fingerprint::default(), command }
}

pub(crate) fn drop_plan(name: &str) -> DropPlan {
    DropPlan {
        drop: DropId::new(name).unwrap(),
        title: text(name),
        items: vec![DropItem { sku: sku(), price_minor: None, cap: None }],
        limit_per_viewer: 2,
        hold_ttl_ms: None,
        opens_at: None,
        duration_ms: None,
        close_when_sold_out: false,
        shared_cap: None,
        fairness: dropcast_domain::show::Fairness::FirstCome,
        waitlist: dropcast_domain::show::Waitlist::Off,
        offer_ttl_ms: None,
    }
}

fn settings() -> ShowSettings {
    ShowSettings {
        brand: BrandId::new("acme").unwrap(),
        title: text("Autumn"),
        description: Text::default(),
        host_name: "Noor".into(),
        picture: String::new(),
        video: String::new(),
        currency: Currency::new("EUR").unwrap(),
        starts_at: None,
        hold_ttl_ms: HOLD_MS,
        watch_without_token: true,
        return_policy: Text::default(),
        delivery: Text::default(),
        hold_rules: dropcast_domain::show::HoldRules::default(),
    }
}

pub(crate) fn text(english: &str) -> Text {
    Text([("en".to_owned(), english.to_owned())].into())
}

pub(crate) fn brand(key: &str, command: Command) -> Request {
    request(principal(Role::Brand, "acme"), key, command)
}

pub(crate) fn viewer(name: &str, key: &str, command: Command) -> Request {
    request(principal(Role::Viewer, name), key, command)
}

/// One unit for a viewer, under a key of its own.
pub(crate) fn reserve(viewer_name: &str) -> Request {
    viewer(viewer_name, "reserve", Command::Reserve { drop: drop_id(), sku: sku(), quantity: 1, with: Vec::new() })
}

pub(crate) fn confirm(viewer_name: &str, reservation: u64) -> Request {
    viewer(viewer_name, "confirm", Command::Confirm { reservation: ReservationId(reservation) })
}

pub(crate) fn principal(role: Role, id: &str) -> Principal {
    Principal { role, id: PrincipalId::new(id).unwrap() }
}

fn request(principal: Principal, key: &str, command: Command) -> Request {
    let fingerprint = Fingerprint::default();
    Request { principal, key: Some(Key::new(key).unwrap()), fingerprint, command }
}

/// The number of the reservation that an answer says is held.
pub(crate) fn held(answer: &Answer) -> u64 {
    match answer {
        Answer::Accepted(Accepted::Held(reservation)) => reservation.reservation,
        other => panic!("not held: {other:?}"),
    }
}

pub(crate) fn is_retry(answer: &Answer, reason: RetryReason) -> bool {
    matches!(answer, Answer::Retry { reason: given, .. } if *given == reason)
}
