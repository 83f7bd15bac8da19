//! 数据保存与删除: data past their retention period are deleted, a person's data are erased at their request, and the orders
//! and their history stay intact in both cases.

use chrono::{DateTime, TimeDelta, Utc};
use entity::ids::PersonId;
use entity::{
    content_check, delivery, idempotency_key, job, notice, person, photo, refresh_token, session,
    site_message, subscription,
};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};
use tests::order_fixture::OrderFixture;
use tests::orders::number;
use tests::photos::jpeg_with_exif;
use tests::places::LUOLONG;
use tests::residents::Resident;
use tests::{Client, PersonQuery, TestApp};
use zhitong::orders::history::verify::verify;
use zhitong::retention::{Mode, PurgedRows, erase, purge};
use zhitong::sealing::Sealer;
use zhitong::sites::receipt::Receipt;

const STATION: &str = "LL-STATION-01";
const TEXT: &str = "小区门口的路灯坏了三盏，晚上看不见路。";

async fn rows<E: EntityTrait>(app: &TestApp) -> u64
where
    E::Model: Sync,
{
    E::find().count(&app.app().db).await.unwrap()
}

fn of(lines: &[PurgedRows], what: &str) -> u64 {
    lines
        .iter()
        .find(|line| line.what == what)
        .unwrap_or_else(|| panic!("{what}"))
        .rows
}

async fn run(app: &TestApp, mode: Mode) -> Vec<PurgedRows> {
    purge::purge(app.app(), mode, |_| {}).await.unwrap()
}

/// Makes everything so much older, as if time had gone by.
async fn age(app: &TestApp, days: i64) {
    macro_rules! older {
        ($($table:ident: $($column:ident),+;)*) => {$(
            for row in $table::Entity::find().all(&app.app().db).await.unwrap() {
                let back = TimeDelta::days(days);
                let mut row: $table::ActiveModel = row.into();
                $(row.$column = sea_orm::ActiveValue::Set(shifted(row.$column.take().unwrap(), back));)+
                $table::Entity::update(row).exec(&app.app().db).await.unwrap();
            }
        )*};
    }
    older! {
        session: ended_at, expires_at;
        job: done_at;
        delivery: settled_at;
        content_check: settled_at;
        idempotency_key: expires_at;
        site_message: created_at;
    }
}

/// A column that holds an instant, or may hold one.
trait Instant {
    fn back(self, by: TimeDelta) -> Self;
}

impl Instant for DateTime<Utc> {
    fn back(self, by: TimeDelta) -> Self {
        self - by
    }
}

impl Instant for Option<DateTime<Utc>> {
    fn back(self, by: TimeDelta) -> Self {
        self.map(|at| at - by)
    }
}

fn shifted<T: Instant>(at: T, by: TimeDelta) -> T {
    at.back(by)
}

async fn leave_the_roster(app: &TestApp, who: &Client) -> PersonId {
    let me = who.get("/me").await.ok();
    let id: PersonId = me["id"].as_str().unwrap().parse().unwrap();
    person::Entity::update_many()
        .col_expr(person::Column::Active, Expr::value(false))
        .col_expr(person::Column::RemovedAt, Expr::value(Some(app.now())))
        .filter(person::Column::Id.eq(id))
        .exec(&app.app().db)
        .await
        .unwrap();
    id
}

async fn history_is_whole(app: &TestApp) {
    let report = verify(&app.app().db, |_| {}).await.unwrap();
    assert!(report.events > 0 && report.broken.is_none(), "{report:?}");
}

async fn with_photo(resident: &Resident, seed: u32) -> (Value, Receipt) {
    let photo = resident
        .upload(jpeg_with_exif(seed, LUOLONG, "2025-09-08T08:30:00+08:00"))
        .await
        .ok();
    let body = json!({ "text": TEXT, "contact": "13900000000", "photo_ids": [photo["id"]] });
    let left = resident.leave(body).await.ok();
    (photo, Receipt::read(left["receipt"].as_str().unwrap()).unwrap())
}

