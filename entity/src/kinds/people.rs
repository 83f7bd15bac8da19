//! Enums of people, stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// The level of a unit.
    pub enum UnitLevel {
        CityBureau => "city_bureau",
        CountyBureau => "county_bureau",
        CountyGovernment => "county_government",
        ZoneCommittee => "zone_committee",
        StreetOffice => "street_office",
        Enterprise => "enterprise",
    }
}

kind! {
    /// A person's role. Read from the database, not from the token, for every change of data.
    pub enum Role {
        Delegate => "delegate",
        Operator => "operator",
        Handler => "handler",
        Supervisor => "supervisor",
        Admin => "admin",
    }
}

kind! {
    /// Five levels of congress; a supervisor's is `city` or `county`.
    pub enum PersonLevel {
        National => "national",
        Provincial => "provincial",
        City => "city",
        County => "county",
        Township => "township",
    }
}

kind! {
    /// The client of a session.
    pub enum SessionKind {
        MiniProgram => "mini_program",
        Console => "console",
    }
}

kind! {
    /// The way a console session is requested.
    pub enum LoginRequestKind {
        Scan => "scan",
        Link => "link",
    }
}
