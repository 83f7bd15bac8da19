//! The variables of street maps: a tile service that browsers ask themselves.

use serde::Serialize;

use super::Vars;

const TIANDITU: [&str; 2] = ["vec", "cva"];
const TIANDITU_SUBDOMAINS: &str = "01234567";
const SUBDOMAINS: &str = "abc";
const DEFAULT_MAX_ZOOM: &str = "18";

/// A tile service, as the script of the console reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TileService {
    /// Addresses with `{z}`, `{x}`, `{y}` and perhaps `{s}`; the later ones lie on top.
    pub layers: Vec<String>,
    /// Values of `{s}`, a letter each.
    pub subdomains: String,
    /// `wgs84` or `gcj02`: what the tiles are drawn in.
    pub datum: String,
    pub max_zoom: u8,
    /// Owner of the map, shown in its corner.
    pub credit: String,
}

impl TileService {
    /// The origins that tiles come from, for the content security policy.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        let mut origins = Vec::new();
        for layer in &self.layers {
            for letter in self.subdomains.chars() {
                let address = layer.replace("{s}", &letter.to_string());
                let Some((scheme, rest)) = address.split_once("://") else {
                    continue;
                };
                let host = rest.split('/').next().unwrap_or_default();
                let origin = format!("{scheme}://{host}");
                if !origins.contains(&origin) {
                    origins.push(origin);
                }
            }
        }
        origins
    }
}

impl Vars<'_> {
    /// `None` draws maps from borders only.
    pub(super) fn tiles(&mut self) -> Option<TileService> {
        let max_zoom: usize = self.parse("ZHITONG_MAP_MAX_ZOOM", DEFAULT_MAX_ZOOM, "a number from 10 to 22");
        let max_zoom = u8::try_from(max_zoom.clamp(10, 22)).unwrap_or(18);
        let datum = self.text("ZHITONG_MAP_DATUM", "wgs84");
        if !matches!(datum.as_str(), "wgs84" | "gcj02") {
            self.fault("ZHITONG_MAP_DATUM", "must be wgs84 or gcj02");
        }
        if let Some(given) = self.optional("ZHITONG_MAP_TILES") {
            let layers: Vec<String> = given.split_whitespace().map(str::to_owned).collect();
            if layers.iter().any(|layer| !is_template(layer)) {
                self.fault(
                    "ZHITONG_MAP_TILES",
                    "must be addresses with {z}, {x} and {y}, such as https://tiles.example.cn/{z}/{x}/{y}.png, separated by blanks",
                );
            }
            return Some(TileService {
                layers,
                subdomains: SUBDOMAINS.to_owned(),
                datum,
                max_zoom,
                credit: self.text("ZHITONG_MAP_CREDIT", ""),
            });
        }
        let key = self.optional("ZHITONG_MAP_TIANDITU_KEY")?;
        if !key.chars().all(|c| c.is_ascii_alphanumeric()) {
            self.fault("ZHITONG_MAP_TIANDITU_KEY", "must be letters and digits");
        }
        let layer = |name: &str| {
            format!(
                "https://t{{s}}.tianditu.gov.cn/{name}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={name}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
            )
        };
        Some(TileService {
            layers: TIANDITU.map(layer).to_vec(),
            subdomains: TIANDITU_SUBDOMAINS.to_owned(),
            datum: "wgs84".to_owned(),
            max_zoom,
            credit: "天地图".to_owned(),
        })
    }
}

/// Nothing that could end the policy or the attribute it is written into.
fn is_template(layer: &str) -> bool {
    let web = layer.starts_with("https://") || layer.starts_with("http://");
    web && ["{z}", "{x}", "{y}"].iter().all(|part| layer.contains(part))
        && !layer.contains(['"', '\'', ';', ',', '<', '>'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> (Option<TileService>, Vec<String>) {
        let lookup = |name: &str| {
            let found = pairs.iter().find(|(held, _)| *held == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let mut vars = Vars::new(&lookup);
        let tiles = vars.tiles();
        (tiles, vars.faults)
    }

    #[test]
    fn a_key_or_addresses_make_a_street_map() {
        assert_eq!(read(&[]), (None, Vec::new()));
        let (tianditu, faults) = read(&[("ZHITONG_MAP_TIANDITU_KEY", "abc123")]);
        let tianditu = tianditu.unwrap();
        assert!(faults.is_empty() && tianditu.layers.len() == 2);
        assert!(
            tianditu.layers[0].contains("TILECOL={x}&tk=abc123"),
            "{:?}",
            tianditu.layers
        );
        assert_eq!(tianditu.origins().len(), 8);
        assert_eq!(tianditu.origins()[0], "https://t0.tianditu.gov.cn");
        let own = read(&[
            ("ZHITONG_MAP_TILES", "https://tiles.example.cn/{z}/{x}/{y}.png"),
            ("ZHITONG_MAP_DATUM", "gcj02"),
        ]);
        let own = own.0.unwrap();
        assert_eq!(
            (own.origins(), own.datum.as_str()),
            (vec!["https://tiles.example.cn".to_owned()], "gcj02")
        );
    }

    #[test]
    fn an_address_that_is_no_template_is_named() {
        for wrong in [
            "tiles.example.cn/{z}/{x}/{y}",
            "https://tiles.example.cn/{z}/{x}.png",
            "https://a/{z}/{x}/{y};script-src *",
        ] {
            assert_eq!(read(&[("ZHITONG_MAP_TILES", wrong)]).1.len(), 1, "{wrong}");
        }
        assert_eq!(read(&[("ZHITONG_MAP_TIANDITU_KEY", "a b")]).1.len(), 1);
        assert_eq!(read(&[("ZHITONG_MAP_DATUM", "bd09")]).1.len(), 1);
    }
}
