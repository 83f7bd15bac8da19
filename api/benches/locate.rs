//! Which county a point lies in, with the real boundaries of the built-in pack: `cargo bench --bench locate`.
//!
//! Prints points a second on one core. Half of the points lie anywhere in the city's rectangle, half near a border,
//! where the exact test costs most.

use std::hint::black_box;
use std::time::Instant;

use places::datum::Wgs84;
use places::lookup::{AreaIndex, BorderTolerance};
use zhitong::city::pack::Pack;

const POINTS: usize = 1_000_000;
/// Points this far from a border at most, in degrees, are counted as near it: about 500 m.
const NEAR_DEGREES: f64 = 0.005;

fn main() {
    let Ok(pack) = Pack::open("luoyang") else {
        println!("the built-in pack was refused");
        return;
    };
    let nearness = BorderTolerance {
        border_m: pack.places.near_border_m,
        outside_m: pack.places.nearest_m,
    };
    let mut random = Random(1);
    let corners = corners(&pack);
    let points = points(&mut random, &corners);
    let index = AreaIndex::new(pack.shapes);
    let inside = points
        .iter()
        .filter(|point| index.area_of(**point).is_some())
        .count();
    println!(
        "{POINTS} points, {inside} of them in the city, {} corners of boundaries",
        corners.len()
    );
    report("area_of (which county)", || {
        for point in &points {
            black_box(index.area_of(black_box(*point)));
        }
    });
    report("locate (with borders, neighbours, nearest)", || {
        for point in &points {
            black_box(index.locate(black_box(*point), Some(15.0), nearness));
        }
    });
}

fn report(what: &str, work: impl Fn()) {
    const ROUNDS: u32 = 5;
    work();
    let mut best = f64::MAX;
    let begun = Instant::now();
    for _ in 0..ROUNDS {
        let round = Instant::now();
        work();
        best = best.min(round.elapsed().as_secs_f64());
    }
    let mean = begun.elapsed().as_secs_f64() / f64::from(ROUNDS);
    let rate = |seconds: f64| 1e-6 * f64::from(u32::try_from(POINTS).unwrap_or(u32::MAX)) / seconds;
    println!(
        "{what}: {:.2} M points/s mean, {:.2} best of {ROUNDS} rounds",
        rate(mean),
        rate(best)
    );
}

/// Every corner of every boundary.
fn corners(pack: &Pack) -> Vec<Wgs84> {
    use geo::CoordsIter as _;
    let all = pack.shapes.iter().flat_map(|shape| shape.outline.coords_iter());
    all.map(|corner| Wgs84 {
        longitude: corner.x,
        latitude: corner.y,
    })
    .collect()
}

fn points(random: &mut Random, corners: &[Wgs84]) -> Vec<Wgs84> {
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    for corner in corners {
        low = (low.0.min(corner.longitude), low.1.min(corner.latitude));
        high = (high.0.max(corner.longitude), high.1.max(corner.latitude));
    }
    let near = |random: &mut Random| {
        let corner = corners.get(random.below(corners.len()));
        corner.map(|corner| Wgs84 {
            longitude: corner.longitude + (random.unit() - 0.5) * 2.0 * NEAR_DEGREES,
            latitude: corner.latitude + (random.unit() - 0.5) * 2.0 * NEAR_DEGREES,
        })
    };
    let anywhere = |random: &mut Random| Wgs84 {
        longitude: low.0 + random.unit() * (high.0 - low.0),
        latitude: low.1 + random.unit() * (high.1 - low.1),
    };
    let point = |nth: usize, random: &mut Random| {
        let found = if nth.is_multiple_of(2) { near(random) } else { None };
        found.unwrap_or_else(|| anywhere(random))
    };
    (0..POINTS).map(|nth| point(nth, random)).collect()
}

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % bound.max(1)
    }

    /// 0 to 1.
    fn unit(&mut self) -> f64 {
        f64::from(u32::try_from(self.next()).unwrap_or(0)) / f64::from(u32::MAX >> 1)
    }
}
