//! Real HEIC files, made by libheif's `heif-enc` and converted by its `heif-convert`.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};
use tests::photos::jpeg_with_exif;
use tests::places::JIANXI;
use tests::programs::program;
use tests::{Client, Db, TestApp};

const TAKEN_AT: &str = "2025-09-08T08:30:00+08:00";
const RED: Rgb<u8> = Rgb([220, 20, 20]);
const BLUE: Rgb<u8> = Rgb([20, 20, 220]);
const GREY: Rgb<u8> = Rgb([90, 90, 90]);
/// Quarter turns against the clock of `irot`; EXIF calls this one 6.
const QUARTER_TO_THE_RIGHT: u8 = 3;

/// One corner of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Corner {
    UpperLeft,
    UpperRight,
    LowerLeft,
    LowerRight,
}

impl Corner {
    const ALL: [Self; 4] = [
        Self::UpperLeft,
        Self::UpperRight,
        Self::LowerLeft,
        Self::LowerRight,
    ];

    /// The middle of its quarter.
    fn pixel(self, picture: &RgbImage) -> Rgb<u8> {
        let (right, lower) = match self {
            Self::UpperLeft => (1, 1),
            Self::UpperRight => (3, 1),
            Self::LowerLeft => (1, 3),
            Self::LowerRight => (3, 3),
        };
        *picture.get_pixel(picture.width() * right / 4, picture.height() * lower / 4)
    }
}

fn is_near(one: Rgb<u8>, other: Rgb<u8>) -> bool {
    one.0
        .iter()
        .zip(other.0)
        .all(|(one, other)| one.abs_diff(other) < 40)
}

/// The one corner that is red.
fn red_corner(picture: &RgbImage) -> Corner {
    let mut red = Corner::ALL
        .into_iter()
        .filter(|corner| is_near(corner.pixel(picture), RED));
    let found = red.next().expect("a red corner");
    assert_eq!(red.next(), None, "one corner is red");
    found
}

/// A landscape whose upper left quarter is red, as the sensor saw it.
fn landscape() -> RgbImage {
    RgbImage::from_fn(320, 240, |x, y| if x < 160 && y < 120 { RED } else { GREY })
}

fn jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

/// The JPEG with this orientation, and nothing else, in its EXIF data.
fn with_orientation(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let tiff = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    let segment = [&b"Exif\0\0"[..], &tiff[..], &[orientation], &[0; 6]].concat();
    let length = u16::try_from(segment.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xFF, 0xE1], &length, &segment, &jpeg[2..]].concat()
}

/// Encodes JPEG files into one HEIC.
fn heic(jpegs: &[Vec<u8>]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(program("heif-enc"));
    for (at, jpeg) in jpegs.iter().enumerate() {
        let path = folder.path().join(format!("{at}.jpg"));
        std::fs::write(&path, jpeg).unwrap();
        command.arg(path);
    }
    let out = folder.path().join("out.heic");
    let output = command.arg("-o").arg(&out).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    std::fs::read(out).unwrap()
}

/// Puts a property of the first image into the place of `pixi`, which has the same 16 bytes and no effect.
fn with_property(mut heic: Vec<u8>, kind: &[u8; 4], value: u8) -> Vec<u8> {
    let at = heic
        .windows(4)
        .position(|part| part == b"pixi")
        .expect("a `pixi` box");
    assert_eq!(heic[at - 4..at], [0, 0, 0, 16]);
    heic[at..at + 12].copy_from_slice(&[&kind[..], &[value], &[0; 7]].concat());
    heic
}

/// Names another item as the primary one.
fn with_primary(mut heic: Vec<u8>, item: u8) -> Vec<u8> {
    let at = heic
        .windows(4)
        .position(|part| part == b"pitm")
        .expect("a `pitm` box");
    heic[at + 9] = item;
    heic
}

async fn start(converter: &str) -> TestApp {
    TestApp::with(Db::Sqlite)
        .set("HEIF_CONVERT", converter)
        .start()
        .await
}

async fn upload(delegate: &Client, heic: Vec<u8>) -> Value {
    let answer = delegate.upload(heic, "IMG_0001.HEIC", &[]).await;
    answer.assert_status(201);
    answer.json
}

