//! Every code, with its status and its title. `docs/protocol/problems.md` explains each.

use axum::http::StatusCode;
use dropcast_proto::v1::RefusalCode;

macro_rules! codes {
    ($($code:ident = $name:literal, $status:literal, $title:literal;)*) => {
        /// A stable code. Codes are added, never changed or reused.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum ProblemCode {
            $(#[doc = concat!("`", $name, "`: ", $title, ".")] $code,)*
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$code),*];

            /// The code as clients see it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$code => $name),* }
            }

            /// What it is, for people: the same for every problem of this code.
            pub fn title(self) -> &'static str {
                match self { $(Self::$code => $title),* }
            }

            /// The status over HTTP, as a number.
            fn status_number(self) -> u16 {
                match self { $(Self::$code => $status),* }
            }
        }
    };
}

codes! {
    ShowUnknown = "show_unknown", 404, "There is no such show";
    NotYourShow = "not_your_show", 403, "The show belongs to another brand";
    RoleForbidden = "role_forbidden", 403, "This role may not do that";
    KeyMissing = "key_missing", 400, "The command needs an idempotency key";
    KeyConflict = "key_conflict", 409, "The key was used with other content";
    ShowNotLive = "show_not_live", 409, "The show has not started";
    ShowAlreadyLive = "show_already_live", 409, "The show is already live";
    ShowEnded = "show_ended", 409, "The show has ended";
    DropUnknown = "drop_unknown", 404, "There is no such drop in this show";
    DropPhase = "drop_phase", 409, "The drop is in another phase";
    DropWithoutEnd = "drop_without_end", 409, "The drop has no closing time";
    SkuUnknown = "sku_unknown", 404, "That SKU is not part of it";
    QuantityInvalid = "quantity_invalid", 422, "The quantity is out of bounds";
    DurationInvalid = "duration_invalid", 422, "The duration is out of bounds";
    MomentPassed = "moment_passed", 422, "That moment has passed";
    SoldOut = "sold_out", 409, "Sold out";
    NotEnough = "not_enough", 409, "Less is left than was asked for";
    LimitReached = "limit_reached", 409, "The viewer has as much as the drop allows";
    ShowLimitReached = "show_limit_reached", 409, "The viewer has as much as the show allows";
    OpenHoldsReached = "open_holds_reached", 409, "The viewer has as many open holds as the show allows";
    CoolingDown = "cooling_down", 409, "The viewer let holds run out and has to rest";
    BundleInvalid = "bundle_invalid", 422, "That can't be a bundle";
    WaitlistOff = "waitlist_off", 409, "The drop has no waitlist";
    AlreadyWaiting = "already_waiting", 409, "The viewer waits in that drop already";
    WaiterUnknown = "waiter_unknown", 404, "There is no such place in line";
    WaiterOver = "waiter_over", 409, "That place is not waited in any more";
    DrawPending = "draw_pending", 409, "The lots are about to be drawn";
    DrawUncommitted = "draw_uncommitted", 409, "The draw has no committed seed yet";
    DrawNotDue = "draw_not_due", 409, "There is no draw to be held now";
    SeedForeign = "seed_foreign", 409, "The seed is not the one that was committed to";
    UndoOver = "undo_over", 409, "The opening can't be taken back any more";
    ExtensionOver = "extension_over", 409, "The hold can't be extended";
    ReservationUnknown = "reservation_unknown", 404, "There is no such reservation";
    ReservationState = "reservation_state", 409, "The reservation is not held any more";
    OrderUnknown = "order_unknown", 404, "There is no such order";
    OrderPaid = "order_paid", 409, "The order is already paid";
    Full = "full", 409, "The show is as full as it may be";
    PlanInvalid = "plan_invalid", 422, "The plan contradicts itself or what happened since";

    Retry = "retry", 503, "Not decided: try again with the same key";
    Stopping = "stopping", 503, "The server is stopping";
    Unavailable = "unavailable", 503, "The journal can't be reached";
    Timeout = "timeout", 504, "It took too long";
    RateLimited = "rate_limited", 429, "Too many requests";
    TooManyConnections = "too_many_connections", 429, "Too many connections from one address";
    ServerFull = "server_full", 503, "The server has as many connections as it may";
    ServerBusy = "server_busy", 503, "Too many connect at once";

    TokenMissing = "token_missing", 401, "A token is needed";
    TokenInvalid = "token_invalid", 401, "The token is not accepted";
    TokenExpired = "token_expired", 401, "The token has expired";
    TokenMismatch = "token_mismatch", 403, "A refreshed token must be of the same principal and scope";
    TokenForAnotherShow = "token_for_another_show", 403, "The token is good for another show";
    OriginForbidden = "origin_forbidden", 403, "Pages of this origin may not connect";

    KeyInvalid = "key_invalid", 400, "The idempotency key can't be read";
    KeyUnknown = "key_unknown", 404, "Nothing was accepted under this key";
    NameInvalid = "name_invalid", 422, "A name or number in the address is none";
    ParameterInvalid = "parameter_invalid", 400, "A query parameter can't be read";
    MediaTypeUnsupported = "media_type_unsupported", 415, "The body must be application/json";
    BodyNotUtf8 = "body_not_utf8", 400, "The body is not UTF-8";
    BodyMalformed = "body_malformed", 400, "The body is not JSON";
    BodyInvalid = "body_invalid", 422, "The body has an unknown, missing or wrong field";
    BodyTooLarge = "body_too_large", 413, "The body is too large";
    HelloMissing = "hello_missing", 400, "Say hello first";
    HelloRepeated = "hello_repeated", 400, "Hello is said once";
    MalformedMessage = "malformed_message", 400, "The message can't be read";
    UpgradeRequired = "upgrade_required", 426, "This address is for WebSockets";
    RouteUnknown = "route_unknown", 404, "There is nothing at this address";
    MethodNotAllowed = "method_not_allowed", 405, "The address does not take this method";

    JournalTrimmed = "journal_trimmed", 410, "These entries are in the archive";
    JournalDamaged = "journal_damaged", 500, "The journal is damaged or can't be understood";
    Internal = "internal", 500, "Something went wrong in the server";
}

