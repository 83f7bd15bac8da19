//! The objects that the wrong person tries to access.

use std::collections::BTreeMap;

use entity::ids::TopicId;
use entity::kinds::TopicOrigin;
use entity::order;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};
use tests::document::{Operation, served};
use tests::orders::{Report, number};
use tests::residents::Resident;
use tests::{Answer, Client, PersonQuery, TestApp, places};
use zhitong::insight::{persist, store};

use super::table::Standing::{
    self, Admin, CitySupervisor, CountySupervisor, Operator, OtherCountySupervisor, OtherDelegate,
    OtherHandler, Reporter, UnitHandler,
};

/// One order with a photo, and everybody who stands in some way to it.
pub struct Scene {
    pub document: Value,
    /// The values of a path's parameters.
    pub parameters: BTreeMap<&'static str, String>,
    pub people: Vec<(Standing, Client)>,
    pub stranger: Client,
}

const AREA: &str = "涧西区";

impl Scene {
    #[expect(clippy::too_many_lines, reason = "a list of what there is")]
    pub async fn set(app: &TestApp) -> Self {
        let reporter = app.delegate(AREA).await;
        let photo = reporter.upload_photo(1, places::JIANXI).await;
        let poster = reporter.upload_photo(2, places::JIANXI).await;
        let video = reporter.upload_video(1, &poster).await;
        let report = Report::at(places::JIANXI).category("占道经营").photo(&photo);
        let report = report.with("video_id", video["id"].clone());
        let order = reporter.submit(&report).await;
        app.run_jobs().await;
        let unit = order["unit"]["name"]
            .as_str()
            .expect("a unit in charge")
            .to_owned();
        let notice = reporter.get("/inbox").await.ok()["items"][0]["id"]
            .as_str()
            .map(str::to_owned);
        let county = app.county_supervisor(AREA).await;
        let order = demand_an_answer(&county, &order).await;
        let campaign = json!({ "title": "占道经营专项监督", "purpose": "查明占道经营反复出现的原因。" });
        let campaign = county.post("/campaigns", campaign).await.ok();
        let matter = Matter::of(&county, &campaign, &unit).await;
        let report = county
            .post("/insight-reports", json!({ "kind": "weekly" }))
            .await
            .ok();
        app.run_jobs().await;
        let admin = app.admin().await;
        let webhook = json!({ "url": "https://example.com/hook", "events": ["order.closed"] });
        let webhook = admin.post("/webhooks", webhook).await.ok();
        let (site, message) = leave_a_message(app, &admin, &reporter).await;
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("no text: {value}"))
                .to_owned()
        };
        let parameters = BTreeMap::from([
            ("number", number(&order).to_owned()),
            ("photo", text(&photo["id"])),
            ("video", text(&video["id"])),
            ("notice", notice.expect("the reporter hears of the order")),
            (
                "supervision order",
                text(&order["supervision_orders"][0]["number"]),
            ),
            ("campaign", text(&campaign["id"])),
            ("opinion", matter.opinion),
            ("measure", matter.measure),
            ("watch list", matter.watch_list),
            ("watch entry", matter.watch_entry),
            ("file", matter.file),
            ("report", text(&report["id"])),
            ("delegate", text(&reporter.get("/me").await.ok()["id"])),
            ("webhook", text(&webhook["id"])),
            ("site", site),
            ("message", message),
            ("topic", topic_of(app, &order).await),
        ]);
        let mut people = vec![
            (
                OtherDelegate,
                app.sign_in(PersonQuery::role("delegate").not_area(AREA)).await,
            ),
            (Operator, app.operator().await),
            (UnitHandler, app.handler(&unit).await),
            (
                OtherHandler,
                app.sign_in(PersonQuery::role("handler").not_unit(&unit).not_area(AREA))
                    .await,
            ),
            (CitySupervisor, app.supervisor().await),
            (CountySupervisor, county),
            (
                OtherCountySupervisor,
                app.sign_in(PersonQuery::role("supervisor").level("county").not_area(AREA))
                    .await,
            ),
            (Admin, admin),
        ];
        people.push((Reporter, reporter));
        Self {
            document: served(),
            parameters,
            people,
            stranger: app.anonymous(),
        }
    }

    /// The operation's path with the order's, the photo's or the notice's id in it.
    fn path(&self, operation: &Operation) -> String {
        let id = match operation.path.as_str() {
            path if path.contains("/photos/") => self.parameters["photo"].clone(),
            path if path.contains("/videos/") => self.parameters["video"].clone(),
            path if path.contains("/webhooks/") => self.parameters["webhook"].clone(),
            path if path.contains("/files/") => self.parameters["file"].clone(),
            path if path.contains("/measures/") => self.parameters["measure"].clone(),
            path if path.contains("/opinions/") => self.parameters["opinion"].clone(),
            path if path.contains("/watch-lists/") => self.parameters["watch list"].clone(),
            path if path.contains("/hot-topics/") => self.parameters["topic"].clone(),
            path if path.contains("/campaigns/") => self.parameters["campaign"].clone(),
            path if path.contains("/insight-reports/") => self.parameters["report"].clone(),
            path if path.contains("/site-messages/") => self.parameters["message"].clone(),
            path if path.contains("/inbox/") => self.parameters["notice"].clone(),
            path if path.ends_with("/activity") => self.parameters["delegate"].clone(),
            _ => uuid::Uuid::now_v7().to_string(),
        };
        let path = operation.path.replace("{number}", &self.parameters["number"]);
        let no = if path.contains("/opinions/") {
            "opinion"
        } else {
            "supervision order"
        };
        let path = path.replace("{no}", &self.parameters[no]);
        let path = path.replace("{entry}", &self.parameters["watch entry"]);
        let path = path
            .replace("{file}", &id)
            .replace("{key}", "now.arrived")
            .replace("{revision}", "1");
        let code = if path.contains("/sites/") {
            &self.parameters["site"]
        } else {
            "no-such-code"
        };
        let mut path = path.replace("{id}", &id).replace("{code}", code);
        if path.ends_with("/locate") || path.ends_with("/nearby") {
            path.push_str("?longitude=112.395&latitude=34.655&datum=wgs84");
        }
        if path.ends_with("/reply-texts") {
            path.push_str("?category=0101");
        }
        if path.ends_with("/callers") {
            path.push_str("?phone=13800000000");
        }
        path
    }

    pub async fn call(&self, operation: &Operation, who: &Client) -> u16 {
        let body = operation.smallest_body(&self.document);
        self.send(operation, who, body).await.status
    }

    /// Calls the operation with this JSON body; one that takes a form gets a file of eight bytes.
    pub async fn send(&self, operation: &Operation, who: &Client, body: Option<Value>) -> Answer {
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        let key = uuid::Uuid::now_v7().to_string();
        who.request(method, &self.path(operation), |request| {
            let request = request.header("Idempotency-Key", key);
            match body {
                Some(body) => request.json(&body),
                None if operation.is_multipart() => {
                    request.multipart(Form::new().part("file", Part::bytes(vec![0; 8])))
                }
                None => request,
            }
        })
        .await
    }
}