tests::on_both_databases! {
    async fn what_is_past_its_time_is_forgotten_and_orders_stay(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        resident.leave(json!({ "text": TEXT, "contact": "13900000000" })).await.assert_status(201);
        app.run_jobs().await;
        let operator = app.operator().await;
        assert!(run(&app, Mode::DryRun).await.iter().all(|line| line.rows == 0), "nothing is old yet");

        age(&app, 200).await;
        let (sessions, jobs, keys) = (rows::<session::Entity>(&app).await, rows::<job::Entity>(&app).await, rows::<idempotency_key::Entity>(&app).await);
        let would = run(&app, Mode::DryRun).await;
        for (what, least) in [("sign-ins", 3), ("refresh tokens", 3), ("jobs done", 3), ("answers kept for repeats", 1), ("pushes to phones", 1), ("texts that were checked", 2), ("residents' contacts", 1)] {
            assert!(of(&would, what) >= least, "{what}: {would:?}");
        }
        assert_eq!(rows::<session::Entity>(&app).await, sessions, "a dry run does nothing");
        let did = run(&app, Mode::Real).await;
        assert_eq!(did, would);
        assert!(run(&app, Mode::Real).await.iter().all(|line| line.rows == 0), "and then there is nothing left to do");
        assert_eq!((rows::<session::Entity>(&app).await, rows::<refresh_token::Entity>(&app).await), (0, 0));
        assert_eq!(rows::<job::Entity>(&app).await, jobs - of(&did, "jobs done"));
        assert_eq!(rows::<idempotency_key::Entity>(&app).await, keys - of(&did, "answers kept for repeats"));
        let message = site_message::Entity::find().one(&app.app().db).await.unwrap().unwrap();
        assert_eq!((message.contact_sealed, message.device_hash.as_str(), message.text.as_str()), (None, "", TEXT));
        operator.renew().await;
        let order = operator.order(&json!(desk.number)).await.ok();
        assert_eq!(order["status"], "replied");
        history_is_whole(&app).await;
        app.run_jobs().await;
    }

    async fn who_left_the_roster_is_erased_and_his_orders_keep_their_history(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        desk.judge("basically_satisfied").await.assert_ok();
        app.run_jobs().await;
        let (name, phone) = (desk.delegate.person().name.clone(), desk.delegate.person().phone.clone());
        let me = desk.delegate.get("/me").await.ok();
        let id: PersonId = me["id"].as_str().unwrap().parse().unwrap();
        let refused = erase::person(app.app(), id, Mode::Real).await.unwrap_err();
        assert_eq!(refused.code(), Some("still_on_roster"));
        leave_the_roster(&app, &desk.delegate).await;
        let number_of_his = zhitong::sealing::Phone::parse(&phone).unwrap();
        assert_eq!(erase::people_with(app.app(), &number_of_his).await.unwrap(), [id]);

        let before = rows::<notice::Entity>(&app).await;
        let would = erase::person(app.app(), id, Mode::DryRun).await.unwrap();
        assert!(of(&would, "sign-ins") >= 1 && of(&would, "lines of his inbox") >= 2, "{would:?}");
        assert_eq!(rows::<notice::Entity>(&app).await, before, "a dry run does nothing");
        assert_eq!(erase::person(app.app(), id, Mode::Real).await.unwrap(), would);
        assert_eq!(rows::<notice::Entity>(&app).await, before - of(&would, "lines of his inbox"));
        assert!(erase::person(app.app(), id, Mode::Real).await.unwrap().iter().all(|line| line.rows == 0), "twice is once");

        let row = person::Entity::find_by_id(id).one(&app.app().db).await.unwrap().unwrap();
        assert!(!format!("{row:?}").contains(&name) && row.openid_sealed.is_none() && row.openid_hash.is_none());
        assert_eq!(app.app().state::<Sealer>().open_text(&row.phone_sealed).unwrap(), "", "no number is kept, not even sealed");
        for table in [
            subscription::Entity::find().filter(subscription::Column::PersonId.eq(id)).count(&app.app().db).await,
            delivery::Entity::find().filter(delivery::Column::PersonId.eq(id)).count(&app.app().db).await,
            idempotency_key::Entity::find().filter(idempotency_key::Column::PersonId.eq(id)).count(&app.app().db).await,
        ] {
            assert_eq!(table.unwrap(), 0);
        }
        assert!(erase::people_with(app.app(), &number_of_his).await.unwrap().is_empty());

        let operator = app.operator().await;
        let order = operator.order(&json!(desk.number)).await.ok();
        assert_eq!((&order["reporter"]["name"], order["verdicts"].as_array().unwrap().len()), (&json!("（已注销）"), 1));
        let timeline = operator.get(&format!("/orders/{}/timeline", number(&order))).await.ok();
        assert!(!timeline.to_string().contains(&name));
        history_is_whole(&app).await;
        // The matter itself goes on.
        desk.by_unit("reply", tests::order_fixture::reply()).await.assert_ok();
        app.advance(TimeDelta::days(7)).await;
        operator.get("/follow-ups").await.assert_ok();
        operator.get("/hotline/queue").await.assert_ok();
        app.run_jobs().await;
    }

    async fn people_long_off_the_roster_are_erased_by_their_period(app: TestApp) {
        let (gone, lately) = (app.delegate("").await, app.sign_in(PersonQuery::delegate("").nth(1)).await);
        let (gone, lately) = (leave_the_roster(&app, &gone).await, leave_the_roster(&app, &lately).await);
        let long_ago = app.now() - TimeDelta::days(1_096);
        person::Entity::update_many()
            .col_expr(person::Column::RemovedAt, Expr::value(Some(long_ago)))
            .filter(person::Column::Id.eq(gone))
            .exec(&app.app().db)
            .await
            .unwrap();
        let what = "people who left the roster";
        assert_eq!(of(&run(&app, Mode::DryRun).await, what), 1);
        assert_eq!(of(&run(&app, Mode::Real).await, what), 1);
        assert_eq!(of(&run(&app, Mode::Real).await, what), 0);
        let named = async |id| person::Entity::find_by_id(id).one(&app.app().db).await.unwrap().unwrap().name;
        assert_eq!(named(gone).await, "（已注销）");
        assert_ne!(named(lately).await, "（已注销）");
    }

    async fn a_resident_s_message_is_erased_with_its_photos_and_an_order_made_of_it_stays(app: TestApp) {
        let keeper = app.sign_in(PersonQuery::named("韩振华")).await;
        let operator = app.operator().await;
        let resident = Resident::in_wechat(&app, STATION, "oRESIDENT-1").await;
        let (kept, of_order) = with_photo(&resident, 1).await;
        let (alone, of_message) = with_photo(&resident, 2).await;
        app.run_jobs().await;
        for review in operator.get("/content-reviews").await.ok()["items"].as_array().unwrap() {
            let path = format!("/content-reviews/{}/decision", review["id"].as_str().unwrap());
            operator.post(&path, json!({ "result": "pass" })).await.assert_ok();
        }
        app.run_jobs().await;
        let list = keeper.get("/site-messages").await.ok();
        let oldest = list["items"].as_array().unwrap().last().unwrap()["id"].as_str().unwrap().to_owned();
        let order = keeper.post(&format!("/site-messages/{oldest}/adopt"), json!({})).await.ok();

        let would = erase::message(app.app(), &of_message, Mode::DryRun).await.unwrap();
        assert_eq!((of(&would, "messages"), of(&would, "photos")), (1, 1));
        assert_eq!(resident.receipt_view(&of_message.expose()).await["text"], TEXT);
        assert_eq!(erase::message(app.app(), &of_message, Mode::Real).await.unwrap(), would);
        assert_eq!(of(&erase::message(app.app(), &of_order, Mode::Real).await.unwrap(), "photos"), 0, "the order has it");
        // An upload waits a day for its message; the clean-up of the same bytes does not come before.
        app.advance(TimeDelta::hours(25)).await;
        for receipt in [&of_message, &of_order] {
            let seen = resident.receipt_view(&receipt.expose()).await;
            assert_eq!(seen["text"], "（已按本人要求删除）");
        }
        let left: Vec<_> = photo::Entity::find().all(&app.app().db).await.unwrap();
        let ids: Vec<_> = left.iter().map(|photo| json!(photo.id)).collect();
        assert!(ids.contains(&kept["id"]) && !ids.contains(&alone["id"]), "{ids:?}");
        let list = keeper.get("/site-messages").await.ok();
        assert!(!list.to_string().contains(TEXT));
        let messages = site_message::Entity::find().all(&app.app().db).await.unwrap();
        assert!(messages.iter().all(|message| message.contact_sealed.is_none() && message.device_hash.is_empty()));
        assert_eq!(keeper.order(&order).await.ok()["description"], TEXT);
        let unknown = Receipt::from_random([7; 40]);
        assert_eq!(erase::message(app.app(), &unknown, Mode::Real).await.unwrap_err().code(), Some("not_found"));
        app.run_jobs().await;
    }
}
