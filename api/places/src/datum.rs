//! Pure: three datums as separate types. WGS-84 is used for calculations, GCJ-02 by Chinese maps, BD-09 by Baidu. Over
//! the mainland GCJ-02 is up to 0.7 km off WGS-84, enough to change the district.
//!
//! The public formula of the GCJ-02 shift; its inverse is iterated five times, which leaves less than 1e-8 m.

use std::f64::consts::PI;

/// Metres of one degree of latitude, on the mean sphere.
pub const METRES_PER_DEGREE: f64 = 111_195.0;

/// The datum of a coordinate that is not converted yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Datum {
    /// The datum of satellites.
    Wgs84,
    /// The datum of Chinese maps.
    Gcj02,
    /// The datum of Baidu's maps.
    Bd09,
}

/// Degrees on WGS-84 (CGCS2000 is the same at our precision).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wgs84 {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

/// Degrees on GCJ-02.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gcj02 {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

/// Degrees on BD-09.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bd09 {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
}

/// Semi-major axis and eccentricity squared of the Krasovsky ellipsoid, as the shift uses them.
const A: f64 = 6_378_245.0;
const EE: f64 = 0.006_693_421_622_965_943;
/// Steps of an inverse; three leave 0.2 mm, five less than a hundred-millionth of a metre.
const STEPS: usize = 5;
/// Outside this box the shift is not applied: longitude, then latitude.
const SHIFTED: [std::ops::RangeInclusive<f64>; 2] = [73.66..=135.05, 3.86..=53.55];
/// BD-09 rotates and offsets GCJ-02 by these values.
const BD_K: f64 = PI * 3000.0 / 180.0;
const BD_LONGITUDE: f64 = 0.0065;
const BD_LATITUDE: f64 = 0.006;

impl Wgs84 {
    /// Converts a coordinate of any datum.
    #[must_use]
    pub fn from_given(longitude: f64, latitude: f64, datum: Datum) -> Self {
        match datum {
            Datum::Wgs84 => Self { longitude, latitude },
            Datum::Gcj02 => Gcj02 { longitude, latitude }.to_wgs84(),
            Datum::Bd09 => Bd09 { longitude, latitude }.to_gcj02().to_wgs84(),
        }
    }

    /// Converts to GCJ-02.
    #[must_use]
    pub fn to_gcj02(self) -> Gcj02 {
        let (longitude, latitude) = shift(self.longitude, self.latitude);
        Gcj02 { longitude, latitude }
    }

    /// Returns the distance to another point in metres, on a sphere: better than 0.5 % at the distances used here.
    #[must_use]
    pub fn distance_m(self, other: Self) -> f64 {
        const EARTH_RADIUS_M: f64 = 6_371_008.8;
        let (lat1, lat2) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_lat = (lat2 - lat1) / 2.0;
        let half_lon = (other.longitude - self.longitude).to_radians() / 2.0;
        let h = half_lat.sin().powi(2) + lat1.cos() * lat2.cos() * half_lon.sin().powi(2);
        2.0 * EARTH_RADIUS_M * h.sqrt().min(1.0).asin()
    }
}

impl Gcj02 {
    /// Converts to WGS-84.
    #[must_use]
    pub fn to_wgs84(self) -> Wgs84 {
        let (longitude, latitude) = inverse(shift, self.longitude, self.latitude);
        Wgs84 { longitude, latitude }
    }

    /// Converts to BD-09.
    #[must_use]
    pub fn to_bd09(self) -> Bd09 {
        let (longitude, latitude) = turn(self.longitude, self.latitude);
        Bd09 { longitude, latitude }
    }
}

impl Bd09 {
    /// Converts to GCJ-02.
    #[must_use]
    pub fn to_gcj02(self) -> Gcj02 {
        let (longitude, latitude) = inverse(turn, self.longitude, self.latitude);
        Gcj02 { longitude, latitude }
    }
}

/// Converts WGS-84 to GCJ-02.
fn shift(lon: f64, lat: f64) -> (f64, f64) {
    let [lons, lats] = &SHIFTED;
    if !lons.contains(&lon) || !lats.contains(&lat) {
        return (lon, lat);
    }
    let (x, y) = (lon - 105.0, lat - 35.0);
    let wave = (20.0 * (6.0 * x * PI).sin() + 20.0 * (2.0 * x * PI).sin()) * 2.0 / 3.0;
    let mut d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * x.abs().sqrt() + wave;
    d_lat += (20.0 * (y * PI).sin() + 40.0 * (y / 3.0 * PI).sin()) * 2.0 / 3.0;
    d_lat += (160.0 * (y / 12.0 * PI).sin() + 320.0 * (y * PI / 30.0).sin()) * 2.0 / 3.0;
    let mut d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * x.abs().sqrt() + wave;
    d_lon += (20.0 * (x * PI).sin() + 40.0 * (x / 3.0 * PI).sin()) * 2.0 / 3.0;
    d_lon += (150.0 * (x / 12.0 * PI).sin() + 300.0 * (x / 30.0 * PI).sin()) * 2.0 / 3.0;
    let rad = lat.to_radians();
    let m = 1.0 - EE * rad.sin().powi(2);
    let lat_shift = d_lat * 180.0 / ((A * (1.0 - EE)) / (m * m.sqrt()) * PI);
    let lon_shift = d_lon * 180.0 / (A / m.sqrt() * rad.cos() * PI);
    (lon + lon_shift, lat + lat_shift)
}

