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

    async fn three_calls_in_vain_close_the_order_unrated(app: TestApp) {
        let desk = OrderFixture::replied(&app).await;
        let operator = app.operator().await;
        app.advance_to("2025-09-12T09:00:00+08:00").await;
        let missed = json!({ "reached": false, "outcome": "无人接听。" });
        for tries in 1..=2 {
            let order = desk.by(&operator, "follow-ups", missed.clone()).await.ok();
            assert_eq!(order["status"], "replied");
            let waiting = queue(&operator).await;
            assert_eq!((&waiting[0]["tries"], &waiting[0]["outcome"]), (&json!(tries), &json!("无人接听。")));
        }
        let order = desk.by(&operator, "follow-ups", missed.clone()).await.ok();
        assert_eq!((&order["status"], &order["verdicts"]), (&json!("closed"), &json!([])), "未评价 is not satisfied");
        assert!(queue(&operator).await.is_empty());
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "closed_unrated"), 1);
        desk.by(&operator, "follow-ups", missed).await.assert_problem(409, "move_not_open");
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

    async fn a_job_of_the_asking_run_again_asks_nobody_again(app: TestApp) {
        use zhitong::follow_up::automatic;
        let desk = OrderFixture::replied(&app).await;
        app.run_jobs().await;
        let order = order_id(&app, &desk.number).await;
        automatic::ask(app.app(), &order).await.unwrap();
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_ask"), 1);
        app.advance_to("2025-09-12T09:00:00+08:00").await;
        let asked = asking_id(&app).await;
        automatic::remind(app.app(), &asked).await.unwrap();
        automatic::queue_manual_call(app.app(), &asked).await.unwrap();
        assert_eq!(count(&desk.inbox_events(&desk.delegate).await, "follow_up_reminder"), 1);
        assert_eq!(queue(&app.operator().await).await.len(), 1);
    }
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
