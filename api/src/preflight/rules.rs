//! Pure: what a finding of the check means, and what to do about it.

use std::net::IpAddr;

use chrono::TimeDelta;

use crate::config::TrustedProxies;
use crate::upkeep::check::{Check, State};

/// Deadlines and links tolerate this much.
const SMALL_DRIFT: TimeDelta = TimeDelta::seconds(30);
/// S3 refuses signatures from 15 minutes on; deadlines are wrong long before.
const LARGE_DRIFT: TimeDelta = TimeDelta::minutes(5);

/// So much of the log is more than a moment behind.
const MANY_BYTES: i64 = 64_000_000;

/// How a request under the public address ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// By this process, or by the product on this machine.
    Ours,
    /// By something else, with this status.
    Foreign(u16),
    /// There was none: name, certificate, connection or time-out.
    Nothing,
}

/// How the request under the public address arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    pub peer: IpAddr,
    /// It had `X-Forwarded-For` or `Forwarded`.
    pub is_forwarded: bool,
}

/// State of the schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    pub applied: usize,
    pub pending: usize,
    pub unknown: usize,
    pub accepts_writes: bool,
}

/// The server behind another address of the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// Nothing that answers.
    Silent,
    /// Another database.
    Another,
    /// This database on the primary.
    Primary,
    /// This database on a replica that is this much of the log behind.
    Replica { bytes_behind: i64 },
}

/// A clock and how far it is ahead of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offset {
    pub name: &'static str,
    pub ahead: TimeDelta,
}

/// Judges the address past a pooler.
#[must_use]
pub fn direct_server(found: Server) -> Check {
    let check = |value: &str| Check::well("数据库直连", value);
    match found {
        Server::Primary => check("与 DATABASE_URL 是同一个库"),
        Server::Silent => check("连接不上").but(
            State::Trouble,
            "检查 DATABASE_DIRECT_URL。升级表结构和大屏实时更新要绕过连接池直接连数据库。",
        ),
        Server::Another => check("不是同一个库").but(
            State::Trouble,
            "改正 DATABASE_DIRECT_URL，它要与 DATABASE_URL 指向同一个库。",
        ),
        Server::Replica { .. } => {
            check("是只读副本").but(State::Trouble, "改正 DATABASE_DIRECT_URL，它要指向主库。")
        }
    }
}

/// Judges the replica that answers lists. Without it the primary does, so only a wrong address is trouble.
#[must_use]
pub fn read_replica(found: Server) -> Check {
    let check = |value: String| Check::well("只读副本", value);
    match found {
        Server::Replica { bytes_behind } if bytes_behind < MANY_BYTES => {
            check(format!("落后 {bytes_behind} 字节"))
        }
        Server::Replica { bytes_behind } => check(format!("落后 {} MB", bytes_behind / 1_000_000)).but(
            State::Attention,
            "落后太多时列表由主库回答。检查两台数据库之间的网络和副本的磁盘。",
        ),
        Server::Silent => check("连接不上".to_owned()).but(
            State::Attention,
            "列表暂由主库回答。检查副本和 DATABASE_READ_URL，恢复后自动使用。",
        ),
        Server::Primary => check("不是副本，是主库".to_owned()).but(
            State::Attention,
            "列表仍由主库回答。把 DATABASE_READ_URL 指向副本，或者不设置。",
        ),
        Server::Another => check("是另一个数据库的副本".to_owned())
            .but(State::Trouble, "改正 DATABASE_READ_URL，它要指向同一个库的副本。"),
    }
}

