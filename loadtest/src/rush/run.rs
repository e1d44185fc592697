//! A rush from beginning to end.

use std::{sync::Arc, time::Duration};

use dropcast_proto::v1::DropPhase;
use tokio::{
    sync::mpsc::UnboundedSender,
    time::{Instant, sleep},
};

use super::{
    arguments::{Arguments, Journal, Mode},
    audit::Audit,
    bots::{self, Bots},
    cluster::{Cluster, ClusterError},
    crowd::{Crowd, Guest},
    findings::Findings,
    host::Host,
    pace::{Event, Schedule},
    progress::{Progress, say},
    report::{Report, Seen},
    shared::Shared,
    show::{self, BRAND, DROP, HOST},
};
use crate::{
    api::{Api, ApiError},
    history::{Call, History, Sight},
    tokens::{Holder, Signer},
    wire::Endpoint,
};

/// How long the crowd may take to be there, beyond the time that its rate asks for.
const GATHER_TIMEOUT: Duration = Duration::from_secs(60);
/// How long after the end of a rush its tokens are still good: the audit comes then.
const TOKEN_MARGIN: Duration = Duration::from_secs(3_600);
/// How long nobody is told anything before nothing moves any more, beyond the time after which holds run out.
const STILL: Duration = Duration::from_secs(2);
/// How often that is looked at.
const STEP: Duration = Duration::from_millis(20);
/// How many entries of the journal are read at once.
const JOURNAL_PAGE: usize = 1_000;

