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

kind! {
    /// Where a phone took a photo from.
    pub enum PhotoSource {
        Camera => "camera",
        Album => "album",
    }
}
