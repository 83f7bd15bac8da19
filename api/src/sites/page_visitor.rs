//! Who opens a site's page inside WeChat: a delegate is offered the mini-program, everybody else the form for
//! residents.
//!
//! A cookie remembers it for half an hour. It signs nobody in: the page shows a name and a link, and no more.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::Result;
use crate::official::followers::Match;
use crate::people::profile;
use crate::sealing::Sealer;
use crate::sites::code_image::PAGE;
use crate::wechat::calls::link::LinkRequest;
use crate::wechat::{CallError, WeChat};

pub const LIFE: TimeDelta = TimeDelta::minutes(30);
/// Keeps it apart from everything else that is sealed under the same keys.
const PURPOSE: &str = "site page visitor v1";
const MAX_CHARS: usize = 512;
/// The link is used at once.
const LINK_DAYS: u32 = 1;

/// A person who opens the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitor {
    Delegate(PersonId),
    /// Also everybody whom WeChat does not name.
    Resident,
}

#[derive(Deserialize, Serialize)]
struct Content {
    purpose: String,
    delegate: Option<PersonId>,
    until: i64,
}

/// Returns the value of the cookie.
pub fn seal(app: &App, visitor: Visitor, now: DateTime<Utc>) -> Result<String> {
    let content = Content {
        purpose: PURPOSE.to_owned(),
        delegate: match visitor {
            Visitor::Delegate(person) => Some(person),
            Visitor::Resident => None,
        },
        until: (now + LIFE).timestamp(),
    };
    let plain = serde_json::to_vec(&content).map_err(anyhow::Error::from)?;
    let sealed = app.state::<Sealer>().seal(&plain).map_err(anyhow::Error::from)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Reads the cookie. Returns `None` if it is not ours or has expired.
#[must_use]
pub fn open(app: &App, cookie: &str, now: DateTime<Utc>) -> Option<Visitor> {
    if cookie.len() > MAX_CHARS {
        return None;
    }
    let sealed = URL_SAFE_NO_PAD.decode(cookie).ok()?;
    let plain = app.state::<Sealer>().open(&sealed).ok()?;
    let content: Content = serde_json::from_slice(&plain).ok()?;
    let valid = content.purpose == PURPOSE && now.timestamp() < content.until;
    valid.then(|| content.delegate.map_or(Visitor::Resident, Visitor::Delegate))
}

/// Returns who the person is whom WeChat named: a delegate only if they are on the roster and still use this WeChat account.
pub async fn recognise(app: &App, found: Option<Match>) -> Result<Visitor> {
    let Some(found) = found else {
        return Ok(Visitor::Resident);
    };
    let person = profile::delegate(app, found.person).await?;
    let person =
        person.filter(|person| person.active && person.openid_hash.as_ref() == Some(&found.openid_hash));
    Ok(person.map_or(Visitor::Resident, |person| Visitor::Delegate(person.id)))
}

/// Returns the name of the delegate. Returns `None` for a resident, and for a delegate who has left the roster since.
pub async fn delegate_name(app: &App, visitor: Visitor) -> Result<Option<String>> {
    let Visitor::Delegate(person) = visitor else {
        return Ok(None);
    };
    let person = profile::delegate(app, person).await?;
    Ok(person.filter(|person| person.active).map(|person| person.name))
}

/// Returns a link that opens the site in the mini-program.
pub async fn mini_program_link(app: &App, site: &str) -> Result<String, CallError> {
    let request = LinkRequest {
        path: PAGE,
        query: &format!("code={site}"),
        days: LINK_DAYS,
    };
    app.state::<WeChat>().url_link(request).await
}
