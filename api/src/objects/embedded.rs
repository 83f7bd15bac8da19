//! A real S3 endpoint on the loopback interface, served from a folder by this process: the few operations that
//! the product uses, with signatures checked, over the same SDK as any other store.

use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use s3s::dto::{
    CreateBucketInput, CreateBucketOutput, DeleteObjectInput, DeleteObjectOutput, ETag, GetObjectInput,
    GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput, HeadObjectOutput,
    ListObjectsV2Input, ListObjectsV2Output, Object, PutObjectInput, PutObjectOutput, StreamingBlob,
    Timestamp,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::config::PaceLimits;
use crate::objects::folder::{FileStore, StoredObject};
use crate::objects::paced;

/// Bytes read from disk at a time.
const CHUNK: usize = 64 * 1024;
/// After a failed accept (no free file handle) the next try waits.
const PAUSE: Duration = Duration::from_millis(100);
const MAX_KEYS: usize = 1000;
/// Of the product's own client; nobody else knows the keys.
const MAX_CONNECTIONS: usize = 256;
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// Serves `root` until the process ends; gives back where. `body` limits how long a caller may take for a body.
pub async fn start(
    root: &Path,
    bind: SocketAddr,
    access_key: &str,
    secret_key: &str,
    body: PaceLimits,
) -> io::Result<SocketAddr> {
    let mut service = s3s::service::S3ServiceBuilder::new(Embedded {
        folder: FileStore::open(root)?,
    });
    service.set_auth(s3s::auth::SimpleAuth::from_single(access_key, secret_key));
    let service = service.build();
    let listener = TcpListener::bind(bind).await?;
    let address = listener.local_addr()?;
    let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    tokio::spawn(async move {
        loop {
            let place = Arc::clone(&connections).acquire_owned().await;
            let Ok((socket, _)) = listener.accept().await else {
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            // Small answers leave at once.
            let _ = socket.set_nodelay(true);
            let service = service.clone();
            tokio::spawn(async move {
                let _place = place;
                // Told apart from HTTP/2 by its first bytes, a connection that sends none would have no deadline.
                let mut server =
                    hyper_util::server::conn::auto::Builder::new(TokioExecutor::new()).http1_only();
                server
                    .http1()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIMEOUT);
                let served = service_fn(move |request| paced::serve(service.clone(), request, body));
                if let Err(error) = server.serve_connection(TokioIo::new(socket), served).await {
                    tracing::debug!(error = %error, "object store connection ended");
                }
            });
        }
    });
    Ok(address)
}

struct Embedded {
    folder: FileStore,
}

#[async_trait]
impl S3 for Embedded {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        let folder = self.folder.clone();
        if blocking(move || folder.create_bucket(&request.input.bucket)).await? {
            Ok(S3Response::new(CreateBucketOutput::default()))
        } else {
            Err(S3Error::new(S3ErrorCode::BucketAlreadyOwnedByYou))
        }
    }

    async fn head_bucket(
        &self,
        request: S3Request<HeadBucketInput>,
    ) -> S3Result<S3Response<HeadBucketOutput>> {
        if self.folder.has_bucket(&request.input.bucket) {
            Ok(S3Response::new(HeadBucketOutput::default()))
        } else {
            Err(S3Error::new(S3ErrorCode::NoSuchBucket))
        }
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput {
            bucket,
            key,
            body,
            content_type,
            content_length,
            ..
        } = request.input;
        let folder = self.folder.clone();
        let mut writing = blocking(move || folder.begin(&bucket, &key, content_type)).await?;
        let mut written: i64 = 0;
        let mut body = body.ok_or_else(|| S3Error::new(S3ErrorCode::IncompleteBody))?;
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|_| S3Error::new(S3ErrorCode::IncompleteBody))?;
            written += i64::try_from(chunk.len()).unwrap_or(0);
            writing = blocking(move || writing.write(&chunk).map(|()| writing)).await?;
        }
        if content_length.is_some_and(|declared| declared != written) {
            return Err(S3Error::new(S3ErrorCode::IncompleteBody));
        }
        let header = blocking(move || writing.commit()).await?;
        let output = PutObjectOutput {
            e_tag: Some(ETag::Strong(header.entity_tag)),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let GetObjectInput {
            bucket, key, range, ..
        } = request.input;
        let folder = self.folder.clone();
        let object = blocking(move || folder.read(&bucket, &key)).await?;
        let wanted = match range {
            Some(range) => range
                .check(object.length)
                .map_err(|_| S3Error::new(S3ErrorCode::InvalidRange))?,
            None => 0..object.length,
        };
        let length = wanted.end - wanted.start;
        let content_range = range.map(|_| {
            format!(
                "bytes {}-{}/{}",
                wanted.start,
                wanted.end.saturating_sub(1),
                object.length
            )
        });
        let output = GetObjectOutput {
            content_length: i64::try_from(length).ok(),
            content_range,
            content_type: object.header.content_type.clone(),
            e_tag: Some(ETag::Strong(object.header.entity_tag.clone())),
            last_modified: Some(Timestamp::from(object.modified)),
            body: Some(StreamingBlob::wrap(
                object.stream(wanted).map_err(|error| failed(&error))?,
            )),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let HeadObjectInput { bucket, key, .. } = request.input;
        let folder = self.folder.clone();
        let object = blocking(move || folder.read(&bucket, &key)).await?;
        let output = HeadObjectOutput {
            content_length: i64::try_from(object.length).ok(),
            content_type: object.header.content_type.clone(),
            e_tag: Some(ETag::Strong(object.header.entity_tag.clone())),
            last_modified: Some(Timestamp::from(object.modified)),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        let DeleteObjectInput { bucket, key, .. } = request.input;
        let folder = self.folder.clone();
        blocking(move || folder.delete(&bucket, &key)).await?;
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    /// Reads all names of the bucket for every page: for looking after a store, not for serving.
    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let limit = input.max_keys.and_then(|limit| usize::try_from(limit).ok());
        let limit = limit.unwrap_or(MAX_KEYS).min(MAX_KEYS);
        let after = input
            .continuation_token
            .clone()
            .or(input.start_after)
            .unwrap_or_default();
        let (folder, bucket) = (self.folder.clone(), input.bucket.clone());
        let prefix = input.prefix.clone().unwrap_or_default();
        let mut keys = blocking(move || folder.keys(&bucket, &prefix, &after)).await?;
        let more = keys.len() > limit;
        keys.truncate(limit);
        let output = ListObjectsV2Output {
            name: Some(input.bucket),
            prefix: input.prefix,
            key_count: i32::try_from(keys.len()).ok(),
            max_keys: i32::try_from(limit).ok(),
            is_truncated: Some(more),
            continuation_token: input.continuation_token,
            next_continuation_token: more.then(|| keys.last().cloned()).flatten(),
            contents: Some(keys.into_iter().map(named).collect()),
            ..Default::default()
        };
        Ok(S3Response::new(output))
    }
}

fn named(key: String) -> Object {
    Object {
        key: Some(key),
        ..Default::default()
    }
}

impl StoredObject {
    /// The bytes of a part of the object, a chunk at a time.
    /// # Errors
    /// If the file cannot be read.
    pub fn stream(
        mut self,
        part: std::ops::Range<u64>,
    ) -> io::Result<impl futures_util::Stream<Item = io::Result<Bytes>>> {
        self.file.seek(SeekFrom::Start(self.offset + part.start))?;
        Ok(chunks(self, part.end.saturating_sub(part.start)))
    }
}

/// The bytes of an object, a chunk at a time.
fn chunks(object: StoredObject, length: u64) -> impl futures_util::Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((object.file, length), |(mut file, left)| async move {
        if left == 0 {
            return Ok(None);
        }
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK);
        let read = move || {
            let mut buffer = vec![0; size];
            file.read_exact(&mut buffer).map(|()| (buffer, file))
        };
        let (buffer, file) = tokio::task::spawn_blocking(read)
            .await
            .map_err(io::Error::other)??;
        let left = left - buffer.len() as u64;
        Ok(Some((Bytes::from(buffer), (file, left))))
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> S3Result<T> {
    let done = tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| S3Error::new(S3ErrorCode::InternalError))?;
    done.map_err(|error| failed(&error))
}

fn failed(error: &io::Error) -> S3Error {
    match error.kind() {
        io::ErrorKind::NotFound => S3Error::new(S3ErrorCode::NoSuchKey),
        io::ErrorKind::InvalidInput => S3Error::new(S3ErrorCode::InvalidArgument),
        _ => {
            tracing::error!(error = %error, "object store disk error");
            S3Error::new(S3ErrorCode::InternalError)
        }
    }
}
