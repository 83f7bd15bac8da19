//! Random numbers of the two laws that counts follow: Gamma for a rate that is not known exactly, Poisson
//! for a count at a known rate.

use rand::Rng;

/// Above this a Poisson number is drawn in halves, so that `exp(-mean)` stays far from zero.
const LARGE_MEAN: f64 = 24.0;

/// A Poisson number by inversion (Devroye 1986, X.3.3).
pub fn poisson(rng: &mut impl Rng, mean: f64) -> u32 {
    if mean <= 0.0 {
        return 0;
    }
    if mean > LARGE_MEAN {
        let half = mean / 2.0;
        return poisson(rng, half) + poisson(rng, mean - half);
    }
    let mut term = (-mean).exp();
    let mut left = rng.random::<f64>() - term;
    let mut count = 0;
    while left > 0.0 && term > f64::MIN_POSITIVE {
        count += 1;
        term *= mean / f64::from(count);
        left -= term;
    }
    count
}

/// A Gamma number of mean 1 (Marsaglia and Tsang 2000). `shape` 1/ω gives variance ω; an infinite one gives 1.
pub fn gamma_of_mean_one(rng: &mut impl Rng, shape: f64) -> f64 {
    if !shape.is_finite() {
        return 1.0;
    }
    let boosted = if shape < 1.0 { shape + 1.0 } else { shape };
    let d = boosted - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    let drawn = loop {
        let x = normal(rng);
        let v = (1.0 + c * x).powi(3);
        if v > 0.0 && rng.random::<f64>().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            break d * v;
        }
    };
    let drawn = if shape < 1.0 {
        drawn * rng.random::<f64>().powf(1.0 / shape)
    } else {
        drawn
    };
    drawn / shape
}

/// Box and Muller.
fn normal(rng: &mut impl Rng) -> f64 {
    let radius = (-2.0 * (1.0 - rng.random::<f64>()).ln()).sqrt();
    radius * (std::f64::consts::TAU * rng.random::<f64>()).cos()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn moments(numbers: &[f64]) -> (f64, f64) {
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        (mean, variance)
    }

    #[test]
    fn poisson_numbers_have_their_mean_and_variance() {
        let mut rng = StdRng::seed_from_u64(1);
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
        let mut rng = StdRng::seed_from_u64(2);
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
