//! Random numbers of the two laws that counts follow: Gamma for a rate that is not known exactly, Poisson
//! for a count at a known rate; and where they come from.

use rand::{Rng, RngCore};

/// Above this a Poisson number is drawn in halves, so that `exp(-mean)` stays far from zero.
const LARGE_MEAN: f64 = 24.0;

/// xoshiro256++ 1.0 (Blackman and Vigna 2021), seeded by SplitMix64: a scan draws some ten million numbers, and nobody
/// gains by foreseeing one.
#[derive(Clone, Debug)]
pub struct Xoshiro256([u64; 4]);

impl Xoshiro256 {
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        let mut state = seed;
        Self(std::array::from_fn(|_| {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ (mixed >> 31)
        }))
    }
}

impl RngCore for Xoshiro256 {
    fn next_u64(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.0;
        let drawn = a.wrapping_add(*d).rotate_left(23).wrapping_add(*a);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        drawn
    }

    fn next_u32(&mut self) -> u32 {
        (self.next_u64() >> 32) as u32
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let drawn = self.next_u64().to_le_bytes();
            part.iter_mut().zip(drawn).for_each(|(to, from)| *to = from);
        }
    }
}

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

    fn moments(numbers: &[f64]) -> (f64, f64) {
        let n = numbers.len() as f64;
        let mean = numbers.iter().sum::<f64>() / n;
        let variance = numbers.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n;
        (mean, variance)
    }

    #[test]
    fn chance_is_the_published_generator() {
        // The first number of state 1, 2, 3, 4 is rotl(1 + 4, 23) + 1, the second is its authors.
        let mut chance = Xoshiro256([1, 2, 3, 4]);
        assert_eq!(chance.next_u64(), (5 << 23) + 1);
        assert_eq!(chance.next_u64(), 58_720_359);
        // SplitMix64 of seed 0 begins so in its authors' source.
        assert_eq!(Xoshiro256::seeded(0).0[0], 0xE220_A839_7B1D_CDAF);
    }

    #[test]
    fn poisson_numbers_have_their_mean_and_variance() {
        let mut rng = Xoshiro256::seeded(1);
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
        let mut rng = Xoshiro256::seeded(2);
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
