//! Enums of photos, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// The role of a photo.
    pub enum PhotoRole {
        Before => "before" = "办理前",
        After => "after" = "办理后",
        Evidence => "evidence" = "现场",
    }
}

kind! {
    /// Where a phone took a photo from.
    pub enum PhotoSource {
        Camera => "camera",
        Album => "album",
    }
}
