//! A pack, read and checked: nothing of it is used unless all of it is right.

use std::collections::HashSet;
use std::sync::Arc;

use insight::classify::Model;
use serde::Deserialize;

use crate::city::categories::reply_texts;
use crate::city::check;
use crate::city::committees::{self, CampaignPolicy, Committees};
use crate::city::csv_rows::{
    self, CategoryRow, CommunityRow, CsvLine, DutyRow, Fault, ReplyTextRow, SiteRow, TownshipRow, UnitRow,
    fault,
};
use crate::city::emergencies;
use crate::city::expand::{ExpandedRule, ExpansionContext, UnitRef};
use crate::city::files::{Files, MODEL};
use crate::city::quiet_hours::QuietHours;
use crate::deadlines::{Calendar, Policy, parse};
use places::boundaries::{self, Boundary, BoundaryLevel};

/// 标准答复.
pub const REPLY_TEXTS: &str = "reply_texts.csv";

/// The parsed city pack.
pub struct Pack {
    pub city: CitySection,
    pub places: PlacesSection,
    pub dispatch: DispatchSection,
    pub policy: Policy,
    pub committees: Committees,
    pub campaigns: CampaignPolicy,
    /// None: pushes go out at any time.
    pub quiet_hours: Option<QuietHours>,
    pub calendar: Calendar,
    pub shapes: Vec<Boundary>,
    /// The boundary file as it is, with what it says of itself.
    pub boundaries: BoundaryFile,
    pub townships: Vec<CsvLine<TownshipRow>>,
    pub communities: Vec<CsvLine<CommunityRow>>,
    pub units: Vec<CsvLine<UnitRow>>,
    pub categories: Vec<CsvLine<CategoryRow>>,
    pub duty: Vec<CsvLine<DutyRow>>,
    pub sites: Vec<CsvLine<SiteRow>>,
    pub reply_texts: Vec<CsvLine<ReplyTextRow>>,
    /// The trained suggestion; without one the keywords have to do.
    pub model: Option<Arc<Model>>,
    pub files: Files,
}

pub struct BoundaryFile {
    pub name: String,
    pub source: String,
    pub as_of: Option<String>,
    pub text: String,
}

/// `[city]` of policy.toml.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CitySection {
    pub code: String,
    pub name: String,
    /// First letter of every order number.
    pub number_prefix: String,
    /// Area code of the city's landlines, with the trunk `0`.
    #[serde(default)]
    pub area_code: Option<String>,
    /// Drawn on shots of the camera by the mini-program; `{time}` and `{place}` are filled in. `None` draws nothing.
    #[serde(default)]
    pub photo_watermark: Option<String>,
}

/// `[places]` of policy.toml.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacesSection {
    /// Neighbours are named within this of a border. Metres.
    pub near_border_m: f64,
    /// A point outside but this near is taken as the nearest area. Metres.
    pub nearest_m: f64,
}

/// `[dispatch]` of policy.toml.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchSection {
    /// Suggestions below this confidence go to triage.
    pub min_confidence: f64,
    /// Codes of categories, first or second level, that only a person dispatches (不予受理, 转办).
    #[serde(default)]
    pub manual_categories: Vec<String>,
}

#[derive(Deserialize)]
struct OtherSections {
    city: CitySection,
    places: PlacesSection,
    dispatch: DispatchSection,
    notices: Option<QuietHours>,
}

impl Pack {
    /// Reads a pack by name or folder.
    pub fn open(name: &str) -> anyhow::Result<Self> {
        let files = Files::open(name)?;
        Self::read(files).map_err(|faults| {
            let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
            anyhow::anyhow!(
                "CITY_PACK {name}: {} faults\n  {}",
                faults.len(),
                lines.join("\n  ")
            )
        })
    }

