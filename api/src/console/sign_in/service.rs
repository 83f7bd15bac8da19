//! The content of the sign-in page: the code as a picture, and the sandbox's people by role.

use chrono::{DateTime, Utc};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::app::App;
use crate::city::snapshot::CityHandle;
use crate::console::labels::Markup;
use crate::error::{Error, Result};
use crate::orders::search::workload::{Workload, Workloads};
use crate::people::login_requests::service::{self, StartedRequest};
use crate::wechat::sandbox::Sandbox;
use crate::wechat::sandbox::people::SandboxPerson;
use entity::kinds::{Role, Status};

/// Pixels; the page scales it.
const CODE_SIZE: u32 = 240;

/// Goes on with the request that the browser has, if there is one and it still has time.
pub async fn resume(app: &App, held: Option<&str>, now: DateTime<Utc>) -> Result<Option<StartedRequest>> {
    match held {
        Some(secret) => service::resume(app, secret, now).await,
        None => Ok(None),
    }
}

/// Returns the URL in the code on the screen. The mini-program reads its last part; any other camera opens a page with
/// instructions.
#[must_use]
pub fn scan_address(app: &App, code: &str) -> String {
    format!("{}/console/scan/{code}", app.config.public_url)
}

pub fn picture(address: &str) -> Result<Markup> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).map_err(anyhow::Error::from)?;
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(CODE_SIZE, CODE_SIZE)
        .quiet_zone(true)
        .build();
    // The declaration of XML has no place inside a page.
    let start = drawn
        .find("<svg")
        .ok_or_else(|| Error::from(anyhow::anyhow!("the code was not drawn")))?;
    Ok(Markup(drawn.get(start..).unwrap_or_default().to_owned()))
}

/// A person of the sandbox, as whom anyone may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosteredPerson {
    pub key: String,
    pub name: String,
    /// Unit, committee or area.
    pub what: String,
    /// The pending work of the person; only for suggested people.
    pub waiting: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastGroup {
    pub label: &'static str,
    pub people: Vec<RosteredPerson>,
}

/// By role, those who see most first.
const ROLES: [Role; 5] = [
    Role::Supervisor,
    Role::Operator,
    Role::Handler,
    Role::Delegate,
    Role::Admin,
];

/// Returns the sandbox's people who are on the roster; empty in live mode.
#[must_use]
pub fn cast(app: &App) -> Vec<CastGroup> {
    let people = app
        .state::<Option<Sandbox>>()
        .as_ref()
        .map(|sandbox| sandbox.people())
        .unwrap_or_default();
    let of_role = |role: Role| CastGroup {
        label: role.label(),
        people: people
            .iter()
            .filter(|person| person.on_roster && person.role == role.as_str())
            .map(|person| shown(person, role.label()))
            .collect(),
    };
    let groups = ROLES.into_iter().map(of_role);
    groups.filter(|group| !group.people.is_empty()).collect()
}

/// Suggested units.
const SUGGESTED_UNITS: usize = 3;

/// The people whose day is interesting, each with what is waiting for them.
///
/// The city's committee, the county and the units with most open orders, an operator, a delegate (one of `keepers`, the
/// delegates of sites) and an administrator.
#[must_use]
pub fn suggested(app: &App, workloads: &Workloads, keepers: &[String]) -> Vec<RosteredPerson> {
    let people = app
        .state::<Option<Sandbox>>()
        .as_ref()
        .map(|sandbox| sandbox.people())
        .unwrap_or_default();
    let city = app.state::<CityHandle>().load();
    let load_of = |person: &SandboxPerson| match person.role.as_str() {
        "supervisor" if person.level.as_deref() == Some("city") => Some(workloads.city),
        "supervisor" => {
            let county = person.area.as_deref().and_then(|name| city.county(name));
            county.and_then(|county| workloads.areas.get(&county.code).copied())
        }
        "handler" => {
            let unit = person.unit.as_deref().and_then(|name| city.units.resolve(name));
            unit.and_then(|unit| workloads.units.get(&unit.id).copied())
        }
        "operator" => Some(workloads.city),
        _ => None,
    };
    let mut ranked: Vec<(&SandboxPerson, Option<Workload>)> = people
        .iter()
        .filter(|person| person.on_roster)
        .map(|person| (person, load_of(person)))
        .collect();
    // Stable: people of equal load stay in the order of the pack.
    ranked.sort_by_key(|(person, load)| {
        let keeps = person.role == Role::Delegate.as_str() && keepers.contains(&person.name);
        (std::cmp::Reverse(load.unwrap_or_default().open), !keeps)
    });
    let mut suggested: Vec<RosteredPerson> = Vec::new();
    for role in ROLES {
        let county =
            |person: &SandboxPerson| role == Role::Supervisor && person.level.as_deref() == Some("county");
        let of_role = ranked.iter().filter(|(person, _)| person.role == role.as_str());
        let (counties, others): (Vec<_>, Vec<_>) = of_role.partition(|(person, _)| county(person));
        let most = if role == Role::Handler { SUGGESTED_UNITS } else { 1 };
        for (person, load) in take_different(&others, most).chain(take_different(&counties, 1)) {
            suggested.push(RosteredPerson {
                waiting: load.and_then(|load| waiting(role, load)),
                ..shown(person, role.label())
            });
        }
    }
    suggested
}

type Ranked<'a> = (&'a SandboxPerson, Option<Workload>);

/// The first `most` people of different units.
fn take_different<'a>(people: &'a [&'a Ranked<'a>], most: usize) -> impl Iterator<Item = &'a Ranked<'a>> {
    let mut units: Vec<Option<&str>> = Vec::new();
    let different = people.iter().copied().filter(move |(person, _)| {
        let unit = person.unit.as_deref();
        let is_new = unit.is_none() || !units.contains(&unit);
        units.push(unit);
        is_new
    });
    different.take(most)
}

/// Returns the pending work in one line. Returns `None` if there is none.
fn waiting(role: Role, load: Workload) -> Option<String> {
    match (role, load) {
        (Role::Operator, Workload { triage: 1.., .. }) => {
            Some(format!("{} {} 件", Status::Triage.label(), load.triage))
        }
        (Role::Operator, _) | (_, Workload { open: 0, .. }) => None,
        (_, Workload { overdue: 0, .. }) => Some(format!("在办 {} 件", load.open)),
        _ => Some(format!("在办 {} 件，超期 {} 件", load.open, load.overdue)),
    }
}

fn shown(person: &SandboxPerson, label: &str) -> RosteredPerson {
    let level = match person.level.as_deref() {
        Some("national") => Some("全国代表"),
        Some("provincial") => Some("省代表"),
        Some("city") if person.role == "delegate" => Some("市代表"),
        Some("county") if person.role == "delegate" => Some("县（区）代表"),
        Some("township") => Some("乡镇代表"),
        Some("city") => Some("市级"),
        _ => None,
    };
    let parts = [person.unit.as_deref().or(person.area.as_deref()), level];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    let what = if person.unit.is_some() {
        parts.join(" · ")
    } else {
        let mut all = vec![label];
        all.extend(parts);
        all.join(" · ")
    };
    RosteredPerson {
        key: person.openid.clone(),
        name: person.name.clone(),
        what,
        waiting: None,
    }
}
