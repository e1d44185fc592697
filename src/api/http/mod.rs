//! One file and one router for each resource.

pub mod demo;
pub mod demo_video;
pub mod docs;
pub mod draws;
pub mod health;
pub mod journal;
pub mod numbers;
pub mod orders;
pub mod orders_csv;
pub mod outcomes;
pub mod pages;
pub mod reservations;
pub mod run;
pub mod shows;
pub mod tokens;
pub mod waitlist;
