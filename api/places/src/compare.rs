//! Compares two sets of boundaries: added, removed and changed areas, and the surface that passes between them.

use std::collections::BTreeMap;

use geo::{BooleanOps as _, BoundingRect as _, GeodesicArea as _, Intersects as _, MultiPolygon};

use crate::boundaries::Boundary;

/// The change of one area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// Only in the second set.
    Added,
    /// Only in the first set.
    Removed,
    /// Another outline, possibly another name too.
    Moved,
    /// Another name, the same outline.
    Renamed,
    /// As before.
    Same,
}

/// An area in both sets. Surfaces in km².
#[derive(Clone, Debug, PartialEq)]
pub struct AreaChange {
    /// Code of the area.
    pub code: String,
    /// How the area changed.
    pub change: Change,
    /// Name in the first set.
    pub name_before: Option<String>,
    /// Name in the second set.
    pub name_after: Option<String>,
    /// Size in the first set.
    pub km2_before: f64,
    /// Size in the second set.
    pub km2_after: f64,
}

/// Land that changes its area, with the codes before and after. `None` is outside of all areas.
#[derive(Clone, Debug, PartialEq)]
pub struct AreaTransfer {
    /// Code of the area that loses it; `None` outside of all areas.
    pub from: Option<String>,
    /// Code of the area that gains it; `None` outside of all areas.
    pub to: Option<String>,
    /// Size of the piece.
    pub km2: f64,
}

/// The changes by a second set of boundaries.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// Sorted by code.
    pub areas: Vec<AreaChange>,
    /// Largest first.
    pub transfers: Vec<AreaTransfer>,
}

/// One hectare: less than this between two areas is noise of redrawn borders.
pub const MIN_TRANSFER_KM2: f64 = 0.01;

impl Comparison {
    /// Compares checked shapes of one level.
    #[must_use]
    pub fn of(before: &[Boundary], after: &[Boundary]) -> Self {
        let mut codes: BTreeMap<&str, (Option<&Boundary>, Option<&Boundary>)> = BTreeMap::new();
        for shape in before {
            codes.entry(&shape.code).or_default().0 = Some(shape);
        }
        for shape in after {
            codes.entry(&shape.code).or_default().1 = Some(shape);
        }
        let areas: Vec<AreaChange> = codes
            .iter()
            .map(|(code, (old, new))| area_change(code, *old, *new))
            .collect();
        let stays: Vec<&str> = areas
            .iter()
            .filter(|area| matches!(area.change, Change::Same | Change::Renamed))
            .map(|area| area.code.as_str())
            .collect();
        let moves = |shape: &&Boundary| !stays.contains(&shape.code.as_str());
        let old: Vec<&Boundary> = before.iter().filter(moves).collect();
        let new: Vec<&Boundary> = after.iter().filter(moves).collect();
        Self {
            transfers: passed(&old, &new),
            areas,
        }
    }

    /// Returns `true` if nothing differs.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.areas.iter().all(|area| area.change == Change::Same)
    }
}

fn area_change(code: &str, old: Option<&Boundary>, new: Option<&Boundary>) -> AreaChange {
    let change = match (old, new) {
        (Some(old), Some(new)) if old.outline != new.outline => Change::Moved,
        (Some(old), Some(new)) if old.name != new.name => Change::Renamed,
        (Some(_), None) => Change::Removed,
        (None, Some(_)) => Change::Added,
        _ => Change::Same,
    };
    AreaChange {
        code: code.to_owned(),
        change,
        name_before: old.map(|shape| shape.name.clone()),
        name_after: new.map(|shape| shape.name.clone()),
        km2_before: old.map_or(0.0, |shape| km2(&shape.outline)),
        km2_after: new.map_or(0.0, |shape| km2(&shape.outline)),
    }
}

/// Returns the surface that changed areas pass to each other; unchanged areas are left out.
fn passed(old: &[&Boundary], new: &[&Boundary]) -> Vec<AreaTransfer> {
    let mut passed = Vec::new();
    let mut given: Vec<f64> = vec![0.0; old.len()];
    for &to in new {
        let mut taken = 0.0;
        for (&from, given) in old.iter().zip(&mut given) {
            let shared = shared_km2(from, to);
            taken += shared;
            *given += shared;
            if from.code != to.code {
                note(&mut passed, Some(from), Some(to), shared);
            }
        }
        note(&mut passed, None, Some(to), km2(&to.outline) - taken);
    }
    for (&from, given) in old.iter().zip(given) {
        note(&mut passed, Some(from), None, km2(&from.outline) - given);
    }
    passed.sort_by(|a, b| b.km2.total_cmp(&a.km2));
    passed
}

