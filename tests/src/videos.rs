//! Videos made by the test: containers as phones write them, with their place in each form that is known.

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::Value;

use crate::client::{Answer, Client};

/// Where the video was taken, as phones write it (ISO 6709).
pub const PLACE: &str = "+34.6623+112.4267/";
/// The key of a place in the metadata of iPhones.
pub const PLACE_KEY: &str = "com.apple.quicktime.location.ISO6709";
const SAMPLE: usize = 64;
/// Units of time in a second.
const SCALE: u32 = 1000;

/// A container in the making; what is not said is ordinary.
#[derive(Clone, Debug)]
pub struct Video {
    pub milliseconds: u32,
    pub codec: [u8; 4],
    pub sound: [u8; 4],
    /// Bytes of content besides the samples.
    pub padding: usize,
    /// Different numbers make different files.
    pub seed: u8,
    pub quicktime: bool,
    /// Whether the phone wrote where it was, wherever a phone can.
    pub with_place: bool,
    /// `moov` before `mdat`, as for streaming.
    pub description_first: bool,
}

impl Default for Video {
    fn default() -> Self {
        Self {
            milliseconds: 12_400,
            codec: *b"avc1",
            sound: *b"mp4a",
            padding: 4096,
            seed: 1,
            quicktime: false,
            with_place: true,
            description_first: false,
        }
    }
}

impl Video {
    /// The file. Picture and sound are no real ones: nothing decodes them.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let brand = if self.quicktime { b"qt  " } else { b"isom" };
        let ftyp = part(b"ftyp", &[&brand[..], &[0, 0, 2, 0], brand].concat());
        // The places of the samples depend on the length of the description only.
        let length = part(b"moov", &self.movie(0)).len();
        let before = ftyp.len() + if self.description_first { length } else { 0 };
        let first = u32::try_from(before + 8).expect("a short file");
        let moov = part(b"moov", &self.movie(first));
        let mdat = part(b"mdat", &self.content());
        let mut file = ftyp;
        if self.description_first {
            file.extend([moov, mdat].concat());
        } else {
            file.extend([mdat, moov].concat());
        }
        if self.with_place {
            let xmp = format!("<exif:GPSLatitude>{PLACE}</exif:GPSLatitude>");
            file.extend(part(b"uuid", &[&[0xBE; 16][..], xmp.as_bytes()].concat()));
            file.extend(part(b"meta", &location_metadata()));
            file.extend(part(b"free", PLACE.as_bytes()));
        }
        file
    }

    /// Three samples (picture, sound, place), then padding.
    fn content(&self) -> Vec<u8> {
        let mut bytes = vec![self.seed; SAMPLE * 2];
        let mut place = if self.with_place {
            PLACE.as_bytes().to_vec()
        } else {
            Vec::new()
        };
        place.resize(SAMPLE, b'.');
        bytes.extend(place);
        bytes.resize(SAMPLE * 3 + self.padding, self.seed.wrapping_add(1));
        bytes
    }

    fn movie(&self, first_sample: u32) -> Vec<u8> {
        let sample = |nth: u32| first_sample + nth * 64;
        let mut movie = part(b"mvhd", &times(self.milliseconds, 80));
        movie.extend(self.track(b"vide", self.codec, sample(0)));
        movie.extend(self.track(b"soun", self.sound, sample(1)));
        if self.with_place {
            movie.extend(self.track(b"meta", *b"mebx", sample(2)));
            let user_data = part(b"\xA9xyz", &[&[0, 18, 0x15, 0xC7][..], PLACE.as_bytes()].concat());
            movie.extend(part(b"udta", &[user_data, vec![0; 4]].concat()));
            movie.extend(part(b"meta", &location_metadata()));
        }
        movie
    }

    fn track(&self, kind: &[u8; 4], codec: [u8; 4], offset: u32) -> Vec<u8> {
        let mut header = vec![0; 84];
        header[40..44].copy_from_slice(&0x1_0000_u32.to_be_bytes());
        header[76..80].copy_from_slice(&(1280_u32 << 16).to_be_bytes());
        header[80..84].copy_from_slice(&(720_u32 << 16).to_be_bytes());
        let entry = part(&codec, &[0; 16]);
        let tables = [
            part(b"stsd", &[numbers(&[0, 1]), entry].concat()),
            part(b"stsc", &numbers(&[0, 1, 1, 1, 1])),
            part(b"stsz", &numbers(&[0, 0, 1, 64])),
            part(b"stco", &numbers(&[0, 1, offset])),
        ]
        .concat();
        let information = [part(b"dinf", &[]), part(b"stbl", &tables)].concat();
        let handler = [&[0; 8][..], kind, &[0; 13]].concat();
        let media = [
            part(b"mdhd", &times(self.milliseconds, 4)),
            part(b"hdlr", &handler),
            part(b"minf", &information),
        ]
        .concat();
        let mut track = part(b"tkhd", &header);
        track.extend(part(b"mdia", &media));
        if self.with_place {
            track.extend(part(b"udta", &part(b"loci", PLACE.as_bytes())));
        }
        part(b"trak", &track)
    }
}

/// The head of `mvhd` and `mdhd`: version, two dates, the scale, the duration; then zeros.
fn times(milliseconds: u32, rest: usize) -> Vec<u8> {
    let mut bytes = numbers(&[0, 0, 0, SCALE, milliseconds]);
    bytes.resize(bytes.len() + rest, 0);
    bytes
}

fn location_metadata() -> Vec<u8> {
    let key = part(b"mdta", PLACE_KEY.as_bytes());
    let keys = part(b"keys", &[numbers(&[0, 1]), key].concat());
    let value = part(b"data", &[numbers(&[1, 0]), PLACE.as_bytes().to_vec()].concat());
    [keys, part(b"ilst", &part(&[0, 0, 0, 1], &value))].concat()
}

fn numbers(all: &[u32]) -> Vec<u8> {
    all.iter().flat_map(|number| number.to_be_bytes()).collect()
}

fn part(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 8).expect("a short box");
    [&length.to_be_bytes()[..], name, body].concat()
}

impl Client {
    /// Uploads a file as a video.
    pub async fn send_video(&self, bytes: Vec<u8>, fields: &[(&str, &str)]) -> Answer {
        self.request(Method::POST, "/videos", |request| {
            let part = Part::bytes(bytes).file_name("tmp.mp4");
            let form = Form::new().part("file", part);
            let form = fields.iter().fold(form, |form, (name, text)| {
                form.text((*name).to_owned(), (*text).to_owned())
            });
            request.multipart(form)
        })
        .await
    }

    /// Uploads a good video with its poster, and gives back what the product says of it.
    pub async fn upload_video(&self, seed: u8, poster: &Value) -> Value {
        let video = Video {
            seed,
            ..Video::default()
        };
        let poster = poster["id"].as_str().expect("a photo");
        let answer = self.send_video(video.bytes(), &[("poster_id", poster)]).await;
        answer.assert_status(201);
        answer.ok()
    }
}
