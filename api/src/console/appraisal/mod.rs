//! 考评: counties, units, categories and spans side by side, with a rank and an export.

pub mod routes;
