//! 代表履职: the activity of the delegates that a committee follows, and of one of them.

pub mod routes;
