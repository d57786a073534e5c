//! The shape of settings as data: what documentation and the JSON Schema are made from.

/// What a value may be.
#[derive(Debug)]
pub enum Schema {
    /// `true` or `false`.
    Boolean,
    /// A whole number.
    Integer {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// Text of a form that is named here, in a few words; empty for any text.
    Text(&'static str),
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list.
    List(&'static Schema),
    /// An object with these keys and no others.
    Object(&'static [Field]),
    /// `rules`: an object with a key for each rule of the registry.
    Rules,
}

/// A key of an object.
#[derive(Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// What it means, in Markdown.
    pub doc: &'static str,
    /// What its value may be.
    pub schema: &'static Schema,
    /// Whether the object is wrong without it.
    pub required: bool,
}