/// A site that the delegate looks after, and a resident's message there: the site's code, the message's id.
async fn leave_a_message(app: &TestApp, admin: &Client, delegate: &Client) -> (String, String) {
    let form = json!({
        "name": "某公交站", "location": places::JIANXI.json(), "delegates": [delegate.person().phone],
    });
    let site = admin.post("/sites", form).await.ok();
    let code = site["code"].as_str().expect("a code").to_owned();
    let resident = Resident::in_wechat(app, &code, "oRESIDENT-1").await;
    resident
        .leave_message("小区门口的路灯坏了三盏，晚上看不见路。")
        .await;
    app.run_jobs().await;
    let messages = delegate.get("/site-messages").await.ok();
    let id = messages["items"][0]["id"].as_str().expect("the delegate sees it");
    (code, id.to_owned())
}

/// A hot topic of this one order, in its county.
async fn topic_of(app: &TestApp, order: &Value) -> String {
    let db = &app.app().db;
    let row = persist::new_topic(TopicId::generate(), TopicOrigin::Group, app.now());
    let id = row.id;
    row.into_active_model().insert(db).await.unwrap();
    let number = number(order);
    let order = order::Entity::find().filter(order::Column::Number.eq(number));
    let order = order.one(db).await.unwrap().unwrap();
    store::put(db, id, &[order.id]).await.unwrap();
    store::set_areas(db, &[(id, &[(order.area_code.unwrap(), 1)])])
        .await
        .unwrap();
    id.to_string()
}

/// Issues a supervision order.
async fn demand_an_answer(supervisor: &Client, order: &Value) -> Value {
    let body = json!({ "requirement": "请于三日内书面说明占道经营反复出现的原因和整治措施。" });
    let answer = supervisor.act(order, "supervision-orders", body).await;
    answer.ok()
}

/// Parts of the county's campaign: an opinion and a measure of the unit, a watched subject, a document.
struct Matter {
    opinion: String,
    measure: String,
    watch_list: String,
    watch_entry: String,
    file: String,
}

impl Matter {
    async fn of(county: &Client, campaign: &Value, unit: &str) -> Self {
        let text = |value: &Value| {
            value
                .as_str()
                .unwrap_or_else(|| panic!("no text: {value}"))
                .to_owned()
        };
        let path = |rest: &str| format!("/campaigns/{}/{rest}", text(&campaign["id"]));
        let file = county
            .request(Method::POST, "/files", |request| {
                let part = Part::bytes(b"%PDF-1.7".to_vec()).file_name("a.pdf");
                request.multipart(Form::new().part("file", part))
            })
            .await
            .ok();
        let opinion = json!({
            "kind": "suggestion", "to_unit": unit, "title": "关于治理占道经营的建议", "text": "请疏堵结合。",
        });
        let activity = json!({
            "kind": "meeting", "at": "2025-09-08T08:00:00+08:00", "participants": [], "note": "座谈。",
            "file_ids": [file["id"]],
        });
        county
            .post(&path("activities"), activity)
            .await
            .assert_status(201);
        let opinion = county.post(&path("opinions"), opinion).await.ok();
        let measure = json!({ "text": "划定摊位。", "unit": unit, "due_at": "2025-10-08T18:00:00+08:00" });
        let measure = county.post(&path("measures"), measure).await.ok();
        let list = county
            .post("/watch-lists", json!({ "title": "占道经营重点监管名单" }))
            .await
            .ok();
        let entry = json!({ "subject": "某路口", "owner_unit": unit, "reason": "易反弹。" });
        let entries = format!("/watch-lists/{}/entries", text(&list["id"]));
        let entry = county.post(&entries, entry).await.ok();
        Self {
            opinion: text(&opinion["no"]),
            measure: text(&measure["id"]),
            watch_list: text(&list["id"]),
            watch_entry: text(&entry["id"]),
            file: text(&file["id"]),
        }
    }
}
