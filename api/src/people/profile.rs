//! A person's own profile; the phone number is masked.

use std::collections::HashMap;

use entity::ids::{PersonId, UnitId};
use entity::kinds::{PersonLevel, Role, UnitLevel};
use entity::person;
use sea_orm::ConnectionTrait;

use crate::app::App;
use crate::caller::Caller;
use crate::city::snapshot::CityHandle;
use crate::error::{Error, ErrorKind, Result};
use crate::people::store;
use crate::sealing::Sealer;
use crate::sealing::{OpenId, Phone};

#[derive(Clone, Debug)]
pub struct Profile {
    pub id: PersonId,
    pub name: String,
    pub role: Role,
    pub level: Option<PersonLevel>,
    pub unit: Option<(UnitId, String, UnitLevel)>,
    pub unit_head: bool,
    /// Code and name.
    pub area: Option<(String, String)>,
    pub electoral_unit: Option<String>,
    pub committee: Option<String>,
    pub phone_masked: String,
    /// The city's, for shots of the camera.
    pub photo_watermark: Option<String>,
}

pub async fn of_id(app: &App, id: PersonId) -> Result<Profile> {
    let person = store::person(&app.db, id).await?;
    let person = person.ok_or_else(|| {
        Error::refused(
            ErrorKind::NotSignedIn,
            "session_ended",
            "登录已失效，请重新登录。",
        )
    })?;
    of(app, person)
}

/// Returns the person for whom a job acts, with their current rights. Returns `None` if they have left the roster.
pub async fn caller_for_job(app: &App, id: PersonId) -> Result<Option<Caller>> {
    let person = store::person(&app.db, id).await?;
    Ok(person.filter(|person| person.active).map(Caller::absent))
}

/// Returns the delegate of this id. Returns `None` if the person is no delegate, or no longer.
pub async fn delegate(app: &App, id: PersonId) -> Result<Option<person::Model>> {
    let person = store::person(&app.db, id).await?;
    Ok(person.filter(|person| person.role == Role::Delegate))
}

/// Returns the person with this phone number, for callers identified by it.
pub async fn with_phone(app: &App, phone: &Phone) -> Result<Option<person::Model>> {
    Ok(store::person_by_phone(&app.db, &app.state::<Sealer>().phone_hash(phone)).await?)
}

/// The people with these phone numbers, in one query. The numbers have names of the caller's, which the result has too.
pub async fn ids_with_phones(
    app: &App,
    phones: &HashMap<String, Phone>,
) -> Result<HashMap<String, PersonId>> {
    let sealer = app.state::<Sealer>();
    let hashes: HashMap<&String, String> = phones
        .iter()
        .map(|(name, phone)| (name, sealer.phone_hash(phone)))
        .collect();
    let asked = hashes.values().cloned().collect();
    let people = store::ids_by_phones(&app.db, asked).await?;
    let named = hashes
        .into_iter()
        .filter_map(|(name, hash)| Some((name.clone(), *people.get(&hash)?)));
    Ok(named.collect())
}

/// The names of delegates who left the roster with this phone number, the last to leave first: a number that is given
/// to another person later still leads to them.
pub async fn former_delegates_with_phone(app: &App, phone: &Phone, limit: u64) -> Result<Vec<String>> {
    let hash = app.state::<Sealer>().phone_hash(phone);
    let people = store::former_holders(&app.db, &hash, limit).await?;
    let delegates = people.into_iter().filter(|person| person.role == Role::Delegate);
    Ok(delegates.map(|person| person.name).collect())
}

/// The names of these people.
pub async fn names(app: &App, ids: impl IntoIterator<Item = PersonId>) -> Result<HashMap<PersonId, String>> {
    let people = store::people(&app.db, ids.into_iter().collect()).await?;
    Ok(people
        .into_iter()
        .map(|person| (person.id, person.name))
        .collect())
}

/// Returns name and number of a person, for the operator who must call them. Returns `None` if they have left the
/// roster.
pub async fn contact(app: &App, id: PersonId) -> Result<Option<(String, Phone)>> {
    let Some(person) = store::person(&app.db, id).await? else {
        return Ok(None);
    };
    let phone = app
        .state::<Sealer>()
        .open_text(&person.phone_sealed)
        .map_err(anyhow::Error::from)?;
    Ok(Phone::parse(&phone).map(|phone| (person.name, phone)))
}

/// Whether a person is off the roster.
pub async fn has_left(connection: &impl ConnectionTrait, id: PersonId) -> Result<bool> {
    let person = store::person(connection, id).await?;
    Ok(person.is_none_or(|person| !person.active))
}

/// How WeChat knows a person; none who has not signed in with it.
pub async fn openid(app: &App, id: PersonId) -> Result<Option<OpenId>> {
    let sealed = store::person(&app.db, id)
        .await?
        .and_then(|person| person.openid_sealed);
    let opened = sealed
        .map(|sealed| app.state::<Sealer>().open_text(&sealed))
        .transpose();
    Ok(opened.map_err(anyhow::Error::from)?.map(OpenId::new))
}

/// The delegates of the roster among these people.
pub async fn delegates(app: &App, ids: Vec<PersonId>) -> Result<Vec<person::Model>> {
    let people = store::people(&app.db, ids).await?;
    let delegate = |person: &person::Model| person.active && person.role == Role::Delegate;
    Ok(people.into_iter().filter(delegate).collect())
}

/// Delegates of the roster whose names contain these letters, by name.
pub async fn delegates_named(app: &App, part: &str, limit: u64) -> Result<Vec<person::Model>> {
    Ok(store::delegates_named(&app.db, part, limit).await?)
}

/// Delegates of the roster with these very names.
pub async fn delegates_with_name(app: &App, names: Vec<String>) -> Result<Vec<person::Model>> {
    Ok(store::delegates_with_name(&app.db, names).await?)
}

/// A delegate of the roster in a list.
#[derive(Clone, Debug)]
pub struct DelegateName {
    pub id: PersonId,
    pub name: String,
    pub level: Option<PersonLevel>,
    pub area_code: Option<String>,
}

/// The delegates of the roster, up to `limit`: all, or those of the congresses of a county and its townships.
pub async fn delegate_names(app: &App, county: Option<&str>, limit: u64) -> Result<Vec<DelegateName>> {
    let rows = store::delegate_names(&app.db, county, limit).await?;
    let name = |(id, name, level, area_code)| DelegateName {
        id,
        name,
        level,
        area_code,
    };
    Ok(rows.into_iter().map(name).collect())
}

pub fn of(app: &App, person: person::Model) -> Result<Profile> {
    let city = app.state::<CityHandle>().load();
    let unit = person.unit_id.and_then(|id| city.unit(id));
    let area = person.area_code.map(|code| {
        // A code that the active boundary set lacks is shown as is.
        let name = city.county(&code).map_or(&code, |county| &county.name);
        (code.clone(), name.clone())
    });
    let phone = app
        .state::<Sealer>()
        .open_text(&person.phone_sealed)
        .map_err(anyhow::Error::from)?;
    Ok(Profile {
        id: person.id,
        name: person.name,
        role: person.role,
        level: person.level,
        unit: unit.map(|unit| (unit.id, unit.name.clone(), unit.level)),
        unit_head: person.unit_head,
        area,
        electoral_unit: person.electoral_unit,
        committee: person.committee,
        phone_masked: Phone::parse(&phone)
            .map(|phone| phone.masked())
            .unwrap_or_default(),
        photo_watermark: city.meta.photo_watermark.clone(),
    })
}
