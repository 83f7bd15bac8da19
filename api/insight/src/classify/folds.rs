//! Stratified folds: every category is spread evenly over them, in an order that the seed decides.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

/// The fold of each text, below `folds`.
#[must_use]
pub fn stratified(labels: &[usize], categories: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut by_category: Vec<Vec<usize>> = vec![Vec::new(); categories];
    for (at, label) in labels.iter().enumerate() {
        if let Some(members) = by_category.get_mut(*label) {
            members.push(at);
        }
    }
    let mut random = StdRng::seed_from_u64(seed);
    let mut fold_of = vec![0; labels.len()];
    let mut next = 0;
    for members in &mut by_category {
        members.shuffle(&mut random);
        for at in members {
            if let Some(fold) = fold_of.get_mut(*at) {
                *fold = next % folds.max(1);
            }
            next += 1;
        }
    }
    fold_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_category_is_spread_evenly_and_all_folds_are_alike_in_size() {
        let labels: Vec<usize> = (0..103).map(|i| i % 7).collect();
        let folds = stratified(&labels, 7, 5, 3);
        for fold in 0..5 {
            let size = folds.iter().filter(|f| **f == fold).count();
            assert!((20..=21).contains(&size), "{size}");
            for category in 0..7 {
                let pairs = folds.iter().zip(&labels);
                let count = pairs.filter(|(f, l)| **f == fold && **l == category).count();
                assert!((2..=3).contains(&count), "{count}");
            }
        }
        assert_eq!(folds, stratified(&labels, 7, 5, 3));
        assert_ne!(folds, stratified(&labels, 7, 5, 4));
    }
}
