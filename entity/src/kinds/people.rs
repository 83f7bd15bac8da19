//! Closed sets of people; stored as snake_case text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// Where a unit stands.
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
    /// What a person may do; read from the database for anything that changes data.
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
    /// Where somebody signed in.
    pub enum SessionKind {
        MiniProgram => "mini_program",
        Console => "console",
    }
}

kind! {
    /// How a console session is asked for.
    pub enum LoginRequestKind {
        Scan => "scan",
        Link => "link",
    }
}
