//! The units of the city in memory: found by id, code, name, or what people call them.

use std::collections::HashMap;

use entity::ids::UnitId;
use entity::kinds::UnitLevel;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unit {
    pub id: UnitId,
    pub code: String,
    pub name: String,
    pub alias: Option<String>,
    pub level: UnitLevel,
    pub county: Option<String>,
    pub township: Option<String>,
    pub parent: Option<UnitId>,
}

#[derive(Clone, Debug, Default)]
pub struct Units {
    units: Vec<Unit>,
    by_id: HashMap<UnitId, usize>,
    by_text: HashMap<String, usize>,
    /// Units that have left the list; old orders are still theirs.
    former: HashMap<UnitId, Unit>,
}

impl Units {
    #[must_use]
    pub fn new(units: Vec<Unit>) -> Self {
        let mut by_text = HashMap::new();
        for (index, unit) in units.iter().enumerate() {
            for text in [Some(&unit.code), Some(&unit.name), unit.alias.as_ref()]
                .into_iter()
                .flatten()
            {
                by_text.entry(text.clone()).or_insert(index);
            }
        }
        let by_id = units
            .iter()
            .enumerate()
            .map(|(index, unit)| (unit.id, index))
            .collect();
        Self {
            units,
            by_id,
            by_text,
            former: HashMap::new(),
        }
    }

    #[must_use]
    pub fn with_former(mut self, former: Vec<Unit>) -> Self {
        self.former = former.into_iter().map(|unit| (unit.id, unit)).collect();
        self
    }

    /// A unit of the list, or one that has left it.
    #[must_use]
    pub fn of_record(&self, id: UnitId) -> Option<&Unit> {
        self.get(id).or_else(|| self.former.get(&id))
    }

    #[must_use]
    pub fn all(&self) -> &[Unit] {
        &self.units
    }

    #[must_use]
    pub fn get(&self, id: UnitId) -> Option<&Unit> {
        self.units.get(*self.by_id.get(&id)?)
    }

    /// By id, code, name or alias.
    #[must_use]
    pub fn resolve(&self, text: &str) -> Option<&Unit> {
        let text = text.trim();
        let index = self
            .by_text
            .get(text)
            .or_else(|| self.by_id.get(&text.parse().ok()?))?;
        self.units.get(*index)
    }

    /// Returns the units whose name, alias or code contains the text, optionally of one county.
    pub fn search(&self, text: &str, county: Option<&str>) -> impl Iterator<Item = &Unit> {
        let text = text.trim().to_owned();
        let county = county.map(str::to_owned);
        self.units.iter().filter(move |unit| {
            let named = unit.name.contains(&text)
                || unit.code == text
                || unit.alias.as_deref().is_some_and(|alias| alias.contains(&text));
            named && (county.is_none() || unit.county == county)
        })
    }

    /// Each county's own government.
    #[must_use]
    pub fn governments(&self) -> HashMap<String, UnitId> {
        let governments = self
            .units
            .iter()
            .filter(|unit| unit.level == UnitLevel::CountyGovernment);
        governments
            .filter_map(|unit| Some((unit.county.clone()?, unit.id)))
            .collect()
    }

    /// The office of a township.
    #[must_use]
    pub fn office(&self, township: &str) -> Option<&Unit> {
        self.units
            .iter()
            .find(|u| u.level == UnitLevel::StreetOffice && u.township.as_deref() == Some(township))
    }
}
