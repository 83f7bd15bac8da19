//! `kind!` declares an enum once for the database, for JSON, for the document and for readers.

/// Declares an enum whose variants are stored and sent under one `snake_case` name. `= "…"` after the name gives each
/// variant its Chinese label.
#[macro_export]
macro_rules! kind {
    ($(#[$meta:meta])* pub enum $name:ident { $($variant:ident => $text:tt = $label:tt),* $(,)? }) => {
        $crate::kind! { $(#[$meta])* pub enum $name { $($variant => $text),* } }

        impl $name {
            /// The Chinese label.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self {
                    $(Self::$variant => $label,)*
                }
            }
        }

        impl $crate::kinds::Labelled for $name {
            const NAME: &'static str = stringify!($name);

            fn labels() -> Vec<(&'static str, &'static str)> {
                vec![$(($text, $label)),*]
            }
        }
    };
    ($(#[$meta:meta])* pub enum $name:ident { $($variant:ident => $text:tt),* $(,)? }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum, Serialize,
            Deserialize, utoipa::ToSchema,
        )]
        #[sea_orm(rs_type = "String", db_type = "String(StringLen::N(32))")]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $(
                #[doc = concat!("`", $text, "`")]
                #[sea_orm(string_value = $text)]
                $variant,
            )*
        }

        impl $name {
            /// Every variant, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The name used in the database, in JSON and in query strings.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::kinds::UnknownName;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err($crate::kinds::UnknownName),
                }
            }
        }
    };
}

/// An enum whose variants have Chinese labels.
pub trait Labelled {
    /// The name of the type, which is the one in the API document too.
    const NAME: &'static str;

    /// Returns the stored name and the label of every variant.
    fn labels() -> Vec<(&'static str, &'static str)>;
}

/// A text that names no variant of the enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownName;

impl std::fmt::Display for UnknownName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("unknown name")
    }
}

impl std::error::Error for UnknownName {}
