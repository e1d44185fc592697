//! The rules of a show, as a pure state machine: [`show::decide`] turns a request into facts or a refusal, and
//! [`show::Show`] folds facts into a state. No runtime, no clock, no randomness, no I/O: time and keys come in as
//! arguments.
//!
//! ```
//! use dropcast_domain::ids::PrincipalId;
//! use dropcast_domain::show::{Command, Fingerprint, Principal, Refusal, Request, Role, Show};
//! use dropcast_domain::time::Timestamp;
//!
//! let mut show = Show::default();
//! let host = Principal { role: Role::Host, id: PrincipalId::new("noor")? };
//! let start = Request { principal: host, key: None, fingerprint: Fingerprint::default(), command: Command::Start };
//! let mut entries = Vec::new(); // what is to be appended to the journal
//! assert_eq!(show.handle(Timestamp(0), &start, &mut entries), Err(Refusal::ShowUnknown));
//! # Ok::<(), dropcast_domain::ids::NameError>(())
//! ```
//!
//! # What is always true
//!
//! Debug builds check after every fact what that fact can have broken; [`show::Show::check_invariants`] adds all up
//! anew; a journal or a snapshot that contradicts it is refused:
//!
//! 1. Every unit is in one state: of each SKU, free + held + offered + sold = allotment, and what is held, offered and
//!    sold is what its reservations come to.
//! 2. A drop never has more of a SKU, or of all its SKUs together, held, offered and sold than its caps, nor a viewer
//!    more of a drop, with what is waited for, than its limit.
//! 3. A reservation goes from held or offered to sold, released, expired or revoked, once and as a whole; no decision
//!    finds one kept whose deadline has come. A deadline moves once for its viewer's payment, and with those of all
//!    that is kept, by no more than went by since the last entry.
//! 4. Each sold reservation has one order, which comes to its quantities times the prices at which they were held.
//! 5. Reservations, orders and places in line are numbered from 1 without gaps; time never goes back.
//! 6. Only a drop of a live show is open or paused; what was opened sells the same in the same way to its end.
//! 7. A key of a principal is bound once, to one content and one outcome; a refusal binds nothing.
//! 8. A promise of a lost history is kept or broken once; the units that keep it count as all others do.
//! 9. Equal entries make equal shows, byte for byte.
//! 10. A viewer waits in a drop once, and while it runs; no decision finds anything free in an open drop for which
//!     somebody waits. Lots are drawn once, of the seed that the drop was bound to before it opened.
//! 11. What a node counted of the audience only ever grows, but for how many watch now.

pub mod audience;
pub mod ids;
pub mod inventory;
pub mod money;
pub mod orders;
mod places;
mod roster;
pub mod show;
mod table;
pub mod text;
pub mod time;
