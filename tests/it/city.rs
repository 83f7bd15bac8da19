//! The built-in city: its places, its duty table, its words. What a story says must come out of the data.

use entity::kinds::Datum;
use places::datum::Wgs84;
use places::lookup::PointRelation;
use tests::Db;
use tests::database::OwnDatabase;
use tokio::sync::OnceCell;
use zhitong::city::duty_table::{Decision, DutyLocation};
use zhitong::city::pack::Pack;
use zhitong::city::seed;
use zhitong::city::snapshot::City;
use zhitong::city::store::{self, PackSettings};
use zhitong::db;
use zhitong::place_kinds::wgs84;

static CITY: OnceCell<City> = OnceCell::const_new();

/// The city as it comes out of a database that was filled from the pack.
async fn city() -> &'static City {
    CITY.get_or_init(|| async {
        let folder = tempfile::tempdir().unwrap();
        let own = OwnDatabase::empty(Db::Sqlite, folder.path()).await;
        db::migrate(&own.url).await.unwrap();
        let connection = db::connect(&own.url).await.unwrap();
        let pack = Pack::open("luoyang").unwrap();
        let now = "2025-09-08T01:00:00Z".parse().unwrap();
        for _ in 0..2 {
            seed::seed_if_empty(&connection, &pack, now).await.unwrap();
        }
        store::load(&connection, PackSettings::of_pack(&pack))
            .await
            .unwrap()
    })
    .await
}

/// A point whose county is known.
#[derive(serde::Deserialize)]
struct Known {
    name: String,
    longitude: f64,
    latitude: f64,
    datum: Datum,
    area: Option<String>,
}

fn known() -> Vec<Known> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/places.csv");
    let mut reader = csv::Reader::from_path(file).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

/// One place in each datum.
fn in_each_datum(point: Wgs84) -> [Wgs84; 3] {
    let gcj = point.to_gcj02();
    let bd = gcj.to_bd09();
    [
        point,
        wgs84(gcj.longitude, gcj.latitude, Datum::Gcj02),
        wgs84(bd.longitude, bd.latitude, Datum::Bd09),
    ]
}

fn county(city: &City, point: Wgs84) -> Option<String> {
    city.locate(point, None)
        .division
        .map(|division| division.code.clone())
}

#[tokio::test]
async fn known_places_are_found_in_every_datum() {
    let city = city().await;
    let known = known();
    assert!(known.len() > 40);
    for place in known {
        let point = wgs84(place.longitude, place.latitude, place.datum);
        for same in in_each_datum(point) {
            assert_eq!(county(city, same), place.area, "{}", place.name);
        }
    }
}

/// Walks from one county to another and looks 30 m before and behind the border between them.
#[tokio::test]
async fn thirty_metres_beyond_a_border_is_right_in_every_datum() {
    let city = city().await;
    let known: Vec<_> = known().into_iter().filter(|place| place.area.is_some()).collect();
    let at = |place: &Known| wgs84(place.longitude, place.latitude, place.datum);
    let mut crossed = 0;
    for (from, to) in known.iter().zip(known.iter().skip(1)) {
        let (mut near, mut far) = (at(from), at(to));
        let home = county(city, near);
        if county(city, far) == home {
            continue;
        }
        let length = near.distance_m(far);
        let step = (
            (far.longitude - near.longitude) / length,
            (far.latitude - near.latitude) / length,
        );
        for _ in 0..60 {
            let middle = Wgs84 {
                longitude: f64::midpoint(near.longitude, far.longitude),
                latitude: f64::midpoint(near.latitude, far.latitude),
            };
            if county(city, middle) == home {
                near = middle
            } else {
                far = middle
            }
        }
        for metres in [-30.0, 30.0] {
            let point = Wgs84 {
                longitude: near.longitude + step.0 * metres,
                latitude: near.latitude + step.1 * metres,
            };
            let located = city.locate(point, None);
            assert_ne!(
                located.relation,
                PointRelation::Inside,
                "{} → {}",
                from.name,
                to.name
            );
            let wanted = located.division.map(|division| division.code.clone());
            for same in in_each_datum(point) {
                assert_eq!(county(city, same), wanted, "{} → {}", from.name, to.name);
            }
        }
        crossed += 1;
    }
    assert!(crossed > 10, "only {crossed} borders were crossed");
}

fn lead(city: &City, category: &str, place: &DutyLocation) -> String {
    let category = city.categories.find(category).unwrap();
    let parent = category.parent.as_deref().unwrap();
    let unit = match city.duty.decide(&category.code, parent, place) {
        Decision::ByRule(rule) => rule.lead,
        Decision::CountyFallback(unit) => unit,
        Decision::Triage => return "triage".to_owned(),
    };
    city.unit(unit).unwrap().name.clone()
}

