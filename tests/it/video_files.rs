//! The container of a short video: what is taken, what is refused, what is wiped.

use std::io::Cursor;

use tests::videos::{PLACE, PLACE_KEY, Video};
use zhitong::videos::limits::MAX_VIDEO_SECONDS;
use zhitong::videos::refused::Refused;
use zhitong::videos::scan::{Cleaned, ScanError, clean};

fn cleaned(bytes: &[u8]) -> Result<(Cleaned, Vec<u8>), Refused> {
    let mut file = Cursor::new(bytes.to_vec());
    match clean(&mut file) {
        Ok(found) => Ok((found, file.into_inner())),
        Err(ScanError::Refused(refused)) => Err(refused),
        Err(ScanError::Io(error)) => panic!("{error}"),
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn a_phones_video_keeps_its_length_and_loses_its_place_wherever_it_was_written() {
    for (quicktime, description_first) in [(false, false), (true, true)] {
        let video = Video {
            quicktime,
            description_first,
            ..Video::default()
        };
        let before = video.bytes();
        assert!(
            holds(&before, PLACE) && holds(&before, PLACE_KEY),
            "the phone wrote it"
        );
        let (found, after) = cleaned(&before).unwrap();
        let facts = found.facts;
        assert_eq!(
            (facts.duration_ms, facts.width, facts.height),
            (12_400, 1280, 720)
        );
        assert_eq!(found.is_quicktime, quicktime);
        assert_eq!(after.len(), before.len(), "no offset moves");
        assert!(!holds(&after, PLACE) && !holds(&after, PLACE_KEY));
        for name in ["udta", "meta", "uuid", "loci", "mebx"] {
            assert!(!holds(&after, name), "{name}");
        }
        assert!(holds(&after, "avc1") && holds(&after, "mp4a"), "it can be played");
        let samples = before.windows(128).position(|window| window == [1; 128]).unwrap();
        assert_eq!(
            after[samples..samples + 128],
            [1; 128],
            "picture and sound are untouched"
        );
    }
}

#[test]
fn a_video_without_a_place_stays_as_it_is() {
    let bytes = Video {
        with_place: false,
        ..Video::default()
    };
    let bytes = bytes.bytes();
    assert_eq!(cleaned(&bytes).unwrap().1, bytes);
}

#[test]
fn each_bad_file_is_told_by_its_fault() {
    let good = Video::default();
    let whole = good.bytes();
    let long = |milliseconds| Video {
        milliseconds,
        ..Video::default()
    };
    let seconds = MAX_VIDEO_SECONDS * 1000;
    for (what, bytes, fault) in [
        ("nothing", Vec::new(), Some(Refused::Empty)),
        (
            "a document",
            b"%PDF-1.7 and so on".to_vec(),
            Some(Refused::NotAVideo),
        ),
        (
            "a photo",
            b"\xFF\xD8\xFF\xE0 and so on".to_vec(),
            Some(Refused::NotAVideo),
        ),
        (
            "HEIC",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            Some(Refused::NotAVideo),
        ),
        (
            "half of it",
            whole[..whole.len() / 2].to_vec(),
            Some(Refused::Damaged),
        ),
        ("thirty seconds", long(seconds).bytes(), None),
        ("what a recorder adds", long(seconds + 40).bytes(), None),
        (
            "thirty-one seconds",
            long(seconds + 1000).bytes(),
            Some(Refused::TooLong),
        ),
        ("no length", long(0).bytes(), Some(Refused::Damaged)),
        (
            "HEVC",
            Video {
                codec: *b"hvc1",
                ..good.clone()
            }
            .bytes(),
            None,
        ),
        (
            "AV1",
            Video {
                codec: *b"av01",
                ..good.clone()
            }
            .bytes(),
            Some(Refused::UnknownCodec),
        ),
        (
            "AMR",
            Video {
                sound: *b"samr",
                ..good.clone()
            }
            .bytes(),
            Some(Refused::UnknownCodec),
        ),
    ] {
        assert_eq!(cleaned(&bytes).err(), fault, "{what}");
    }
}

#[test]
fn a_table_that_names_the_same_bytes_a_thousand_times_is_cheap() {
    // One chunk of the place track claims four thousand megabytes: it is cut at the end of the file.
    let video = Video::default();
    let mut bytes = video.bytes();
    let at = bytes.windows(4).rposition(|name| name == b"stsz").unwrap();
    bytes[at + 8..at + 12].copy_from_slice(&u32::MAX.to_be_bytes());
    // What lies behind the samples is wiped with them, the description too: nothing is stored.
    assert!(cleaned(&bytes).is_err());
}
