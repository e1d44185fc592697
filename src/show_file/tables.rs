//! The tables of a show file and their fields, for explanations.

/// A kind of table in the file.
#[derive(Debug)]
pub(super) struct Table {
    /// The name of its serde struct.
    pub(super) name: &'static str,
    /// How people meet it in the file.
    pub(super) header: &'static str,
    /// What must be written where it belongs.
    pub(super) wanted: &'static str,
    /// What it may have.
    pub(super) fields: &'static [&'static str],
}

/// What must be written where a list of tables belongs.
const LIST_WANTED: &str = "a list of tables, such as [{ sku = \"scarf-red\" }]";

const TABLES: [Table; 8] = [
    Table {
        name: "ShowFile",
        header: "the show",
        wanted: "a table",
        fields: &[
            "show",
            "brand",
            "title",
            "description",
            "host_name",
            "picture",
            "video",
            "currency",
            "starts_at",
            "hold_ttl_ms",
            "watch_without_token",
            "return_policy",
            "delivery",
            "hold_rules",
            "products",
            "drops",
        ],
    },
    Table {
        name: "ShowFileHoldRules",
        header: "[hold_rules]",
        wanted: "a table, such as { open_holds_per_viewer = 2 }",
        fields: &["limit_per_viewer", "open_holds_per_viewer", "payment_extension_ms", "cool_down"],
    },
    Table {
        name: "ShowFileCoolDown",
        header: "[hold_rules.cool_down]",
        wanted: "a table, such as { lapses_allowed = 2, for_ms = 300000 }",
        fields: &["lapses_allowed", "for_ms"],
    },
    Table {
        name: "ShowFileProduct",
        header: "[[products]]",
        wanted: LIST_WANTED,
        fields: &["product", "title", "description", "picture", "variants"],
    },
    Table {
        name: "ShowFileVariant",
        header: "[[products.variants]]",
        wanted: LIST_WANTED,
        fields: &["sku", "title", "list_price_minor", "units"],
    },
    Table {
        name: "ShowFileDrop",
        header: "[[drops]]",
        wanted: LIST_WANTED,
        fields: &[
            "drop",
            "title",
            "limit_per_viewer",
            "hold_ttl_ms",
            "opens_at",
            "duration_ms",
            "close_when_sold_out",
            "shared_cap",
            "draw",
            "waitlist",
            "offer_ttl_ms",
            "items",
        ],
    },
    Table {
        name: "ShowFileDraw",
        header: "[drops.draw]",
        wanted: "a table, such as { entry_ms = 30000 }",
        fields: &["entry_ms"],
    },
    Table {
        name: "ShowFileItem",
        header: "[[drops.items]]",
        wanted: LIST_WANTED,
        fields: &["sku", "price_minor", "cap"],
    },
];

/// What a field that can't be left out looks like.
const EXAMPLES: [(&str, &str); 12] = [
    ("brand", "brand = \"atelier-noor\""),
    ("title", "title = { en = \"Spring evening\", nl = \"Lenteavond\" }"),
    ("currency", "currency = \"EUR\""),
    ("product", "product = \"scarf\""),
    ("sku", "sku = \"scarf-red\""),
    ("list_price_minor", "list_price_minor = 4995"),
    ("units", "units = 40"),
    ("drop", "drop = \"opening\""),
    ("limit_per_viewer", "limit_per_viewer = 2"),
    ("entry_ms", "entry_ms = 30000"),
    ("lapses_allowed", "lapses_allowed = 2"),
    ("for_ms", "for_ms = 300000"),
];

/// The table that this serde struct stands for.
pub(super) fn table(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

/// The header over each table of a list.
pub(super) fn header(list: &str) -> &'static str {
    let names = |table: &&Table| table.header.ends_with(&format!("{list}]]"));
    TABLES.iter().find(names).map_or("in double brackets", |table| table.header)
}

/// How a field is written that can't be left out.
pub(super) fn example(field: &str) -> Option<&'static str> {
    EXAMPLES.iter().find(|(name, _)| *name == field).map(|(_, example)| *example)
}

/// What somebody probably meant who wrote a field that `table` does not have.
pub(super) fn explain_unknown(field: &str, expected: &[&str], table: Option<&'static Table>) -> String {
    let place = table.map_or("this table", |table| table.header);
    let list = expected.join(", ");
    if let Some(nearest) = nearest(field, expected.iter().copied()) {
        return format!("did you mean `{nearest}`? (known in {place}: {list})");
    }
    match TABLES.iter().find(|table| table.fields.contains(&field)) {
        Some(home) => format!("`{field}` belongs to {}, this is {place} (known here: {list})", home.header),
        None => format!("known in {place}: {list}"),
    }
}

/// The name that differs by the fewest edits, if no more than a third of the letters differ.
pub(super) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let with_edits = names.map(|other| (strsim::damerau_levenshtein(name, other), other));
    let close_enough = with_edits.filter(|(edits, other)| *edits <= name.len().max(other.len()).div_ceil(3));
    close_enough.min_by_key(|(edits, _)| *edits).map(|(_, other)| other)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::show_file::{
        ShowFile, ShowFileCoolDown, ShowFileDraw, ShowFileDrop, ShowFileHoldRules, ShowFileItem, ShowFileProduct,
        ShowFileVariant,
    };

    /// The names in backquotes after the one that is unknown.
    fn fields_of<'de, T: Deserialize<'de>>() -> Vec<String> {
        let error = serde_json::from_str::<T>("{\"?\": 0}").err().unwrap().to_string();
        error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    #[test]
    fn the_tables_are_those_of_the_file() {
        let read = [
            fields_of::<ShowFile>(),
            fields_of::<ShowFileHoldRules>(),
            fields_of::<ShowFileCoolDown>(),
            fields_of::<ShowFileProduct>(),
            fields_of::<ShowFileVariant>(),
            fields_of::<ShowFileDrop>(),
            fields_of::<ShowFileDraw>(),
            fields_of::<ShowFileItem>(),
        ];
        for (table, read) in TABLES.iter().zip(read) {
            assert_eq!(table.fields, read, "{}", table.name);
        }
    }

    #[test]
    fn every_example_is_of_a_field() {
        for (field, example) in EXAMPLES {
            assert!(TABLES.iter().any(|table| table.fields.contains(&field)), "{field}");
            assert!(example.starts_with(field) && toml::from_str::<toml::Table>(example).is_ok(), "{example}");
        }
    }
}
