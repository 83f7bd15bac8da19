//! Where a report would go, without making one. The same steps as `mod.rs` takes before it writes.

use std::sync::Arc;

use entity::ids::UnitId;
use entity::kinds::{CategorySource, PlaceRelation};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::city::categories::{self, service::Understood};
use crate::city::emergencies::EmergencyView;
use crate::city::snapshot::City;
use crate::error::Result;
use crate::orders::submit::draft::GivenPoint;
use crate::orders::submit::{self, routing};
use crate::orders::view::{self, AreaView, CategoryView, DispatchView, UnitView};

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

pub async fn preview(city: &Arc<City>, asked: &PreviewDispatch) -> Result<DispatchPreview> {
    let PreviewDispatch {
        location,
        address,
        category,
        description,
    } = asked;
    location.check_coordinates()?;
    let words = [address.as_deref(), description.as_deref()];
    let words = words.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let place = routing::resolve(city, Some(location.wgs84()), location.accuracy_m, &words);
    let chosen = category.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let chosen = chosen.map(|text| submit::category(city, text)).transpose()?;
    let text = description.as_deref().unwrap_or_default();
    let Understood {
        suggestions,
        emergency,
    } = categories::service::understand(city, text).await?;
    let kind = routing::kind(
        chosen.as_deref(),
        CategorySource::Chosen,
        suggestions.into_iter().next(),
    );
    let desk = match routing::person_needed(city, &kind, emergency.as_ref()) {
        Some(reason) => routing::triage(&place, reason),
        None => routing::route(city, &place, &kind),
    };
    let name = |code: &str| city.categories.find(code).map(|category| category.name.clone());
    Ok(DispatchPreview {
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
        dispatch: view::dispatch_view(&desk.explanation),
        zone: place.zone,
        emergency,
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
