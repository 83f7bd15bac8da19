//! Pure: numbers of orders by light.

use entity::kinds::Light;
use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Lights {
    pub green: i64,
    pub yellow: i64,
    pub red: i64,
}

impl Lights {
    pub fn add(&mut self, light: Light, orders: i64) {
        match light {
            Light::Green => self.green += orders,
            Light::Yellow => self.yellow += orders,
            Light::Red => self.red += orders,
        }
    }

    #[must_use]
    pub fn total(self) -> i64 {
        self.green + self.yellow + self.red
    }
}
