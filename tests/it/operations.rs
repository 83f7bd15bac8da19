//! Health checks and metrics, as the operations staff see them.

use zhitong::http::metrics::Metrics;

tests::on_both_databases! {
    async fn the_product_says_that_it_lives_and_is_ready(app: TestApp) {
        let nobody = app.anonymous();
        nobody.get("/healthz").await.assert_status(200);
        let ready = nobody.get("/readyz").await.ok();
        assert_eq!(ready["database"], "up");
        assert_eq!(ready["store"], "up");
        assert!(app.app().state::<Metrics>().text().unwrap().contains("zhitong_http_requests"));
    }

    async fn an_unknown_path_is_a_problem_document(app: TestApp) {
        app.anonymous().get("/no-such-path").await.assert_problem(404, "unknown_path");
    }

    async fn a_well_formed_request_id_is_kept(app: TestApp) {
        let id = "client-made-id-0001";
        let answer = app
            .anonymous()
            .request(reqwest::Method::GET, "/healthz", |r| r.header("X-Request-Id", id))
            .await;
        assert_eq!(answer.header("x-request-id"), id);
        let answer = app
            .anonymous()
            .request(reqwest::Method::GET, "/healthz", |r| r.header("X-Request-Id", "<bad>"))
            .await;
        assert!(!answer.header("x-request-id").is_empty());
        assert_ne!(answer.header("x-request-id"), "<bad>");
    }
}
