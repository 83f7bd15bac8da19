//! Every room of administration, tried by everybody who is no administrator.

use tests::{Browser, PersonQuery};

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// Pages that only read; `dispatch` is for operators too.
fn pages() -> Vec<String> {
    let rooms = [
        "",
        "/units",
        "/units/import",
        "/duty",
        "/duty/import",
        "/duty.csv",
        "/boundaries",
        "/calendar",
        "/calendar/import",
        "/roster",
        "/people",
        "/sites",
        "/sites/new",
        "/sites/sheets.pdf",
        "/sites/BMS-TUNNEL",
        "/templates",
        "/clients",
        "/open-data",
        "/calendars",
        "/webhooks",
        "/linked-units",
        "/policy",
        "/status",
        "/audit",
    ];
    let mut pages: Vec<String> = rooms.iter().map(|room| format!("/console/admin{room}")).collect();
    for room in ["units", "boundaries", "people", "webhooks"] {
        pages.push(format!("/console/admin/{room}/{NOBODY}"));
    }
    pages
}

/// Requests that change data.
fn forms() -> Vec<String> {
    let mut forms: Vec<String> = [
        "/units/import",
        "/duty",
        "/duty/import",
        "/calendar/import",
        "/boundaries",
        "/clients",
        "/calendars",
        "/webhooks",
        "/linked-units",
        "/roster",
        "/people/find",
        "/sites",
        "/sites/BMS-TUNNEL",
        "/sites/BMS-TUNNEL/in-use",
        "/templates/check",
        "/audit/verify",
    ]
    .iter()
    .map(|room| format!("/console/admin{room}"))
    .collect();
    forms.push(format!("/console/admin/boundaries/{NOBODY}/activate"));
    for act in ["change", "remove"] {
        forms.push(format!("/console/admin/duty/rows/{NOBODY}/{act}"));
    }
    for act in ["rotate", "revoke"] {
        forms.push(format!("/console/admin/clients/{NOBODY}/{act}"));
    }
    for act in ["rotate", "revoke"] {
        forms.push(format!("/console/admin/calendars/{NOBODY}/{act}"));
    }
    forms.push(format!("/console/admin/linked-units/{NOBODY}/unlink"));
    for act in ["rotate", "test", "delete"] {
        forms.push(format!("/console/admin/webhooks/{NOBODY}/{act}"));
    }
    forms.push(format!(
        "/console/admin/webhooks/{NOBODY}/deliveries/{NOBODY}/resend"
    ));
    for act in ["change", "end-all", "unbind", "link"] {
        forms.push(format!("/console/admin/people/{NOBODY}/{act}"));
    }
    forms.push(format!("/console/admin/people/{NOBODY}/sessions/{NOBODY}/end"));
    forms
}

tests::on_both_databases! {
    async fn administration_is_an_admins(app: TestApp) {
        let stranger = Browser::new(&app);
        for path in pages() {
            stranger.get(&path).await.leads_to(&format!("/console/login?next={path}"));
        }
        for role in ["operator", "supervisor", "handler", "delegate"] {
            let other = Browser::as_cast(&app, PersonQuery::role(role)).await;
            let token = other.get("/console/sessions").await.hidden("csrf");
            for path in pages() {
                let answer = other.get(&path).await;
                assert_eq!(answer.status, 403, "{role} {path}: {}", answer.text());
            }
            for path in forms() {
                let answer = other.send(&path, &[("csrf", token.clone())]).await;
                assert_eq!(answer.status, 403, "{role} {path}: {}", answer.text());
            }
        }
        // And by an admin whose form has no token, or somebody else's.
        let admin = Browser::as_cast(&app, PersonQuery::role("admin")).await;
        for path in forms() {
            let answer = admin.send(&path, &[("csrf", "made-up".to_owned())]).await;
            answer.page(403, &["页面已过期"]);
        }
    }
}
