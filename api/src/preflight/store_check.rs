//! The object store: an object is written, read through a signed link as a client reads it, and deleted.

use bytes::Bytes;
use uuid::Uuid;

use crate::config::Config;
use crate::objects::client::{ObjectStore, StoreError};
use crate::preflight::http;
use crate::upkeep::check::{Check, State};
use crate::upkeep::machine;

/// The reason of a `HEAD` for a bucket that is not there.
const MISSING: &str = "NotFound";

/// Judges the store.
pub(super) async fn check(config: &Config, objects: &ObjectStore) -> Check {
    let check = machine::store(&config.s3);
    let failed = |text: &str, reason: &StoreError, advice: &str| {
        let value = format!("{}{text}（{reason}）", machine::store(&config.s3).value);
        Check::well(check.name.clone(), value).but(State::Trouble, advice)
    };
    match objects.ready().await {
        Ok(()) => {}
        Err(StoreError::Unavailable(reason)) if reason == MISSING => {
            let value = format!("{}，还没有存储桶 {}", check.value, config.s3.bucket);
            return Check::well(check.name, value).but(
                State::Attention,
                "启动时自动建立。要在启动前试写，先建好存储桶，再检查一次。",
            );
        }
        Err(error) => {
            let advice = "检查存储服务、S3_ENDPOINT、S3_BUCKET 和密钥。";
            return failed("没有应答", &error, advice);
        }
    }
    let key = format!("check-{}", Uuid::new_v4().simple());
    let bytes = Bytes::from(key.clone());
    if let Err(error) = objects.put(&key, bytes.clone(), "text/plain").await {
        return failed("不能写入", &error, "给密钥读、写、删除的权限。");
    }
    let read = read(objects, &key, &bytes).await;
    if let Err(error) = objects.delete(&key).await {
        let advice = format!("给密钥删除的权限，并删除 {key}。");
        return failed("不能删除", &error, &advice);
    }
    match read {
        Ok(()) => check,
        Err(unread) => Check {
            name: check.name.clone(),
            ..unread
        },
    }
}

/// Reads the object by its link, and without the signature.
async fn read(objects: &ObjectStore, key: &str, bytes: &Bytes) -> Result<(), Check> {
    let origin = objects.origin();
    let trouble = |value: String| {
        let advice =
            "手机要从这个地址看照片。检查 S3_PUBLIC_ENDPOINT（或 ZHITONG_PUBLIC_URL）、反向代理和防火墙。";
        Check::well("", value).but(State::Trouble, advice)
    };
    let link = objects.link(key).await;
    let link = link.map_err(|error| trouble(format!("签名链接生成不了（{error}）")))?;
    match http::get(&link).await {
        Some(reply) if reply.status == 200 && reply.body == *bytes => {}
        Some(reply) => {
            let status = reply.status;
            return Err(trouble(format!("{origin} 上的签名链接打不开（HTTP {status}）")));
        }
        None => return Err(trouble(format!("{origin} 没有应答"))),
    }
    let unsigned = link.split_once('?').map_or(link.as_str(), |(path, _)| path);
    match http::get(unsigned).await {
        Some(reply) if reply.status == 200 => Err(Check::well("", "没有签名也能读出文件").but(
            State::Attention,
            "知道地址的人都能看到照片。关闭存储桶的公开读取。",
        )),
        _ => Ok(()),
    }
}
