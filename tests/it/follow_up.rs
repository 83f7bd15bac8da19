//! 效果评估 up to the verdict: the delegate is asked, reminded, called; who may judge, and what it is worth when nobody
//! does.

use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::order_fixture::{NOISE, OrderFixture, actions, reply, verdict};
use tests::orders::Report;
use tests::{Client, PersonQuery, TestApp, on_both_databases, places};

/// The hotline's queue of calls to make.
async fn queue(operator: &Client) -> Vec<Value> {
    let page = operator.get("/follow-ups").await.ok();
    page["items"].as_array().expect("items").clone()
}

async fn allow_pushes(delegate: &Client) {
    let openid = delegate.person().openid.clone();
    let standing = json!({ "openid": openid, "template": "answer", "count": 3 });
    delegate.sandbox("subscriptions", standing).await;
}

/// The body of the latest line in the inbox.
async fn latest(client: &Client) -> String {
    let inbox = client.get("/inbox?limit=1").await.ok();
    inbox["items"][0]["body"].as_str().expect("a line").to_owned()
}

fn count(told: &[String], event: &str) -> usize {
    told.iter().filter(|found| *found == event).count()
}

on_both_databases! {
    async fn a_reply_is_asked_about_then_reminded_of_then_called_about(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let operator = app.operator().await;
        app.run_jobs().await;
        let told = desk.inbox_events(&desk.delegate).await;
        assert_eq!((count(&told, "follow_up_ask"), count(&told, "replied")), (1, 0), "asked, not told besides: {told:?}");
        let answer = reply()["public_reply"].as_str().unwrap().to_owned();
        assert!(latest(&desk.delegate).await.contains(&answer), "he is shown what he is to judge");

        app.advance(TimeDelta::hours(23)).await;
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_reminder"), 0);
        app.advance(TimeDelta::hours(2)).await;
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_reminder"), 1);
        assert!(latest(&desk.delegate).await.contains(&answer));

        // Answered on Monday; three working days end on Thursday at 24:00.
        app.advance_to("2025-09-11T23:00:00+08:00").await;
        assert!(queue(&operator).await.is_empty());
        app.advance_to("2025-09-12T00:30:00+08:00").await;
        let waiting = queue(&operator).await;
        assert_eq!(waiting.len(), 1);
        assert_eq!(waiting[0]["order"]["number"], desk.number.as_str());
        assert_eq!(waiting[0]["tries"], 0);
        let masked = waiting[0]["phone_masked"].as_str().unwrap();
        assert!(masked.contains('*') && !desk.delegate.person().phone.is_empty(), "{masked}");
        assert_ne!(masked, desk.delegate.person().phone);
        assert_eq!(count(&desk.inbox_events(&operator).await, "manual_follow_up"), 1);
        // A reminder does not come twice, whatever time goes by.
        app.advance(TimeDelta::days(10)).await;
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_reminder"), 1);
    }

    async fn three_calls_in_vain_close_the_order_only_with_gaps_and_on_two_working_days(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let operator = app.operator().await;
        let missed = json!({ "reached": false, "outcome": "无人接听。" });
        // Friday. The second call comes too soon to count, the fourth is the third that counts, all on one day.
        for (at, tries, counts_from) in [
            ("2025-09-12T09:00:00+08:00", 1, "2025-09-12T11:00:00+08:00"),
            ("2025-09-12T10:59:00+08:00", 1, "2025-09-12T11:00:00+08:00"),
            ("2025-09-12T11:01:00+08:00", 2, "2025-09-12T13:01:00+08:00"),
            ("2025-09-12T13:02:00+08:00", 3, "2025-09-12T15:02:00+08:00"),
        ] {
            app.advance_to(at).await;
            let order = desk.by(&operator, "follow-ups", missed.clone()).await.ok();
            assert_eq!(order["status"], "replied", "{at}");
            let waiting = queue(&operator).await;
            assert_eq!(waiting[0]["tries"], json!(tries), "{at}");
            // The clock runs on for some milliseconds between the steps.
            let from = waiting[0]["counts_from"].as_str().unwrap();
            assert!(from.starts_with(&counts_from[..19]), "{at}: {from}");
        }
        // Sunday is no working day.
        app.advance_to("2025-09-14T10:00:00+08:00").await;
        assert_eq!(desk.by(&operator, "follow-ups", missed.clone()).await.ok()["status"], "replied");
        app.advance_to("2025-09-15T09:00:00+08:00").await;
        let order = desk.by(&operator, "follow-ups", missed.clone()).await.ok();
        assert_eq!((&order["status"], &order["verdicts"]), (&json!("closed"), &json!([])), "未评价 is not satisfied");
        assert!(queue(&operator).await.is_empty());
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "closed_unrated"), 1);
        let history = desk.history(&operator).await;
        assert_eq!(actions(&history).iter().filter(|action| **action == "follow_up").count(), 6, "every call is in the history");
        desk.by(&operator, "follow-ups", missed).await.assert_problem(409, "move_not_open");
        app.run_jobs().await;
    }

    async fn a_call_while_the_delegate_has_time_to_answer_does_not_count(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let operator = app.operator().await;
        let missed = json!({ "reached": false, "outcome": "无人接听。" });
        for at in ["2025-09-09T09:00:00+08:00", "2025-09-10T09:00:00+08:00", "2025-09-11T09:00:00+08:00"] {
            app.advance_to(at).await;
            assert_eq!(desk.by(&operator, "follow-ups", missed.clone()).await.ok()["status"], "replied");
        }
        assert!(queue(&operator).await.is_empty(), "nothing is due before the delegate's time is over");
        app.advance_to("2025-09-12T09:00:00+08:00").await;
        let waiting = queue(&operator).await;
        assert_eq!((waiting.len(), &waiting[0]["tries"]), (1, &json!(0)));
        // Reached before: that counts at any time.
        desk.judge("satisfied").await.assert_ok();
        assert!(queue(&operator).await.is_empty());
        app.run_jobs().await;
    }

    async fn a_call_that_reaches_the_delegate_notes_his_verdict(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let operator = app.operator().await;
        app.advance_to("2025-09-12T09:00:00+08:00").await;
        let without = json!({ "reached": true, "outcome": "接通了。" });
        desk.by(&operator, "follow-ups", without).await.assert_problem(422, "invalid_fields");
        let unreached = json!({ "reached": false, "outcome": "无人接听。", "verdict": verdict("satisfied") });
        desk.by(&operator, "follow-ups", unreached).await.assert_problem(422, "invalid_fields");
        assert_eq!(queue(&operator).await[0]["tries"], 0, "what was refused is no try");
        let reached = json!({ "reached": true, "outcome": "代表说夜里安静了。", "verdict": verdict("satisfied") });
        let order = desk.by(&operator, "follow-ups", reached).await.ok();
        assert_eq!((&order["status"], &order["verdicts"][0]["result"]), (&json!("closed"), &json!("satisfied")));
        assert!(queue(&operator).await.is_empty());
        let history = desk.history(&operator).await;
        assert_eq!(&actions(&history)[history.len() - 2..], ["verdict", "follow_up"]);
        app.run_jobs().await;
    }

    async fn a_verdict_ends_the_asking(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        desk.judge("satisfied").await.assert_ok();
        app.advance(TimeDelta::days(10)).await;
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_reminder"), 0);
        assert!(queue(&app.operator().await).await.is_empty());
    }

    async fn the_message_leads_to_exactly_this_order_for_exactly_this_person(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let other_order = desk.delegate.submit(&Report::at(places::JIANXI).category(NOISE)).await;
        allow_pushes(&desk.delegate).await;
        desk.by_unit("reply", reply()).await.assert_ok();
        app.run_jobs().await;
        let messages = desk.delegate.wechat_messages().await;
        let asking = messages.iter().find(|message| message.to_string().contains(&desk.number));
        let page = asking.expect("the asking was pushed")["page"].as_str().unwrap().to_owned();
        let (path, number) = page.split_once("?number=").expect("a link with the order");
        assert_eq!((path, number), ("pages/order/index", desk.number.as_str()));

        // The link carries no right of its own: whoever else opens it finds nothing.
        let link = json!(number);
        for stranger in [
            app.sign_in(PersonQuery::delegate("").not_area("涧西区")).await,
            app.sign_in(PersonQuery::delegate("涧西区").nth(1)).await,
        ] {
            stranger.order(&link).await.assert_problem(404, "not_found");
            stranger.act(&link, "verdict", verdict("satisfied")).await.assert_problem(404, "not_found");
        }
        desk.by_unit("verdict", verdict("satisfied")).await.assert_problem(403, "role_may_not");
        let seen = desk.delegate.order(&link).await.ok();
        assert!(seen["actions"].as_array().unwrap().contains(&json!("verdict")), "{seen}");
        desk.delegate.act(&link, "verdict", verdict("satisfied")).await.assert_ok();
        assert_eq!(desk.delegate.order(&other_order).await.ok()["verdicts"], json!([]), "and no other order");
        app.run_jobs().await;
    }

    async fn who_endorsed_reads_the_answer_but_does_not_judge_it(app: TestApp) {
        let desk = OrderFixture::accepted(&app).await;
        let other = app.sign_in(PersonQuery::delegate("").not_area("涧西区")).await;
        desk.by(&other, "endorsements", json!({})).await.assert_ok();
        desk.by_unit("reply", reply()).await.assert_ok();
        app.run_jobs().await;
        assert_eq!(count(&desk.inbox_events(&other).await, "replied"), 1);
        desk.by(&other, "verdict", verdict("dissatisfied")).await.assert_problem(403, "role_may_not");
        assert_eq!(desk.now().await["status"], "replied");
    }

    async fn who_wants_no_follow_up_reads_the_answer_and_is_not_asked(app: TestApp) {
        let report = Report::at(places::JIANXI).category(NOISE).with("wants_follow_up", json!(false));
        let desk = OrderFixture::with(&app, &report).await;
        desk.handle_again().await;
        app.advance(TimeDelta::hours(30)).await;
        let told = desk.inbox_events(&desk.delegate).await;
        assert_eq!((count(&told, "replied"), count(&told, "follow_up_ask"), count(&told, "follow_up_reminder")), (1, 0, 0));
        desk.judge("satisfied").await.assert_ok();
        app.run_jobs().await;
    }

    async fn who_wants_no_follow_up_is_not_called_and_may_still_judge(app: TestApp) {
        let report = Report::at(places::JIANXI).category(NOISE).with("wants_follow_up", json!(false));
        let operator = app.operator().await;
        for (result, status, round) in [("satisfied", "closed", 1), ("dissatisfied", "dispatched", 2)] {
            let desk = OrderFixture::with(&app, &report).await;
            desk.handle_again().await;
            app.advance(TimeDelta::hours(1)).await;
            assert_eq!(desk.now().await["status"], "replied");
            app.advance(TimeDelta::days(7)).await;
            assert!(queue(&operator).await.is_empty(), "no call is queued");
            assert_eq!(desk.now().await["status"], "closed");
            assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "closed_unrated"), 1);
            let seen = desk.delegate.order(&json!(desk.number)).await.ok();
            assert!(seen["actions"].as_array().unwrap().contains(&json!("verdict")), "{seen}");
            let order = desk.judge(result).await.ok();
            assert_eq!((&order["status"], &order["round"]), (&json!(status), &json!(round)));
            if status == "closed" {
                desk.judge(result).await.assert_problem(409, "move_not_open");
            }
            app.run_jobs().await;
        }
    }

    async fn a_delegate_who_leaves_is_asked_about_at_the_committee(app: TestApp) {
        let open = OrderFixture::accepted(&app).await;
        let asked = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let (operator, admin) = (app.operator().await, app.admin().await);
        let id = open.delegate.get("/me").await.ok()["id"].as_str().unwrap().to_owned();
        retire(&app, &admin, &id).await;
        app.run_jobs().await;
        for desk in [&open, &asked] {
            assert_eq!(count(&desk.inbox_events(&operator).await, "reporter_left"), 1, "each open order is told");
        }
        // The open asking became a call to the committee; so does the reply of later.
        open.by_unit("reply", reply()).await.assert_ok();
        app.run_jobs().await;
        let waiting = queue(&operator).await;
        assert_eq!(waiting.len(), 2);
        for call in &waiting {
            assert_eq!((&call["callee"]["kind"], &call["phone_masked"]), (&json!("committee"), &json!("")));
            assert!(call["callee"]["name"].as_str().unwrap().contains("人大"), "{call}");
        }
        let claimed = operator.post(&format!("/hotline/queue/{}/claim", asked.number), json!({})).await.ok();
        assert_eq!(claimed["call"]["phone"], Value::Null);
        zhitong::follow_up::left_reporters::handle(app.app(), id.parse().unwrap()).await.unwrap();
        assert_eq!(count(&open.inbox_events(&operator).await, "reporter_left"), 1, "a second run tells nobody again");
        assert_eq!(queue(&operator).await.len(), 2);
        let reached = json!({ "reached": true, "outcome": "区人大常委会核实已解决。", "verdict": verdict("satisfied") });
        assert_eq!(asked.by(&operator, "follow-ups", reached).await.ok()["status"], "closed");
        app.run_jobs().await;
    }

    async fn a_job_of_the_asking_run_again_asks_nobody_again(app: TestApp) {
        use zhitong::follow_up::automatic;
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let order = order_id(&app, &desk.number).await;
        automatic::ask(app.app(), order.parse().unwrap()).await.unwrap();
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_ask"), 1);
        app.advance_to("2025-09-12T09:00:00+08:00").await;
        let asked = asking_id(&app).await;
        automatic::remind(app.app(), asked.parse().unwrap()).await.unwrap();
        automatic::queue_manual_call(app.app(), asked.parse().unwrap()).await.unwrap();
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_reminder"), 1);
        assert_eq!(queue(&app.operator().await).await.len(), 1);
    }
}

/// Takes a person off the roster, as the console does.
async fn retire(app: &TestApp, admin: &Client, id: &str) {
    let caller = zhitong::caller::Caller {
        person: admin.get("/me").await.ok()["id"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap(),
        session: entity::ids::SessionId::generate(),
        name: admin.person().name.clone(),
        role: entity::kinds::Role::Admin,
        level: None,
        unit: None,
        unit_head: false,
        area: None,
        committee: None,
        limit: None,
    };
    let left = zhitong::people::roster::single::retire(app.app(), &caller, id.parse().unwrap()).await;
    left.unwrap();
}

async fn order_id(app: &TestApp, number: &str) -> String {
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let order = entity::order::Entity::find().filter(entity::order::Column::Number.eq(number));
    order.one(&app.app().db).await.unwrap().unwrap().id.to_string()
}

/// The automatic asking, of the only order.
async fn asking_id(app: &TestApp) -> String {
    use entity::follow_up;
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let asked =
        follow_up::Entity::find().filter(follow_up::Column::Kind.eq(entity::kinds::FollowUpKind::Automatic));
    asked.one(&app.app().db).await.unwrap().unwrap().id.to_string()
}