/// Judges a database that answers; `check` names it.
#[must_use]
pub fn schema(check: Check, schema: Schema) -> Check {
    let value = check.value.clone();
    let with = |text: &str| Check::well(check.name.clone(), format!("{value}，{text}"));
    if schema.unknown > 0 {
        let text = format!("有 {} 项结构升级是这个版本的程序不认识的", schema.unknown);
        return with(&text).but(
            State::Trouble,
            "数据库比程序新。换用新版本的程序，或者恢复升级以前的备份。",
        );
    }
    if !schema.accepts_writes {
        return with("不能写入").but(
            State::Trouble,
            "检查账号的权限、数据库是不是只读的备用库，以及磁盘空间。",
        );
    }
    match (schema.applied, schema.pending) {
        (0, _) => with("还是空的，启动时建立数据表"),
        (_, 0) => with("结构是最新的"),
        (_, pending) => with(&format!("有 {pending} 项结构升级没有执行"))
            .but(State::Attention, "启动时自动执行。先备份，再启动。"),
    }
}

/// Judges the public address.
#[must_use]
pub fn public_url(url: &str, answer: Answer) -> Check {
    let check = Check::well("公开网址", url);
    match answer {
        Answer::Ours => check,
        Answer::Foreign(status) => {
            Check::well("公开网址", format!("{url} 的应答不是本服务的（HTTP {status}）")).but(
                State::Trouble,
                "核对 ZHITONG_PUBLIC_URL，并让反向代理把这个网址转到 ZHITONG_BIND。",
            )
        }
        Answer::Nothing => Check::well("公开网址", format!("{url} 没有应答")).but(
            State::Trouble,
            "检查域名解析、证书、防火墙和反向代理，并核对 ZHITONG_PUBLIC_URL。",
        ),
    }
}

/// Judges the trusted proxies by how the request under the public address arrived; `None` if it did not.
#[must_use]
pub fn proxies(public_url: &str, arrival: Option<Arrival>, trusted: &TrustedProxies) -> Check {
    let name = "反向代理";
    let unknown = |value: String, peer: &str| {
        let advice =
            format!("在 ZHITONG_TRUSTED_PROXIES 中写上{peer}，否则所有人都算作同一个地址，会一起被限流。");
        Check::well(name, value).but(State::Trouble, advice)
    };
    match arrival {
        Some(arrival) if arrival.is_forwarded && !trusted.contains(arrival.peer) => {
            let peer = arrival.peer.to_string();
            unknown(format!("请求由 {peer} 转来，但它没有列为可信"), &peer)
        }
        Some(arrival) if !arrival.is_forwarded && trusted.contains(arrival.peer) && !trusted.is_empty() => {
            Check::well(name, format!("请求由 {} 转来，没有客户端的地址", arrival.peer))
                .but(State::Attention, "让反向代理写上 X-Forwarded-For，见部署说明。")
        }
        _ if public_url.starts_with("https:") && trusted.is_empty() => unknown(
            "网址是 https，前面必有反向代理，但没有列出".to_owned(),
            "它的地址",
        ),
        Some(_) => Check::well(name, "客户端的地址能认出来"),
        None if trusted.is_empty() => Check::well(name, "没有"),
        None => Check::well(name, "已列出，没有试到"),
    }
}

