//! Random numbers of the two laws that counts follow: Gamma for a rate that is not known exactly, Poisson
//! for a count at a known rate; and where they come from.

use rand::Rng;
use rand_distr::{Distribution as _, Gamma, Poisson};
/// A scan draws some ten million numbers, and nobody gains by foreseeing one.
pub use rand_xoshiro::Xoshiro256PlusPlus as Xoshiro256;

/// A Poisson number. A mean of zero gives zero.
pub fn poisson(rng: &mut impl Rng, mean: f64) -> u32 {
    Poisson::new(mean).map_or(0, |law| law.sample(rng) as u32)
}

/// A Gamma number of mean 1. `shape` 1/ω gives variance ω; an infinite one gives 1.
pub fn gamma_of_mean_one(rng: &mut impl Rng, shape: f64) -> f64 {
    if !shape.is_finite() {
        return 1.0;
    }
    Gamma::new(shape, 1.0 / shape).map_or(1.0, |law| law.sample(rng))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    fn moments(numbers: &[f64]) -> (f64, f64) {
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        (mean, variance)
    }

    #[test]
    fn poisson_numbers_have_their_mean_and_variance() {
        let mut rng = Xoshiro256::seed_from_u64(1);
        for mean in [0.02, 1.0, 7.5, 90.0] {
            let drawn: Vec<f64> = (0..40_000).map(|_| f64::from(poisson(&mut rng, mean))).collect();
            let (found, variance) = moments(&drawn);
            assert!((found - mean).abs() < 0.03 * mean + 0.005, "mean {mean}: {found}");
            assert!(
                (variance - mean).abs() < 0.06 * mean + 0.005,
                "mean {mean}: variance {variance}"
            );
        }
    }

    #[test]
    fn gamma_numbers_have_mean_one_and_variance_one_over_shape() {
        let mut rng = Xoshiro256::seed_from_u64(2);
        for shape in [0.5, 2.0, 30.0] {
            let drawn: Vec<f64> = (0..40_000).map(|_| gamma_of_mean_one(&mut rng, shape)).collect();
            let (mean, variance) = moments(&drawn);
            assert!((mean - 1.0).abs() < 0.03, "shape {shape}: {mean}");
            assert!(
                (variance * shape - 1.0).abs() < 0.1,
                "shape {shape}: variance {variance}"
            );
        }
        assert!((gamma_of_mean_one(&mut rng, f64::INFINITY) - 1.0).abs() < f64::EPSILON);
    }
}