    pub fn read(files: Files) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let policy_text = text(&files, "policy.toml", &mut faults);
        let other: Option<OtherSections> = keep(
            toml::from_str(&policy_text).map_err(|e| vec![fault("policy.toml", 0, e.message())]),
            &mut faults,
        );
        let policy = keep(
            parse::policy(&policy_text).map_err(|e| vec![fault("policy.toml", 0, &e.to_string())]),
            &mut faults,
        );
        let campaigns = keep(
            CampaignPolicy::read(&policy_text).map_err(|why| vec![fault("policy.toml", 0, &why)]),
            &mut faults,
        );
        let committees = Committees::parse(files.get(committees::FILE).unwrap_or_default());
        let committees = keep(
            committees.map_err(|why| vec![fault(committees::FILE, 0, &why)]),
            &mut faults,
        );
        let calendar = text(&files, "calendar.json", &mut faults);
        let calendar = keep(
            parse::calendar(&calendar).map_err(|e| vec![fault("calendar.json", 0, &e.to_string())]),
            &mut faults,
        );
        let boundaries = boundary_file(text(&files, "areas.geojson", &mut faults));
        let shapes = keep(
            boundaries::read(&boundaries.text).map_err(shape_faults),
            &mut faults,
        )
        .unwrap_or_default();
        let townships = table(&files, "townships.csv", &mut faults);
        let communities = table(&files, "communities.csv", &mut faults);
        let units = table(&files, "units.csv", &mut faults);
        let categories = table(&files, "categories.csv", &mut faults);
        let duty = table(&files, "duty.csv", &mut faults);
        let sites = optional(&files, "demo/sites.csv", &mut faults);
        let reply_texts = optional(&files, REPLY_TEXTS, &mut faults);
        let model = keep(model(&files), &mut faults).flatten();
        keep(emergencies::read(&files), &mut faults);
        let (Some(other), Some(policy), Some(calendar)) = (other, policy, calendar) else {
            return Err(faults);
        };
        let pack = Self {
            city: other.city,
            places: other.places,
            dispatch: other.dispatch,
            policy,
            committees: committees.unwrap_or_default(),
            campaigns: campaigns.unwrap_or_default(),
            quiet_hours: other.notices,
            calendar,
            shapes,
            boundaries,
            townships,
            communities,
            units,
            categories,
            duty,
            sites,
            reply_texts,
            model,
            files,
        };
        faults.extend(pack.check());
        if faults.is_empty() { Ok(pack) } else { Err(faults) }
    }

    /// Checks references between the tables.
    fn check(&self) -> Vec<Fault> {
        let counties: HashSet<&str> = self
            .shapes
            .iter()
            .filter(|s| s.level == BoundaryLevel::County)
            .map(|s| s.code.as_str())
            .collect();
        let townships: HashSet<&str> = self.townships.iter().map(|l| l.row.code.as_str()).collect();
        let mut faults = Vec::new();
        for CsvLine { line, row } in &self.townships {
            if !counties.contains(row.county.as_str()) {
                faults.push(fault(
                    "townships.csv",
                    *line,
                    &format!("unknown county {}", row.county),
                ));
            }
        }
        for CsvLine { line, row } in &self.communities {
            if !townships.contains(row.township.as_str()) {
                faults.push(fault(
                    "communities.csv",
                    *line,
                    &format!("unknown township {}", row.township),
                ));
            }
        }
        faults.extend(check::units("units.csv", &self.units, &counties, &townships));
        faults.extend(self.check_categories());
        faults
    }

    /// That whatever names a category names one there is.
    fn check_categories(&self) -> Vec<Fault> {
        let categories: HashSet<&str> = self.categories.iter().map(|l| l.row.code.as_str()).collect();
        let ground = self.ground();
        let mut faults = Vec::new();
        for CsvLine { line, row } in &self.reply_texts {
            if row.category != reply_texts::ANY && !categories.contains(row.category.as_str()) {
                let reason = format!("unknown category {}", row.category);
                faults.push(fault(REPLY_TEXTS, *line, &reason));
            }
        }
        for code in &self.dispatch.manual_categories {
            if !categories.contains(code.as_str()) {
                let reason = format!("dispatch.manual_categories: unknown category {code}");
                faults.push(fault("policy.toml", 0, &reason));
            }
        }
        for CsvLine { line, row } in &self.duty {
            if row.category != crate::city::duty_table::ANY && !categories.contains(row.category.as_str()) {
                faults.push(fault(
                    "duty.csv",
                    *line,
                    &format!("unknown category {}", row.category),
                ));
            }
            if let Err(reason) = ground.expand(row) {
                faults.push(fault("duty.csv", *line, &reason));
            }
        }
        faults
    }

    /// A row with its patterns written out over the pack's own places and units.
    pub fn expand(&self, row: &DutyRow) -> Result<Vec<ExpandedRule>, String> {
        self.ground().expand(row)
    }

    fn ground(&self) -> ExpansionContext<'_> {
        let counties = self.shapes.iter().filter(|s| s.level == BoundaryLevel::County);
        ExpansionContext {
            counties: counties.map(|s| s.code.as_str()).collect(),
            townships: self
                .townships
                .iter()
                .map(|l| (l.row.code.as_str(), l.row.county.as_str()))
                .collect(),
            units: self.units.iter().map(|l| UnitRef::of_row(&l.row)).collect(),
        }
    }
}

