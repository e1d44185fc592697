//! One viewer: a connection that comes back, and the buttons it presses.

mod answers;

use std::{sync::Arc, time::Duration};

use dropcast_proto::v1::{Drop, DropPhase, Hello, Problem, Role, Welcome, client_message, server_message};
use tokio::{
    sync::{mpsc::UnboundedReceiver, watch},
    time::{Instant, sleep, sleep_until},
};
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::{
    findings::Findings,
    pace::Event,
    presses::{Press, Presses},
    shared::Shared,
    show::DROP,
};
use crate::{
    backoff,
    history::Recorder,
    wire::{Connection, Endpoint, Received},
};

/// One viewer.
pub(super) struct Viewer {
    shared: Arc<Shared>,
    number: usize,
    name: String,
    token: String,
    events: UnboundedReceiver<Event>,
    cursor: Option<String>,
    had_snapshot: bool,
    presses: Presses,
    recorder: Recorder,
    findings: Findings,
}

/// Why a session is over.
enum Ended {
    /// Come back, after a wait if the server said so.
    Lost { wait: Option<Duration>, why: String },
    /// Coming back would change nothing.
    TurnedAway(String),
}

impl Viewer {
    /// The viewer of this number; its events come from the rush.
    pub(super) fn new(
        shared: Arc<Shared>,
        number: usize,
        name: String,
        token: String,
        events: UnboundedReceiver<Event>,
    ) -> Self {
        let recorder = Recorder::new(Role::Viewer, &name);
        let findings = Findings { name: name.clone(), ..Findings::default() };
        Self {
            shared,
            number,
            name,
            token,
            events,
            cursor: None,
            had_snapshot: false,
            presses: Presses::default(),
            recorder,
            findings,
        }
    }

    /// Comes at a given time, watches and clicks until told to stop, or until the server turns it away for good.
    pub(super) async fn run(mut self, comes_at: Instant, mut stop: watch::Receiver<bool>) -> Findings {
        tokio::select! {
            () = self.live(comes_at) => {}
            _ = stop.wait_for(|stop| *stop) => {}
        }
        Findings { calls: self.recorder.into_calls(), ..self.findings }
    }

    async fn live(&mut self, comes_at: Instant) {
        sleep_until(comes_at).await;
        let mut failures = 0;
        for connection in self.number.. {
            let mut welcomed = false;
            let ended = self.session(connection, &mut welcomed).await;
            self.findings.own.is_away();
            match ended {
                Ended::TurnedAway(why) => {
                    self.shared.report_trouble(why.clone());
                    self.complain(why);
                    return;
                }
                Ended::Lost { wait, why } => {
                    self.shared.report_trouble(why);
                    failures = if welcomed { 0 } else { failures + 1 };
                    sleep(wait.unwrap_or_else(|| backoff::wait(failures))).await;
                }
            }
        }
    }

