//! New data for a city that is running: all or nothing, safe to repeat, seen without a restart.

use sea_orm::EntityTrait as _;

use zhitong::city::csv_rows::Fault;
use zhitong::city::files::Files;
use zhitong::city::import::{self, ImportFile, ImportSummary};
use zhitong::city::refresh;
use zhitong::city::snapshot::CityHandle;

fn file(name: &str) -> String {
    Files::open("luoyang").unwrap().get(name).unwrap().to_owned()
}

fn unchanged(report: Result<ImportSummary, Vec<Fault>>) -> usize {
    let report = report.unwrap();
    assert_eq!(
        (report.added, report.changed, report.left),
        (0, 0, 0),
        "{report:?}"
    );
    report.unchanged
}

tests::on_both_databases! {
    async fn the_same_file_again_changes_nothing(app: TestApp) {
        let (db, now) = (&app.app().db, app.now());
        let before = app.app().state::<CityHandle>().load().boundary_set;
        assert!(unchanged(import::areas(db, &ImportFile::new("areas.geojson", &file("areas.geojson")), now).await.unwrap()) > 10);
        assert!(unchanged(import::departments(db, &ImportFile::new("units.csv", &file("units.csv")), now).await.unwrap()) > 400);
        assert!(unchanged(import::duty(db, &ImportFile::new("duty.csv", &file("duty.csv")), now).await.unwrap()) > 1_000);
        assert_eq!(unchanged(import::calendar(db, &ImportFile::new("calendar.json", &file("calendar.json")), now).await.unwrap()), 3);
        assert!(!refresh::refresh(app.app()).await.unwrap());
        assert_eq!(app.app().state::<CityHandle>().load().boundary_set, before);
    }

    async fn a_new_unit_and_its_duty_are_seen_without_a_restart(app: TestApp) {
        let (db, now) = (&app.app().db, app.now());
        let units = format!("{}D99,洛阳市新设局,市新设局,city_bureau,,,\n", file("units.csv"));
        let report = import::departments(db, &ImportFile::new("units.csv", &units), now).await.unwrap().unwrap();
        assert_eq!((report.added, report.changed, report.left), (1, 0, 0));
        let duty = file("duty.csv").replace("0801,city,D05,", "0801,city,D99,");
        let report = import::duty(db, &ImportFile::new("duty.csv", &duty), now).await.unwrap().unwrap();
        assert_eq!((report.added, report.changed, report.left), (0, 1, 0));
        assert!(refresh::refresh(app.app()).await.unwrap());
        assert_eq!(app.app().state::<CityHandle>().load().units.resolve("市新设局").unwrap().code, "D99");
        let gone = import::departments(db, &ImportFile::new("units.csv", &file("units.csv")), now).await.unwrap().unwrap_err();
        assert!(gone[0].reason.contains("D99"), "{gone:?}");
        import::duty(db, &ImportFile::new("duty.csv", &file("duty.csv")), now).await.unwrap().unwrap();
        let report = import::departments(db, &ImportFile::new("units.csv", &file("units.csv")), now).await.unwrap().unwrap();
        assert_eq!(report.left, 1);
        assert!(refresh::refresh(app.app()).await.unwrap());
        assert!(app.app().state::<CityHandle>().load().units.resolve("市新设局").is_none());
    }

    async fn a_file_with_faults_changes_nothing_and_says_where(app: TestApp) {
        let (db, now) = (&app.app().db, app.now());
        let duty = format!("{}9999,city,D01,,0\n0801,city,D77,,0\n", file("duty.csv"));
        let faults = import::duty(db, &ImportFile::new("duty.csv", &duty), now).await.unwrap().unwrap_err();
        let lines = file("duty.csv").lines().count() as u64;
        let said: Vec<_> = faults.iter().map(|f| f.line).collect();
        assert_eq!(said, [lines + 1, lines + 2], "{faults:?}");
        let tie = format!("{}0801,city,D01,,0\n", file("duty.csv"));
        assert!(import::duty(db, &ImportFile::new("duty.csv", &tie), now).await.unwrap().is_err());
        let units = file("units.csv").replace(",city_bureau,", ",bureau,");
        assert!(import::departments(db, &ImportFile::new("units.csv", &units), now).await.unwrap().is_err());
        let half = file("areas.geojson").replacen("\"410302\"", "\"410399\"", 1);
        assert!(import::areas(db, &ImportFile::new("areas.geojson", &half), now).await.unwrap().is_err());
        assert!(import::calendar(db, &ImportFile::new("calendar.json", "{\"2027\": 1}"), now).await.unwrap().is_err());
        assert!(!refresh::refresh(app.app()).await.unwrap());
    }

    async fn a_new_boundary_set_comes_into_force_at_once_and_keeps_the_old(app: TestApp) {
        let (db, now) = (&app.app().db, app.now());
        let before = app.app().state::<CityHandle>().load();
        let renamed = file("areas.geojson").replacen("老城区", "老城新区", 1);
        let report = import::areas(db, &ImportFile::new("areas.geojson", &renamed), now).await.unwrap().unwrap();
        assert_eq!((report.added, report.changed, report.left), (0, 1, 0));
        assert!(refresh::refresh(app.app()).await.unwrap());
        let after = app.app().state::<CityHandle>().load();
        assert_ne!(after.boundary_set, before.boundary_set);
        assert!(after.county("老城新区").is_some());
        assert_eq!(after.words.townships().len(), before.words.townships().len());
        let all = entity::boundary_set::Entity::find().all(db).await.unwrap();
        assert_eq!((all.len(), all.iter().filter(|set| set.active).count()), (2, 1));
    }

    async fn a_new_year_is_announced(app: TestApp) {
        let (db, now) = (&app.app().db, app.now());
        let year = r#"{"2027": {"holidays": ["2027-01-01"], "workdays": []}}"#;
        let report = import::calendar(db, &ImportFile::new("2027.json", year), now).await.unwrap().unwrap();
        assert_eq!((report.added, report.changed), (1, 0));
        assert!(refresh::refresh(app.app()).await.unwrap());
        let city = app.app().state::<CityHandle>().load();
        assert!(city.calendar.is_loaded(2027) && city.calendar.is_loaded(2025));
        app.run_jobs().await;
    }
}