fn text(files: &Files, name: &str, faults: &mut Vec<Fault>) -> String {
    let text = files.get(name).map(str::to_owned);
    text.unwrap_or_else(|| {
        faults.push(fault(name, 0, "the file is missing"));
        String::new()
    })
}

fn table<T: serde::de::DeserializeOwned>(
    files: &Files,
    name: &str,
    faults: &mut Vec<Fault>,
) -> Vec<CsvLine<T>> {
    let text = text(files, name, faults);
    keep(csv_rows::read(name, &text), faults).unwrap_or_default()
}

/// A table that a pack need not have.
fn optional<T: serde::de::DeserializeOwned>(
    files: &Files,
    name: &str,
    faults: &mut Vec<Fault>,
) -> Vec<CsvLine<T>> {
    match files.get(name) {
        Some(_) => table(files, name, faults),
        None => Vec::new(),
    }
}

fn model(files: &Files) -> Result<Option<Arc<Model>>, Vec<Fault>> {
    let model = files.model().map(Model::from_bytes).transpose();
    let model = model.map_err(|e| vec![fault(MODEL, 0, &e.to_string())])?;
    Ok(model.map(Arc::new))
}

fn keep<T>(read: Result<T, Vec<Fault>>, faults: &mut Vec<Fault>) -> Option<T> {
    read.map_err(|found| faults.extend(found)).ok()
}

fn shape_faults(found: Vec<boundaries::ShapeFault>) -> Vec<Fault> {
    let said = |f: boundaries::ShapeFault| {
        fault(
            "areas.geojson",
            0,
            &format!("feature {}: {}", f.feature, f.reason),
        )
    };
    found.into_iter().map(said).collect()
}

/// Reads the metadata of a boundary file.
#[must_use]
pub fn boundary_file(text: String) -> BoundaryFile {
    #[derive(Default, Deserialize)]
    struct Says {
        name: Option<String>,
        source: Option<String>,
        as_of: Option<String>,
    }
    let says: Says = serde_json::from_str(&text).unwrap_or_default();
    BoundaryFile {
        name: says.name.unwrap_or_default(),
        source: says.source.unwrap_or_default(),
        as_of: says.as_of,
        text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_pack_is_right_and_covers_every_category_for_every_county() {
        let pack = Pack::open("luoyang").unwrap_or_else(|error| panic!("{error}"));
        assert!(pack.shapes.len() > 10);
        assert!(pack.duty.len() >= pack.categories.iter().filter(|l| l.row.parent.is_some()).count());
    }

    #[test]
    fn a_pack_that_is_not_there_is_named() {
        assert!(
            Pack::open("/nowhere")
                .err()
                .unwrap()
                .to_string()
                .contains("/nowhere")
        );
    }
}