/// Judges our clock against others.
#[must_use]
pub fn drift(offsets: &[Offset]) -> Check {
    let name = "时钟";
    let Some(worst) = offsets.iter().max_by_key(|offset| offset.ahead.abs()) else {
        return Check::well(name, "没有可以比对的时钟")
            .but(State::Attention, "用 timedatectl 确认本机开启了时间同步。");
    };
    let seconds = worst.ahead.num_seconds();
    let direction = if seconds > 0 { "慢" } else { "快" };
    let off = format!("比{}{direction} {} 秒", worst.name, seconds.abs());
    let advice = "期限、签名和令牌都按本机时间计算。开启时间同步（timedatectl set-ntp true），再检查一次。";
    match worst.ahead.abs() {
        off_by if off_by >= LARGE_DRIFT => Check::well(name, off).but(State::Trouble, advice),
        off_by if off_by >= SMALL_DRIFT => Check::well(name, off).but(State::Attention, advice),
        _ => {
            let names: Vec<&str> = offsets.iter().map(|offset| offset.name).collect();
            Check::well(name, format!("与{}一致", names.join("、")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trusted(text: &str) -> TrustedProxies {
        TrustedProxies::parse(text).unwrap()
    }

    fn arrival(peer: &str, is_forwarded: bool) -> Option<Arrival> {
        let peer = peer.parse().unwrap();
        Some(Arrival { peer, is_forwarded })
    }

    #[test]
    fn a_proxy_that_is_not_trusted_is_named() {
        for (url, arrived, known, state) in [
            ("http://a.cn", None, "", State::Well),
            ("http://a.cn", arrival("10.0.0.1", false), "", State::Well),
            ("http://a.cn", arrival("10.0.0.1", true), "", State::Trouble),
            (
                "https://a.cn",
                arrival("10.0.0.1", true),
                "10.0.0.2",
                State::Trouble,
            ),
            (
                "https://a.cn",
                arrival("10.0.0.1", true),
                "10.0.0.0/8",
                State::Well,
            ),
            (
                "https://a.cn",
                arrival("10.0.0.1", false),
                "10.0.0.1",
                State::Attention,
            ),
            ("https://a.cn", None, "", State::Trouble),
            ("https://a.cn", None, "10.0.0.1", State::Well),
        ] {
            let check = proxies(url, arrived, &trusted(known));
            assert_eq!(check.state, state, "{url} {arrived:?} {known}: {check:?}");
        }
        let check = proxies("http://a.cn", arrival("10.0.0.1", true), &trusted(""));
        assert!(check.advice.contains("10.0.0.1"), "{}", check.advice);
    }

    #[test]
    fn the_worst_clock_counts() {
        let offset = |seconds| Offset {
            name: "微信",
            ahead: TimeDelta::seconds(seconds),
        };
        assert_eq!(drift(&[]).state, State::Attention);
        for (seconds, state) in [
            (0, State::Well),
            (-29, State::Well),
            (30, State::Attention),
            (-299, State::Attention),
            (-300, State::Trouble),
            (3600, State::Trouble),
        ] {
            assert_eq!(drift(&[offset(1), offset(seconds)]).state, state, "{seconds}");
        }
        assert_eq!(drift(&[offset(3600)]).value, "比微信慢 3600 秒");
        assert_eq!(drift(&[offset(-60)]).value, "比微信快 60 秒");
    }

    #[test]
    fn a_database_newer_than_the_program_is_refused() {
        let judged = |applied, pending, unknown, accepts_writes| {
            let found = Schema {
                applied,
                pending,
                unknown,
                accepts_writes,
            };
            schema(Check::well("数据库", "PostgreSQL 16"), found).state
        };
        assert_eq!(judged(0, 9, 0, true), State::Well);
        assert_eq!(judged(9, 0, 0, true), State::Well);
        assert_eq!(judged(8, 1, 0, true), State::Attention);
        assert_eq!(judged(10, 0, 1, true), State::Trouble);
        assert_eq!(judged(9, 0, 0, false), State::Trouble);
    }

    #[test]
    fn a_replica_of_another_database_is_trouble_and_one_that_is_down_is_not() {
        let of = |found| read_replica(found).state;
        assert_eq!(of(Server::Replica { bytes_behind: 0 }), State::Well);
        assert_eq!(
            of(Server::Replica {
                bytes_behind: MANY_BYTES
            }),
            State::Attention
        );
        assert_eq!(of(Server::Silent), State::Attention);
        assert_eq!(of(Server::Primary), State::Attention);
        assert_eq!(of(Server::Another), State::Trouble);
        let past = |found| direct_server(found).state;
        assert_eq!(past(Server::Primary), State::Well);
        for found in [
            Server::Silent,
            Server::Another,
            Server::Replica { bytes_behind: 0 },
        ] {
            assert_eq!(past(found), State::Trouble, "{found:?}");
        }
    }

    #[test]
    fn whatever_answers_in_our_place_is_trouble() {
        assert_eq!(public_url("http://a.cn", Answer::Ours).state, State::Well);
        let foreign = public_url("http://a.cn", Answer::Foreign(502));
        assert!(foreign.state == State::Trouble && foreign.value.contains("502"));
        assert_eq!(public_url("http://a.cn", Answer::Nothing).state, State::Trouble);
    }
}
