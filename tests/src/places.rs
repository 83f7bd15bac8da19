//! Places of the city pack that the tests report from, in WGS-84. Tests are where the city may be named.

use serde_json::{Value, json};

/// A point, told in WGS-84.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    pub longitude: f64,
    pub latitude: f64,
    /// The county it lies in; none outside of the city.
    pub area: Option<&'static str>,
}

impl Place {
    const fn new(longitude: f64, latitude: f64, area: &'static str) -> Self {
        Self {
            longitude,
            latitude,
            area: Some(area),
        }
    }

    /// As a request has it.
    #[must_use]
    pub fn json(self) -> Value {
        self.json_as(self.longitude, self.latitude, "wgs84")
    }

    /// Relabels the coordinates with another datum, which moves the point by half a kilometre.
    #[must_use]
    pub fn mislabelled(self, datum: &str) -> Value {
        self.json_as(self.longitude, self.latitude, datum)
    }

    fn json_as(self, longitude: f64, latitude: f64, datum: &str) -> Value {
        json!({ "longitude": longitude, "latitude": latitude, "datum": datum, "accuracy_m": 15.0 })
    }
}

/// Well inside 涧西区.
pub const JIANXI: Place = Place::new(112.395, 34.655, "涧西区");
/// Well inside 西工区.
pub const XIGONG: Place = Place::new(112.4267, 34.6623, "西工区");
/// Well inside 伊川县.
pub const YICHUAN: Place = Place::new(112.43, 34.42, "伊川县");
/// Well inside 洛龙区.
pub const LUOLONG: Place = Place::new(112.4503, 34.6200, "洛龙区");
/// Well inside 瀍河回族区.
pub const CHANHE: Place = Place::new(112.4856, 34.6863, "瀍河回族区");
/// In the next city, far outside this one.
pub const OUTSIDE: Place = Place {
    longitude: 113.65,
    latitude: 34.76,
    area: None,
};
