//! Pictures that are small on the wire and huge when decoded: refused by their heads, or decoded within one budget.

use image::{DynamicImage, ImageFormat, RgbImage};
use tests::photos::plain;

use crate::product::{Product, Settings};

/// `ZHITONG_DECODE_MEMORY_MIB` by default, and what the product itself and the allocator add.
const MEMORY_MIB: u64 = 512 + 256;
/// Of the bombs that are refused by their heads, together.
const CPU_SECONDS: u64 = 10;
const LARGE_AT_ONCE: usize = 4;

/// The scan of a small JPEG, many times, in a file that says it is progressive.
fn scans(count: usize, size: Option<(u16, u16)>) -> Vec<u8> {
    let mut jpeg = plain(64, 48, ImageFormat::Jpeg);
    let find = |bytes: &[u8], marker: [u8; 2]| {
        bytes
            .windows(2)
            .position(|pair| pair == marker)
            .expect("a marker")
    };
    let frame = find(&jpeg, [0xFF, 0xC0]);
    jpeg[frame + 1] = 0xC2;
    if let Some((width, height)) = size {
        jpeg[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
        jpeg[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    }
    let scan = find(&jpeg, [0xFF, 0xDA]);
    let end = jpeg.len() - 2;
    [&jpeg[..scan], &jpeg[scan..end].repeat(count), &jpeg[end..]].concat()
}

/// The check sum of a chunk of a PNG.
fn crc32(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ (0xEDB8_8320 * (sum & 1));
    !bytes
        .iter()
        .fold(u32::MAX, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// A PNG whose head names another size than its pixels have.
fn png_that_says(width: u32, height: u32) -> Vec<u8> {
    let mut png = plain(8, 8, ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

/// 49 megapixels in a plain colour, so that the file is small. With four channels it would be beyond the budget alone.
fn large_png() -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = RgbImage::from_pixel(7_000, 7_000, image::Rgb([90, 120, 150]));
    DynamicImage::ImageRgb8(picture)
        .write_to(&mut bytes, ImageFormat::Png)
        .expect("a picture");
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn picture_bombs_cost_little_and_never_more_than_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let product = Product::start(Settings::sqlite(folder.path())).await;
    let delegates = product.delegates(LARGE_AT_ONCE).await;
    let before = product.cpu_seconds();
    let bombs = [
        ("600 scans", scans(600, None)),
        ("48 MP in 40 scans", scans(40, Some((8_000, 6_000)))),
        ("65,535 × 65,535 JPEG", scans(1, Some((65_535, 65_535)))),
        ("50,000 × 50,000 PNG", png_that_says(50_000, 50_000)),
        ("4,294,967,295 × 1 PNG", png_that_says(u32::MAX, 1)),
    ];
    let mut figures = Vec::new();
    for (name, bytes) in bombs {
        let size = bytes.len() / 1024;
        let (status, problem) = product.upload(&delegates[0], bytes).await;
        assert_eq!(status, 422, "{name}: {problem}");
        figures.push(format!(
            "{name} ({size} KiB) {}",
            problem["code"].as_str().unwrap_or_default()
        ));
    }
    let cpu = product.cpu_seconds() - before;
    assert!(cpu <= CPU_SECONDS, "{cpu} CPU-s");

    let large = large_png();
    product.forget_peak();
    let uploads = delegates
        .iter()
        .map(|delegate| product.upload(delegate, large.clone()));
    let answers = futures_util::future::join_all(uploads).await;
    let peak = product.peak_memory_mib();
    let stored = answers.iter().filter(|(status, _)| *status == 201).count();
    let waited = answers.iter().filter(|(status, _)| *status == 503).count();
    println!(
        "picture bombs: {}, {cpu} CPU-s; {LARGE_AT_ONCE} PNGs of 49 MP at once: {stored} stored, {waited} answered 503, \
         at most {peak} MiB resident",
        figures.join(", ")
    );
    assert_eq!(stored + waited, LARGE_AT_ONCE, "{answers:?}");
    assert!(stored > 0 && peak < MEMORY_MIB, "{peak} MiB");
}
