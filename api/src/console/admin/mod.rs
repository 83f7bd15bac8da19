//! What the platform's owner does: tries out where a matter would go, and takes in rosters with a preview.

pub mod routes;
