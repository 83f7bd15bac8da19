//! The activities of a campaign: 专题调研, 暗访督查, 座谈, 约谈, 电话. `add` (use case), `store`, `view`, `routes`.

pub mod add;
pub mod routes;
mod store;
pub mod view;
