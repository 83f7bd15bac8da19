//! The machine's fonts, found by fontconfig or in the system's folders: those with Chinese characters for the text, all
//! others for characters that these lack.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use resvg::usvg::fontdb::{Database, FaceInfo, ID, Source};
use ttf_parser::Face;
use typst::foundations::Bytes;
use typst::text::Font;

/// Characters that any Chinese font has.
const HAN: [char; 3] = ['人', '大', '单'];
/// Family names of the mainland's glyphs in collections that have those of several regions.
const MAINLAND: [&str; 4] = [" SC", " CN", " GB", "GB2312"];
/// Fonts that one document loads for characters without a glyph in the Chinese fonts.
const MAX_FALLBACKS: usize = 8;

/// A typeface by its purpose in official documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// 小标宋: titles.
    Title,
    /// 仿宋: text.
    Text,
    /// 黑体: headings.
    Heading,
    /// 楷体: second headings.
    Kai,
}

impl Purpose {
    pub const ALL: [Self; 4] = [Self::Title, Self::Text, Self::Heading, Self::Kai];

    /// The name in `sys.inputs.fonts`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Heading => "heading",
            Self::Kai => "kai",
        }
    }

    /// Parts of family names, the best first; without a match any Chinese font serves.
    fn preferred(self) -> &'static [&'static str] {
        match self {
            Self::Title => &["XiaoBiaoSong", "Serif", "Song", "Ming"],
            Self::Text => &["FangSong", "Serif", "Song", "Ming"],
            Self::Heading => &["SimHei", "Hei", "Sans", "Gothic"],
            Self::Kai => &["KaiTi", "Kai", "Serif", "Song", "Ming"],
        }
    }
}

/// Fonts for documents.
pub struct FontSet {
    database: Arc<Database>,
    /// Faces with Chinese characters.
    chinese: Vec<Font>,
    /// All other faces.
    others: Vec<ID>,
}

/// The fonts for one document.
pub struct Chosen {
    pub fonts: Vec<Font>,
    /// Characters for which no font of the machine has a glyph.
    pub missing: BTreeSet<char>,
}

impl FontSet {
    /// The machine's fonts, read once. Takes about a second the first time.
    pub fn of_system() -> &'static Self {
        static FONTS: OnceLock<FontSet> = OnceLock::new();
        FONTS.get_or_init(|| {
            let mut database = Database::new();
            database.load_system_fonts();
            Self::new(database)
        })
    }

    #[must_use]
    pub fn new(mut database: Database) -> Self {
        let han: Vec<FaceInfo> = database
            .faces()
            .filter(|face| has_all(&database, face.id, &HAN))
            .cloned()
            .collect();
        let kept: Vec<&FaceInfo> = han
            .iter()
            .filter(|face| !has_better_sibling(face, &han))
            .collect();
        let mut sources: Vec<(PathBuf, Bytes)> = Vec::new();
        let mut chinese = Vec::new();
        for face in kept {
            chinese.extend(load(&mut sources, face));
        }
        let ids: BTreeSet<ID> = han.iter().map(|face| face.id).collect();
        let others = database
            .faces()
            .map(|face| face.id)
            .filter(|id| !ids.contains(id))
            .collect();
        if let Some(sans) = families(&chinese, Purpose::Heading).into_iter().next() {
            database.set_sans_serif_family(sans);
        }
        Self {
            database: Arc::new(database),
            chinese,
            others,
        }
    }

    /// Whether no font of the machine has Chinese characters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chinese.is_empty()
    }

    /// For drawings.
    #[must_use]
    pub fn database(&self) -> &Arc<Database> {
        &self.database
    }

    /// All Chinese families of the machine, those that suit the purpose first.
    #[must_use]
    pub fn families(&self, purpose: Purpose) -> Vec<String> {
        families(&self.chinese, purpose)
    }

    /// The Chinese fonts, and as many others as the text needs.
    #[must_use]
    pub fn choose(&self, text: &BTreeSet<char>) -> Chosen {
        let covered = |c: &char| {
            self.chinese
                .iter()
                .any(|font| font.info().coverage.contains(u32::from(*c)))
        };
        let mut missing: BTreeSet<char> = text
            .iter()
            .copied()
            .filter(|c| is_drawn(*c) && !covered(c))
            .collect();
        let mut fonts = self.chinese.clone();
        let mut sources = Vec::new();
        let mut loaded = 0;
        for id in &self.others {
            if missing.is_empty() || loaded == MAX_FALLBACKS {
                break;
            }
            let Some(face) = self.database.face(*id) else {
                continue;
            };
            let has: Vec<char> = missing
                .iter()
                .copied()
                .filter(|c| has_all(&self.database, *id, &[*c]))
                .collect();
            if has.is_empty() {
                continue;
            }
            let Some(font) = load(&mut sources, face) else {
                continue;
            };
            fonts.push(font);
            loaded += 1;
            missing.retain(|c| !has.contains(c));
        }
        Chosen { fonts, missing }
    }
}

