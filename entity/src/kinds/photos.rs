//! Enums of photos, stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// The role of a photo.
    pub enum PhotoRole {
        Before => "before",
        After => "after",
        Evidence => "evidence",
    }
}