    async fn session(&mut self, connection: usize, welcomed: &mut bool) -> Ended {
        let endpoint = &self.shared.endpoints[connection % self.shared.endpoints.len()];
        let mut connection = match self.say_hello(endpoint).await {
            Ok(connection) => connection,
            Err(why) => return Ended::Lost { wait: None, why },
        };
        loop {
            let due = self.presses.next_due();
            let outbox = tokio::select! {
                received = connection.receive() => match received {
                    Received::Message(kind) => self.take(kind, welcomed),
                    Received::Other => Vec::new(),
                    Received::Closed(frame) => return ended(frame),
                },
                Some(event) = self.events.recv() => match self.take_events(event) {
                    Some(outbox) => outbox,
                    None => return Ended::Lost { wait: None, why: "cut on purpose".to_owned() },
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() && *welcomed => {
                    self.presses.take_due(Instant::now())
                }
            };
            // What is pressed before the welcome goes out with it.
            if *welcomed && !outbox.is_empty() && self.send(&mut connection, outbox).await.is_err() {
                return Ended::Lost { wait: None, why: "the connection broke while sending".to_owned() };
            }
        }
    }

    async fn say_hello(&self, endpoint: &Endpoint) -> Result<Connection, String> {
        let _turn = self.shared.handshake_turn().await;
        let mut connection = Connection::open(endpoint).await?.reading_stock(self.shared.lines);
        let hello = client_message::Kind::Hello(Hello {
            show: self.shared.show.clone(),
            token: Some(self.token.clone()),
            cursor: self.cursor.clone(),
            source: None,
        });
        connection.feed(hello).await.map_err(|error| error.to_string())?;
        connection.flush().await.map_err(|error| error.to_string())?;
        Ok(connection)
    }

    async fn send(&mut self, connection: &mut Connection, outbox: Vec<Press>) -> Result<(), ()> {
        for press in outbox {
            if let Some(message) = self.presses.message(press) {
                self.recorder.asks(self.shared.clock(), &press.key(), &message);
                connection.feed(message).await.map_err(drop)?;
            }
        }
        connection.flush().await.map_err(drop)
    }

    /// Takes what happened to the viewer and what else waits behind it; `None` when its connection is cut.
    fn take_events(&mut self, first: Event) -> Option<Vec<Press>> {
        let (mut outbox, mut next) = (Vec::new(), Some(first));
        while let Some(event) = next {
            match event {
                Event::Click(number, intended_at) => {
                    self.findings.first_click_at.get_or_insert(intended_at);
                    self.presses.click(number, intended_at);
                    outbox.push(Press::Click(number));
                }
                Event::Cut => {
                    self.shared.counters.cuts.count();
                    return None;
                }
            }
            next = self.events.try_recv().ok();
        }
        Some(outbox)
    }

    /// Takes a message and says what to send.
    fn take(&mut self, kind: server_message::Kind, welcomed: &mut bool) -> Vec<Press> {
        use server_message::Kind;
        match kind {
            Kind::Welcome(welcome) => {
                *welcomed = true;
                return self.take_welcome(&welcome);
            }
            Kind::Answer(answer) => return self.take_answer(answer),
            Kind::Snapshot(snapshot) => {
                let (news, offers) = self.findings.own.take_snapshot(&snapshot);
                self.count(news);
                let outbox = offers.into_iter().filter_map(|offer| self.choose_offer(offer)).collect();
                // After one without the public state comes what was missed, from before this cursor.
                if snapshot.public.is_some() {
                    self.cursor = Some(snapshot.cursor);
                }
                if !std::mem::replace(&mut self.had_snapshot, true) {
                    self.shared.counters.ready.count();
                }
                return outbox;
            }
            Kind::WaiterChanged(changed) => {
                let news = changed.waiter.map(|waiter| self.findings.own.take_waiter(&waiter));
                self.count(news.unwrap_or_default());
            }
            Kind::ReservationChanged(changed) => {
                self.shared.counters.told.count();
                let offer = changed.reservation.and_then(|changed| self.findings.own.take_reservation(&changed));
                return offer.and_then(|offer| self.choose_offer(offer)).into_iter().collect();
            }
            Kind::Stock(stock) => self.findings.own.take_stock(&stock),
            Kind::DropChanged(changed) => {
                self.cursor = Some(changed.cursor);
                self.take_drop(changed.drop.as_ref());
            }
            Kind::ShowChanged(changed) => self.cursor = Some(changed.cursor),
            Kind::CatalogueChanged(changed) => self.cursor = Some(changed.cursor),
            Kind::DropRemoved(removed) => self.cursor = Some(removed.cursor),
            Kind::Problem(Problem { code, detail, .. }) => self.complain(format!("problem {code}: {detail}")),
            _ => {}
        }
        Vec::new()
    }

    fn take_welcome(&mut self, welcome: &Welcome) -> Vec<Press> {
        if self.had_snapshot {
            self.shared.counters.reconnects.count();
        }
        if welcome.resumed {
            self.shared.counters.resumes.count();
        }
        self.presses.take_all()
    }

    fn take_drop(&mut self, drop: Option<&Drop>) {
        let Some(drop) = drop else { return };
        self.findings.own.take_drop(drop);
        let opened = drop.drop == DROP && drop.phase() == DropPhase::Open;
        if opened && self.findings.drop_seen_at.is_none() {
            self.findings.drop_seen_at = Some(Instant::now());
        }
    }

    fn complain(&mut self, complaint: String) {
        self.findings.complaint.get_or_insert(complaint);
    }
}

/// What a close frame says about coming back; the codes are in `docs/protocol/README.md`.
fn ended(frame: Option<CloseFrame>) -> Ended {
    let Some(frame) = frame else { return Ended::Lost { wait: None, why: "the connection broke".to_owned() } };
    let why = format!("closed with {}: {}", frame.code, frame.reason);
    match u16::from(frame.code) {
        1003 | 4001 | 4003 | 4004 => Ended::TurnedAway(why),
        _ => {
            let after_ms = frame.reason.split_once("retry_after_ms=").map(|(_, rest)| rest);
            let digits = |text: &str| text.chars().take_while(char::is_ascii_digit).collect::<String>();
            let after_ms = after_ms.and_then(|text| digits(text).parse().ok());
            Ended::Lost { wait: after_ms.map(backoff::asked), why }
        }
    }
}
