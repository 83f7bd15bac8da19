//! Enums of people, stored as `snake_case` text.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::kind;

kind! {
    /// The level of a unit.
    pub enum UnitLevel {
        CityBureau => "city_bureau" = "市级部门",
        CountyBureau => "county_bureau" = "县（区）部门",
        CountyGovernment => "county_government" = "县（区）政府",
        ZoneCommittee => "zone_committee" = "功能区管委会",
        StreetOffice => "street_office" = "乡镇街道",
        Enterprise => "enterprise" = "公用企业",
    }
}

kind! {
    /// A person's role. Read from the database, not from the token, for every change of data.
    pub enum Role {
        Delegate => "delegate" = "人大代表",
        Operator => "operator" = "12345 坐席",
        Handler => "handler" = "承办单位",
        Supervisor => "supervisor" = "人大常委会",
        Admin => "admin" = "系统管理员",
    }
}

kind! {
    /// Five levels of congress; a supervisor's is `city` or `county`.
    pub enum PersonLevel {
        National => "national" = "全国人大代表",
        Provincial => "provincial" = "省人大代表",
        City => "city" = "市人大代表",
        County => "county" = "县（区）人大代表",
        Township => "township" = "乡镇人大代表",
    }
}

kind! {
    /// The client of a session.
    pub enum SessionKind {
        MiniProgram => "mini_program" = "小程序",
        Console => "console" = "工作台",
    }
}

kind! {
    /// The way a console session is requested.
    pub enum LoginRequestKind {
        Scan => "scan",
        Link => "link",
    }
}