/// Why a rush could not be run, or its journal not be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum RunError {
    /// The arguments contradict themselves.
    #[error("{0}")]
    Arguments(String),
    /// There are no servers of our own.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A call failed.
    #[error(transparent)]
    Api(#[from] ApiError),
    /// A token can't be signed.
    #[error("no token: {0}")]
    Token(#[from] jsonwebtoken::errors::Error),
    /// A thread can't be started, or a file not be written.
    #[error("{0}")]
    System(#[from] std::io::Error),
    /// Not everybody got a snapshot in time.
    #[error("only {ready} of {viewers} viewers got their snapshot; the last trouble was: {trouble}")]
    Gathering { ready: u64, viewers: u32, trouble: String },
    /// The journal as the server shows it can't be read.
    #[error("{0}")]
    Journal(String),
    /// Somebody asked to stop.
    #[error("interrupted")]
    Interrupted,
}

/// Runs it, with servers of its own where asked, which are gone when this returns or is dropped.
pub(super) async fn run(arguments: &Arguments, progress: &Progress) -> Result<Report, RunError> {
    if let Some(contradiction) = arguments.contradiction() {
        return Err(RunError::Arguments(contradiction));
    }
    let Some(binary) = &arguments.target.server else {
        let secret = arguments.token_secret.as_deref().unwrap_or_default();
        return Rush::new(arguments, progress, &arguments.target.url, secret)?.run(None).await;
    };
    let mut cluster = match arguments.journal {
        Journal::Embedded => Cluster::embedded(binary, arguments.per_token_per_second()).await?,
        Journal::Redis => Cluster::on_redis(binary, arguments.nodes(), arguments.per_token_per_second()).await?,
    };
    let rush = Rush::new(arguments, progress, &cluster.urls(), cluster.secret())?;
    let report = rush.run(Some(&mut cluster)).await;
    let went_well = report.as_ref().is_ok_and(|report| report.faults.is_empty());
    if let Some(folder) = cluster.stop(!went_well).await {
        say(&format!("The servers' data and logs are kept in {}.", folder.display()));
    }
    report
}

struct Rush<'a> {
    arguments: &'a Arguments,
    progress: &'a Progress,
    api: Api,
    signer: Signer,
    shared: Arc<Shared>,
}

impl<'a> Rush<'a> {
    fn new(arguments: &'a Arguments, progress: &'a Progress, urls: &[String], secret: &str) -> Result<Self, RunError> {
        let endpoints: Result<Vec<_>, _> = urls.iter().map(|url| Endpoint::of(url)).collect();
        Ok(Self {
            arguments,
            progress,
            api: Api::new(urls)?,
            signer: Signer::new(secret, arguments.duration() + TOKEN_MARGIN),
            shared: Arc::new(Shared::new(arguments, show::fresh_name(), endpoints.map_err(RunError::Arguments)?)),
        })
    }

    async fn run(self, mut cluster: Option<&mut Cluster>) -> Result<Report, RunError> {
        let brand = self.signer.sign(Holder::Brand { brand: BRAND })?;
        let host = self.signer.sign(Holder::Host { show: &self.shared.show, name: HOST })?;
        let plan = show::plan(self.arguments.stock, self.arguments.limit, self.arguments.rules());
        self.api.apply_show(&brand, &self.shared.show, &plan).await?;
        let mut host = Host::new(&self.api, &self.shared, host);
        host.command("start", "start").await?;

        let Arguments { bots, limit, seed, .. } = *self.arguments;
        let bots = Bots::unleash(&self.shared, self.guests(bots::NAME, bots)?, limit, seed);
        let (crowd, senders) = self.gather().await?;
        let opening_at = self.shared.opens();
        host.command(&format!("drops/{DROP}/open"), "open").await?;
        let clicking_at = self.click(senders, opening_at, cluster.as_deref_mut()).await?;
        let has_settled = self.settle(opening_at + self.arguments.duration()).await;
        let (mut findings, mut haul) = (crowd.disperse().await, bots.recall().await);

        let audit = self.audit(&brand).await?;
        let kills = cluster.as_deref().map_or(&[][..], Cluster::kills);
        let mut calls = host.into_calls();
        calls.append(&mut haul.calls);
        let history = self.history(calls, &mut findings);
        let counters = &self.shared.counters;
        let seen = Seen { opening_at, clicking_at, kills, findings, haul, history, counters, has_settled };
        Ok(Report::new(self.arguments, seen, audit))
    }

    /// What everybody asked and was told, and the first sight of the open drop: all that came later says no more.
    fn history(&self, mut calls: Vec<Call>, findings: &mut [Findings]) -> History {
        for findings in findings.iter_mut() {
            calls.append(&mut findings.calls);
        }
        let first_seen = findings.iter().filter_map(|findings| findings.drop_seen_at).min();
        let sight = |at| Sight { at: self.shared.on_clock(at), drop: DROP.into(), phase: DropPhase::Open };
        History { calls, sights: first_seen.map(sight).into_iter().collect() }
    }

    /// So many viewers, whose names begin like this.
    fn guests(&self, prefix: &str, count: u32) -> Result<Vec<Guest>, RunError> {
        let guest = |number: u32| {
            let name = format!("{prefix}{number}");
            let token = self.signer.sign(Holder::Viewer { show: &self.shared.show, name: &name })?;
            Ok(Guest { name, token })
        };
        (0..count).map(guest).collect()
    }

    async fn gather(&self) -> Result<(Crowd, Vec<UnboundedSender<Event>>), RunError> {
        let Arguments { viewers, connects_per_second, .. } = *self.arguments;
        let guests = self.guests("viewer-", viewers)?;
        let (crowd, senders) = Crowd::gather(&self.shared, guests, connects_per_second);
        let deadline = Instant::now() + GATHER_TIMEOUT + Duration::from_secs((viewers / connects_per_second).into());
        let ready = || self.shared.counters.ready.get();
        if !self.progress.watch("connecting", viewers.into(), deadline, ready).await {
            let trouble = self.shared.trouble().unwrap_or_else(|| "no snapshot came".to_owned());
            return Err(RunError::Gathering { ready: ready(), viewers, trouble });
        }
        Ok((crowd, senders))
    }

    /// Lets the clicks arrive, and servers die as asked, until everything is answered or the time is over;
    /// when the first click was due.
    async fn click(
        &self,
        senders: Vec<UnboundedSender<Event>>,
        opening_at: Instant,
        cluster: Option<&mut Cluster>,
    ) -> Result<Instant, RunError> {
        let (schedule, shared) = (Schedule::new(self.arguments), Arc::clone(&self.shared));
        let start = Instant::now();
        // A thread of its own, so that a busy crowd can't delay the arrivals.
        std::thread::Builder::new()
            .name("pace".to_owned())
            .spawn(move || schedule.play(start, &senders, &shared.counters))?;
        let kills = async {
            let Some(cluster) = cluster else { return Ok(()) };
            let plan = self.arguments.kill.plan(self.arguments.journal, self.arguments.click_window());
            cluster.kill_and_restart(&plan, start, &self.shared.show).await
        };
        let answers = async {
            self.wait_for_answers(opening_at + self.arguments.duration()).await;
            Ok(())
        };
        tokio::try_join!(kills, answers)?;
        Ok(start)
    }

    async fn wait_for_answers(&self, deadline: Instant) {
        let (clicks, counters) = (self.arguments.clicks.into(), &self.shared.counters);
        self.progress.watch("clicking", clicks, deadline, || counters.clicked.get()).await;
        self.progress.watch("waiting", clicks, deadline, || counters.answered.get()).await;
        if counters.settles.get() > 0 {
            self.progress.watch("buying", counters.settles.get(), deadline, || counters.settles_answered.get()).await;
        }
    }

    /// Waits until the lots are drawn and nothing moves any more, which may be never.
    async fn settle(&self, deadline: Instant) -> bool {
        if !self.arguments.has_lines() {
            return true;
        }
        let counters = &self.shared.counters;
        if self.arguments.mode == Mode::Draw {
            self.progress.watch("drawing", counters.waiting.get(), deadline, || counters.standing.get()).await;
        }
        say("waiting until nothing moves any more");
        let still = Duration::from_millis(if self.arguments.waitlist { show::SHORT_HOLD_TTL_MS } else { 0 }) + STILL;
        let mut told = counters.told.get();
        let mut since = Instant::now();
        while since.elapsed() < still || counters.settles_answered.get() < counters.settles.get() {
            if Instant::now() >= deadline {
                return false;
            }
            sleep(STEP).await;
            if told != counters.told.get() {
                told = counters.told.get();
                since = Instant::now();
            }
        }
        true
    }

    async fn audit(&self, brand: &str) -> Result<Audit, RunError> {
        say("auditing");
        let mut audit = Audit::default();
        loop {
            let from = audit.next_seq();
            let lines = self.api.journal(brand, &self.shared.show, from, JOURNAL_PAGE).await?;
            if lines.trim().is_empty() {
                return Ok(audit);
            }
            audit.add_lines(&lines).map_err(RunError::Journal)?;
            if audit.next_seq() <= from {
                return Err(RunError::Journal(format!("the journal does not go on after entry {}", from - 1)));
            }
        }
    }
}
