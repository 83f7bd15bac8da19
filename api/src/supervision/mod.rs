//! 多级督办: urges, tracking, supervision orders and campaigns. None of them handles an order; each makes
//! somebody else do it. Read `routes.rs` for what there is, then one file a use case;
//! `register.rs` is all of it in one place, to be looked through.

pub mod campaigns;
pub mod due;
pub mod orders;
pub mod print;
pub mod register;
pub mod routes;
pub mod tracking;
pub mod urges;
