//! The nine stories of the city, each played alone through the public API on both databases, with the clock moved by
//! the sandbox.
//!
//! `zhitong demo` plays the same scripts, side by side. A story fails when a step is refused or an answer is not what
//! the script expects.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use entity::kinds::Status;
use entity::{campaign, order, order_event, supervision_order, watch_entry};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tests::{Db, TestApp};
use zhitong::city::snapshot::CityHandle;
use zhitong::demo::narrator::{Narrator, RecordedLines};
use zhitong::demo::play::play_all;
use zhitong::demo::script::Script;
use zhitong::demo::stage::StoryScheduler;
use zhitong::orders::history::verify::verify;

/// The clock starts so long before a story.
const LEAD_IN: TimeDelta = TimeDelta::minutes(30);

fn scripts() -> Vec<Script> {
    let files = zhitong::city::files::Files::open(tests::app::CITY_PACK).expect("the pack");
    let stories = files.below("demo/stories/");
    stories
        .iter()
        .map(|(name, text)| Script::read(name, text).expect("a story"))
        .collect()
}

/// Nobody reads along.
struct Silent;

impl Narrator for Silent {
    fn line(&self, _line: &str) {}
}

/// The state after a story.
struct Told {
    app: TestApp,
    /// The story's last order.
    order: order::Model,
}

impl Told {
    /// Plays one story from a city without orders.
    async fn play(db: Db, number: usize) -> Self {
        let script = scripts()
            .into_iter()
            .nth(number - 1)
            .expect("a story of this number");
        let begins = begins(&script).to_rfc3339();
        let app = TestApp::with(db).clock(&begins).start().await;
        let zone = app.app().state::<CityHandle>().load().zone();
        let stage = StoryScheduler::open(app.base(), zone, Box::new(Silent))
            .await
            .expect("a stage");
        let mut endings = play_all(&stage, vec![script]).await.expect("the clock moves");
        let ending = endings.pop().expect("an ending");
        let number = ending
            .outcome
            .unwrap_or_else(|error| panic!("《{}》: {error:#}", ending.title));
        let order = order::Entity::find().filter(order::Column::Number.eq(number));
        let order = order
            .one(&app.app().db)
            .await
            .unwrap()
            .expect("the story's order");
        Self { app, order }
    }

    /// The events of the order, oldest first.
    async fn actions(&self) -> Vec<String> {
        let events = order_event::Entity::find()
            .filter(order_event::Column::OrderId.eq(self.order.id))
            .order_by_asc(order_event::Column::Seq);
        let events = events.all(&self.app.app().db).await.unwrap();
        events.into_iter().map(|event| event.action.to_string()).collect()
    }

    async fn supervision_orders(&self) -> Vec<supervision_order::Model> {
        let issued = supervision_order::Entity::find()
            .filter(supervision_order::Column::OrderId.eq(self.order.id))
            .order_by_asc(supervision_order::Column::Number);
        issued.all(&self.app.app().db).await.unwrap()
    }

    /// Subjects of watch lists, in the order of their entry.
    async fn watched(&self) -> Vec<String> {
        let entries = watch_entry::Entity::find().order_by_asc(watch_entry::Column::Id);
        let entries = entries.all(&self.app.app().db).await.unwrap();
        entries.into_iter().map(|entry| entry.subject).collect()
    }

    /// Orders of the story that are not closed.
    async fn open_orders(&self) -> Vec<String> {
        let open = order::Entity::find().filter(order::Column::Status.ne(Status::Closed));
        let open = open.all(&self.app.app().db).await.unwrap();
        open.into_iter().map(|order| order.number).collect()
    }

