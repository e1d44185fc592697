//! One connection, from its hello to its end. Runs on a shard of the hub: nothing here waits.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use dropcast_domain::{
    ids::{ShowId, SourceId},
    show::Request,
    time::Timestamp,
};
use dropcast_proto::v1::{self, client_message, server_message::Kind};

use super::{
    answer, close,
    join::{JoinWish, Joined, Joining},
    messages::{self, Unreadable},
};
use crate::{
    api::{
        ask::receipt,
        auth::{Access, TokenError},
        limits::ConnectionPermit,
        problem::{Problem, ProblemCode},
        receipt::Addressee,
        state::ApiState,
    },
    codec::{self, MessageProblem, Wish},
    engine::ReplyAt,
    feed::{Wire, encode},
    hub::{CloseReason, Connection, Frame, Message, Session},
    stats::Wanted,
    telemetry::{command_kind::CommandKind, door_metrics::LimitedBy},
};

/// How long a connection may say nothing before it says hello.
const HELLO_WITHIN: Duration = Duration::from_secs(5);
/// How many messages in a row may be unreadable before the connection is closed.
const UNREADABLE_MAX: u32 = 20;
/// How long a client whose command came before the show was joined, or too fast, is asked to wait.
const RETRY_AFTER_MS: u64 = 250;

/// What the server knows of one connection.
pub(super) struct WebSocketSession {
    state: ApiState,
    wire: Wire,
    /// Counts the connection against its address for as long as it lives.
    _permit: ConnectionPermit,
    /// Messages in a row that could not be read.
    unreadable: u32,
    greeting: Option<Greeting>,
}

/// Who said hello, and to which show.
struct Greeting {
    show: ShowId,
    access: Option<Access>,
    joined: Arc<Joined>,
}

/// What is known of a command once it is asked.
#[derive(Clone, Copy)]
struct Asked {
    kind: CommandKind,
    wanted: Option<Wanted>,
}

impl WebSocketSession {
    pub(super) fn new(state: ApiState, wire: Wire, permit: ConnectionPermit) -> Self {
        Self { state, wire, _permit: permit, unreadable: 0, greeting: None }
    }

    fn take(&mut self, connection: &Connection, kind: client_message::Kind) -> Result<(), Unreadable> {
        match kind {
            client_message::Kind::Hello(hello) => self.hello(connection, hello)?,
            client_message::Kind::Refresh(refresh) => self.refresh(connection, &refresh.token),
            client_message::Kind::Clock(clock) => {
                let server_at = self.state.clock.now().0;
                self.send(connection, Kind::Clock(v1::ClockReply { echo_ms: clock.echo_ms, server_at }));
            }
            command => {
                if let Some(wish) = codec::read_command(command)? {
                    self.command(connection, wish);
                }
            }
        }
        Ok(())
    }

    fn hello(&mut self, connection: &Connection, hello: v1::Hello) -> Result<(), Unreadable> {
        if self.greeting.is_some() {
            let detail = "hello is said once; open another connection";
            self.problem(connection, ProblemCode::HelloRepeated, detail, None);
            return Ok(());
        }
        let source = hello.source.as_deref().map(SourceId::new).transpose();
        let source = source.map_err(|problem| MessageProblem { field: "source", problem, key: None })?;
        if let Some(greeting) = self.greet(connection, &hello) {
            self.greeting = Some(greeting);
            self.join(connection, hello.cursor, source, false);
        }
        Ok(())
    }

    /// Who says hello, and to which show; `None` when the connection was closed for it.
    fn greet(&self, connection: &Connection, hello: &v1::Hello) -> Option<Greeting> {
        let Ok(show) = ShowId::new(&hello.show) else {
            end(connection, close::show_unknown());
            return None;
        };
        let access = match hello.token.as_deref().map(|token| self.verify(token)).transpose() {
            Ok(access) => access,
            Err(error) => {
                self.token_refused(connection, error);
                end(connection, close::token("the token is not accepted"));
                return None;
            }
        };
        self.expire_with(connection, access.as_ref());
        let (show, access) = self.share_names(show, access);
        Some(Greeting { show, access, joined: Arc::new(Joined::default()) })
    }

