//! What the sign-in page shows: the code as a picture, and the sandbox's cast by role.

use chrono::{DateTime, Utc};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::app::App;
use crate::console::labels::Markup;
use crate::error::{Error, Result};
use crate::people::login_requests::service::{self, StartedRequest};
use crate::wechat::sandbox::people::SandboxPerson;

/// Pixels; the page scales it.
const CODE_SIZE: u32 = 240;

/// Begins a request, or goes on with the one that the browser has.
pub async fn begin(
    app: &App,
    held: Option<&str>,
    origin: &str,
    now: DateTime<Utc>,
) -> Result<StartedRequest> {
    if let Some(secret) = held
        && let Some(begun) = service::resume(app, secret, now).await?
    {
        return Ok(begun);
    }
    service::begin(app, origin, now).await
}

/// The address that the code on the screen holds. The mini-program reads its last part; any other camera
/// opens a page that says so.
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

/// Somebody whom a stranger may sign in as, in the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RosteredPerson {
    pub key: String,
    pub name: String,
    /// Unit, committee or area.
    pub what: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CastGroup {
    pub label: &'static str,
    pub people: Vec<RosteredPerson>,
}

/// By role, those who see most first.
const ROLES: [(&str, &str); 5] = [
    ("supervisor", "人大常委会"),
    ("operator", "12345 坐席"),
    ("handler", "承办单位"),
    ("delegate", "人大代表"),
    ("admin", "系统管理员"),
];

/// Everybody of the sandbox who stands on the roster; nobody in live mode.
#[must_use]
pub fn cast(app: &App) -> Vec<CastGroup> {
    let people = app
        .sandbox
        .as_ref()
        .map(|sandbox| sandbox.people())
        .unwrap_or_default();
    let of_role = |(role, label): (&str, &'static str)| CastGroup {
        label,
        people: people
            .iter()
            .filter(|person| person.on_roster && person.role == role)
            .map(|person| shown(person, label))
            .collect(),
    };
    let groups = ROLES.into_iter().map(of_role);
    groups.filter(|group| !group.people.is_empty()).collect()
}

/// One of each role, and of the committees one of the city and one of a county.
#[must_use]
pub fn suggested(groups: &[CastGroup]) -> Vec<RosteredPerson> {
    let mut suggested: Vec<RosteredPerson> = Vec::new();
    for group in groups {
        for person in &group.people {
            let of_group = suggested.iter().filter(|chosen| group.people.contains(chosen));
            let alike = of_group.clone().any(|chosen| chosen.what == person.what);
            if of_group.count() < 2 && !alike {
                suggested.push(person.clone());
            }
        }
    }
    suggested
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
    }
}