    /// The one campaign of the story that is no county's part of another.
    async fn campaign(&self) -> campaign::Model {
        let of_its_own = campaign::Entity::find().filter(campaign::Column::ParentId.is_null());
        let mut all = of_its_own.all(&self.app.app().db).await.unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    /// Every order is closed, every chain holds and no job is left.
    async fn end(self) {
        assert!(
            self.open_orders().await.is_empty(),
            "{:?}",
            self.open_orders().await
        );
        let report = verify(&self.app.app().db, |_| {}).await.unwrap();
        assert_eq!(report.broken, None);
        self.app.run_jobs().await;
        self.app.finish().await;
    }
}

fn begins(script: &Script) -> DateTime<Utc> {
    let local = script.steps[0].at.as_deref().expect("the first step says when");
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M").expect("a time");
    let at = local.and_local_timezone(chrono_tz::Asia::Shanghai).unwrap();
    at.to_utc() - LEAD_IN
}

fn has_all(actions: &[String], wanted: &[&str]) {
    for action in wanted {
        assert!(
            actions.iter().any(|found| found == action),
            "no {action} in {actions:?}"
        );
    }
}

macro_rules! stories {
    ($($name:ident = $number:literal: |$told:ident| $check:block)+) => {$(
        mod $name {
            use super::*;

            async fn played(db: Db) {
                let $told = Told::play(db, $number).await;
                $check
                $told.end().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                played(Db::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                played(Db::Postgres).await;
            }
        }
    )+};
}

stories! {
    vendors_come_back_and_get_a_place_of_their_own = 1: |told| {
        assert_eq!((told.order.status.as_str(), told.order.round), ("closed", 2));
        assert!(told.order.difficult && told.order.tracked);
        assert_eq!(told.supervision_orders().await.len(), 1, "by the verdict");
        let campaign = told.campaign().await;
        assert_eq!(campaign.stage.as_str(), "closed");
        assert_eq!(told.watched().await, ["行知街"]);
        has_all(&told.actions().await, &["verdict", "tracked", "campaign_joined"]);
    }

    a_crossing_at_a_school_needs_a_joint_plan = 2: |told| {
        assert_eq!((told.order.status.as_str(), told.order.round), ("closed", 1));
        assert_eq!(told.order.committee.as_deref(), Some("社会建设委员会"));
        has_all(&told.actions().await, &["replied", "supplemented", "tracked"]);
    }

    building_at_night_is_brought_to_rest = 3: |told| {
        assert_eq!((told.order.status.as_str(), told.order.round), ("closed", 2));
        assert_eq!(told.order.extensions_granted, 1);
        has_all(&told.actions().await, &["extension_asked", "extension_granted", "sub_assigned"]);
        let campaign = told.campaign().await;
        assert_eq!(campaign.status.as_str(), "closed");
        assert_eq!(told.watched().await, ["和顺园小区旁工地"]);
    }

    a_road_caves_in_and_the_call_finds_the_patch_uneven = 4: |told| {
        assert_eq!(told.order.number, "T20250117000725");
        assert_eq!((told.order.status.as_str(), told.order.round), ("closed", 2));
        let issued = told.supervision_orders().await;
        assert_eq!(issued.len(), 1);
        assert_eq!(issued[0].number, "DB2025-0001");
        assert_eq!(Some(issued[0].unit_id), told.order.unit_id);
        has_all(&told.actions().await, &["follow_up", "supervision_order"]);
    }

    a_bus_stop_without_a_roof_turns_yellow = 5: |told| {
        assert_eq!((told.order.status.as_str(), told.order.round), ("closed", 1));
        has_all(&told.actions().await, &["light_yellow", "urged", "replied"]);
    }

    a_manhole_overflows_until_the_pipe_is_new = 6: |told| {
        let issued = told.supervision_orders().await;
        assert!(issued[0].answer.as_deref().is_some_and(|answer| answer.contains("管道")), "{issued:?}");
        has_all(&told.actions().await, &["verdict", "supervision_order", "supervision_order_answered", "supplemented"]);
    }

    a_tunnel_goes_dark_again_under_the_same_number = 7: |told| {
        assert_eq!((told.order.status.as_str(), told.order.round), ("closed", 2));
        assert!(told.order.site_id.is_some() && told.order.tracked);
        has_all(&told.actions().await, &["reopened"]);
    }

    vendors_at_school_gates_become_a_campaign = 8: |told| {
        let campaign = told.campaign().await;
        assert!(campaign.findings.is_some() && campaign.measures.is_some() && campaign.outcome.is_some());
        has_all(&told.actions().await, &["sub_assigned", "campaign_joined"]);
    }

    drinking_water_is_one_thing_in_four_counties = 9: |told| {
        let campaign = told.campaign().await;
        assert_eq!(campaign.area_code, None, "the whole city's");
        let parts = campaign::Entity::find().filter(campaign::Column::ParentId.eq(campaign.id));
        let parts = parts.all(&told.app.app().db).await.unwrap();
        assert_eq!(parts.iter().filter(|part| part.status.as_str() == "closed").count(), 4);
    }
}

#[test]
fn each_story_is_told_with_its_number_and_somebody_tells_it() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 9);
    for script in &scripts {
        assert!(
            script.steps.iter().any(|step| step.tell.is_some()),
            "{}",
            script.title
        );
        assert!(
            script.steps.iter().any(|step| !step.expect.is_empty()),
            "{}",
            script.title
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_nine_play_side_by_side_as_in_the_demo() {
    let scripts = scripts();
    let first = scripts.iter().map(begins).min().expect("a beginning");
    let app = TestApp::with(Db::Sqlite).clock(&first.to_rfc3339()).start().await;
    let zone = app.app().state::<CityHandle>().load().zone();
    let stage = StoryScheduler::open(app.base(), zone, Box::new(RecordedLines::default()))
        .await
        .expect("a stage");
    let endings = play_all(&stage, scripts).await.expect("the clock moves");
    let bad: Vec<_> = endings
        .iter()
        .filter_map(|ending| ending.outcome.as_ref().err())
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert_eq!(verify(&app.app().db, |_| {}).await.unwrap().broken, None);
    app.run_jobs().await;
    // A fact that is not known reads 无; only what nobody has to give may.
    let told = entity::notice::Entity::find().all(&app.app().db).await.unwrap();
    let optional = ["说明：无", "意见：无"];
    let lacks = |body: &str| {
        let body = optional
            .iter()
            .fold(body.to_owned(), |body, words| body.replace(words, ""));
        body.contains("：无") || body.contains("（无") || body.contains("由无")
    };
    let lacking: Vec<_> = told.iter().filter(|notice| lacks(&notice.body)).collect();
    assert!(told.len() > 50 && lacking.is_empty(), "{lacking:#?}");
    app.finish().await;
}
