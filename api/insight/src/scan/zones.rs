//! Which sets of areas are looked at together: each area alone, with its nearest neighbours up to half of
//! all areas (circular windows), and the whole city.

/// A place of an area on the plane, in any unit that is the same both ways. None for an area without one,
/// e.g. “unknown”: it is looked at alone and with the whole city only.
pub type Centre = Option<(f64, f64)>;

/// The sets, each sorted, no two the same.
#[must_use]
pub fn zones(centres: &[Centre]) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = (0..centres.len()).map(|area| vec![area]).collect();
    for (area, centre) in centres.iter().enumerate() {
        let Some((x, y)) = *centre else { continue };
        let distance = |&(_, (u, v)): &(usize, (f64, f64))| (u - x).hypot(v - y);
        let placed = centres.iter().enumerate();
        let mut others: Vec<(usize, (f64, f64))> = placed
            .filter_map(|(other, centre)| centre.map(|centre| (other, centre)))
            .filter(|(other, _)| *other != area)
            .collect();
        others.sort_by(|a, b| distance(a).total_cmp(&distance(b)).then(a.0.cmp(&b.0)));
        let mut set = vec![area];
        for (other, _) in others {
            set.push(other);
            if set.len() * 2 > centres.len() {
                break;
            }
            let mut sorted = set.clone();
            sorted.sort_unstable();
            sets.push(sorted);
        }
    }
    sets.push((0..centres.len()).collect());
    sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    sets.dedup();
    sets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_area_its_neighbourhoods_and_the_city() {
        let line: Vec<Centre> = (0..4).map(|x| Some((f64::from(x), 0.0))).collect();
        let expected: [&[usize]; 8] = [&[0], &[1], &[2], &[3], &[0, 1], &[1, 2], &[2, 3], &[0, 1, 2, 3]];
        let found = zones(&line);
        // 1's nearest is 0 (ties go to the lower number), 2's nearest is 1, 3's nearest is 2.
        assert_eq!(found, expected);
    }

    #[test]
    fn an_area_without_a_place_joins_no_neighbourhood() {
        let centres = [
            Some((0.0, 0.0)),
            Some((1.0, 0.0)),
            Some((2.0, 0.0)),
            Some((3.0, 0.0)),
            None,
        ];
        let with_unknown: Vec<_> = zones(&centres)
            .into_iter()
            .filter(|set| set.contains(&4))
            .collect();
        assert_eq!(with_unknown, [vec![4], vec![0, 1, 2, 3, 4]]);
    }
}