/// Converts GCJ-02 to BD-09.
fn turn(x: f64, y: f64) -> (f64, f64) {
    let z = x.hypot(y) + 2e-5 * (y * BD_K).sin();
    let theta = y.atan2(x) + 3e-6 * (x * BD_K).cos();
    (z * theta.cos() + BD_LONGITUDE, z * theta.sin() + BD_LATITUDE)
}

/// Returns the point that `forward` maps to the given one.
fn inverse(forward: fn(f64, f64) -> (f64, f64), x: f64, y: f64) -> (f64, f64) {
    (0..STEPS).fold((x, y), |(px, py), _| {
        let (fx, fy) = forward(px, py);
        (px + (x - fx), py + (y - fy))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Input; WGS→GCJ; GCJ→WGS; GCJ→BD; BD→GCJ. Computed independently of this module.
    const VECTORS: [[(f64, f64); 5]; 5] = [
        [
            (116.404, 39.915),
            (116.4102444992, 39.9164042815),
            (116.3977557546, 39.9135962356),
            (116.4103694937, 39.9213369935),
            (116.3976270879, 39.9086563395),
        ],
        [
            (104.0665, 30.5723),
            (104.0690049057, 30.5698455407),
            (104.0639997254, 30.5747572377),
            (104.0729642358, 30.5783512974),
            (104.0600643822, 30.5661503447),
        ],
        [
            (113.2644, 23.1291),
            (113.2697295921, 23.1264233399),
            (113.2590732408, 23.1317779797),
            (113.2708329270, 23.1353286073),
            (113.2579463186, 23.1229664070),
        ],
        [
            (87.6168, 43.8256),
            (87.6196499495, 43.8268053931),
            (87.6139528194, 43.8243960395),
            (87.6232336079, 43.8317762578),
            (87.6103972683, 43.8193675686),
        ],
        [
            (121.4737, 31.2304),
            (121.4782230593, 31.2284577376),
            (121.4691622633, 31.2323292390),
            (121.4802374034, 31.2363348198),
            (121.4671951810, 31.2243419138),
        ],
    ];

    fn close(found: (f64, f64), wanted: (f64, f64)) {
        assert!(
            (found.0 - wanted.0).abs() < 2e-9 && (found.1 - wanted.1).abs() < 2e-9,
            "{found:?} {wanted:?}"
        );
    }

    #[test]
    fn the_vectors_come_out_both_ways() {
        for [(longitude, latitude), to_gcj, to_wgs, to_bd, from_bd] in VECTORS {
            let g = Wgs84 { longitude, latitude }.to_gcj02();
            close((g.longitude, g.latitude), to_gcj);
            let w = Gcj02 { longitude, latitude }.to_wgs84();
            close((w.longitude, w.latitude), to_wgs);
            let b = Gcj02 { longitude, latitude }.to_bd09();
            close((b.longitude, b.latitude), to_bd);
            let g = Bd09 { longitude, latitude }.to_gcj02();
            close((g.longitude, g.latitude), from_bd);
        }
    }

    #[test]
    fn there_and_back_is_the_same_place() {
        for step in 0..2000_u32 {
            let t = f64::from(step);
            let start = Wgs84 {
                longitude: 74.0 + (t * 0.0303) % 60.0,
                latitude: 18.5 + (t * 0.0171) % 34.0,
            };
            let gcj = start.to_gcj02();
            let back = Wgs84::from_given(gcj.longitude, gcj.latitude, Datum::Gcj02);
            assert!(start.distance_m(back) < 1e-3, "{start:?} {back:?}");
            let bd = gcj.to_bd09();
            let back = Wgs84::from_given(bd.longitude, bd.latitude, Datum::Bd09);
            assert!(start.distance_m(back) < 1e-3, "{start:?} {back:?}");
        }
    }

    #[test]
    fn outside_the_country_nothing_is_shifted() {
        let paris = Wgs84 {
            longitude: 2.35,
            latitude: 48.85,
        };
        assert_eq!(
            paris.to_gcj02(),
            Gcj02 {
                longitude: 2.35,
                latitude: 48.85
            }
        );
    }

    #[test]
    fn a_kilometre_is_a_kilometre() {
        let a = Wgs84 {
            longitude: 112.0,
            latitude: 34.0,
        };
        let b = Wgs84 {
            longitude: 112.0,
            latitude: 34.0 + 1.0 / 111.195,
        };
        assert!((a.distance_m(b) - 1000.0).abs() < 1.0);
    }
}
