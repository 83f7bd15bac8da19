//! A person as he is shown to himself: his own data, the phone number masked.

use entity::ids::{PersonId, UnitId};
use entity::kinds::{PersonLevel, Role, UnitLevel};
use entity::person;

use crate::app::App;
use crate::error::{Error, Kind, Result};
use crate::people::sealing::Phone;
use crate::people::store;

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
}

pub async fn of_id(app: &App, id: PersonId) -> Result<Profile> {
    let person = store::person(&app.db, id).await?;
    let person = person
        .ok_or_else(|| Error::refused(Kind::NotSignedIn, "session_ended", "登录已失效，请重新登录。"))?;
    of(app, person)
}

/// The delegate of this id; none when he is no delegate, or no longer.
pub async fn delegate(app: &App, id: PersonId) -> Result<Option<person::Model>> {
    let person = store::person(&app.db, id).await?;
    Ok(person.filter(|person| person.role == Role::Delegate))
}

/// Whose phone number this is, for callers who are known by it.
pub async fn with_phone(app: &App, phone: &Phone) -> Result<Option<person::Model>> {
    Ok(store::person_by_phone(&app.db, &app.sealer.phone_hash(phone)).await?)
}

pub fn of(app: &App, person: person::Model) -> Result<Profile> {
    let city = app.city.load();
    let unit = person.unit_id.and_then(|id| city.unit(id));
    let area = person.area_code.map(|code| {
        // A code that the boundary set in force does not have is shown as it stands.
        let name = city.county(&code).map_or(&code, |county| &county.name);
        (code.clone(), name.clone())
    });
    let phone = app
        .sealer
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
    })
}
