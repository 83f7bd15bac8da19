//! Names that the code no longer has: types, functions and constants that were renamed.
//!
//! Whole words that mean nothing else, so a new use would be the old name again. `docs/glossary.md` has the terms that
//! took their place.

use std::collections::BTreeSet;

use super::sources::{none, read_texts, root};

const OLD: [&str; 124] = [
    "add_own_facts",
    "and_before",
    "ask_once",
    "asks_for",
    "at_another_time",
    "BadToken",
    "begin_as_cast",
    "begin_beside",
    "begins_as",
    "BITS_THAT_SAY_SOMETHING",
    "bring_by",
    "call_for_a_person",
    "call_of",
    "call_reading",
    "carry_out",
    "chance_of_rise",
    "ClosedUntil",
    "CodePicture",
    "consents_told",
    "Darkroom",
    "dealt_with",
    "DefaultFor",
    "delegates_called",
    "deliver_here",
    "deskOf",
    "dot_said",
    "end_all_but",
    "end_orphans",
    "find_photo_check",
    "FIRST_UNREST",
    "fold_all_the_time",
    "fold_batch",
    "for_migrations",
    "FreshClocks",
    "give_back",
    "give_round",
    "GroundUnit",
    "hand_on",
    "happen_on",
    "heard_by",
    "hold_bytes",
    "hold_fold",
    "in_place_of_words",
    "in_the_table",
    "is_audience",
    "is_done_together",
    "is_one_matter",
    "is_told",
    "keep_counts",
    "keep_facts",
    "keep_rise",
    "kept_by",
    "lay_out",
    "lean_on_families",
    "learns_reporter",
    "LEAST_KM2",
    "LEAST_SIMILARITY",
    "let_go",
    "let_go_of",
    "lives_rightly",
    "LOOK_AGAIN",
    "look_again",
    "LOOKED_AT",
    "LOOKED_THROUGH",
    "may_move",
    "MOST_SCREENS",
    "MOST_TOLD",
    "move_flow",
    "move_stock",
    "moveNamed",
    "name_otherwise",
    "needs_a_person",
    "NewCharge",
    "newly_crossed",
    "nobody_s",
    "note_content_check",
    "NOTHING_BEFORE",
    "of_like_words",
    "of_parts",
    "OfCategory",
    "one_text",
    "OneTrial",
    "open_ones",
    "OpenRefusals",
    "paint_with",
    "person_held",
    "PICTURE_ASKED",
    "PICTURE_PATIENCE",
    "put_back",
    "put_in_force",
    "put_off",
    "queue_call",
    "quieten",
    "reachable_at",
    "reaches_before",
    "ReadRefusals",
    "REPEAT_GRACE",
    "reply_for_part",
    "room_for_messages",
    "settle_finally",
    "show_all_the_time",
    "skips_locked",
    "SOME_REASON",
    "stand_by_it",
    "StandIn",
    "still_held",
    "storyOf",
    "take_away",
    "take_changes",
    "take_effect",
    "tell_all",
    "tell_if_raised",
    "tell_next",
    "tells_its_actor",
    "TextVerdict",
    "ThirdExtension",
    "turned_away",
    "WAIT_FOR_A_PLACE",
    "wait_for_fold",
    "what_went_wrong",
    "wordsFor",
    "would_move",
    "write_canonical",
    "XWanted",
];

/// Files in which people write names.
const EXTENSIONS: [&str; 5] = ["rs", "ts", "js", "mjs", "html"];

#[test]
fn old_names_are_gone() {
    let old = BTreeSet::from(OLD);
    let mut texts = Vec::new();
    for folder in [
        "api",
        "entity",
        "migration/src",
        "miniprogram-stubs/miniprogram",
        "tests",
    ] {
        read_texts(&root().join(folder), &EXTENSIONS, &mut texts);
    }
    assert!(texts.len() > 900, "the code was not found: {} files", texts.len());
    let mut found = Vec::new();
    for text in texts
        .iter()
        .filter(|text| !text.path.ends_with("architecture/old_names.rs"))
    {
        for (index, line) in text.code.lines().enumerate() {
            let words = line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
            for word in words.filter(|word| old.contains(word)) {
                found.push(format!("{}:{}: {word}", text.path, index + 1));
            }
        }
    }
    none(&found, "use the term of docs/glossary.md");
}

#[test]
fn each_old_name_is_listed_once_in_order() {
    let mut sorted = OLD.to_vec();
    sorted.sort_by_key(|name| name.to_ascii_lowercase());
    sorted.dedup();
    assert_eq!(sorted, OLD);
}
