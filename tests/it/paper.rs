//! Papers about an order, read by another program: absolute dates, the photos, nothing off the page, no character lost
//! without a word.

use serde_json::json;
use tests::order_fixture::{NOISE, OrderFixture};
use tests::orders::Report;
use tests::{Browser, PersonQuery, TestApp, paper, places};

/// Words that are true on one day only.
const RELATIVE: [&str; 6] = ["今天", "昨天", "明天", "剩", "刚刚", "超2天"];
const LONG: &str = "https://example.cn/path/that-nobody-would-ever-break-into-lines-by-hand/0123456789012345678901234567890123456789";

/// An order with photos before and after, a second round, and a supervision order by the verdict.
async fn with_photos(app: &TestApp) -> OrderFixture {
    let delegate = app.delegate("涧西区").await;
    let before = delegate.upload_photo(1, places::JIANXI).await;
    let report = Report::at(places::JIANXI)
        .category(NOISE)
        .saying(&format!("夜间施工噪声扰民，视频见 {LONG}，当事人姓\u{10fffd}。"))
        .photo(&before);
    let desk = OrderFixture::with(app, &report).await;
    desk.by_unit("accept", json!({})).await.assert_ok();
    let after = desk.unit.upload_photo(2, places::JIANXI).await;
    let reply = json!({
        "account": "现场劝停两台设备。", "public_reply": "已责令工地夜间停工。", "photo_ids": [after["id"]],
    });
    desk.by_unit("reply", reply).await.assert_ok();
    app.run_jobs().await;
    desk.judge("dissatisfied").await.assert_ok();
    app.run_jobs().await;
    desk
}

tests::on_both_databases! {
    async fn the_order_s_file_has_its_photos_its_verdict_and_dates_that_stay_true(app: TestApp) {
        let desk = with_photos(&app).await;
        let browser = Browser::as_cast(&app, PersonQuery::role("operator")).await;
        let page = browser.get(&format!("/console/orders/{}", desk.number)).await;
        page.page(200, &["今天"]);
        let pdf = browser.get(&format!("/console/orders/{}/pdf", desk.number)).await;
        let text = paper::text(&pdf.body);
        for word in RELATIVE {
            assert!(!text.contains(word), "{word}: {text}");
        }
        let today = app.now().with_timezone(&chrono_tz::Asia::Shanghai).format("%Y年%-m月%-d日").to_string();
        for word in [
            "反映事项工单档案", &format!("打印于{today}"), "不满意", "未解决", "到现场看过。", "现场照片", "办理前", "办理后",
            "DB2025-0001", LONG,
        ] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(!text.contains("建议"), "{text}");
        assert_eq!(paper::pictures(&pdf.body), 2);
        let (edge, width) = paper::right_edge(&pdf.body);
        assert!(edge < width - 50.0, "{edge} of {width}");
        assert!(text.contains("无法显示的字符：U+10FFFD"), "{text}");
    }

    async fn a_supervision_order_is_an_official_letter(app: TestApp) {
        let desk = with_photos(&app).await;
        let county = app.county_supervisor("涧西区").await;
        let body = json!({ "requirement": "请查明原因。\n请公示施工时段。", "due_at": "2025-09-20T00:00:00+08:00" });
        desk.by(&county, "supervision-orders", body).await.assert_ok();
        let letter = |number: &str| format!("/orders/{}/supervision-orders/{number}/pdf", desk.number);
        let by_verdict = county.get(&letter("DB2025-0001")).await;
        let by_committee = county.get(&letter("DB2025-0002")).await;
        let pages = paper::pages(&by_committee.body);
        let at = pages.iter().position(|page| page.starts_with("附件1办理经过")).unwrap();
        let (letter_pages, annexes) = pages.split_at(at);
        assert_eq!(annexes.len(), 2, "the course, the photos: {pages:?}");
        let said = letter_pages.concat();
        // No page has a signature and no text.
        assert!(letter_pages.last().unwrap().contains("前办理完毕并书面答复"), "{letter_pages:?}");
        for word in [
            "涧西区人民代表大会常务委员会", "督〔2025〕2号", "关于限期办理代表反映事项的督办单", &desk.number, "评价为“不满意”",
            "请查明原因。", "请公示施工时段。", "请于2025年9月19日前", "附件：1.办理经过", "2.现场照片", "（盖章处）",
        ] {
            assert!(said.contains(word), "{word}: {said}");
        }
        assert!(annexes[0].contains("办理经过") && annexes[0].contains("发出督办单"), "{}", annexes[0]);
        assert!(annexes[1].contains("办理前") && annexes[1].contains("办理后"), "{}", annexes[1]);
        assert_eq!(paper::pictures(&by_committee.body), 2);
        let text = paper::text(&by_verdict.body);
        assert!(text.contains("系统自动发出") && !text.contains("（盖章处）"), "{text}");
        for text in [text, pages.concat()] {
            assert!(!text.contains("建议"), "{text}");
            for word in RELATIVE {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
        app.run_jobs().await;
    }
}
