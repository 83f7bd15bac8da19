//! 并单 over several steps, and by two operators at once: a delegate endorses an order at most once, and leaves with
//! their own order when it is split off.

use serde_json::{Value, json};
use tests::order_fixture::{AREA, NOISE};
use tests::orders::{Report, number};
use tests::residents::Resident;
use tests::{Client, Db, PersonQuery, TestApp, places};

fn report() -> Report {
    Report::at(places::JIANXI).category(NOISE)
}

async fn people(app: &TestApp, count: usize) -> Vec<Client> {
    let mut people = Vec::new();
    for nth in 0..count {
        people.push(app.sign_in(PersonQuery::delegate("").nth(nth)).await);
    }
    people
}

async fn merge(operator: &Client, order: &Value, into: &Value) {
    operator
        .act(order, "merge", json!({ "into": into["number"] }))
        .await
        .assert_ok();
}

async fn part(operator: &Client, order: &Value) {
    operator
        .act(order, "unmerge", json!({ "reason": "其实是两件事" }))
        .await
        .assert_ok();
}

/// Which of these people endorse the order, as they see it themselves.
async fn behind(people: &[Client], order: &Value) -> Vec<usize> {
    let mut behind = Vec::new();
    for (nth, person) in people.iter().enumerate() {
        let seen = person.order(order).await;
        if seen.status == 200 && seen.json["endorsements"]["mine"] == true {
            behind.push(nth);
        }
    }
    behind
}

tests::on_both_databases! {
    async fn the_first_of_a_chain_takes_its_own_people_out_of_all_of_it(app: TestApp) {
        let (people, operator) = (people(&app, 4).await, app.operator().await);
        let (a, b, c) = (people[0].submit(&report()).await, people[1].submit(&report()).await, people[2].submit(&report()).await);
        people[3].act(&b, "endorsements", json!({})).await.assert_ok();
        merge(&operator, &a, &b).await;
        merge(&operator, &b, &c).await;
        assert_eq!((behind(&people, &b).await, behind(&people, &c).await), (vec![0, 3], vec![0, 1, 3]));
        part(&operator, &a).await;
        assert_eq!((behind(&people, &b).await, behind(&people, &c).await), (vec![3], vec![1, 3]));
        people[0].order(&c).await.assert_problem(404, "not_found");
        let own = people[0].order(&a).await.ok();
        assert_eq!((&own["status"], &own["merged_into"]), (&json!("triage"), &Value::Null));
        assert_eq!(operator.order(&b).await.ok()["merged_into"], c["number"], "the rest of the chain stays");
        for order in [&b, &c] {
            let timeline = operator.get(&format!("/orders/{}/timeline", number(order))).await.ok();
            assert_eq!(timeline["items"].as_array().unwrap().iter().filter(|event| event["action"] == "split_off").count(), 1);
        }
        app.run_jobs().await;
    }

    async fn the_middle_of_a_chain_takes_everybody_behind_it_along(app: TestApp) {
        let (people, operator) = (people(&app, 3).await, app.operator().await);
        let (a, b, c) = (people[0].submit(&report()).await, people[1].submit(&report()).await, people[2].submit(&report()).await);
        merge(&operator, &a, &b).await;
        merge(&operator, &b, &c).await;
        // The delegate also endorses on their own, so the endorsement stays.
        people[0].act(&c, "endorsements", json!({})).await.assert_ok();
        part(&operator, &b).await;
        assert_eq!((behind(&people, &b).await, behind(&people, &c).await), (vec![0], vec![0]));
        let (a, b) = (operator.order(&a).await.ok(), operator.order(&b).await.ok());
        assert_eq!((&a["merged_into"], &b["merged_into"]), (&b["number"], &Value::Null));
        app.run_jobs().await;
    }

    async fn whom_two_merges_bring_the_parting_of_one_leaves(app: TestApp) {
        let (people, operator) = (people(&app, 4).await, app.operator().await);
        let (kept, first, second) = (people[0].submit(&report()).await, people[1].submit(&report()).await, people[2].submit(&report()).await);
        for order in [&first, &second] {
            people[3].act(order, "endorsements", json!({})).await.assert_ok();
            merge(&operator, order, &kept).await;
        }
        assert_eq!(behind(&people, &kept).await, [1, 2, 3]);
        part(&operator, &first).await;
        assert_eq!(behind(&people, &kept).await, [2, 3], "the other merge brings him too");
        part(&operator, &second).await;
        assert!(behind(&people, &kept).await.is_empty());
        assert_eq!((behind(&people, &first).await, behind(&people, &second).await), (vec![3], vec![3]));
        app.run_jobs().await;
    }

    async fn a_resident_s_receipt_follows_the_chain_to_its_end(app: TestApp) {
        let (keeper, operator) = (app.sign_in(PersonQuery::named("韩振华")).await, app.operator().await);
        let resident = Resident::in_wechat(&app, "LL-STATION-01", "oRESIDENT-1").await;
        let receipt = resident.leave_message("小区门口的路灯坏了三盏，晚上看不见路。").await;
        app.run_jobs().await;
        let list = keeper.get("/site-messages").await.ok();
        let path = format!("/site-messages/{}/adopt", list["items"][0]["id"].as_str().unwrap());
        let adopted = keeper.post(&path, json!({})).await.ok();
        let delegate = app.delegate(AREA).await;
        let (middle, last) = (delegate.submit(&report()).await, delegate.submit(&report()).await);
        merge(&operator, &adopted, &middle).await;
        merge(&operator, &middle, &last).await;
        assert_eq!(resident.receipt_view(&receipt).await["order"]["number"], last["number"]);
        app.run_jobs().await;
    }
}