    /// The same with the name of the show that its feed has, so that a name is not kept once per viewer.
    fn share_names(&self, show: ShowId, access: Option<Access>) -> (ShowId, Option<Access>) {
        let show = self.state.feeds.get(&show).map_or(show, |feed| feed.show().clone());
        let access = access.map(|access| {
            let own = if access.show.as_ref() == Some(&show) { Some(show.clone()) } else { access.show };
            Access { show: own, ..access }
        });
        (show, access)
    }

    /// Joins the show, or joins it anew for a fresh snapshot.
    fn join(&self, connection: &Connection, cursor: Option<String>, source: Option<SourceId>, greeted: bool) {
        let Some(greeting) = &self.greeting else { return };
        let joining = Joining {
            state: self.state.clone(),
            connection: connection.clone(),
            wire: self.wire,
            joined: Arc::clone(&greeting.joined),
            wish: JoinWish { show: greeting.show.clone(), access: greeting.access.clone(), cursor, source, greeted },
        };
        self.state.runtime.spawn(joining.run());
    }

    fn refresh(&mut self, connection: &Connection, token: &str) {
        let verified = self.verify(token);
        let Some(greeting) = &mut self.greeting else {
            return self.problem(connection, ProblemCode::HelloMissing, "say hello first", None);
        };
        let access = match verified {
            Ok(access) => access,
            Err(error) => return self.token_refused(connection, error),
        };
        let Some(known) = greeting.access.as_mut().filter(|known| same_scope(known, &access)) else {
            let detail = "a refreshed token is of the same principal, role, show and brand";
            return self.problem(connection, ProblemCode::TokenMismatch, detail, None);
        };
        known.expires_at = access.expires_at;
        self.expire_with(connection, Some(&access));
        self.send(connection, Kind::Refreshed(v1::Refreshed { token_expires_at: access.expires_at.0 }));
    }

    fn command(&mut self, connection: &Connection, wish: Wish) {
        let key = || wish.key.to_string();
        let Some(greeting) = &self.greeting else {
            return self.problem(connection, ProblemCode::HelloMissing, "say hello first", Some(key()));
        };
        let Some(access) = &greeting.access else {
            let detail = "watching needs no token here, but this does: say hello with one";
            return self.problem(connection, ProblemCode::TokenMissing, detail, Some(key()));
        };
        if let Err(retry) = self.state.limits.check_principal(access) {
            self.state.metrics.rate_limited(LimitedBy::Principal);
            return self.retry(connection, key(), retry.after_ms, v1::RetryReason::RateLimited);
        }
        if self.state.stopping.load(Ordering::Acquire) {
            // The audience is counted for the last time, and what is asked now would not be in it.
            return self.retry(connection, key(), self.state.retry_after_ms(), v1::RetryReason::Stopping);
        }
        let Some(handle) = greeting.joined.handle() else {
            if greeting.joined.lost_its_writer() {
                self.join(connection, None, None, true);
            }
            return self.retry(connection, key(), RETRY_AFTER_MS, v1::RetryReason::Busy);
        };
        let attempt = wish.attempt;
        let addressee =
            Addressee { show: greeting.show.clone(), principal: access.principal.clone(), key: wish.key.clone() };
        let request = Request {
            principal: access.principal.clone(),
            key: Some(wish.key),
            fingerprint: wish.fingerprint,
            command: wish.command,
        };
        let asked = Asked { kind: CommandKind::from(&request.command), wanted: Wanted::of(&request) };
        handle.ask_at(request, attempt, self.reply(connection, greeting, addressee, asked));
    }

    fn reply(&self, connection: &Connection, greeting: &Greeting, addressee: Addressee, asked: Asked) -> ReplyAt {
        let (connection, encoding) = (connection.clone(), self.wire.encoding);
        let wanted = asked.wanted.and_then(|wanted| Some((wanted, Arc::clone(greeting.joined.crowd()?))));
        let (metrics, asked_at) = (Arc::clone(&self.state.metrics), Instant::now());
        let (tokens, clock) = (Arc::clone(&self.state.tokens), Arc::clone(&self.state.clock));
        Box::new(move |answer, position| {
            metrics.answered(asked.kind, &answer, asked_at.elapsed());
            if let Some((wanted, crowd)) = wanted {
                crowd.answered(&addressee.principal.id, wanted, &answer);
            }
            let key = addressee.key.to_string();
            let receipt = receipt(&tokens, &*clock, addressee, (&answer, position));
            let outcome = Some(answer::outcome(answer));
            // Who has left asks again by key.
            let _ = connection.send(encode(Kind::Answer(v1::Answer { key, outcome, receipt }), encoding));
        })
    }

