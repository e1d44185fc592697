//! Commands by kind, as labels.

use dropcast_domain::show::Command;

macro_rules! kinds {
    ($($kind:ident = $name:literal),* $(,)?) => {
        /// What kind of command it is.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum CommandKind {
            $(#[doc = concat!("`", $name, "`")] $kind,)*
        }

        impl CommandKind {
            /// Every kind, in the order of their numbers.
            pub const ALL: &[Self] = &[$(Self::$kind),*];

            /// Its name on the wire.
            pub fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),* }
            }
        }
    };
}

kinds! {
    Plan = "plan",
    Start = "start_show",
    End = "end_show",
    OpenDrop = "open_drop",
    ScheduleDrop = "schedule_drop",
    PauseDrop = "pause_drop",
    ResumeDrop = "resume_drop",
    ExtendDrop = "extend_drop",
    UndoDrop = "undo_drop",
    CloseDrop = "close_drop",
    AddUnits = "add_units",
    WithdrawUnits = "withdraw_units",
    Reserve = "reserve",
    JoinWaitlist = "join_waitlist",
    LeaveWaitlist = "leave_waitlist",
    ExtendHold = "extend_hold",
    Confirm = "confirm",
    Release = "release",
    CommitDraw = "commit_draw",
    DrawLots = "draw_lots",
    SettleOrder = "settle_order",
    ExtendHolds = "extend_holds",
    CountAudience = "count_audience",
    Reclaim = "reclaim",
}

impl From<&Command> for CommandKind {
    fn from(command: &Command) -> Self {
        match command {
            Command::Plan(_) => Self::Plan,
            Command::Start => Self::Start,
            Command::End => Self::End,
            Command::OpenDrop { .. } => Self::OpenDrop,
            Command::ScheduleDrop { .. } => Self::ScheduleDrop,
            Command::PauseDrop { .. } => Self::PauseDrop,
            Command::ResumeDrop { .. } => Self::ResumeDrop,
            Command::ExtendDrop { .. } => Self::ExtendDrop,
            Command::UndoDrop { .. } => Self::UndoDrop,
            Command::CloseDrop { .. } => Self::CloseDrop,
            Command::AddUnits { .. } => Self::AddUnits,
            Command::WithdrawUnits { .. } => Self::WithdrawUnits,
            Command::Reserve { .. } => Self::Reserve,
            Command::JoinWaitlist { .. } => Self::JoinWaitlist,
            Command::LeaveWaitlist { .. } => Self::LeaveWaitlist,
            Command::ExtendHold { .. } => Self::ExtendHold,
            Command::Confirm { .. } => Self::Confirm,
            Command::Release { .. } => Self::Release,
            Command::CommitDraw { .. } => Self::CommitDraw,
            Command::DrawLots { .. } => Self::DrawLots,
            Command::SettleOrder { .. } => Self::SettleOrder,
            Command::ExtendHolds { .. } => Self::ExtendHolds,
            Command::CountAudience { .. } => Self::CountAudience,
            Command::Reclaim(_) => Self::Reclaim,
        }
    }
}
