//! Clicks that one task feeds to a show of the engine.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use dropcast::{
    clock::SystemClock,
    engine::{Accepted, Answer, Engine, EngineConfig, Projection, ProjectionFactory, ShowHandle},
    journal::{Journal as _, Position, RedisJournal, RedisOptions},
};
use dropcast_domain::{
    ids::{BrandId, DropId, Key, PrincipalId, ProductId, ShowId, Sku},
    money::Currency,
    show::{
        Command, DropItem, DropPlan, Fingerprint, HOLDS_MAX, Principal, ProductPlan, Request, Role, ShowPlan,
        ShowSettings, VariantPlan,
    },
    text::Text,
};
use tokio::sync::Notify;

use crate::{
    figures::{Measured, Measuring},
    redis_server::RedisServer,
};

/// How many clicks are unanswered at a time: more than the appends under way hold, so that the next batch is full.
const OUTSTANDING: u64 = 8_192;
/// How many clicks are fed before it is looked how many are answered.
const FED_TOGETHER: u64 = 256;
/// How many units one viewer may have; the rules allow no more.
const LIMIT: u32 = 100;
const UNITS: u32 = 10_000_000;
/// How many clicks there are: not more than a show may hold.
const CLICKS: u64 = FED_TOGETHER * 3_200;
const _: () = assert!(CLICKS < HOLDS_MAX as u64);

/// Nobody reads the facts beside the show's writer.
struct NoProjections;

impl ProjectionFactory for NoProjections {
    fn projections(&self, _: &ShowId, _: Position) -> Vec<Box<dyn Projection>> {
        Vec::new()
    }
}

#[derive(Default)]
struct Answered {
    accepted: AtomicU64,
    all: AtomicU64,
    more: Notify,
}

/// Sells.
pub(crate) async fn sell(redis: &RedisServer) -> Measured {
    let options = RedisOptions { urls: vec![redis.url()], ..RedisOptions::default() };
    let clock = Arc::new(SystemClock);
    let journal = Arc::new(RedisJournal::open(&options, clock.clone()).expect("a journal"));
    let engine = Engine::new(journal.clone(), clock, Arc::new(NoProjections), EngineConfig::default());
    let show = on_sale(&engine).await;
    let measuring = Measuring::start(redis);
    let measured = measuring.end(feed(&show).await);
    engine.stop().await;
    journal.close().await;
    measured
}

/// Feeds clicks and waits for their answers; how many were accepted.
async fn feed(show: &ShowHandle) -> u64 {
    let answered = Arc::new(Answered::default());
    let (drop, sku) = (name(DropId::new), name(Sku::new));
    let mut fed = 0;
    while fed < CLICKS {
        wait_until(&answered, (fed + FED_TOGETHER).saturating_sub(OUTSTANDING)).await;
        for click in fed..fed + FED_TOGETHER {
            let command = Command::Reserve { drop: drop.clone(), sku: sku.clone(), quantity: 1, with: Vec::new() };
            let viewer = format!("viewer-{}", click / u64::from(LIMIT));
            let request = request(Role::Viewer, &viewer, &format!("click-{click}"), command);
            let answered = Arc::clone(&answered);
            show.ask(request, Box::new(move |answer| answered.count(&answer)));
        }
        fed += FED_TOGETHER;
    }
    wait_until(&answered, fed).await;
    let accepted = answered.accepted.load(Ordering::Relaxed);
    assert_eq!(accepted, fed, "everybody gets a unit");
    accepted
}

impl Answered {
    fn count(&self, answer: &Answer) {
        if matches!(answer, Answer::Accepted(Accepted::Held(_))) {
            self.accepted.fetch_add(1, Ordering::Relaxed);
        }
        if (self.all.fetch_add(1, Ordering::AcqRel) + 1).is_multiple_of(FED_TOGETHER) {
            self.more.notify_one();
        }
    }
}

/// Waits until so many clicks, rounded up to whole feeds, are answered.
async fn wait_until(answered: &Answered, clicks: u64) {
    while answered.all.load(Ordering::Acquire) < clicks {
        answered.more.notified().await;
    }
}

/// A show whose drop is open.
async fn on_sale(engine: &Arc<Engine>) -> ShowHandle {
    let show = engine.open_or_create(&name(ShowId::new)).await.expect("a show");
    for (key, command) in [
        ("plan", Command::Plan(Box::new(plan()))),
        ("start", Command::Start),
        ("open", Command::OpenDrop { drop: name(DropId::new) }),
    ] {
        let answer = show.ask_and_wait(request(Role::Brand, "bench", key, command)).await;
        assert_eq!(answer, Answer::Accepted(Accepted::Done));
    }
    show
}

fn request(role: Role, who: &str, key: &str, command: Command) -> Request {
    let principal = Principal { role, id: PrincipalId::new(who).expect("a name") };
    Request { principal, key: Key::new(key).ok(), fingerprint: Fingerprint::default(), command }
}

fn plan() -> ShowPlan {
    let variant = VariantPlan { sku: name(Sku::new), title: Text::default(), list_price_minor: 2_500, units: UNITS };
    let product = ProductPlan {
        product: name(ProductId::new),
        title: text(),
        description: Text::default(),
        picture: String::new(),
        variants: vec![variant],
    };
    let drop = DropPlan {
        drop: name(DropId::new),
        title: text(),
        items: vec![DropItem { sku: name(Sku::new), price_minor: None, cap: None }],
        limit_per_viewer: LIMIT,
        hold_ttl_ms: None,
        opens_at: None,
        duration_ms: None,
        close_when_sold_out: false,
        shared_cap: None,
        fairness: dropcast_domain::show::Fairness::FirstCome,
        waitlist: dropcast_domain::show::Waitlist::Off,
        offer_ttl_ms: None,
    };
    let settings = ShowSettings {
        brand: name(BrandId::new),
        title: text(),
        description: Text::default(),
        host_name: "Bench".into(),
        picture: String::new(),
        video: String::new(),
        currency: Currency::new("EUR").expect("a currency"),
        starts_at: None,
        hold_ttl_ms: 600_000,
        watch_without_token: true,
        return_policy: Text::default(),
        delivery: Text::default(),
        hold_rules: dropcast_domain::show::HoldRules::default(),
    };
    ShowPlan { settings, products: vec![product], drops: vec![drop] }
}

/// Everything has one name.
fn name<T, E: std::fmt::Debug>(new: impl FnOnce(&str) -> Result<T, E>) -> T {
    new("bench").expect("a name")
}

fn text() -> Text {
    Text([("en".to_owned(), "Bench".to_owned())].into())
}
