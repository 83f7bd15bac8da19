//! The roster import: all or nothing, repeatable, and at once in force.

use entity::ids::PersonId;
use entity::kinds::Role;
use entity::person;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tests::{Client, PersonQuery, TestApp};
use zhitong::people::roster::{self, ImportError, Options, RosterSummary, Source};
use zhitong::sealing::Phone;
use zhitong::sealing::Sealer;

const HEADINGS: &str = "姓名,手机号,角色,层级,选举单位,区县";

async fn import(app: &TestApp, lines: &str, options: Options) -> Result<RosterSummary, ImportError> {
    let source = Source::from(format!("{HEADINGS}\n{lines}\n").into_bytes());
    roster::import(app.app(), &source, options, &mut |_| {}).await
}

/// Counts of an import that must go well: added, changed, left, unchanged.
async fn counts(app: &TestApp, lines: &str) -> (usize, usize, usize, usize) {
    let report = import(app, lines, Options::default()).await;
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    (report.added, report.changed, report.left, report.unchanged)
}

async fn delegates(app: &TestApp) -> Vec<person::Model> {
    let delegates = person::Entity::find().filter(person::Column::Role.eq(Role::Delegate));
    let active = delegates.filter(person::Column::Active.eq(true));
    active.all(&app.app().db).await.unwrap()
}

async fn id_of(app: &TestApp, name: &str) -> PersonId {
    let all = delegates(app).await;
    all.iter().find(|person| person.name == name).expect(name).id
}

async fn phone_of(app: &TestApp, name: &str) -> String {
    let all = delegates(app).await;
    let person = all.iter().find(|person| person.name == name).expect(name);
    app.app()
        .state::<Sealer>()
        .open_text(&person.phone_sealed)
        .unwrap()
}

const THREE: &str =
    "甲一,13800000001,代表,市,一团,\n甲二,13800000002,代表,省,一团,\n甲三,13800000003,,全国,二团,";

tests::on_both_databases! {
    async fn the_same_file_twice_changes_nothing(app: TestApp) {
        let demo = delegates(&app).await.len();
        assert!(demo > 5, "the demo's delegates are there: {demo}");
        assert_eq!(counts(&app, THREE).await, (3, 0, demo, 0));
        let before = person::Entity::find().all(&app.app().db).await.unwrap();
        assert_eq!(counts(&app, THREE).await, (0, 0, 0, 3));
        assert_eq!(person::Entity::find().all(&app.app().db).await.unwrap(), before);
    }

    async fn one_fault_and_nothing_is_imported(app: TestApp) {
        let before = person::Entity::find().all(&app.app().db).await.unwrap();
        let broken = format!("{THREE}\n甲四,1380000000x,代表,市,一团,");
        let Err(ImportError::Faults(faults)) = import(&app, &broken, Options::default()).await else {
            panic!("imported");
        };
        assert_eq!((faults[0].line, faults[0].column.as_deref()), (5, Some("手机号")));
        assert_eq!(person::Entity::find().all(&app.app().db).await.unwrap(), before);
    }

    async fn a_dry_run_tells_and_changes_nothing(app: TestApp) {
        let before = person::Entity::find().all(&app.app().db).await.unwrap();
        let dry = Options { dry_run: true, ..Options::default() };
        let report = import(&app, THREE, dry).await.unwrap();
        assert_eq!((report.added, report.dry_run), (3, true));
        assert_eq!(report.left_names.len(), report.left);
        assert_eq!(person::Entity::find().all(&app.app().db).await.unwrap(), before);
    }

    async fn numbers_change_and_are_exchanged_and_the_people_stay_the_same(app: TestApp) {
        counts(&app, THREE).await;
        let (one, two) = (id_of(&app, "甲一").await, id_of(&app, "甲二").await);
        let moved = "甲一,13800000002,代表,市,一团,\n甲二,13800000001,代表,省,一团,\n甲三,13900000003,,全国,二团,";
        assert_eq!(counts(&app, moved).await, (0, 3, 0, 0));
        assert_eq!((id_of(&app, "甲一").await, id_of(&app, "甲二").await), (one, two));
        assert_eq!(phone_of(&app, "甲一").await, "13800000002");
        // A name corrected, the number the same: still the same person.
        let renamed = moved.replace("甲二", "甲贰");
        assert_eq!(counts(&app, &renamed).await, (0, 1, 0, 2));
        assert_eq!(id_of(&app, "甲贰").await, two);
    }

    async fn who_leaves_is_signed_out_at_once_and_others_are_not(app: TestApp) {
        let delegate = app.delegate("county").await;
        let operator = app.operator().await;
        let token = delegate.token().unwrap();
        assert_eq!(counts(&app, THREE).await.0, 3);
        Client::with_token(&app, &token).get("/me").await.assert_problem(401, "session_ended");
        operator.get("/me").await.assert_ok();
        let refresh = json!({ "refresh_token": delegate.refresh_token() });
        app.anonymous().post("/sessions/refresh", refresh).await.assert_problem(401, "session_ended");
        let login = delegate.sandbox("login-codes", json!({ "openid": delegate.person().openid })).await;
        let answer = app.anonymous().post("/sessions", json!({ "code": login["code"] })).await.ok();
        assert_eq!(answer["status"], "bind_required", "untied from WeChat as well");
    }

    async fn who_comes_back_is_the_same_person(app: TestApp) {
        counts(&app, THREE).await;
        let id = id_of(&app, "甲三").await;
        let two: String = THREE.lines().take(2).collect::<Vec<_>>().join("\n");
        assert_eq!(counts(&app, &two).await, (0, 0, 1, 2));
        assert_eq!(counts(&app, THREE).await, (1, 0, 0, 2));
        assert_eq!(id_of(&app, "甲三").await, id);
        let keep = Options { keep_missing: true, ..Options::default() };
        assert_eq!(import(&app, &two, keep).await.unwrap().left, 0);
        assert_eq!(delegates(&app).await.len(), 3);
    }

    async fn a_number_of_somebody_in_another_role_is_refused(app: TestApp) {
        let operator = app.person(PersonQuery::role("operator")).await;
        let lines = format!("甲一,{},代表,市,一团,", operator.phone);
        let Err(ImportError::Faults(faults)) = import(&app, &lines, Options::default()).await else {
            panic!("imported");
        };
        assert!(faults[0].detail.contains("坐席"), "{faults:?}");
        assert!(!faults[0].detail.contains(&operator.phone));
    }

    async fn three_thousand_people_are_imported_in_one_go(app: TestApp) {
        let lines: Vec<_> = (0..3000).map(|n| format!("代表{n},139{n:08},代表,市,一团,")).collect();
        let lines = lines.join("\n");
        let started = std::time::Instant::now();
        let mut told = 0;
        let source = Source::from(format!("{HEADINGS}\n{lines}").into_bytes());
        let report = roster::import(app.app(), &source, Options::default(), &mut |_| told += 1).await.unwrap();
        eprintln!("3,000 people imported in {:?}", started.elapsed());
        assert_eq!(report.added, 3000);
        assert!(told >= 8, "it shows progress: {told}");
        assert!(Phone::parse(&phone_of(&app, "代表2999").await).is_some());
    }
}
