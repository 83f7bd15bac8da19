//! The variables of the object store.

use super::S3Config;
use super::vars::Vars;

impl Vars<'_> {
    pub(super) fn s3(&mut self) -> S3Config {
        let endpoint = self.optional("S3_ENDPOINT");
        let (access_key_id, secret_access_key) = if endpoint.is_some() {
            (
                self.required("S3_ACCESS_KEY_ID", "S3_ENDPOINT is set and needs it"),
                self.required("S3_SECRET_ACCESS_KEY", "S3_ENDPOINT is set and needs it"),
            )
        } else {
            // The embedded endpoint listens on the loopback interface only; its key is derived from DATA_KEY.
            (
                self.text("S3_ACCESS_KEY_ID", "zhitong"),
                self.text("S3_SECRET_ACCESS_KEY", ""),
            )
        };
        if let Some(url) = &endpoint {
            self.check_url("S3_ENDPOINT", url);
        }
        let public_endpoint = self.optional("S3_PUBLIC_ENDPOINT");
        if let Some(url) = &public_endpoint
            && self
                .check_url("S3_PUBLIC_ENDPOINT", url)
                .is_some_and(|url| url.query().is_some())
        {
            self.fault("S3_PUBLIC_ENDPOINT", "must have no query");
        }
        S3Config {
            public_endpoint,
            embedded_bind: self.parse(
                "S3_EMBEDDED_BIND",
                "127.0.0.1:0",
                "an address and port such as 127.0.0.1:9000",
            ),
            region: self.text("S3_REGION", "us-east-1"),
            bucket: self.text("S3_BUCKET", "zhitong"),
            path_style: self.parse("S3_PATH_STYLE", "true", "true or false"),
            endpoint,
            access_key_id,
            secret_access_key: secret_access_key.into(),
        }
    }
}