/// Each of them holds both orders; held in an order of their own, they would wait for each other.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_operators_who_merge_opposite_ways_one_is_told_why_not() {
    const PAIRS: usize = 12;
    for db in [Db::Sqlite, Db::Postgres] {
        let app = TestApp::start(db).await;
        let delegate = app.delegate(AREA).await;
        let first = app.operator().await;
        let second = app.sign_in(PersonQuery::role("operator").nth(1)).await;
        for _ in 0..PAIRS {
            let (a, b) = (delegate.submit(&report()).await, delegate.submit(&report()).await);
            let (one, other) = tokio::join!(
                first.act(&a, "merge", json!({ "into": b["number"] })),
                second.act(&b, "merge", json!({ "into": a["number"] })),
            );
            let refused = match (one.status, other.status) {
                (200, _) => other,
                (_, 200) => one,
                _ => panic!("both refused: {} {}", one.text(), other.text()),
            };
            refused.assert_problem(422, "merge_target_over");
        }
        app.run_jobs().await;
        app.finish().await;
    }
}

/// The parting of the first and the merging of the second hold the same orders.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn parting_and_merging_along_one_chain_at_once_end_in_one_of_two_states() {
    const ROUNDS: usize = 6;
    for db in [Db::Sqlite, Db::Postgres] {
        let app = TestApp::start(db).await;
        let (people, first) = (people(&app, 3).await, app.operator().await);
        let second = app.sign_in(PersonQuery::role("operator").nth(1)).await;
        for _ in 0..ROUNDS {
            let (a, b, c) = (
                people[0].submit(&report()).await,
                people[1].submit(&report()).await,
                people[2].submit(&report()).await,
            );
            merge(&first, &a, &b).await;
            let (parted, merged) = tokio::join!(
                first.act(&a, "unmerge", json!({ "reason": "其实是两件事" })),
                second.act(&b, "merge", json!({ "into": c["number"] })),
            );
            merged.assert_ok();
            match parted.status {
                200 => assert_eq!(
                    behind(&people, &c).await,
                    [1],
                    "A's delegate is with his own order"
                ),
                _ => {
                    parted.assert_problem(409, "version_conflict");
                    assert_eq!(behind(&people, &c).await, [0, 1]);
                }
            }
        }
        app.run_jobs().await;
        app.finish().await;
    }
}
