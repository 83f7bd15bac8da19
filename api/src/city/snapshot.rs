//! The city's data in memory: immutable, replaced as a whole when data change.

use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono_tz::Tz;
use entity::ids::{BoundarySetId, UnitId};
use insight::emergency::EmergencyRules;

use crate::city::areas::gazetteer::{Gazetteer, Township};
use crate::city::categories::reply_texts::ReplyTexts;
use crate::city::categories::suggest::Suggester;
use crate::city::categories::tree::Tree;
use crate::city::committees::{CampaignPolicy, Committees, Organ};
use crate::city::duty_table::DutyTable;
use crate::city::files::Files;
use crate::city::pack::{CitySection, DispatchSection};
use crate::city::quiet_hours::QuietHours;
use crate::city::units::{Unit, Units};
use crate::deadlines::{Calendar, DeadlineRules, Policy};
use places::county_map::CountyMap;
use places::datum::Wgs84;
use places::lookup::{AreaIndex, BorderTolerance, LocatedPoint};

/// One state of the city.
pub struct City {
    /// Of the rows that this was read from; replicas reload when the database has a later one.
    pub generation: i64,
    pub meta: CitySection,
    pub nearness: BorderTolerance,
    pub dispatch: DispatchSection,
    pub policy: Policy,
    pub committees: Committees,
    /// The numbers that rule campaigns.
    pub campaigns: CampaignPolicy,
    /// None: pushes go out at any time.
    pub quiet_hours: Option<QuietHours>,
    pub calendar: Calendar,
    pub boundary_set: BoundarySetId,
    pub counties: AreaIndex,
    /// The counties as a map.
    pub outlines: CountyMap,
    pub words: Gazetteer,
    pub categories: Tree,
    pub suggester: Suggester,
    pub emergencies: Arc<EmergencyRules>,
    pub reply_texts: ReplyTexts,
    pub duty: DutyTable,
    pub units: Units,
    pub files: Files,
}

impl City {
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.policy.clocks.time_zone
    }

    /// Returns the policy and the calendar that deadlines are calculated with.
    #[must_use]
    pub fn deadline_rules(&self) -> DeadlineRules<'_> {
        DeadlineRules {
            policy: &self.policy,
            calendar: &self.calendar,
        }
    }

    #[must_use]
    pub fn locate(&self, point: Wgs84, accuracy_m: Option<f64>) -> LocatedPoint<'_> {
        self.counties.locate(point, accuracy_m, self.nearness)
    }

    /// A county by code or name.
    #[must_use]
    pub fn county(&self, text: &str) -> Option<&places::lookup::Division> {
        let text = text.trim();
        self.counties
            .divisions()
            .iter()
            .find(|d| d.code == text || d.name == text)
    }

    #[must_use]
    pub fn county_name(&self, code: &str) -> &str {
        self.county(code).map_or("", |division| division.name.as_str())
    }

    /// The standing committee of a county by its code, or of the city.
    #[must_use]
    pub fn organ(&self, county: Option<&str>) -> Organ {
        let county = county.map(|code| self.county_name(code));
        self.committees.organ(&self.meta.name, county)
    }

    #[must_use]
    pub fn township(&self, code: &str) -> Option<&Township> {
        self.words.township(code)
    }

    #[must_use]
    pub fn unit(&self, id: UnitId) -> Option<&Unit> {
        self.units.get(id)
    }

    /// The stories of the pack, in the order of their names.
    #[must_use]
    pub fn stories(&self) -> Vec<(String, String)> {
        self.files.below("demo/stories/")
    }
}

/// The current city; all clones see a swap.
#[derive(Clone)]
pub struct CityHandle(Arc<ArcSwap<City>>);

impl CityHandle {
    #[must_use]
    pub fn new(city: City) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(city)))
    }

    #[must_use]
    pub fn load(&self) -> Arc<City> {
        self.0.load_full()
    }

    pub fn swap(&self, city: City) {
        self.0.store(Arc::new(city));
    }
}
