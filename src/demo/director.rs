//! The simulated host: opens one drop after the other, and starts the next show when all are sold.

use std::time::Duration;

use dropcast_domain::{
    ids::{DropId, Key, PrincipalId, ShowId},
    show::{Command, DropPhase, Fingerprint, Principal, Request, Role, Show, ShowPhase, ShowPlan},
};
use tokio::sync::watch;

use super::{name_of, named};
use crate::{
    api::state::ApiState,
    app::StartError,
    engine::{Answer, OpenError, ShowHandle},
    show_file::ShowFile,
};

/// How often the host looks what to do next.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a drop is announced before it opens.
const ANNOUNCED_MS: u64 = 8_000;
/// How long a drop that is sold out stays open before the host closes it.
const SOLD_OUT_FOR_MS: u64 = 6_000;
/// How long an ended show stands before the next one starts.
const BETWEEN_SHOWS: Duration = Duration::from_secs(20);

pub(super) struct Director {
    state: ApiState,
    file: ShowFile,
    current: watch::Sender<ShowId>,
    number: u32,
    commands: u64,
    /// Since when the open drop has nothing left, in Unix milliseconds.
    sold_out_since_ms: Option<u64>,
}

/// What a look at the show says is to be done.
#[derive(Debug, PartialEq)]
enum Next {
    Announce(DropId),
    /// A drop is open, and has something left or not.
    Selling {
        drop: DropId,
        sold_out: bool,
    },
    Wait,
    EndShow,
    StartAnother,
}

impl Director {
    pub(super) fn new(state: ApiState, file: ShowFile, current: watch::Sender<ShowId>) -> Self {
        Self { state, file, current, number: 1, commands: 0, sold_out_since_ms: None }
    }

    /// Plans and starts the current show.
    pub(super) async fn start_show(&self) -> Result<(), StartError> {
        let show = name_of(self.number);
        let plan = named(&self.file, &show).into_plan()?;
        let handle = self.state.engine.open_or_create(&show).await?;
        let brand = plan.settings.brand.to_string();
        for (command, role, name) in [
            (Command::Plan(Box::<ShowPlan>::new(plan)), Role::Brand, brand.as_str()),
            (Command::Start, Role::Host, "noor"),
        ] {
            let principal = Principal { role, id: PrincipalId::new(name)? };
            let key = Some(Key::new("demo-start")?).filter(|_| role == Role::Host);
            let request = Request { principal, key, fingerprint: Fingerprint::default(), command };
            if let Answer::Refused(refusal) = handle.ask_and_wait(request).await {
                return Err(refusal.into());
            }
        }
        Ok(())
    }

    /// Runs show after show. Without a host of its own it leaves the drops to whoever opens the host page.
    pub(super) async fn run(mut self, host: bool) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            if let Err(error) = self.step(host).await {
                tracing::warn!(%error, "the simulated host could not go on; it tries again");
            }
        }
    }

    async fn step(&mut self, host: bool) -> Result<(), StartError> {
        let handle = self.open().await?;
        let next = handle.read(|show, _| next(show)).await?;
        let now_ms = self.state.clock.now().0;
        if !matches!(next, Next::Selling { sold_out: true, .. }) {
            self.sold_out_since_ms = None;
        }
        match next {
            Next::StartAnother => self.next_show().await,
            Next::Announce(drop) if host => {
                let opens_at = self.state.clock.now().after_ms(ANNOUNCED_MS);
                self.ask(&handle, Command::ScheduleDrop { drop, opens_at: Some(opens_at) }).await
            }
            Next::Selling { drop, sold_out: true } if host => {
                let since_ms = *self.sold_out_since_ms.get_or_insert(now_ms);
                if now_ms - since_ms < SOLD_OUT_FOR_MS {
                    return Ok(());
                }
                self.ask(&handle, Command::CloseDrop { drop }).await
            }
            Next::EndShow if host => self.ask(&handle, Command::End).await,
            _ => Ok(()),
        }
    }

    async fn open(&self) -> Result<ShowHandle, OpenError> {
        self.state.engine.open(&name_of(self.number)).await
    }

    async fn next_show(&mut self) -> Result<(), StartError> {
        tokio::time::sleep(BETWEEN_SHOWS).await;
        self.number += 1;
        self.start_show().await?;
        let show = name_of(self.number);
        if let Some(demo) = &self.state.demo {
            demo.set_show(show.clone());
        }
        self.current.send_replace(show);
        Ok(())
    }

    async fn ask(&mut self, handle: &ShowHandle, command: Command) -> Result<(), StartError> {
        self.commands += 1;
        let request = Request {
            principal: Principal { role: Role::Host, id: PrincipalId::new("noor")? },
            key: Some(Key::new(&format!("demo-{}", self.commands))?),
            fingerprint: Fingerprint::default(),
            command,
        };
        // A person at the host page may have been faster; the next look tells.
        handle.ask_and_wait(request).await;
        Ok(())
    }
}

fn next(show: &Show) -> Next {
    if show.phase() == ShowPhase::Ended {
        return Next::StartAnother;
    }
    if let Some(open) = show.drops().find(|drop| drop.is_running()) {
        let drop = open.plan().drop.clone();
        // While somebody waits, what comes back is sold.
        let sold_out = show.drop_items(&drop).all(|item| item.available == 0 && item.waiting == 0);
        return Next::Selling { drop, sold_out };
    }
    let mut planned = show.drops().filter(|drop| drop.phase() == DropPhase::Planned);
    let Some(first) = planned.next() else { return Next::EndShow };
    if first.opens_at().is_some() || planned.any(|drop| drop.opens_at().is_some()) {
        return Next::Wait;
    }
    Next::Announce(first.plan().drop.clone())
}
