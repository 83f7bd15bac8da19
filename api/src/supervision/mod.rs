//! 多级督办: urges, tracking, supervision orders and campaigns. None of them handles an order; each makes others do it.
//!
//! Read `routes.rs` first, then one file per use case; `register/mod.rs` lists all of it. `past` writes matters and
//! supervision orders of the past.

pub mod activities;
pub mod batch;
pub mod campaigns;
pub mod due_light;
pub mod due_reminder;
pub mod measures;
pub mod opinions;
pub mod participants;
pub mod past;
pub mod print;
pub mod register;
pub mod routes;
pub mod scope;
pub mod supervision_orders;
pub mod tracking;
pub mod urges;
