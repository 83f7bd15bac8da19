//! 坐席工作台: what waits for operators, a tab a kind. Opening a matter claims it, a decision opens the next one.
//!
//! `tabs.rs` says what there is, `list.rs` reads a tab, `forms.rs` offers the decisions; `routes/mod.rs` shows the
//! list, and each sort of matter has a file below `routes/`: an order, a resident's message, something published that a
//! person has to look at. `call/` registers a call by hand.

pub mod call;
pub mod forms;
pub mod list;
pub mod routes;
pub mod tabs;
