//! Where a report would go, without making one. The same steps as `mod.rs` takes before it writes.

use std::sync::Arc;

use entity::ids::UnitId;
use entity::kinds::{CategorySource, PlaceRelation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::city::categories::suggest::Suggestion;
use crate::city::categories::two_matters::Matter;
use crate::city::categories::{self, service::Understood};
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::City;
use crate::error::Result;
use crate::orders::submit::draft::GivenPoint;
use crate::orders::submit::{self, routing};
use crate::orders::view::{AreaView, CategoryView, DispatchView, UnitView};

/// As much of a report as is known yet.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PreviewDispatch {
    pub location: GivenPoint,
    #[schema(max_length = 200)]
    pub address: Option<String>,
    /// Code or name; left out, it is suggested from the description.
    #[schema(max_length = 64)]
    pub category: Option<String>,
    #[schema(max_length = 2000)]
    pub description: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DispatchPreview {
    /// None outside of the city.
    pub area: Option<AreaView>,
    pub township: Option<AreaView>,
    pub zone: Option<String>,
    pub place_relation: PlaceRelation,
    pub category: CategoryView,
    /// None where an operator would decide.
    pub unit: Option<UnitView>,
    pub support_units: Vec<UnitView>,
    pub dispatch: DispatchView,
    /// Set if the description tells of an emergency: show it before anything is sent.
    #[schema(required = true)]
    pub emergency: Option<EmergencyView>,
}

/// Facts of a draft without a required point, for an operator who takes a call.
#[derive(Clone, Copy, Debug, Default)]
pub struct DraftFacts<'a> {
    pub location: Option<GivenPoint>,
    pub address: Option<&'a str>,
    /// By code or name.
    pub category: Option<&'a str>,
    pub description: Option<&'a str>,
}

pub async fn preview(city: &Arc<City>, asked: &PreviewDispatch) -> Result<DispatchPreview> {
    let facts = DraftFacts {
        location: Some(asked.location),
        address: asked.address.as_deref(),
        category: asked.category.as_deref(),
        description: asked.description.as_deref(),
    };
    Ok(preview_draft(city, facts).await?.preview)
}

/// Where a draft would go, and what its description may mean.
pub struct DraftReading {
    pub preview: DispatchPreview,
    /// The likeliest categories, best first.
    pub suggestions: Vec<Suggestion>,
    /// Two if the description tells of two matters, otherwise none.
    pub matters: Vec<Matter>,
}

/// Reads a draft: where it would go, and what it is about.
pub async fn preview_draft(city: &Arc<City>, facts: DraftFacts<'_>) -> Result<DraftReading> {
    let DraftFacts {
        location,
        address,
        category,
        description,
    } = facts;
    if let Some(location) = location {
        location.check_coordinates()?;
    }
    let words = [address, description];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let accuracy_m = location.and_then(|location| location.accuracy_m);
    let place = routing::resolve(city, location.map(GivenPoint::wgs84), accuracy_m, &words);
    let chosen = category.map(str::trim).filter(|text| !text.is_empty());
    let chosen = chosen.map(|text| submit::category(city, text)).transpose()?;
    let text = description.unwrap_or_default();
    let Understood {
        suggestions,
        matters,
        emergency,
    } = categories::service::understand(city, text).await?;
    let kind = routing::kind(
        chosen.as_deref(),
        CategorySource::Chosen,
        suggestions.first().cloned(),
    );
    let desk = match routing::person_needed(city, &kind, emergency.as_ref()) {
        Some(reason) => routing::triage(&place, reason),
        None => routing::route(city, &place, &kind),
    };
    let name = |code: &str| city.categories.find(code).map(|category| category.name.clone());
    let preview = DispatchPreview {
        area: place.county.as_deref().map(|code| AreaView {
            code: code.to_owned(),
            name: city.county_name(code).to_owned(),
        }),
        township: place.township.as_deref().and_then(|code| township(city, code)),
        place_relation: place.relation,
        category: CategoryView {
            name: kind.code.as_deref().and_then(name),
            code: kind.code,
            source: kind.source,
            confidence: kind.confidence,
        },
        unit: desk.unit.and_then(|id| unit(city, id)),
        support_units: desk.supports.iter().filter_map(|id| unit(city, *id)).collect(),
        dispatch: desk.explanation.into(),
        zone: place.zone,
        emergency,
    };
    Ok(DraftReading {
        preview,
        suggestions,
        matters,
    })
}

fn township(city: &City, code: &str) -> Option<AreaView> {
    city.township(code).map(|township| AreaView {
        code: township.code.clone(),
        name: township.name.clone(),
    })
}

fn unit(city: &City, id: UnitId) -> Option<UnitView> {
    city.unit(id).map(|unit| UnitView {
        id: unit.id,
        name: unit.name.clone(),
        level: unit.level,
    })
}
