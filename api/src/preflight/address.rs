//! Where the product listens, and whether it is reached under its public address.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use crate::config::{Config, MetricsBind};
use crate::preflight::http;
use crate::preflight::routes::Probe;
use crate::preflight::rules::{self, Answer};
use crate::upkeep::check::{Check, State};
use crate::wechat::client::reachable;

/// The product's address.
pub(super) enum Listening {
    /// Taken by the check until it ends.
    Here(TcpListener),
    /// The product is serving there already.
    Product,
    /// Something else is in the way.
    Taken,
}

/// Takes the address, or finds out who has it.
pub(super) async fn listen(config: &Config) -> (Listening, Check) {
    let name = "监听地址";
    let error = match TcpListener::bind(config.bind) {
        Ok(listener) => {
            return (
                Listening::Here(listener),
                Check::well(name, config.bind.to_string()),
            );
        }
        Err(error) => error,
    };
    let url = format!("http://{}/healthz", reachable(config.bind));
    if http::get(&url).await.is_some_and(|reply| &*reply.body == b"ok") {
        let check = Check::well(name, format!("{}，服务正在运行", config.bind));
        return (Listening::Product, check);
    }
    let check = Check::well(name, format!("{} 不能使用（{error}）", config.bind)).but(
        State::Trouble,
        "停掉占用它的程序，或者在 ZHITONG_BIND 中换一个端口。",
    );
    (Listening::Taken, check)
}

/// Judges the address of the metrics.
pub(super) fn metrics(config: &Config, listening: &Listening) -> Check {
    let name = "监控指标";
    let (bind, is_stated): (SocketAddr, bool) = match config.http.metrics {
        MetricsBind::Off => return Check::well(name, "已关闭"),
        MetricsBind::Default(bind) => (bind, false),
        MetricsBind::Stated(bind) => (bind, true),
    };
    if TcpListener::bind(bind).is_ok() {
        return Check::well(name, bind.to_string());
    }
    let check = Check::well(name, format!("{bind} 已被占用"));
    match (listening, is_stated) {
        (Listening::Product, _) => Check::well(name, format!("{bind}，服务正在使用")),
        (_, true) => check.but(
            State::Trouble,
            "服务不能启动。停掉占用它的程序，或者在 ZHITONG_METRICS_BIND 中换一个端口。",
        ),
        (_, false) => check.but(
            State::Attention,
            "服务会启动，但没有监控指标。在 ZHITONG_METRICS_BIND 中换一个端口，或者写 off。",
        ),
    }
}

/// Calls the public address and judges it and the trusted proxies.
pub(super) async fn public_url(config: &Config, probe: &Arc<Probe>) -> Vec<Check> {
    let url = &config.public_url;
    let answer = match http::get(&format!("{url}/healthz")).await {
        Some(reply) if probe.is_ours(&reply.body) => Answer::Ours,
        Some(reply) => Answer::Foreign(reply.status),
        None => Answer::Nothing,
    };
    vec![
        rules::public_url(url, answer),
        rules::proxies(url, probe.arrival(), &config.http.trusted_proxies),
    ]
}