    fn retry(&self, connection: &Connection, key: String, after_ms: u64, reason: v1::RetryReason) {
        let retry = v1::answer_outcome::Kind::Retry(v1::Retry { after_ms, reason: reason.into() });
        let outcome = Some(v1::AnswerOutcome { kind: Some(retry) });
        self.send(connection, Kind::Answer(v1::Answer { key, outcome, receipt: None }));
    }

    fn verify(&self, token: &str) -> Result<Access, TokenError> {
        self.state.tokens.verify(token, self.state.clock.now())
    }

    fn token_refused(&self, connection: &Connection, error: TokenError) {
        self.state.metrics.token_refused(error.reason());
        let problem = Problem::from(error);
        send(
            connection,
            messages::problem(self.wire.encoding, problem.document().code, problem.document().detail.clone(), None),
        );
    }

    /// The connection ends with its token, unless that is refreshed before.
    fn expire_with(&self, connection: &Connection, access: Option<&Access>) {
        let left = |until: Timestamp| Duration::from_millis(until.0.saturating_sub(self.state.clock.now().0));
        let deadline = access.map(|access| Instant::now() + left(access.expires_at));
        // A connection that is gone needs no deadline.
        let _ = connection.set_deadline(deadline);
    }

    fn unreadable(&mut self, connection: &Connection, unreadable: Unreadable) {
        let (detail, key) = match unreadable {
            Unreadable::WrongFrameType => return end(connection, close::wrong_frame_type()),
            Unreadable::Malformed { detail, key } => (detail, key),
        };
        self.unreadable += 1;
        self.problem(connection, ProblemCode::MalformedMessage, detail, key);
        if self.unreadable == UNREADABLE_MAX {
            end(connection, close::rubbish());
        }
    }

    fn problem(&self, connection: &Connection, code: ProblemCode, detail: impl Into<String>, key: Option<String>) {
        send(connection, messages::problem(self.wire.encoding, code.as_str(), detail, key));
    }

    fn send(&self, connection: &Connection, kind: Kind) {
        send(connection, encode(kind, self.wire.encoding));
    }
}

impl Session for WebSocketSession {
    fn opened(&mut self, connection: &Connection) {
        let _ = connection.set_deadline(Some(Instant::now() + HELLO_WITHIN));
    }

    fn message(&mut self, connection: &Connection, message: Message<'_>) {
        let read = messages::read(message, self.wire.encoding);
        match read.and_then(|kind| self.take(connection, kind)) {
            Ok(()) => self.unreadable = 0,
            Err(unreadable) => self.unreadable(connection, unreadable),
        }
    }

    fn lagged(&mut self, connection: &Connection) {
        self.join(connection, None, None, true);
    }

    fn deadline(&mut self, connection: &Connection) {
        let Some(greeting) = &self.greeting else { return end(connection, close::silent()) };
        let access = greeting.access.as_ref();
        if access.is_some_and(|access| access.expires_at <= self.state.clock.now()) {
            return end(connection, close::token("the token has run out; come back with a new one"));
        }
        // The hello or the refreshed token came at the very moment at which its deadline passed.
        self.expire_with(connection, access);
    }

    fn closed(&mut self, connection: &Connection, _reason: CloseReason) {
        let Some(greeting) = &self.greeting else { return };
        if let Some(audience) = greeting.joined.leave() {
            self.state.metrics.connection_left(audience);
        }
        if let (Some(access), Some(feed)) = (&greeting.access, self.state.feeds.get(&greeting.show)) {
            feed.leave(&access.principal, connection.id());
        }
    }
}

/// Whether one token can stand for the other in an open connection.
fn same_scope(known: &Access, newer: &Access) -> bool {
    (&known.principal, &known.show, &known.brand) == (&newer.principal, &newer.show, &newer.brand)
}

fn send(connection: &Connection, frame: Frame) {
    // Who has left needs no answer.
    let _ = connection.send(frame);
}

fn end(connection: &Connection, close: crate::hub::CloseFrame) {
    let _ = connection.close(close);
}
