//! Pure: places to draw from: the communities of the pack, each near a point of its township.
//!
//! Townships have no outlines, so each gets a point inside its county, derived from its code; reports scatter around
//! it.
//!
//! A pack always gives the same places.

use std::collections::HashMap;

use anyhow::Context as _;
use places::datum::Wgs84;
use places::lookup::AreaIndex;
use rand::Rng;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde::Deserialize;

/// How far townships lie from the middle of their county, in degrees.
const TOWNSHIP_SPREAD: f64 = 0.09;
/// How far reports lie from the point of their township, in degrees (about 900 m).
const REPORT_SPREAD: f64 = 0.008;
const TRIES: u32 = 40;

/// A place that a report is about.
#[derive(Clone, Debug)]
pub struct Spot {
    /// As people write it: township and community.
    pub name: String,
    pub county: String,
    pub point: Wgs84,
}

/// A county's name and code, and its townships.
struct County {
    name: String,
    code: String,
    townships: Vec<Township>,
}

struct Township {
    name: String,
    communities: Vec<String>,
    centre: Wgs84,
}

/// The places of a city.
pub struct Geography<'a> {
    counties: Vec<County>,
    index: &'a AreaIndex,
}

#[derive(Deserialize)]
struct TownshipRow {
    code: String,
    name: String,
    county: String,
}

#[derive(Deserialize)]
struct CommunityRow {
    name: String,
    township: String,
}

impl<'a> Geography<'a> {
    /// Reads townships and communities (CSV of the pack) into the counties of `index`.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn new(index: &'a AreaIndex, townships: &str, communities: &str) -> anyhow::Result<Self> {
        let mut by_township: HashMap<String, Vec<String>> = HashMap::new();
        for row in csv::Reader::from_reader(communities.as_bytes()).deserialize::<CommunityRow>() {
            let row = row.context("communities.csv")?;
            by_township.entry(row.township).or_default().push(row.name);
        }
        let mut by_county: HashMap<String, Vec<TownshipRow>> = HashMap::new();
        for row in csv::Reader::from_reader(townships.as_bytes()).deserialize::<TownshipRow>() {
            let row = row.context("townships.csv")?;
            by_county.entry(row.county.clone()).or_default().push(row);
        }
        let middles: Vec<(f64, f64)> = index.middles().collect();
        let mut counties = Vec::new();
        for (division, middle) in index.divisions().iter().zip(middles) {
            let rows = by_county.remove(&division.code).unwrap_or_default();
            let townships = rows.into_iter().map(|row| Township {
                centre: centre(index, &division.code, middle, &row.code),
                communities: by_township.remove(&row.code).unwrap_or_default(),
                name: row.name,
            });
            counties.push(County {
                name: division.name.clone(),
                code: division.code.clone(),
                townships: townships.collect(),
            });
        }
        counties.retain(|county| !county.townships.is_empty());
        anyhow::ensure!(!counties.is_empty(), "the pack has no townships");
        Ok(Self { counties, index })
    }

    /// A place anywhere, counties as often as `weights` (by name) says.
    pub fn anywhere(&self, rng: &mut StdRng, weights: &HashMap<String, f64>) -> Option<Spot> {
        let weight = |county: &County| weights.get(&county.name).copied().unwrap_or(4.0);
        let mut rest = rng.random_range(0.0..self.counties.iter().map(weight).sum::<f64>());
        let mut chosen = None;
        for county in &self.counties {
            chosen = Some(county);
            if rest < weight(county) {
                break;
            }
            rest -= weight(county);
        }
        self.in_one(rng, chosen?)
    }

    /// A place in the county of this name.
    pub fn in_county(&self, rng: &mut StdRng, name: &str) -> Option<Spot> {
        let county = self.counties.iter().find(|county| county.name == name)?;
        self.in_one(rng, county)
    }

    /// The point of a township, under a name of its own.
    #[must_use]
    pub fn township(&self, county: &str, township: &str, name: &str) -> Option<Spot> {
        let county = self.counties.iter().find(|each| each.name == county)?;
        let township = county.townships.iter().find(|each| each.name == township)?;
        Some(Spot {
            name: format!("{}{name}", township.name),
            county: county.code.clone(),
            point: township.centre,
        })
    }

    /// Returns a place some metres away.
    pub fn near(&self, rng: &mut StdRng, spot: &Spot) -> Spot {
        Spot {
            point: self.scatter(rng, &spot.county, spot.point, REPORT_SPREAD / 8.0),
            ..spot.clone()
        }
    }

    fn in_one(&self, rng: &mut StdRng, county: &County) -> Option<Spot> {
        let township = county.townships.choose(rng)?;
        let name = match township.communities.choose(rng) {
            None => township.name.clone(),
            Some(community) => {
                let rural = township.name.ends_with('镇') || township.name.ends_with('乡');
                let kind = if rural { "村" } else { "社区" };
                format!("{}{}{kind}", township.name, community.trim_end_matches(kind))
            }
        };
        Some(Spot {
            name,
            county: county.code.clone(),
            point: self.scatter(rng, &county.code, township.centre, REPORT_SPREAD),
        })
    }

    fn scatter(&self, rng: &mut impl Rng, county: &str, around: Wgs84, spread: f64) -> Wgs84 {
        scatter(self.index, rng, county, around, spread).unwrap_or(around)
    }
}

/// A point inside the county, derived from the township's code.
fn centre(index: &AreaIndex, county: &str, middle: (f64, f64), township: &str) -> Wgs84 {
    let seed = township.bytes().fold(0_u64, |seed, byte| {
        seed.wrapping_mul(31).wrapping_add(u64::from(byte))
    });
    let mut rng = StdRng::seed_from_u64(seed);
    let middle = Wgs84 {
        longitude: middle.0,
        latitude: middle.1,
    };
    let mut spread = TOWNSHIP_SPREAD;
    for _ in 0..4 {
        if let Some(point) = scatter(index, &mut rng, county, middle, spread) {
            return point;
        }
        spread /= 3.0;
    }
    middle
}

/// A point of the county within `spread` degrees of `around`; `None` if none was found in [`TRIES`] tries.
fn scatter(index: &AreaIndex, rng: &mut impl Rng, county: &str, around: Wgs84, spread: f64) -> Option<Wgs84> {
    for _ in 0..TRIES {
        // The sum of two uniform numbers: denser in the middle.
        let mut offset = || rng.random_range(-0.5..0.5) + rng.random_range(-0.5..0.5);
        let point = Wgs84 {
            longitude: around.longitude + offset() * spread,
            latitude: around.latitude + offset() * spread,
        };
        if index
            .area_of(point)
            .is_some_and(|division| division.code == county)
        {
            return Some(point);
        }
    }
    None
}
