//! One linear model per category, one against all.
//!
//! These are support vectors with squared hinge loss and L2, solved by dual coordinate descent (Hsieh et al., 2008, “A Dual Coordinate Descent Method for Large-scale Linear SVM”).
//! The models do not start from nothing but from complement naive Bayes (Rennie et al., 2003), and are held
//! near it: with few texts the counts know more than the margins.

use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rayon::prelude::*;

use super::vocabulary::Row;

/// Training parameters.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Seeds the random numbers; equal seeds give equal results.
    pub seed: u64,
    /// Cost of a margin violation relative to the L2 penalty.
    pub cost: f32,
    /// Scale of the naive Bayes weights that training starts from.
    pub prior: f32,
    /// Training stops after a round that changes no multiplier by more than this.
    pub tolerance: f32,
}

/// Weights of one category: one per feature, and the bias.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearModel {
    /// Weight of each feature.
    pub weights: Vec<f32>,
    /// Added to every score.
    pub bias: f32,
}

/// Added to every count, so that what was never seen is not impossible.
const SMOOTHING: f32 = 0.3;
const MAX_ROUNDS: usize = 60;

/// Trains one model per category. `labels` holds one index below `categories` per row.
#[must_use]
pub fn train(
    rows: &[Row],
    labels: &[usize],
    categories: usize,
    features: usize,
    options: Options,
) -> Vec<LinearModel> {
    let prior = (options.prior > 0.0).then(|| Prior::count(rows, labels, categories, features));
    let start = |category: usize| match &prior {
        Some(prior) => prior.weights(category, options.prior),
        None => vec![0.0; features],
    };
    (0..categories)
        .into_par_iter()
        .map(|category| {
            let own: Vec<bool> = labels.iter().map(|label| *label == category).collect();
            descend(rows, &own, start(category), category, options)
        })
        .collect()
}

/// Feature weights of complement naive Bayes.
struct Prior {
    /// Weight of each feature in the texts of each category.
    sums: Vec<Vec<f32>>,
    total: Vec<f32>,
}

impl Prior {
    fn count(rows: &[Row], labels: &[usize], categories: usize, features: usize) -> Self {
        let mut sums = vec![vec![0.0; features]; categories];
        let mut total = vec![0.0; features];
        for (row, label) in rows.iter().zip(labels) {
            let Some(own) = sums.get_mut(*label) else { continue };
            for (at, weight) in row {
                if let (Some(own), Some(total)) = (own.get_mut(*at as usize), total.get_mut(*at as usize)) {
                    *own += weight;
                    *total += weight;
                }
            }
        }
        Self { sums, total }
    }

    /// How much rarer each feature is among the texts of all other categories than among all texts.
    fn weights(&self, category: usize, scale: f32) -> Vec<f32> {
        let own = self.sums.get(category).map_or(&[][..], Vec::as_slice);
        let others = || {
            self.total
                .iter()
                .zip(own)
                .map(|(total, own)| total - own + SMOOTHING)
        };
        let all = || self.total.iter().map(|total| total + SMOOTHING);
        let (others_sum, all_sum): (f32, f32) = (others().sum(), all().sum());
        let rarer = |(others, all): (f32, f32)| ((all / all_sum) / (others / others_sum)).ln() * scale;
        others().zip(all()).map(rarer).collect()
    }
}

