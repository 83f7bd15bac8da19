//! 专项监督: the campaigns, what they have gathered, and how they end.

pub mod routes;
