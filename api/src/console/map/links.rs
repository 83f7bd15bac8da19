//! Pure: a point in the maps that people have on their machines.

/// Addresses that open the point in other maps, each with the name of the map. The services convert WGS-84 themselves.
#[must_use]
pub fn elsewhere(longitude: f64, latitude: f64, title: &str) -> [(&'static str, String); 2] {
    let title: String = title.chars().filter(|c| c.is_alphanumeric()).take(30).collect();
    [
        (
            "用高德地图打开",
            format!(
                "https://uri.amap.com/marker?position={longitude:.6},{latitude:.6}&name={title}&coordinate=wgs84&callnative=0"
            ),
        ),
        (
            "用腾讯地图打开",
            format!(
                "https://apis.map.qq.com/uri/v1/marker?marker=coord:{latitude:.6},{longitude:.6};title:{title}&coord_type=1&referer=zhitong"
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_maps_get_the_point_in_their_order_and_datum() {
        let [(_, amap), (_, tencent)] = elsewhere(112.43, 34.62, "T1 & 路口");
        assert!(
            amap.contains("position=112.430000,34.620000&name=T1路口&coordinate=wgs84"),
            "{amap}"
        );
        assert!(
            tencent.contains("coord:34.620000,112.430000;title:T1路口&coord_type=1"),
            "{tencent}"
        );
    }
}
