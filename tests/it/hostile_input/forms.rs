//! Multipart forms.

use actix_web::FromRequest as _;
use actix_web::test::TestRequest;
use actix_web::web::Payload;
use proptest::prelude::*;
use zhitong::http::multipart::{BodyMemory, BoundedForm, MAX_FIELDS, MAX_TEXT_BYTES};

use super::{check, hostile};

/// A form of these fields, as a browser sends it.
fn form(fields: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in fields {
        let head = format!("--frontier\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(value);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"--frontier--\r\n");
    bytes
}

/// Reads a whole form; returns the number of fields and the bytes of text that were kept.
async fn read_form(bytes: Vec<u8>) -> (usize, usize) {
    let (request, mut payload) = TestRequest::post()
        .insert_header(("content-type", "multipart/form-data; boundary=frontier"))
        .set_payload(bytes)
        .to_http_parts();
    let payload = Payload::from_request(&request, &mut payload).await.unwrap();
    let mut form = BoundedForm::new(&request, payload);
    let (mut fields, mut kept) = (0, 0);
    while let Ok(Some(field)) = form.next().await {
        fields += 1;
        let is_file = field.file_name().is_some();
        if is_file {
            let share = BodyMemory::default().begin(false);
            let _ = field.file(4_096, share).await;
        } else {
            match form.text(field, MAX_TEXT_BYTES).await {
                Ok(text) => kept += text.len(),
                Err(_) => break,
            }
        }
    }
    (fields, kept)
}

#[test]
fn forms_are_read_within_their_bounds() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let field = (
        "[a-z\"=;\r\n ]{0,40}",
        prop::collection::vec(any::<u8>(), 0..3_000),
    );
    let fields = prop::collection::vec(field, 0..48);
    let form = fields.prop_map(|fields| form(&fields));
    let file = form_with_file();
    let bytes = prop_oneof![3 => form, 2 => hostile(vec![file])];
    check(bytes, |bytes| {
        let (fields, kept) = runtime.block_on(read_form(bytes));
        prop_assert!(
            fields <= MAX_FIELDS && kept <= MAX_TEXT_BYTES,
            "{fields} fields, {kept} bytes"
        );
        Ok(())
    });
}

fn form_with_file() -> Vec<u8> {
    let head = "--frontier\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n";
    let rest = form(&[("role".to_owned(), b"before".to_vec())]);
    [head.as_bytes(), &[0xFF; 600], b"\r\n", &rest].concat()
}
