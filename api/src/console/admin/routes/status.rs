//! `/console/admin/status`: the state of the system, part by part, with what to do where something is not well.

use actix_web::{HttpResponse, get};
use askama::Template;
use chrono::Utc;

use crate::city::snapshot::CityHandle;
use crate::console::labels;
use crate::console::page_context::{PageContext, Section};
use crate::console::routes::page::{PageError, page};
use crate::console::routes::visitor::ConsoleUser;
use crate::upkeep::status::{self, Group, State};

#[derive(Template)]
#[template(path = "admin_status.html")]
struct StatusPage {
    frame: PageContext,
    groups: Vec<Group>,
    /// Parts that are not well.
    attention: usize,
    trouble: usize,
    at: String,
}

#[get("/admin/status")]
pub async fn show(visitor: ConsoleUser) -> Result<HttpResponse, PageError> {
    let groups = status::read(&visitor.app, &visitor.caller, visitor.now).await?;
    let count = |state: State| {
        let checks = groups.iter().flat_map(|group| &group.checks);
        checks.filter(|check| check.state == state).count()
    };
    let zone = visitor.app.state::<CityHandle>().load().zone();
    page(&StatusPage {
        frame: visitor.frame(Section::Status, "系统状态"),
        attention: count(State::Attention),
        trouble: count(State::Trouble),
        at: labels::when(visitor.now.with_timezone(&Utc), visitor.now, zone),
        groups,
    })
}