/// A place told by its county's name and by words.
fn told(city: &City, county: &str, words: &str) -> DutyLocation {
    let county = &city.county(county).unwrap().code;
    let township = city.words.find(words, Some(county));
    DutyLocation {
        county: Some(county.clone()),
        township: township.map(|township| township.code.clone()),
        zone: township.and_then(|township| township.zone.clone()),
    }
}

#[tokio::test]
async fn each_story_goes_to_its_unit() {
    let city = city().await;
    for (category, county, words, unit) in [
        ("占道经营", "洛龙区", "翠云路街道行知街", "翠云路街道办事处"),
        ("占道经营", "洛龙区", "一条没有说清的街", "洛龙区城市管理局"),
        (
            "交通拥堵",
            "涧西区",
            "景华路实验小学路口",
            "洛阳市公安局交通管理支队",
        ),
        (
            "校园周边交通",
            "涧西区",
            "景华路实验小学路口",
            "洛阳市公安局交通管理支队",
        ),
        ("夜间施工噪声", "涧西区", "和顺园小区", "涧西区人民政府"),
        ("道路塌陷", "瀍河回族区", "路口", "瀍河回族区住房和城乡建设局"),
        ("公交站台候车亭", "洛龙区", "学校对面", "洛阳市交通运输局"),
        ("污水外溢", "西工区", "井盖", "西工区城市管理局"),
        (
            "桥梁隧道设施",
            "瀍河回族区",
            "白马寺镇下穿隧道",
            "洛阳市住房和城乡建设局",
        ),
        ("校园周边摊贩与环境", "伊川县", "窑湾小学门口", "伊川县人民政府"),
        ("农村饮水", "宜阳县", "村里", "宜阳县水利局"),
    ] {
        let place = told(city, county, words);
        assert_eq!(lead(city, category, &place), unit, "{category} {county} {words}");
    }
}

#[tokio::test]
async fn every_kind_of_matter_has_a_unit_in_every_county_and_township() {
    let city = city().await;
    let counties = city.counties.divisions().iter().map(|county| DutyLocation {
        county: Some(county.code.clone()),
        ..DutyLocation::default()
    });
    let townships = city.words.townships().into_iter().map(|township| DutyLocation {
        county: Some(township.county.clone()),
        township: Some(township.code.clone()),
        zone: township.zone.clone(),
    });
    let places: Vec<_> = counties.chain(townships).collect();
    for category in city.categories.leaves() {
        for place in &places {
            assert_ne!(
                lead(city, &category.code, place),
                "triage",
                "{} {place:?}",
                category.name
            );
        }
        assert_eq!(lead(city, &category.code, &DutyLocation::default()), "triage");
    }
}

#[tokio::test]
async fn what_people_write_leads_to_the_kind_they_mean() {
    let city = city().await;
    for (text, name) in [
        (
            "翠云路街道行知街流动摊贩占道经营，早晚高峰车辆和行人都过不去",
            "占道经营",
        ),
        (
            "景华路实验小学门口路口早晚高峰严重拥堵，车辆和学生抢道",
            "交通拥堵",
        ),
        (
            "和顺园小区旁工地夜间施工打桩，凌晨两点还有噪声，居民无法休息",
            "夜间施工噪声",
        ),
        ("路口路面突然塌陷，形成大坑，车辆绕行", "道路塌陷"),
        ("学校对面公交站没有雨棚，学生下雨只能淋着等车", "公交站台候车亭"),
        ("路口井盖下污水外溢，臭味很大，行人绕着走", "污水外溢"),
        ("下穿隧道里的灯灭了一半，晚上骑车看不清路面", "桥梁隧道设施"),
        (
            "窑湾小学门口放学时摊贩扎堆，卖三无小零食，堵住校门",
            "校园周边摊贩与环境",
        ),
        ("村里自来水发浑不能喝，一天只来两小时水", "农村饮水"),
        ("暖气不热，家里只有十四度", "室内不热"),
        ("公司拖欠工资三个月", "拖欠工资"),
        ("下雨就积水，排水不畅", "排水不畅与积水"),
    ] {
        let found = city.suggester.suggest(text);
        assert_eq!(
            found.first().map(|best| best.name.as_str()),
            Some(name),
            "{text}: {found:?}"
        );
        assert!(found.len() <= 5 && found.is_sorted_by(|a, b| a.confidence >= b.confidence));
    }
    assert!(city.suggester.suggest("希望领导关心一下").is_empty());
}
