//! Who may ask what, and what was asked before.

use crate::show::{Command, Outcome, Refusal, Request, Role, Show};

/// Checks, in this order: role, show, brand.
pub(super) fn check(show: &Show, request: &Request) -> Result<(), Refusal> {
    let role = request.principal.role;
    if !may(role, &request.command) {
        return Err(Refusal::RoleForbidden);
    }
    let brand = match (show.settings(), &request.command) {
        (Some(settings), _) => &settings.brand,
        (None, Command::Plan(plan)) => &plan.settings.brand,
        (None, _) => return Err(Refusal::ShowUnknown),
    };
    if role == Role::Brand && request.principal.id.as_str() != brand.as_str() {
        return Err(Refusal::NotYourShow);
    }
    Ok(())
}

/// What came of the same key before; a key with other content is a conflict.
pub(super) fn repeated(show: &Show, request: &Request) -> Result<Option<Outcome>, Refusal> {
    let Some(key) = &request.key else {
        let needs_none = matches!(
            request.command,
            Command::Plan(_)
                | Command::ExtendHolds { .. }
                | Command::CommitDraw { .. }
                | Command::DrawLots { .. }
                | Command::CountAudience { .. }
        );
        return if needs_none { Ok(None) } else { Err(Refusal::KeyMissing) };
    };
    match show.binding(&request.principal, key) {
        None => Ok(None),
        Some((fingerprint, outcome)) if *fingerprint == request.fingerprint => Ok(Some(*outcome)),
        Some(_) => Err(Refusal::KeyConflict),
    }
}

fn may(role: Role, command: &Command) -> bool {
    match command {
        Command::Plan(_) | Command::WithdrawUnits { .. } => role == Role::Brand,
        Command::Start
        | Command::End
        | Command::OpenDrop { .. }
        | Command::ScheduleDrop { .. }
        | Command::PauseDrop { .. }
        | Command::ResumeDrop { .. }
        | Command::ExtendDrop { .. }
        | Command::UndoDrop { .. }
        | Command::CloseDrop { .. }
        | Command::AddUnits { .. } => matches!(role, Role::Host | Role::Brand),
        Command::Reserve { .. }
        | Command::JoinWaitlist { .. }
        | Command::LeaveWaitlist { .. }
        | Command::ExtendHold { .. }
        | Command::Confirm { .. }
        | Command::Release { .. } => role == Role::Viewer,
        Command::CommitDraw { .. }
        | Command::DrawLots { .. }
        | Command::SettleOrder { .. }
        | Command::ExtendHolds { .. }
        | Command::CountAudience { .. }
        | Command::Reclaim(_) => role == Role::System,
    }
}
