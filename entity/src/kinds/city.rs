//! Enums of the city data, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// Level of a division.
    pub enum AreaLevel {
        City => "city",
        County => "county",
        Township => "township",
    }
}

kind! {
    /// The scope of a duty rule. The most specific rule wins.
    pub enum ScopeKind {
        Township => "township",
        County => "county",
        Zone => "zone",
        City => "city",
    }
}

kind! {
    /// The geodetic datum of a coordinate.
    pub enum Datum {
        Wgs84 => "wgs84" = "WGS-84（手机定位）",
        Gcj02 => "gcj02" = "GCJ-02（微信、高德、腾讯地图）",
        Bd09 => "bd09" = "BD-09（百度地图）",
    }
}

kind! {
    /// Relation of a point to its area.
    pub enum PlaceRelation {
        Inside => "inside",
        NearBorder => "near_border",
        Nearest => "nearest",
        Outside => "outside",
        Unknown => "unknown",
    }
}

kind! {
    /// City data that change independently; each has a generation.
    pub enum GenerationKind {
        Areas => "areas",
        Units => "units",
        Categories => "categories",
        Duty => "duty",
        Calendar => "calendar",
        Suggestion => "suggestion",
    }
}