fn descend(
    rows: &[Row],
    own: &[bool],
    mut weights: Vec<f32>,
    category: usize,
    options: Options,
) -> LinearModel {
    let count = own.iter().filter(|own| **own).count();
    // Both sides together weigh the same, however few texts a category has.
    let all = own.len() as f32;
    let cost = |own: bool| {
        let side = if own { count } else { own_complement(all, count) };
        options.cost * all / (2.0 * (side as f32).max(1.0))
    };
    let mut points: Vec<DualVariable> = rows
        .iter()
        .zip(own)
        .map(|(row, own)| {
            let slack = 1.0 / (2.0 * cost(*own));
            let squares: f32 = row.iter().map(|(_, weight)| weight * weight).sum();
            DualVariable {
                side: if *own { 1.0 } else { -1.0 },
                slack,
                // One for the bias, which is a feature that every text has.
                curvature: squares + 1.0 + slack,
                multiplier: 0.0,
            }
        })
        .collect();
    let mut bias = 0.0;
    let mut order: Vec<usize> = (0..points.len()).collect();
    let mut random = StdRng::seed_from_u64(options.seed ^ ((category as u64) << 32));
    for _ in 0..MAX_ROUNDS {
        order.shuffle(&mut random);
        let mut furthest: f32 = 0.0;
        for at in &order {
            let (Some(row), Some(point)) = (rows.get(*at), points.get_mut(*at)) else {
                continue;
            };
            let slope = point.side * score(row, &weights, bias) - 1.0 + point.slack * point.multiplier;
            let next = (point.multiplier - slope / point.curvature).max(0.0);
            let step = (next - point.multiplier) * point.side;
            if step == 0.0 {
                continue;
            }
            furthest = furthest.max(step.abs());
            point.multiplier = next;
            bias += step;
            for (at, weight) in row {
                if let Some(w) = weights.get_mut(*at as usize) {
                    *w += step * weight;
                }
            }
        }
        if furthest < options.tolerance {
            break;
        }
    }
    LinearModel { weights, bias }
}

fn own_complement(all: f32, own: usize) -> usize {
    (all as usize).saturating_sub(own)
}

/// State of the coordinate descent for one text.
struct DualVariable {
    /// 1 of this category, -1 of another.
    side: f32,
    slack: f32,
    curvature: f32,
    multiplier: f32,
}

fn score(row: &Row, weights: &[f32], bias: f32) -> f32 {
    let weight = |(at, weight): &(u32, f32)| weights.get(*at as usize).map_or(0.0, |w| w * weight);
    row.iter().map(weight).sum::<f32>() + bias
}

impl LinearModel {
    #[cfg(test)]
    fn score(&self, row: &Row) -> f32 {
        score(row, &self.weights, self.bias)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPTIONS: Options = Options {
        seed: 1,
        cost: 1.0,
        prior: 0.0,
        tolerance: 1e-3,
    };

    /// Feature 0 says category 0, feature 1 says category 1, feature 2 says nothing.
    fn rows() -> (Vec<Row>, Vec<usize>) {
        let row = |at: u32| vec![(at, 0.8), (2, 0.6)];
        (
            (0..20).map(|i| row(i % 2)).collect(),
            (0..20).map(|i| i % 2).collect(),
        )
    }

    #[test]
    fn what_can_be_parted_is_parted() {
        let (rows, labels) = rows();
        for prior in [0.0, 1.0] {
            let models = train(&rows, &labels, 2, 3, Options { prior, ..OPTIONS });
            for (row, label) in rows.iter().zip(&labels) {
                assert!(models[*label].score(row) > models[1 - label].score(row));
            }
            let weights = &models[0].weights;
            assert!(weights[2].abs() < 0.2 * weights[0], "{weights:?}");
        }
    }

    /// At the optimum of squared hinge with L2 the weights are the sum of 2·cost·(1 − margin)·side·row over the
    /// texts inside the margin, as the derivative of the primal says.
    #[test]
    fn the_descent_ends_where_the_primal_is_flat() {
        let (rows, labels) = rows();
        let model = &train(&rows, &labels, 2, 3, OPTIONS)[0];
        let mut expected = [0.0_f32; 3];
        for (row, label) in rows.iter().zip(&labels) {
            let side = if *label == 0 { 1.0 } else { -1.0 };
            let inside = (1.0 - side * model.score(row)).max(0.0);
            for (at, weight) in row {
                expected[*at as usize] += 2.0 * OPTIONS.cost * inside * side * weight;
            }
        }
        for (found, expected) in model.weights.iter().zip(expected) {
            assert!((found - expected).abs() < 0.02, "{found} {expected}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_machines() {
        let (rows, labels) = rows();
        assert_eq!(
            train(&rows, &labels, 2, 3, OPTIONS),
            train(&rows, &labels, 2, 3, OPTIONS)
        );
    }
}
