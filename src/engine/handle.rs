//! Speaking to a show's writer.

use std::sync::Arc;

use dropcast_domain::show::{Request, Show};
use tokio::{
    sync::{mpsc, oneshot},
    time::Instant,
};

use super::{
    answer::{Answer, Reply, ReplyAt, RetryReason},
    observer::Observer,
    projection::Publication,
};
use crate::journal::Position;

/// Reads the state and says what to make known of it once it is durable.
pub(super) type Look = Box<dyn FnOnce(&Show, Position) -> Publication + Send>;

/// What a show's writer is sent.
pub(super) enum Message {
    /// Decide this, and answer.
    Ask(Asked),
    /// Look at the state.
    Look(Look),
    /// Finish what is under way, give the show back and come to an end.
    Stop,
}

/// A command, and who waits for its answer.
pub(super) struct Asked {
    pub(super) request: Request,
    /// How often it was asked before, as far as whoever asks knows.
    pub(super) attempt: u32,
    pub(super) reply: ReplyAt,
    /// When it came to this node.
    pub(super) since: Instant,
}

/// A way to a loaded show. Cheap to clone; it outlives the show being put away, and then says so.
#[derive(Clone)]
pub struct ShowHandle {
    pub(super) mailbox: mpsc::Sender<Message>,
    pub(super) retry_after_ms: u64,
    pub(super) observer: Arc<dyn Observer>,
}

/// The show was put away or lost its writer: open it again.
#[derive(Debug, thiserror::Error)]
#[error("the show's writer is gone; open the show again")]
pub struct Gone;

impl ShowHandle {
    /// Asks for a decision. Never waits: when too much waits already, the answer is *retry*. The answer comes when the
    /// facts that it rests on are durable.
    pub fn ask(&self, request: Request, reply: Reply) {
        self.ask_again(request, 0, reply);
    }

    /// The same for a command that was asked `attempt` times before: whether it was accepted then, only the show's writer
    /// can tell.
    pub fn ask_again(&self, request: Request, attempt: u32, reply: Reply) {
        self.ask_at(request, attempt, Box::new(|answer, _| reply(answer)));
    }

    /// The same, with the position that an acceptance rests on, so that it can be proved later.
    pub fn ask_at(&self, request: Request, attempt: u32, reply: ReplyAt) {
        let (message, reason) =
            match self.mailbox.try_send(Message::Ask(Asked { request, attempt, reply, since: Instant::now() })) {
                Ok(()) => return,
                Err(mpsc::error::TrySendError::Full(message)) => (message, RetryReason::Busy),
                Err(mpsc::error::TrySendError::Closed(message)) => (message, RetryReason::Stopping),
            };
        if let Message::Ask(Asked { reply, .. }) = message {
            self.observer.turned_away(reason);
            reply(Answer::Retry { after_ms: self.retry_after_ms, reason }, Position::default());
        }
    }

    /// Asks, and waits for the answer.
    pub async fn ask_and_wait(&self, request: Request) -> Answer {
        self.ask_again_and_wait(request, 0).await
    }

    /// Asks what was asked `attempt` times before, and waits for the answer.
    pub async fn ask_again_and_wait(&self, request: Request, attempt: u32) -> Answer {
        self.ask_at_and_wait(request, attempt).await.0
    }

    /// The same, with the position that an acceptance rests on; for any other answer it says nothing.
    pub async fn ask_at_and_wait(&self, request: Request, attempt: u32) -> (Answer, Position) {
        let (sender, receiver) = oneshot::channel();
        let reply: ReplyAt = Box::new(|answer, position| {
            // Whoever asked may have gone; the decision stands all the same.
            let _ = sender.send((answer, position));
        });
        self.ask_at(request, attempt, reply);
        receiver.await.unwrap_or((Answer::Pending { after_ms: self.retry_after_ms }, Position::default()))
    }

    /// Reads the state, and waits until what was read is durable.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Show, Position) -> T + Send + 'static,
    ) -> Result<T, Gone> {
        let (sender, receiver) = oneshot::channel();
        self.look(move |show, position| {
            let value = read(show, position);
            Box::new(move || {
                let _ = sender.send(value);
            })
        })
        .await?;
        receiver.await.map_err(|_| Gone)
    }

    /// Looks at the state; what it returns runs on the show's task once what was seen is durable, in order with
    /// everything else that the show makes known: after what led to it, before what follows. It is dropped unrun when
    /// what was seen never becomes durable, or when nobody can tell. Waits for room in the mailbox.
    pub async fn look(&self, look: impl FnOnce(&Show, Position) -> Publication + Send + 'static) -> Result<(), Gone> {
        self.mailbox.send(Message::Look(Box::new(look))).await.map_err(|_| Gone)
    }

    /// How many messages wait for the writer.
    pub(super) fn waiting(&self) -> usize {
        self.mailbox.max_capacity() - self.mailbox.capacity()
    }

    /// Whether the writer still takes messages.
    pub fn is_open(&self) -> bool {
        !self.mailbox.is_closed()
    }
}

impl std::fmt::Debug for ShowHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShowHandle").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}
