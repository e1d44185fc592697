//! Facts become state. A fact that contradicts the state is refused before it changes anything that it is about.

mod buying;
mod catalogue;
mod fact;
mod outage;
mod promises;
mod run;

pub(super) use fact::apply;
