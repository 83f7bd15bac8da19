//! Who may be calling: each delegate with their open orders, and what to take care of.

use entity::ids::PersonId;
use entity::kinds::PersonLevel;

use crate::city::snapshot::CityHandle;
use crate::console::forms::FormFields;
use crate::console::orders::rows::{self, Row};
use crate::console::routes::visitor::ConsoleUser;
use crate::error::Result;
use crate::hotline::callers::{self, CallerMatch, FoundBy};
use crate::orders::search::reported;
use crate::people::profile::Profile;

/// Open orders shown per delegate.
const MAX_ROWS: usize = 4;

/// A delegate who may be the caller.
pub struct Candidate {
    pub id: PersonId,
    pub name: String,
    pub level: &'static str,
    pub about: String,
    pub phone: String,
    /// How they were found.
    pub how: &'static str,
    pub chosen: bool,
    pub orders: Vec<Row>,
    /// Further open orders.
    pub more: usize,
}

/// The result of the search for the caller.
pub struct Card {
    pub candidates: Vec<Candidate>,
    /// Delegates who left the roster with this number.
    pub former: Vec<String>,
    /// Whether the number does not identify the caller, so that the operator has to.
    pub to_confirm: bool,
}

impl Card {
    /// Finds the caller by name if one is given, else by number. Returns `None` if neither is given.
    pub async fn find(visitor: &ConsoleUser, entries: &FormFields) -> Result<Option<Self>> {
        let (app, caller) = (&visitor.app, &visitor.caller);
        let (phone, name) = (entries.some("caller_phone"), entries.some("caller_name"));
        if phone.is_none() && name.is_none() {
            return Ok(None);
        }
        let found = match name {
            Some(name) => callers::find(app, caller, None, Some(name)).await?,
            None => callers::find(app, caller, phone, None).await?,
        };
        let former = match phone {
            Some(phone) => callers::former_delegates(app, caller, phone).await?,
            None => Vec::new(),
        };
        let ids: Vec<PersonId> = found.iter().map(|one| one.profile.id).collect();
        let mut open = reported::open_by_reporter(app, &visitor.actor(), &ids).await?;
        let chosen = entries.some("delegate").and_then(|id| id.parse().ok());
        let only = if let [one] = ids.as_slice() {
            Some(*one)
        } else {
            None
        };
        let zone = app.state::<CityHandle>().load().zone();
        let candidates = found.into_iter().map(|found| {
            let orders = open.remove(&found.profile.id).unwrap_or_default();
            let more = orders.len().saturating_sub(MAX_ROWS);
            let row = |order| rows::row(order, visitor.now, zone);
            Candidate {
                chosen: chosen.or(only) == Some(found.profile.id),
                orders: orders.into_iter().take(MAX_ROWS).map(row).collect(),
                more,
                ..candidate(found)
            }
        });
        Ok(Some(Self {
            candidates: candidates.collect(),
            former,
            to_confirm: name.is_some(),
        }))
    }
}

fn candidate(found: CallerMatch) -> Candidate {
    let CallerMatch { profile, by } = found;
    Candidate {
        how: match by {
            FoundBy::Roster => "名册上的号码",
            FoundBy::Confirmed => "坐席核实过的号码",
            FoundBy::Name => "按姓名找到，请核实身份",
        },
        about: about(&profile),
        level: profile.level.map(PersonLevel::label).unwrap_or_default(),
        id: profile.id,
        name: profile.name,
        phone: profile.phone_masked,
        chosen: false,
        orders: Vec::new(),
        more: 0,
    }
}

fn about(profile: &Profile) -> String {
    let area = profile.area.as_ref().map(|(_, name)| name.clone());
    let parts: Vec<String> = [area, profile.electoral_unit.clone()]
        .into_iter()
        .flatten()
        .collect();
    parts.join(" · ")
}
