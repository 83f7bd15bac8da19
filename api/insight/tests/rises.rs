//! False alarms of the scan, and the planted rises that it finds, in two invented cities. The same with more years and larger
//! cities: `cargo run --release -p insight --example rises`.

mod worlds;

use rayon::prelude::*;

use crate::worlds::{FOUND_WITHIN, PAST_DAYS, Rate, SHOWN, World, judge};

const CATEGORIES: usize = 12;
const AREAS: usize = 5;
const DAILY: f64 = 50.0;
/// More take too long for a test; the example estimates the rate.
const YEARS: u64 = 1;
const CITIES: u64 = 3;
/// The product alerts up to this p-value (`alert_rules::RISE_ALERTS`).
const ALERTS: f64 = 1.0 / 365.0;

fn worlds() -> [World; 2] {
    [
        World::quiet(CATEGORIES, AREAS, DAILY),
        World::restless(CATEGORIES, AREAS, DAILY),
    ]
}

#[test]
fn false_alarms_are_not_shown_to_be_more_than_one_a_year_in_a_quiet_or_a_restless_city() {
    for world in worlds() {
        let years = (0..YEARS).into_par_iter();
        let alarms = years.map(|seed| judge(&world, 1_000 + seed, 365, &[]).alarms(ALERTS).len());
        let rate = Rate::of(alarms.sum(), YEARS as f64);
        // Twelve in a year, as many as before the calibration, have an interval from 6 on.
        assert!(rate.low <= 1.0, "{}: {rate} a year", world.name);
    }
}

#[test]
fn planted_rises_are_found_and_more_of_them_are_shown() {
    for (world, least) in worlds().into_iter().zip([0.8, 0.6]) {
        let planted = world.rises(PAST_DAYS);
        let cities = (0..CITIES).into_par_iter();
        let judged: Vec<_> = cities
            .map(|seed| judge(&world, 5_000 + seed, FOUND_WITHIN, &planted))
            .collect();
        let found = |limit: f64| {
            let each = judged.iter().map(|city| {
                planted
                    .iter()
                    .filter(|rise| city.delay(rise, limit).is_some())
                    .count()
            });
            each.sum::<usize>() as f64 / (planted.len() * judged.len()) as f64
        };
        let (alarmed, shown) = (found(ALERTS), found(SHOWN));
        assert!(alarmed >= least, "{}: {alarmed}", world.name);
        assert!(shown >= alarmed, "{}: {shown}", world.name);
    }
}
