//! `on_both_databases!` makes two tests of one journey: `name::sqlite` and `name::postgres`. `journeys!` does the same
//! for journeys that start the product with settings of their own.

/// Runs each `async fn name(app: TestApp)` on both databases, and then checks that it left no job unrun
/// or failed.
#[macro_export]
macro_rules! on_both_databases {
    ($($(#[$meta:meta])* async fn $name:ident($app:ident: TestApp) $body:block)+) => {$(
        mod $name {
            #[expect(clippy::allow_attributes, reason = "a journey need not use what stands around it")]
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn journey($app: $crate::TestApp) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let app = $crate::TestApp::start($crate::Db::Sqlite).await;
                journey(app.clone()).await;
                app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let app = $crate::TestApp::start($crate::Db::Postgres).await;
                journey(app.clone()).await;
                app.finish().await;
            }
        }
    )+};
}

/// Runs each `async fn journey(db: Db)` on both databases under its name.
#[macro_export]
macro_rules! journeys {
    ($($name:ident => $journey:ident;)+) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$journey($crate::Db::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$journey($crate::Db::Postgres).await;
            }
        }
    )+};
}
