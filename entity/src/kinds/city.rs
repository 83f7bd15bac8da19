//! Enums of the city data, stored as snake_case text.

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
        Wgs84 => "wgs84",
        Gcj02 => "gcj02",
        Bd09 => "bd09",
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