impl ProblemCode {
    /// The status over HTTP.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.status_number()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Where it is explained, on this server.
    pub fn address(self) -> String {
        format!("/docs/problems#{}", self.as_str())
    }
}

impl From<RefusalCode> for ProblemCode {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::Unspecified => Self::Internal,
            RefusalCode::ShowUnknown => Self::ShowUnknown,
            RefusalCode::NotYourShow => Self::NotYourShow,
            RefusalCode::RoleForbidden => Self::RoleForbidden,
            RefusalCode::KeyMissing => Self::KeyMissing,
            RefusalCode::KeyConflict => Self::KeyConflict,
            RefusalCode::ShowNotLive => Self::ShowNotLive,
            RefusalCode::ShowAlreadyLive => Self::ShowAlreadyLive,
            RefusalCode::ShowEnded => Self::ShowEnded,
            RefusalCode::DropUnknown => Self::DropUnknown,
            RefusalCode::DropPhase => Self::DropPhase,
            RefusalCode::DropWithoutEnd => Self::DropWithoutEnd,
            RefusalCode::SkuUnknown => Self::SkuUnknown,
            RefusalCode::QuantityInvalid => Self::QuantityInvalid,
            RefusalCode::DurationInvalid => Self::DurationInvalid,
            RefusalCode::MomentPassed => Self::MomentPassed,
            RefusalCode::SoldOut => Self::SoldOut,
            RefusalCode::NotEnough => Self::NotEnough,
            RefusalCode::LimitReached => Self::LimitReached,
            RefusalCode::ShowLimitReached => Self::ShowLimitReached,
            RefusalCode::OpenHoldsReached => Self::OpenHoldsReached,
            RefusalCode::CoolingDown => Self::CoolingDown,
            RefusalCode::BundleInvalid => Self::BundleInvalid,
            RefusalCode::WaitlistOff => Self::WaitlistOff,
            RefusalCode::AlreadyWaiting => Self::AlreadyWaiting,
            RefusalCode::WaiterUnknown => Self::WaiterUnknown,
            RefusalCode::WaiterOver => Self::WaiterOver,
            RefusalCode::DrawPending => Self::DrawPending,
            RefusalCode::DrawUncommitted => Self::DrawUncommitted,
            RefusalCode::DrawNotDue => Self::DrawNotDue,
            RefusalCode::SeedForeign => Self::SeedForeign,
            RefusalCode::UndoOver => Self::UndoOver,
            RefusalCode::ExtensionOver => Self::ExtensionOver,
            RefusalCode::ReservationUnknown => Self::ReservationUnknown,
            RefusalCode::ReservationState => Self::ReservationState,
            RefusalCode::OrderUnknown => Self::OrderUnknown,
            RefusalCode::OrderPaid => Self::OrderPaid,
            RefusalCode::Full => Self::Full,
            RefusalCode::PlanInvalid => Self::PlanInvalid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_explained() {
        let page = include_str!("../../../docs/protocol/problems.md");
        for code in ProblemCode::ALL {
            let row =
                format!("| <a id=\"{0}\"></a>`{0}` | {1} | {2}", code.as_str(), code.status_number(), code.title());
            assert!(page.contains(&row), "docs/protocol/problems.md lacks the row {row}");
        }
        let rows = page.matches("<a id=").count();
        assert_eq!(rows, ProblemCode::ALL.len(), "docs/protocol/problems.md explains a code that there isn't");
    }

    #[test]
    fn a_refusal_goes_by_the_name_that_it_has_on_the_wire() {
        for code in (1..).map_while(|number| RefusalCode::try_from(number).ok()) {
            let name = serde_json::to_value(code).expect("a name");
            assert_eq!(name, ProblemCode::from(code).as_str());
        }
    }
}
