//! A show's task from its loading to its end: it writes the show when its claim succeeds, follows it while another node
//! has it, and changes between the two without letting go of whoever watches.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    answer::RetryReason,
    context::Context,
    failover::{Standing, compare, put_back},
    follower::{Follower, Left},
    handle::Message,
    load::{LoadError, Loaded, check_follows, fold, load, load_through, load_to},
    writer::{
        BACK_OFF_MAX, BACK_OFF_MIN, Batch, Ended, HeldBack, Inbox, Lease, Refusals, ReloadError, Snapshots, Writer,
    },
};
use crate::journal::{Claim, Exchange, Position, ReadError};

/// How long after it lost a show a node waits before it claims it: the node that took it over has it for longer.
const CLAIM_AFTER: Duration = Duration::from_millis(500);

/// The part that a task plays.
pub(super) enum Part {
    Writing(Box<Writer>),
    Following(Box<Follower>),
}

impl Part {
    /// Writes a show that was claimed and loaded.
    pub(super) fn writing(context: Context, claim: Claim, called_at: Instant, mut loaded: Loaded) -> Self {
        let mut writer = new_writer(context, claim, called_at);
        if writer.context.exchange.is_some() {
            writer.context.recent = std::mem::take(&mut loaded.recent);
        }
        writer.load(loaded);
        Self::Writing(Box::new(writer))
    }

    /// Follows a show that was loaded, and that another node has until `claim_at`.
    pub(super) fn following(
        mut context: Context,
        exchange: Arc<dyn Exchange>,
        mut loaded: Loaded,
        claim_at: Instant,
    ) -> Self {
        context.recent = std::mem::take(&mut loaded.recent);
        for projection in &mut context.projections {
            projection.load(&loaded.show, loaded.position);
        }
        Self::Following(Box::new(Follower::new(context, exchange, loaded, claim_at)))
    }

    /// Plays this part, and what follows from it, until the show is put away.
    pub(super) async fn run(self) -> Ended {
        let mut part = self;
        loop {
            let next = match part {
                Self::Writing(writer) => after_writing(*writer).await,
                Self::Following(follower) => after_following(*follower).await,
            };
            part = match next {
                Ok(next) => next,
                Err(ended) => return ended,
            };
        }
    }
}

async fn after_writing(writer: Writer) -> Result<Part, Ended> {
    let (ended, mut context) = writer.run().await;
    let Some(exchange) = context.exchange.clone().filter(|_| ended == Ended::Fenced) else {
        context.turn_away_the_rest().await;
        return Err(ended);
    };
    tracing::info!(show = %context.id, "another node writes the show; it is followed here");
    let claim_at = Instant::now() + CLAIM_AFTER;
    let known_to = context.recent.end();
    let (taken_up, keeps_recent) = take_up(&mut context, known_to, Missing::MayComeBack).await?;
    Ok(follow(context, exchange, taken_up, keeps_recent, claim_at))
}

async fn after_following(mut follower: Follower) -> Result<Part, Ended> {
    match follower.run().await {
        Left::Ended(ended) => Err(ended),
        Left::Strayed => {
            tracing::warn!(show = %follower.context.id, seq = follower.position.seq,
                "what was followed here is no more; the show is loaded anew");
            let (arrears, exchange, claim_at) = (follower.arrears(), Arc::clone(&follower.exchange), follower.claim_at);
            let mut context = follower.into_context();
            for message in arrears {
                context.turn_away(message, RetryReason::Unavailable);
            }
            let folded_to = context.recent.end();
            let (taken_up, keeps_recent) = take_up(&mut context, folded_to, Missing::IsLost).await?;
            Ok(follow(context, exchange, taken_up, keeps_recent, claim_at))
        }
        Left::Claimed { claim, called_at, arrears } => Ok(take_over(follower, claim, called_at, arrears).await),
    }
}

/// What becomes of entries that the journal lost, and that follow on its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// Whoever writes the show now may put them back.
    MayComeBack,
    /// That was waited for long enough: the writer doesn't have them.
    IsLost,
}

/// What was taken up of a show: its state, and what must be reclaimed in it.
struct TakenUp {
    loaded: Loaded,
    promised: Vec<dropcast_domain::show::Request>,
}

/// Follows what was taken up.
fn follow(
    mut context: Context,
    exchange: Arc<dyn Exchange>,
    taken_up: TakenUp,
    keeps_recent: bool,
    claim_at: Instant,
) -> Part {
    let TakenUp { mut loaded, promised } = taken_up;
    if !keeps_recent {
        context.recent = std::mem::take(&mut loaded.recent);
    }
    for projection in &mut context.projections {
        projection.load(&loaded.show, loaded.position);
    }
    let mut follower = Follower::new(context, exchange, loaded, claim_at);
    follower.forward_for_nobody(promised);
    Part::Following(Box::new(follower))
}

/// Loads a show at `position`, up to which its watchers know it, or where the journal goes on without that. Tries until
/// the journal can be read; whoever asks in the meantime is turned away. The second value says whether the entries that
/// are kept still lead up to what was loaded.
async fn take_up(context: &mut Context, position: Position, missing: Missing) -> Result<(TakenUp, bool), Ended> {
    let mut wait = BACK_OFF_MIN;
    loop {
        match try_to_take_up(context, position, missing).await {
            Ok(taken_up) => return Ok(taken_up),
            Err(LoadError::Decode { .. } | LoadError::Fold { .. }) => {
                context.projections.iter_mut().for_each(|projection| projection.abandoned());
                context.turn_away_the_rest().await;
                return Err(Ended::Unreadable);
            }
            Err(LoadError::Read(error)) => {
                tracing::warn!(show = %context.id, %error, "the show can't be loaded yet");
            }
        }
        if context.turn_away_for(wait, None).await {
            context.turn_away_the_rest().await;
            return Err(Ended::Stopped);
        }
        wait = (wait * 2).min(BACK_OFF_MAX);
    }
}

