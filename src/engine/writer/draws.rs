//! Draws: the writer binds them to their seeds, and reveals these when the entries close.

use dropcast_domain::{
    ids::{DropId, PrincipalId},
    show::{Command, Digest, Drop, DropPhase, Fingerprint, Principal, Request, Role},
    time::Timestamp,
};

use super::part::{Caller, Writer};
use crate::mistakes::{Mistake, made};

impl Writer {
    /// Binds the draws that are bound to nothing, and draws lots that are due. Returns whether anything was done.
    ///
    /// Lots are mixed with the digest of the entry before them, so nothing may be decided between asking for it and
    /// deciding the draw.
    pub(super) fn see_to_draws(&mut self, now: Timestamp) -> bool {
        let Some(command) = self.unbound().or_else(|| self.due_draw(now)) else { return false };
        self.ask_as_system(now, command)
    }

    /// When the next lots are to be drawn that this node can draw.
    pub(super) fn next_draw(&self) -> Option<Timestamp> {
        self.drawable(Timestamp::MAX).map(|(at, _, _)| at)
    }

    /// Another secret may have made the seeds of draws that are not open yet: they are bound anew. One that is open can
    /// only be drawn with the secret that it was bound with.
    pub(in crate::engine) fn bind_draws_anew(&mut self) {
        let Some(seeds) = self.context.config.seeds.clone() else { return };
        let now = self.context.clock.now();
        self.pass_time(now);
        let is_foreign = |drop: &&Drop| {
            let own = seeds.commitment(&self.context.id, &drop.plan().drop);
            drop.commitment().is_some_and(|commitment| commitment != own) && drop.lots().is_none()
        };
        let foreign: Vec<_> =
            self.show.drops().filter(is_foreign).map(|drop| (drop.plan().drop.clone(), drop.phase())).collect();
        for (drop, phase) in foreign {
            match phase {
                DropPhase::Planned => {
                    let commitment = seeds.commitment(&self.context.id, &drop);
                    self.ask_as_system(now, Command::CommitDraw { drop, commitment });
                }
                DropPhase::Open | DropPhase::Paused => {
                    tracing::error!(
                        show = %self.context.id, %drop,
                        "the draw was bound by another secret: bring that back, or close the drop"
                    );
                }
                DropPhase::Closed => {}
            }
        }
        self.flush();
    }

    fn unbound(&self) -> Option<Command> {
        let drop = self.show.unbound_draw()?.plan().drop.clone();
        let commitment = self.context.config.seeds.as_ref()?.commitment(&self.context.id, &drop);
        Some(Command::CommitDraw { drop, commitment })
    }

    /// For a clock that is behind what was decided before, it is as late as that.
    fn due_draw(&self, now: Timestamp) -> Option<Command> {
        let now = now.max(self.show.last_at());
        let (_, drop, seed) = self.drawable(now)?;
        let before = if made(Mistake::DrawWithEarlierDigest) { self.durable } else { self.tail };
        Some(Command::DrawLots { drop, seed, digest: Digest(before.digest.0) })
    }

    /// The first draw that is due until then and was bound by this deployment's secret. This is asked for every decision,
    /// so a seed is made only where lots are due.
    fn drawable(&self, until: Timestamp) -> Option<(Timestamp, DropId, Digest)> {
        let seeds = self.context.config.seeds.as_ref()?;
        let due_at = |at: Timestamp| if made(Mistake::DrawLate) { at.after_ms(500) } else { at };
        let mut due = self.show.pending_draws().map(|(at, drop)| (due_at(at), drop)).take_while(|(at, _)| *at <= until);
        let with_seed = |(at, drop): (Timestamp, &Drop)| {
            let seed = seeds.of(&self.context.id, &drop.plan().drop);
            (drop.commitment() == Some(Digest::of(&seed.0))).then(|| (at, drop.plan().drop.clone(), seed))
        };
        due.find_map(with_seed)
    }

    fn ask_as_system(&mut self, now: Timestamp, command: Command) -> bool {
        let Ok(id) = PrincipalId::new("draws") else { return false };
        let principal = Principal { role: Role::System, id };
        let request = Request { principal, key: None, fingerprint: Fingerprint::default(), command };
        let before = self.tail;
        self.decide_alone(now, &request, Caller::Nobody);
        self.tail != before
    }
}
