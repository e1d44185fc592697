//! Enums of the rules and of the wire, side by side.

use dropcast_domain::show;
use dropcast_proto::v1;

use super::DecodeError;

macro_rules! same_names {
    ($domain:path, $proto:path { $($variant:ident),* $(,)? }) => {
        impl InWire for $domain {
            type Wire = $proto;

            fn wire(self) -> i32 {
                match self { $(<$domain>::$variant => <$proto>::$variant.into()),* }
            }

            fn from_wire(number: i32) -> Result<Self, DecodeError> {
                match <$proto>::try_from(number) {
                    $(Ok(<$proto>::$variant) => Ok(<$domain>::$variant),)*
                    _ => Err(DecodeError::Enum { name: stringify!($proto), number }),
                }
            }
        }
    };
}

/// An enum that has a twin on the wire.
pub(super) trait InWire: Sized {
    /// The twin.
    type Wire;

    /// Its number on the wire.
    fn wire(self) -> i32;

    /// The enum of a number; one that this version doesn't know is an error.
    fn from_wire(number: i32) -> Result<Self, DecodeError>;
}

same_names!(show::Role, v1::Role { Viewer, Host, Brand, System });
same_names!(show::ShowPhase, v1::ShowPhase { Draft, Live, Ended });
same_names!(show::DropPhase, v1::DropPhase { Planned, Open, Paused, Closed });
same_names!(show::CloseReason, v1::CloseReason { Host, Time, SoldOut, ShowEnded });
same_names!(show::ReservationState, v1::ReservationState { Held, Offered, Sold, Released, Expired, Revoked });
same_names!(show::Waitlist, v1::Waitlist { Off, Ask, Automatic });
same_names!(show::OrderState, v1::OrderState { Placed, Paid });
