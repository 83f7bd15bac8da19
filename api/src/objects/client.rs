//! The store as the product sees it: put, get, delete, a link that runs out. Any S3-compatible store.

use std::io;
use std::path::Path;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_s3::operation::put_object::PutObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret as _, SecretString};

use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::objects::folder::{FileStore, StoredObject};
use crate::objects::media::{BadLink, MediaLinks};

/// Where the store is and how it is spoken to.
#[derive(Clone, Debug)]
pub struct Settings {
    pub endpoint: String,
    pub links: LinkSettings,
    pub region: String,
    pub bucket: String,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    pub path_style: bool,
}

/// How links to objects are made.
#[derive(Clone, Debug)]
pub enum LinkSettings {
    /// Presigned, for the address at which clients reach the store; a path in it is the proxy's, and not signed.
    Presigned { public_endpoint: String },
    /// Under the product's own address, read from the embedded store's folder.
    Own { links: MediaLinks, folder: FileStore },
}

/// Links live this long: an hour of looking at an order.
pub const LINK_TTL: Duration = Duration::from_secs(3600);
const CONNECT: Duration = Duration::from_secs(2);
const ATTEMPT: Duration = Duration::from_secs(8);
const OPERATION: Duration = Duration::from_secs(15);
const ATTEMPTS: u32 = 2;
const RETRY_AFTER_SECS: u64 = 10;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the object store has no such object")]
    Missing,
    #[error("the object store does not answer as it should: {0}")]
    Unavailable(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Missing => Self::not_found(),
            StoreError::Unavailable(reason) => {
                tracing::error!(reason, "object store error");
                let kind = ErrorKind::Unavailable {
                    retry_after_secs: RETRY_AFTER_SECS,
                };
                Self::refused(
                    kind,
                    "store_unavailable",
                    "照片存储暂时不可用，请稍后再试，已填写的内容不会丢失。",
                )
            }
        }
    }
}

#[derive(Clone)]
pub struct ObjectStore {
    client: Client,
    links: Links,
    bucket: String,
    /// Of the links: scheme and host.
    origin: String,
    clock: Clock,
}

#[derive(Clone)]
enum Links {
    /// The client signs and never sends anything itself; `path` is put in after signing.
    Presigned {
        signer: Client,
        path: String,
    },
    Own {
        links: MediaLinks,
        folder: FileStore,
    },
}

/// The content of a put, which can be sent again.
enum Content<'a> {
    Bytes(Bytes),
    File(&'a Path),
}

impl Content<'_> {
    async fn stream(&self) -> Result<ByteStream, StoreError> {
        match self {
            Self::Bytes(bytes) => Ok(ByteStream::from(bytes.clone())),
            Self::File(path) => ByteStream::from_path(path)
                .await
                .map_err(|error| StoreError::Unavailable(error.to_string())),
        }
    }
}

impl ObjectStore {
    #[must_use]
    pub fn new(settings: &Settings, clock: Clock) -> Self {
        let (links, origin) = match &settings.links {
            LinkSettings::Presigned { public_endpoint } => {
                let (base, path) = split_path(public_endpoint);
                let signer = client(settings, base);
                let path = path.to_owned();
                (Links::Presigned { signer, path }, bucket_origin(settings, base))
            }
            LinkSettings::Own { links, folder } => {
                let (links, folder) = (links.clone(), folder.clone());
                let origin = split_path(links.public_url()).0.to_owned();
                (Links::Own { links, folder }, origin)
            }
        };
        Self {
            client: client(settings, &settings.endpoint),
            links,
            bucket: settings.bucket.clone(),
            origin,
            clock,
        }
    }

    /// Returns for how many seconds a link to the embedded store's object is still good; `None` if links do not lead here.
    #[must_use]
    pub fn check_link(
        &self,
        key: &str,
        until: i64,
        signature: &str,
        now: DateTime<Utc>,
    ) -> Option<Result<i64, BadLink>> {
        match &self.links {
            Links::Own { links, .. } => Some(links.verify(key, until, signature, now)),
            Links::Presigned { .. } => None,
        }
    }