async fn try_to_take_up(
    context: &mut Context,
    position: Position,
    missing: Missing,
) -> Result<(TakenUp, bool), LoadError> {
    let (journal, id) = (Arc::clone(&context.journal), context.id.clone());
    let tail = journal.tail(id.as_str()).await?;
    let standing = match compare(&*journal, id.as_str(), &context.recent, tail).await? {
        Standing::Behind(from) if missing == Missing::IsLost => Standing::Forked(Some(from.seq)),
        standing => standing,
    };
    match standing {
        Standing::Ahead => {
            let loaded = load_through(&*journal, id.as_str(), position.seq).await?;
            let is_same = loaded.position == position;
            Ok((TakenUp { loaded, promised: Vec::new() }, is_same))
        }
        // Until it is seen what becomes of what is missing, it is kept.
        Standing::Behind(from) => {
            let mut loaded = load_through(&*journal, id.as_str(), from.seq).await?;
            if loaded.position != from {
                return Err(ReadError::Unavailable("it went on while the show was loaded".to_owned()).into());
            }
            for raw in context.recent.after(loaded.position.seq) {
                check_follows(loaded.position, raw)?;
                fold(&mut loaded.show, raw)?;
                loaded.position = raw.position();
            }
            Ok((TakenUp { loaded, promised: Vec::new() }, true))
        }
        Standing::Forked(common) => {
            let loaded = load(&*journal, id.as_str()).await?;
            let promised = context.promised_after(common, &loaded.show);
            Ok((TakenUp { loaded, promised }, false))
        }
    }
}

/// A node that followed a show writes it from now on, from the state that it folded.
async fn take_over(mut follower: Follower, claim: Claim, called_at: Instant, mut arrears: Vec<Message>) -> Part {
    match come_up_to(&mut follower, &claim).await {
        Ok(promised) => {
            follower.context.observer.took_over();
            tracing::info!(show = %follower.context.id, seq = follower.position.seq, "this node writes the show from now on");
            let (show, position, snapshot_seq) =
                (std::mem::take(&mut follower.show), follower.position, follower.snapshot_seq);
            let mut writer = new_writer(follower.into_context(), claim, called_at);
            (writer.show, writer.tail, writer.durable) = (show, position, position);
            writer.snapshots.seq = snapshot_seq;
            writer.batch.renew_card();
            // Before anything is decided: what a writer decides is its own to count and to act on.
            writer.context.play(true);
            writer.extend_holds();
            writer.reclaim(promised);
            writer.take(&mut arrears);
            Part::Writing(Box::new(writer))
        }
        Err(error) => {
            tracing::warn!(show = %follower.context.id, %error, "the show was claimed, but can't be taken over");
            if let Err(error) = follower.context.journal.release(&claim).await {
                tracing::warn!(show = %follower.context.id, %error, "the show was not given back; its claim has to run out");
            }
            for message in arrears {
                follower.context.turn_away(message, RetryReason::Unavailable);
            }
            follower.retry_claim();
            Part::Following(Box::new(follower))
        }
    }
}

/// Brings a follower to where the journal ends under its claim; puts back what the journal lost, and returns what must be
/// reclaimed because it went on without it.
async fn come_up_to(
    follower: &mut Follower,
    claim: &Claim,
) -> Result<Vec<dropcast_domain::show::Request>, ReloadError> {
    let (journal, id) = (Arc::clone(&follower.context.journal), follower.context.id.clone());
    match compare(&*journal, id.as_str(), &follower.context.recent, claim.tail).await? {
        Standing::Ahead => {}
        Standing::Behind(from) => {
            put_back(&*journal, claim, &follower.context.recent, from).await?;
            follower.context.observer.healed(follower.position.seq - from.seq);
            return Ok(Vec::new());
        }
        Standing::Forked(common) => {
            let loaded = load_to(&*journal, id.as_str(), claim.tail).await?;
            let promised = follower.context.promised_after(common, &loaded.show);
            follower.start_over(loaded);
            return Ok(promised);
        }
    }
    follower.fold_to_the_end().await?;
    Ok(Vec::new())
}

fn new_writer(context: Context, claim: Claim, called_at: Instant) -> Writer {
    let inbox = context.exchange.as_ref().map(|exchange| Inbox::open(exchange, context.id.as_str(), claim.inbox));
    Writer {
        lease: Lease::granted(claim.lease, called_at),
        show: dropcast_domain::show::Show::default(),
        tail: Position::default(),
        durable: Position::default(),
        batch: Batch::default(),
        decided: Vec::new(),
        gather_until: None,
        in_flight: futures_util::stream::FuturesOrdered::new(),
        held_back: HeldBack::default(),
        snapshots: Snapshots::default(),
        inbox,
        consumed: claim.inbox,
        parcels_untold: 0,
        consumed_durably: claim.inbox,
        refusals: Refusals::default(),
        busy_at: Instant::now(),
        back_off: Duration::ZERO,
        claim,
        context,
    }
}