fn has_all(database: &Database, id: ID, characters: &[char]) -> bool {
    let all = database.with_face_data(id, |data, index| {
        let face = Face::parse(data, index).ok()?;
        characters
            .iter()
            .all(|c| face.glyph_index(*c).is_some())
            .then_some(())
    });
    all.flatten().is_some()
}

/// Collections have a face per region: of these only the mainland's is used.
fn has_better_sibling(face: &FaceInfo, all: &[FaceInfo]) -> bool {
    let path = path(face);
    !is_mainland(face)
        && all
            .iter()
            .any(|other| self::path(other) == path && is_mainland(other))
}

fn is_mainland(face: &FaceInfo) -> bool {
    face.families
        .iter()
        .any(|(name, _)| MAINLAND.iter().any(|end| name.ends_with(end)))
}

fn path(face: &FaceInfo) -> Option<&PathBuf> {
    match &face.source {
        Source::File(path) | Source::SharedFile(path, _) => Some(path),
        Source::Binary(_) => None,
    }
}

/// Reads a face; faces of one file share its bytes.
fn load(sources: &mut Vec<(PathBuf, Bytes)>, face: &FaceInfo) -> Option<Font> {
    let path = path(face)?;
    let known = sources
        .iter()
        .find(|(known, _)| known == path)
        .map(|(_, bytes)| bytes.clone());
    let bytes = match known {
        Some(bytes) => bytes,
        None => {
            let bytes = Bytes::new(std::fs::read(path).ok()?);
            sources.push((path.clone(), bytes.clone()));
            bytes
        }
    };
    Font::new(bytes, face.index)
}

fn families(fonts: &[Font], purpose: Purpose) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for font in fonts {
        let name = font.info().family.as_str();
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    let rank = |name: &String| {
        let at = purpose.preferred().iter().position(|part| name.contains(part));
        (at.unwrap_or(usize::MAX), name.contains("Mono"))
    };
    names.sort_by_key(rank);
    names
}

/// Whether a character has a shape of its own.
fn is_drawn(c: char) -> bool {
    let ignored = matches!(
        u32::from(c),
        0xad | 0x034f | 0x061c | 0x180b..=0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f
            | 0xfe00..=0xfe0f | 0xfeff | 0xe0000..=0xe0fff
    );
    !ignored && !c.is_control() && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with one of the machine's Chinese fonts under a name that says nothing.
    fn renamed() -> (tempfile::TempDir, FontSet) {
        let system = FontSet::of_system();
        let of_family = |face: &&FaceInfo| {
            face.families
                .iter()
                .any(|(name, _)| *name == system.families(Purpose::Heading)[0])
        };
        let face = system.database().faces().find(of_family).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(path(face).unwrap(), folder.path().join("x17.otf")).unwrap();
        let mut database = Database::new();
        database.load_fonts_dir(folder.path());
        let set = FontSet::new(database);
        (folder, set)
    }

    #[test]
    fn a_font_with_chinese_characters_serves_under_any_name() {
        let (_folder, set) = renamed();
        assert!(!set.is_empty());
        for purpose in Purpose::ALL {
            assert_eq!(
                set.families(purpose)[0],
                FontSet::of_system().families(Purpose::Heading)[0]
            );
        }
        assert!(FontSet::new(Database::new()).is_empty());
    }

    #[test]
    fn characters_come_from_another_font_or_are_named() {
        let (_folder, set) = renamed();
        // Devanagari is in no Chinese font, U+0378 in no font at all.
        let chosen = set.choose(&BTreeSet::from(['路', '\u{200b}', '\n', '\u{378}']));
        assert_eq!(
            (chosen.fonts.len(), chosen.missing),
            (set.chinese.len(), BTreeSet::from(['\u{378}']))
        );
        let system = FontSet::of_system();
        let covers = |id: &&ID| has_all(&system.database, **id, &['\u{3c0}']);
        let Some(_) = system.others.iter().find(covers) else {
            return;
        };
        let alone = FontSet {
            chinese: Vec::new(),
            database: Arc::clone(&system.database),
            others: system.others.clone(),
        };
        let chosen = alone.choose(&BTreeSet::from(['\u{3c0}']));
        assert_eq!((chosen.fonts.len(), chosen.missing.len()), (1, 0));
    }
}
