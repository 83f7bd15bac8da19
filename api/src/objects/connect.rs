//! Connects to the configured store, or starts the embedded one.

use crate::clock::Clock;
use crate::config::{Config, S3Config};
use crate::objects::client::{LinkSettings, ObjectStore, Settings};
use crate::objects::embedded;
use crate::objects::folder::FileStore;
use crate::objects::media::MediaLinks;
use crate::sealing::Sealer;

/// Returns a client of the configured store, or of the embedded one, whose secret follows from the data key and which
/// serves until the process ends.
///
/// Sends nothing to a configured store.
/// # Errors
/// If the embedded store cannot use its folder or its address.
pub async fn connect(config: &Config, sealer: &Sealer, clock: &Clock) -> anyhow::Result<ObjectStore> {
    let S3Config {
        endpoint,
        public_endpoint,
        embedded_bind,
        region,
        bucket,
        access_key_id,
        ..
    } = config.s3.clone();
    let presigned = |public_endpoint| LinkSettings::Presigned { public_endpoint };
    let (endpoint, secret_access_key, path_style, links) = if let Some(endpoint) = endpoint {
        let links = presigned(public_endpoint.unwrap_or_else(|| endpoint.clone()));
        let secret = config.s3.secret_access_key.clone();
        (endpoint, secret, config.s3.path_style, links)
    } else {
        let secret = sealer.hash("embedded store", &access_key_id);
        let root = config.data_dir.join("objects");
        let body = config.http.body;
        let address = embedded::start(&root, embedded_bind, &access_key_id, &secret, body).await?;
        // One domain is enough: photos are shown under the product's own, unless the endpoint is published as well.
        let links = match public_endpoint {
            Some(public_endpoint) => presigned(public_endpoint),
            None => LinkSettings::Own {
                links: MediaLinks::new(&config.public_url, sealer.hash("media links", &bucket).into()),
                folder: FileStore::open(&root)?,
            },
        };
        (format!("http://{address}"), secret.into(), true, links)
    };
    let settings = Settings {
        endpoint,
        links,
        region,
        bucket,
        access_key_id,
        secret_access_key,
        path_style,
    };
    Ok(ObjectStore::new(&settings, clock.clone()))
}