fn note(passed: &mut Vec<AreaTransfer>, from: Option<&Boundary>, to: Option<&Boundary>, km2: f64) {
    if km2 >= MIN_TRANSFER_KM2 {
        passed.push(AreaTransfer {
            from: from.map(|shape| shape.code.clone()),
            to: to.map(|shape| shape.code.clone()),
            km2,
        });
    }
}

fn shared_km2(one: &Boundary, other: &Boundary) -> f64 {
    let boxes = one.outline.bounding_rect().zip(other.outline.bounding_rect());
    match boxes {
        Some((a, b)) if a.intersects(&b) => km2(&one.outline.intersection(&other.outline)),
        _ => 0.0,
    }
}

fn km2(outline: &MultiPolygon<f64>) -> f64 {
    outline.geodesic_area_unsigned() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boundaries::BoundaryLevel;
    use geo::{LineString, Polygon};

    fn area(code: &str, west: f64, east: f64) -> Boundary {
        let corners = [
            (west, 34.0),
            (east, 34.0),
            (east, 34.1),
            (west, 34.1),
            (west, 34.0),
        ];
        let ring: LineString<f64> = corners.into_iter().collect();
        Boundary {
            code: code.to_owned(),
            name: code.to_owned(),
            level: BoundaryLevel::County,
            parent: None,
            outline: MultiPolygon(vec![Polygon::new(ring, Vec::new())]),
        }
    }

    fn changes(comparison: &Comparison) -> Vec<(&str, Change)> {
        let areas = comparison.areas.iter();
        areas.map(|area| (area.code.as_str(), area.change)).collect()
    }

    #[test]
    fn a_border_that_moves_hands_over_what_lies_between() {
        let before = [
            area("A", 112.0, 112.1),
            area("B", 112.1, 112.2),
            area("C", 112.2, 112.3),
        ];
        let after = [
            area("A", 112.0, 112.15),
            area("B", 112.15, 112.2),
            area("C", 112.2, 112.3),
        ];
        let found = Comparison::of(&before, &after);
        assert_eq!(
            changes(&found),
            [("A", Change::Moved), ("B", Change::Moved), ("C", Change::Same)]
        );
        assert_eq!(found.transfers.len(), 1, "{found:?}");
        let AreaTransfer { from, to, km2 } = &found.transfers[0];
        assert_eq!((from.as_deref(), to.as_deref()), (Some("B"), Some("A")));
        // A twentieth of a degree eastward (4.62 km at 34°) by a tenth northward (11.09 km).
        assert!((km2 - 51.2).abs() < 0.2, "{km2}");
        let gain = found.areas[0].km2_after - found.areas[0].km2_before;
        assert!((gain - km2).abs() < 1e-3, "{gain}");
    }

    #[test]
    fn what_comes_from_outside_and_goes_there_is_told_too() {
        let before = [area("A", 112.0, 112.1), area("B", 112.1, 112.2)];
        let after = [area("A", 111.95, 112.1), area("D", 112.3, 112.4)];
        let found = Comparison::of(&before, &after);
        assert_eq!(
            changes(&found),
            [("A", Change::Moved), ("B", Change::Removed), ("D", Change::Added)]
        );
        let told: Vec<_> = found
            .transfers
            .iter()
            .map(|one| (one.from.as_deref(), one.to.as_deref()))
            .collect();
        assert_eq!(told.len(), 3, "{told:?}");
        for one in [(None, Some("A")), (Some("B"), None), (None, Some("D"))] {
            assert!(told.contains(&one), "{told:?}");
        }
    }

    #[test]
    fn another_name_moves_no_border() {
        let before = [area("A", 112.0, 112.1)];
        let mut after = before.clone();
        assert!(Comparison::of(&before, &after).is_same());
        after[0].name = "B".to_owned();
        let found = Comparison::of(&before, &after);
        assert_eq!(changes(&found), [("A", Change::Renamed)]);
        assert!(found.transfers.is_empty() && !found.is_same());
    }
}
