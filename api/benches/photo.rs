//! One photo of 12 megapixels to the two that are shown: `cargo bench --bench photo`. Prints figures; CPU
//! time comes from Linux.

use std::hint::black_box;
use std::time::Instant;

use image::{Rgb, RgbImage};
use zhitong::photos::intake::{self, Limits};

const ROUNDS: u32 = 20;
/// Linux counts CPU time in hundredths of a second.
const TICK_MS: f64 = 10.0;

fn main() {
    let photo = phone_photo();
    let work = || intake::process(black_box(&photo), chrono_tz::Asia::Shanghai, Limits::default());
    let Ok(taken) = work() else {
        println!("the sample photo was refused");
        return;
    };
    let (begun, cpu_begun) = (Instant::now(), cpu_ms());
    let mut best = f64::MAX;
    for _ in 0..ROUNDS {
        let round = Instant::now();
        let _ = black_box(work());
        best = best.min(round.elapsed().as_secs_f64() * 1e3);
    }
    let mean = begun.elapsed().as_secs_f64() * 1e3 / f64::from(ROUNDS);
    let cpu = (cpu_ms() - cpu_begun) / f64::from(ROUNDS);
    println!(
        "photo 4032×3024, {} kB → {} kB + {} kB",
        photo.len() / 1000,
        taken.large.len() / 1000,
        taken.thumb.len() / 1000
    );
    println!("CPU {cpu:.1} ms, wall mean {mean:.1} ms, wall best {best:.1} ms, of {ROUNDS} rounds");
}

/// Smooth shades, edges and grain, encoded as phones do: quality 90, halved colour.
fn phone_photo() -> Vec<u8> {
    let mut state = 1_u32;
    let picture = RgbImage::from_fn(4032, 3024, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = state >> 28;
        let edge = if (x / 200 + y / 150) % 2 == 0 { 40 } else { 0 };
        let shade = (x / 29 + y / 23) % 120 + 60;
        Rgb([shade + grain, shade + edge + grain / 2, x / 32 + grain].map(|c| u8::try_from(c).unwrap_or(255)))
    });
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_2_2);
    let encoded = encoder.encode(picture.as_raw(), 4032, 3024, jpeg_encoder::ColorType::Rgb);
    assert!(encoded.is_ok(), "the sample could not be encoded");
    bytes
}

/// User and system time of this process.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() * TICK_MS
}
