//! Enums of administration, stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// An administrator's action.
    pub enum ActKind {
        BeforeTheFirst => "before_the_first",
        RosterImported => "roster_imported",
        UnitsImported => "units_imported",
        DutyImported => "duty_imported",
        CalendarImported => "calendar_imported",
        BoundariesLoaded => "boundaries_loaded",
        BoundariesActivated => "boundaries_activated",
        SiteCreated => "site_created",
        SiteChanged => "site_changed",
        PersonUnbound => "person_unbound",
        SessionsEnded => "sessions_ended",
        SignInLinkMade => "sign_in_link_made",
    }
}
