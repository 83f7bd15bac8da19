//! Who acts in the committees' year: the people of the roster.

use anyhow::Context as _;
use entity::ids::{PersonId, UnitId};
use entity::kinds::{PersonLevel, Role};
use entity::person;

use crate::app::App;
use crate::people::directory;

/// Delegates that an activity names.
const AT_AN_ACTIVITY: usize = 4;

/// The people of the roster by their part.
pub struct Cast {
    supervisors: Vec<person::Model>,
    handlers: Vec<person::Model>,
    delegates: Vec<person::Model>,
}

impl Cast {
    /// # Errors
    /// Those of the database.
    pub async fn load(app: &App) -> anyhow::Result<Self> {
        Ok(Self {
            supervisors: directory::active_with_role(&app.db, Role::Supervisor).await?,
            handlers: directory::active_with_role(&app.db, Role::Handler).await?,
            delegates: directory::active_with_role(&app.db, Role::Delegate).await?,
        })
    }

    /// Returns a supervisor of a county (by code) or of the city, of this committee if there is one.
    ///
    /// # Errors
    /// When the roster has none.
    pub fn supervisor(&self, county: Option<&str>, committee: &str) -> anyhow::Result<&person::Model> {
        let is_of = |person: &&person::Model| match county {
            Some(code) => person.area_code.as_deref() == Some(code),
            None => person.level == Some(PersonLevel::City),
        };
        let of_committee = |person: &&person::Model| person.committee.as_deref() == Some(committee);
        let all = || self.supervisors.iter().filter(is_of);
        let found = all().find(of_committee).or_else(|| all().next());
        found.with_context(|| format!("no supervisor on the roster for {}", county.unwrap_or("the city")))
    }

    /// Returns the unit's handler; `None` if it has none.
    #[must_use]
    pub fn handler(&self, unit: UnitId) -> Option<PersonId> {
        let found = self.handlers.iter().find(|person| person.unit_id == Some(unit));
        found.map(|person| person.id)
    }

    /// Returns the names of a few delegates of a county (by code) or of the city; another `nth` gives others.
    #[must_use]
    pub fn delegates(&self, county: Option<&str>, nth: usize) -> Vec<String> {
        let is_of = |person: &&person::Model| county.is_none() || person.area_code.as_deref() == county;
        let of_area: Vec<&person::Model> = self.delegates.iter().filter(is_of).collect();
        let from = if of_area.is_empty() {
            0
        } else {
            (nth * AT_AN_ACTIVITY) % of_area.len()
        };
        let mut names: Vec<String> = Vec::new();
        for person in of_area.iter().cycle().skip(from).take(AT_AN_ACTIVITY) {
            if !names.contains(&person.name) {
                names.push(person.name.clone());
            }
        }
        names
    }
}