/// The large picture, which must have the size that the photo is said to have.
async fn shown(app: &TestApp, photo: &Value) -> RgbImage {
    let link = photo["urls"]["large"].as_str().unwrap();
    let bytes = app.http().get(link).send().await.unwrap().bytes().await.unwrap();
    let picture = image::load_from_memory(&bytes).unwrap().into_rgb8();
    assert_eq!(
        (&photo["width"], &photo["height"]),
        (&json!(picture.width()), &json!(picture.height()))
    );
    picture
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_heic_is_turned_once_by_its_own_properties() {
    let app = start(&program("heif-convert")).await;
    let delegate = app.delegate("").await;
    let plain = jpeg(&landscape());

    let turned = heic(&[with_orientation(&plain, 6)]);
    assert!(
        turned
            .windows(10)
            .any(|part| part == b"\x01\x12\0\x03\0\0\0\x01\0\x06"),
        "the file keeps its EXIF orientation"
    );
    let both = with_property(turned.clone(), b"irot", QUARTER_TO_THE_RIGHT);
    let picture = shown(&app, &upload(&delegate, both).await).await;
    assert!(picture.width() < picture.height(), "turned upright");
    assert_eq!(red_corner(&picture), Corner::UpperRight);

    // EXIF alone is for information (ISO/IEC 23008-12, Annex A): phones do not turn it either.
    let picture = shown(&app, &upload(&delegate, turned).await).await;
    assert_eq!((picture.width(), picture.height()), (320, 240));
    assert_eq!(red_corner(&picture), Corner::UpperLeft);

    // Either axis, as editions of the standard differ; twice would be as before.
    let mirrored = with_property(heic(&[with_orientation(&plain, 2)]), b"imir", 1);
    let picture = shown(&app, &upload(&delegate, mirrored).await).await;
    let corner = red_corner(&picture);
    assert!(
        matches!(corner, Corner::UpperRight | Corner::LowerLeft),
        "{corner:?}"
    );
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_heic_keeps_the_time_and_place_of_its_exif_data() {
    let app = start(&program("heif-convert")).await;
    let delegate = app.delegate("").await;
    let photo = upload(&delegate, heic(&[jpeg_with_exif(5, JIANXI, TAKEN_AT)])).await;
    assert_eq!(
        (&photo["taken_at"], &photo["width"]),
        (&json!(TAKEN_AT), &json!(1600))
    );
    let longitude = photo["location"]["longitude"].as_f64().unwrap();
    assert!((longitude - JIANXI.longitude).abs() < 1e-5, "{longitude}");
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collection_gives_its_primary_image() {
    let app = start(&program("heif-convert")).await;
    let delegate = app.delegate("").await;
    let of_colour = |colour| jpeg(&RgbImage::from_pixel(96, 64, colour));
    let three = heic(&[of_colour(RED), of_colour(BLUE), of_colour(GREY)]);
    for (primary, colour) in [(1, RED), (2, BLUE), (3, GREY)] {
        let file = with_primary(three.clone(), primary);
        let picture = shown(&app, &upload(&delegate, file).await).await;
        let found = Corner::LowerRight.pixel(&picture);
        assert!(is_near(found, colour), "item {primary}: {found:?}");
    }
    app.finish().await;
}

/// A converter that calls `heif-convert` and names its results differently.
fn converter_with_other_names(folder: &Path) -> String {
    let path = folder.join("convert");
    let script = format!(
        "#!/bin/sh\nexec {} \"$1\" \"$2\" \"$3\" \"$(dirname \"$4\")/IMG 0001.1.jpeg\"\n",
        program("heif-convert")
    );
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_names_of_a_converters_results_do_not_matter() {
    let folder = tempfile::tempdir().unwrap();
    let app = start(&converter_with_other_names(folder.path())).await;
    let delegate = app.delegate("").await;
    let collection = heic(&[jpeg(&landscape()), jpeg(&RgbImage::from_pixel(96, 64, BLUE))]);
    let picture = shown(&app, &upload(&delegate, collection).await).await;
    assert_eq!(red_corner(&picture), Corner::UpperLeft);
    // A file that cannot be converted is damaged, whatever the converter leaves behind.
    let whole = heic(&[jpeg(&landscape())]);
    let cut = whole[..whole.len() / 2].to_vec();
    let refused = delegate.upload(cut, "IMG_0002.HEIC", &[]).await;
    refused.assert_problem(422, "photo_damaged");
    app.finish().await;
}
