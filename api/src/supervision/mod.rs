//! 多级督办: urges, tracking, supervision orders and campaigns. None of them handles an order; each makes
//! somebody else do it. Read `routes.rs` for what there is, then one file a use case;
//! `register/mod.rs` is all of it in one place, to be looked through.

pub mod activities;
pub mod batch;
pub mod campaigns;
pub mod due_light;
pub mod due_reminder;
pub mod measures;
pub mod opinions;
pub mod print;
pub mod register;
pub mod routes;
pub mod supervision_orders;
pub mod tracking;
pub mod urges;
