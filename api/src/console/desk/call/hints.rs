//! Reads the typed words and the place: an emergency, the district, the category, the unit, and open orders about
//! what may be the same matter.

use crate::city::categories::two_matters::Matter;
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::CityHandle;
use crate::console::desk::call::entries;
use crate::console::forms::FormFields;
use crate::console::routes::visitor::ConsoleUser;
use crate::error::{Error, Result};
use crate::orders::search::nearby::{self, SimilarOrder};
use crate::orders::submit::preview::{DispatchPreview, DraftFacts, DraftReading, preview_draft};

/// Suggested categories that are shown.
const MAX_SUGGESTIONS: usize = 3;
/// Similar orders that are shown.
const MAX_SIMILAR: usize = 4;

/// A category that the text may mean.
pub struct Suggested {
    pub code: String,
    pub name: String,
    pub percent: u32,
}

/// An open order that may be the same matter.
pub struct SameMatter {
    pub number: String,
    pub likely: bool,
    pub about: String,
    pub words: String,
}

#[derive(Default)]
pub struct Hints {
    pub emergency: Option<EmergencyView>,
    /// Whether the operator has read it to the caller.
    pub emergency_seen: bool,
    /// District, township and functional zone; empty if unknown.
    pub place: String,
    pub suggested: Vec<Suggested>,
    /// Two if the words tell of two matters, otherwise none.
    pub matters: Vec<Matter>,
    pub unit: String,
    pub reason: String,
    pub same: Vec<SameMatter>,
}

impl Hints {
    /// Returns `None` if nothing has been typed yet.
    pub async fn of(visitor: &ConsoleUser, fields: &FormFields) -> Result<Option<Self>> {
        let (text, address) = (fields.some("description"), fields.some("address"));
        // A line that is no point is refused when the call is filed; hints do without it.
        let location = entries::point(fields)
            .ok()
            .flatten()
            .filter(|point| point.check_coordinates().is_ok());
        if text.is_none() && address.is_none() && location.is_none() {
            return Ok(None);
        }
        let city = visitor.app.state::<CityHandle>().load();
        let facts = DraftFacts {
            location,
            address,
            category: fields.some("category"),
            description: text,
        };
        let DraftReading {
            preview,
            suggestions,
            matters,
        } = match preview_draft(&city, facts).await {
            Err(Error::Refused(_)) => {
                preview_draft(
                    &city,
                    DraftFacts {
                        category: None,
                        ..facts
                    },
                )
                .await?
            }
            answered => answered?,
        };
        let place = location.map(|point| point.wgs84());
        let category = preview.category.code.as_deref();
        let same = match text {
            Some(text) => nearby::similar_to_draft(&visitor.app, text, place, category).await?,
            None => Vec::new(),
        };
        let suggested = suggestions
            .into_iter()
            .take(MAX_SUGGESTIONS)
            .map(|one| Suggested {
                percent: (one.confidence * 100.0).round() as u32,
                code: one.code,
                name: one.name,
            });
        let seen = fields.text("emergency_seen");
        Ok(Some(Self {
            emergency_seen: preview.emergency.as_ref().is_some_and(|told| told.kind == seen),
            place: place_of(&preview),
            suggested: suggested.collect(),
            matters,
            unit: preview
                .unit
                .map_or_else(|| "由坐席人工分派".to_owned(), |unit| unit.name),
            reason: preview.dispatch.reason,
            same: same.into_iter().take(MAX_SIMILAR).map(same_matter).collect(),
            emergency: preview.emergency,
        }))
    }

    /// Whether the caller has to be told to call for help first.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        self.emergency.is_some() && !self.emergency_seen
    }
}

fn place_of(preview: &DispatchPreview) -> String {
    let area = preview.area.as_ref().map(|area| area.name.clone());
    let township = preview.township.as_ref().map(|township| township.name.clone());
    let parts: Vec<String> = [area, township, preview.zone.clone()]
        .into_iter()
        .flatten()
        .collect();
    parts.join(" · ")
}

fn same_matter(order: SimilarOrder) -> SameMatter {
    let distance = order.distance_m.map(|metres| format!("相距 {metres} 米"));
    let category = order.category.name.unwrap_or_else(|| "类别未定".to_owned());
    let parts = [Some(category), Some(order.status.label().to_owned()), distance];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    SameMatter {
        number: order.number,
        likely: order.likely_same,
        about: parts.join(" · "),
        words: order.shared_words.join("、"),
    }
}
