//! Facts become state. A fact that contradicts the state is refused before it changes anything that it is about.

mod audience;
mod buying;
mod catalogue;
mod fact;
mod orders;
mod outage;
mod promises;
mod run;
mod waitlist;

pub(super) use fact::apply;