    /// Opens an object of the embedded store for reading.
    pub async fn open(&self, key: &str) -> Result<StoredObject, StoreError> {
        let Links::Own { folder, .. } = &self.links else {
            return Err(StoreError::Missing);
        };
        let (folder, bucket, key) = (folder.clone(), self.bucket.clone(), key.to_owned());
        let opened = tokio::task::spawn_blocking(move || folder.read(&bucket, &key)).await;
        let opened = opened.map_err(|error| StoreError::Unavailable(error.to_string()))?;
        opened.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::InvalidInput => StoreError::Missing,
            _ => StoreError::Unavailable(error.to_string()),
        })
    }

    /// Where links lead, e.g. `http://127.0.0.1:9000`; what a browser has to be allowed to load photos from.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Creates the bucket unless it is there.
    pub async fn ensure_bucket(&self) -> Result<(), StoreError> {
        if self.ready().await.is_ok() {
            return Ok(());
        }
        match self.client.create_bucket().bucket(&self.bucket).send().await {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_bucket_already_owned_by_you() || e.is_bucket_already_exists()) =>
            {
                Ok(())
            }
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// Whether the store answers and has our bucket.
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.client
            .head_bucket()
            .bucket(&self.bucket)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| unavailable(&error))
    }

    pub async fn put(&self, key: &str, bytes: Bytes, content_type: &str) -> Result<(), StoreError> {
        self.put_content(key, &Content::Bytes(bytes), content_type).await
    }

    /// Puts a file of this machine, read part by part.
    pub async fn put_file(&self, key: &str, path: &Path, content_type: &str) -> Result<(), StoreError> {
        self.put_content(key, &Content::File(path), content_type).await
    }

    async fn put_content(
        &self,
        key: &str,
        content: &Content<'_>,
        content_type: &str,
    ) -> Result<(), StoreError> {
        match self.put_once(key, content.stream().await?, content_type).await {
            // The store did not answer when we started, or was emptied since.
            Err(error) if error.code() == Some("NoSuchBucket") => {
                self.ensure_bucket().await?;
                let again = self.put_once(key, content.stream().await?, content_type).await;
                again.map_err(|error| unavailable(&error))
            }
            put => put.map_err(|error| unavailable(&error)),
        }
    }

    async fn put_once(
        &self,
        key: &str,
        body: ByteStream,
        content_type: &str,
    ) -> Result<(), SdkError<PutObjectError>> {
        let put = self
            .client
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .content_type(content_type);
        let put = put.body(body).customize();
        let put = match &self.links {
            // Over the loopback interface a signature of the bytes protects nothing, and costs a hash on either side.
            Links::Own { .. } => put.disable_payload_signing(),
            Links::Presigned { .. } => put,
        };
        put.send().await.map(|_| ())
    }

    /// All keys under a prefix, for whoever looks after the store.
    pub async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let list = self.client.list_objects_v2().bucket(&self.bucket).prefix(prefix);
        let mut pages = list.into_paginator().send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| unavailable(&error))?;
            keys.extend(
                page.contents()
                    .iter()
                    .filter_map(|object| object.key().map(str::to_owned)),
            );
        }
        Ok(keys)
    }

    pub async fn get(&self, key: &str) -> Result<Bytes, StoreError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map_err(|error| {
                if error.as_service_error().is_some_and(|e| e.is_no_such_key()) {
                    StoreError::Missing
                } else {
                    unavailable(&error)
                }
            })?;
        let body = answer
            .body
            .collect()
            .await
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(body.into_bytes())
    }

    pub async fn exists(&self, key: &str) -> Result<bool, StoreError> {
        match self
            .client
            .head_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
        {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_not_found()) => Ok(false),
            Err(error) => Err(unavailable(&error)),
        }
    }

    /// One at a time: several stores refuse the checksum that deleting many needs.
    pub async fn delete(&self, key: &str) -> Result<(), StoreError> {
        self.client
            .delete_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| unavailable(&error))
    }

    /// A link to an object that runs out after `LINK_TTL`. No request is made.
    pub async fn link(&self, key: &str) -> Result<String, StoreError> {
        let (signer, path) = match &self.links {
            Links::Own { links, .. } => return Ok(links.link(key, self.clock.now())),
            Links::Presigned { signer, path } => (signer, path),
        };
        let config = PresigningConfig::expires_in(LINK_TTL)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        let request = signer
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .presigned(config)
            .await;
        let request = request.map_err(|error| unavailable(&error))?;
        let (base, rest) = split_path(request.uri());
        Ok(format!("{base}{path}{rest}"))
    }
}

/// Scheme and host, and whatever follows; a lone slash at the end is nothing.
fn split_path(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let host_end = url.get(after_scheme..).and_then(|rest| rest.find('/'));
    let (base, path) = host_end
        .and_then(|at| url.split_at_checked(after_scheme + at))
        .unwrap_or((url, ""));
    (base, path.trim_end_matches('/'))
}

/// The bucket stands in the path, or in front of the host.
fn bucket_origin(settings: &Settings, base: &str) -> String {
    let (scheme, host) = base.split_once("://").unwrap_or(("https", base));
    if settings.path_style {
        format!("{scheme}://{host}")
    } else {
        format!("{scheme}://{}.{host}", settings.bucket)
    }
}

fn client(settings: &Settings, endpoint: &str) -> Client {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    let secret = settings.secret_access_key.expose_secret();
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.region.clone()))
        .endpoint_url(endpoint)
        .force_path_style(settings.path_style)
        .credentials_provider(Credentials::new(
            &settings.access_key_id,
            secret,
            None,
            None,
            "static",
        ))
        .timeout_config(timeouts)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        // Stores other than AWS's refuse the newer default checksums.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .build();
    Client::from_conf(config)
}

/// The service's own code where there is one; never the request, which is signed.
fn unavailable<E>(error: &SdkError<E>) -> StoreError
where
    E: aws_sdk_s3::error::ProvideErrorMetadata,
{
    let reason = match error {
        SdkError::ServiceError(service) => service.err().code().unwrap_or("refused").to_owned(),
        SdkError::TimeoutError(_) => "timed out".to_owned(),
        SdkError::DispatchFailure(_) => "no connection".to_owned(),
        _ => "no usable answer".to_owned(),
    };
    StoreError::Unavailable(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn objects(public_endpoint: &str) -> ObjectStore {
        let settings = Settings {
            endpoint: "http://127.0.0.1:9".to_owned(),
            links: LinkSettings::Presigned {
                public_endpoint: public_endpoint.to_owned(),
            },
            region: "us-east-1".to_owned(),
            bucket: "zhitong".to_owned(),
            access_key_id: "key".to_owned(),
            secret_access_key: "secret".to_owned().into(),
            path_style: true,
        };
        ObjectStore::new(&settings, Clock::real())
    }

    #[tokio::test]
    async fn a_path_of_the_public_endpoint_stands_in_the_link_and_not_in_the_signature() {
        let plain = objects("https://s3.example.cn").link("thumb/a").await.unwrap();
        let below = objects("https://s3.example.cn/photos/")
            .link("thumb/a")
            .await
            .unwrap();
        assert!(
            plain.starts_with("https://s3.example.cn/zhitong/thumb/a?"),
            "{plain}"
        );
        assert!(
            below.starts_with("https://s3.example.cn/photos/zhitong/thumb/a?"),
            "{below}"
        );
    }
}
