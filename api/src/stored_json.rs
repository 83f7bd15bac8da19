//! Pure: the field `version` of JSON that is stored. Rows of before the field are version 1; a newer version is refused.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::{ErrorKind, Refusal};

/// The field in stored objects. Answers of the API do not have it.
const FIELD: &str = "version";
/// The version of rows without the field.
pub const FIRST_VERSION: u32 = 1;
/// While replicas are updated one after another, another one can read the row already.
const RETRY_SECS: u64 = 60;

/// A type whose JSON form is stored. Raise `VERSION` when an earlier release would misread the new form.
pub trait StoredJson: Serialize {
    /// The columns that have it, as `table.column`.
    const COLUMNS: &'static [&'static str];
    /// The name of such a row in a refusal.
    const LABEL: &'static str;
    const VERSION: u32 = FIRST_VERSION;

    /// Returns the stored form: the type's own fields and the version.
    fn to_stored(&self) -> Value {
        let mut stored = json!(self);
        if let Value::Object(fields) = &mut stored {
            fields.insert(FIELD.to_owned(), Self::VERSION.into());
        }
        stored
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// [`Unreadable`] for a newer version, and for JSON that is not of this type.
    fn from_stored(stored: &Value) -> Result<Self, Unreadable>
    where
        Self: DeserializeOwned,
    {
        check::<Self>(stored)?;
        Self::deserialize(stored).map_err(|_| Unreadable::Damaged(Self::LABEL))
    }

    /// Returns the fields of the stored form without the version, as they are served.
    ///
    /// # Errors
    /// [`Unreadable::Newer`] for a newer version.
    fn served(stored: Value) -> Result<Value, Unreadable> {
        check::<Self>(&stored)?;
        Ok(without_version(stored))
    }
}

fn check<T: StoredJson + ?Sized>(stored: &Value) -> Result<(), Unreadable> {
    let known = match stored.get(FIELD) {
        None => true,
        Some(version) => version
            .as_u64()
            .is_some_and(|version| version <= T::VERSION.into()),
    };
    known.then_some(()).ok_or(Unreadable::Newer(T::LABEL))
}

fn without_version(mut stored: Value) -> Value {
    if let Value::Object(fields) = &mut stored {
        fields.remove(FIELD);
    }
    stored
}

/// Stored JSON that this release cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    #[error("{0}: written by a newer release")]
    Newer(&'static str),
    #[error("{0}: unreadable")]
    Damaged(&'static str),
}

impl Refusal for Unreadable {
    fn code(&self) -> &'static str {
        match self {
            Self::Newer(_) => "written_by_newer_release",
            Self::Damaged(_) => "stored_data_unreadable",
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Newer(label) => {
                format!("{label}由较新版本的系统写入，当前版本无法读取，请在系统升级后再查看。")
            }
            Self::Damaged(label) => format!("{label}的存储内容无法读取，请联系系统管理员。"),
        }
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Unavailable {
            retry_after_secs: RETRY_SECS,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sample {
        text: String,
    }

    impl StoredJson for Sample {
        const COLUMNS: &'static [&'static str] = &["sample.content"];
        const LABEL: &'static str = "样本";
        const VERSION: u32 = 2;
    }

    #[test]
    fn rows_up_to_this_version_are_read_and_newer_ones_are_refused() {
        let sample = Sample {
            text: "路".to_owned(),
        };
        assert_eq!(sample.to_stored(), json!({ "version": 2, "text": "路" }));
        for known in [
            json!({ "text": "路" }),
            json!({ "version": 1, "text": "路" }),
            json!({ "version": 2, "text": "路" }),
        ] {
            assert_eq!(Sample::from_stored(&known).as_ref(), Ok(&sample));
            assert_eq!(Sample::served(known), Ok(json!({ "text": "路" })));
        }
        for version in [json!(3), json!("2"), json!(null), json!(-1), json!(1.5)] {
            let newer = json!({ "version": version, "text": "路" });
            assert_eq!(Sample::from_stored(&newer), Err(Unreadable::Newer("样本")));
            assert_eq!(Sample::served(newer), Err(Unreadable::Newer("样本")));
        }
        assert_eq!(
            Sample::from_stored(&json!("路")),
            Err(Unreadable::Damaged("样本"))
        );
        assert!(Unreadable::Newer("样本").detail().starts_with("样本由较新版本"));
    }
}
