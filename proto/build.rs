//! Generates the messages from the .proto files, with serde attributes that make the one JSON out of them.
//!
//! The attributes follow from the descriptors: a field that ends in `_at` or `_until` is a time, an enum goes by its name, a 64-bit
//! integer is checked, bytes are hexadecimal, an optional field may be absent. A message that is nothing but a oneof is
//! written as that oneof.

use std::{error::Error, path::PathBuf};

use prost_build::Config;
use protox::prost_reflect::{Cardinality, DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};

const FILES: [&str; 4] =
    ["dropcast/v1/views.proto", "dropcast/v1/client.proto", "dropcast/v1/server.proto", "dropcast/v1/journal.proto"];
/// What clients send is read strictly: a field that the server doesn't know is refused by name.
const STRICT_FILE: &str = "dropcast/v1/client.proto";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=dropcast");
    let descriptors = protox::compile(FILES, ["."])?;
    let pool = DescriptorPool::from_file_descriptor_set(descriptors.clone())?;

    let mut config = Config::new();
    config.btree_map(["."]);
    config.enum_attribute(".", "#[derive(serde::Serialize, serde::Deserialize)]");
    config.enum_attribute(".", "#[serde(rename_all = \"snake_case\")]");
    config.enum_attribute(".", "#[cfg_attr(feature = \"openapi\", derive(utoipa::ToSchema))]");
    config.message_attribute(".", "#[derive(serde::Serialize, serde::Deserialize)]");
    config.message_attribute(".", "#[cfg_attr(feature = \"openapi\", derive(utoipa::ToSchema))]");
    for message in pool.all_messages().filter(|message| !message.is_map_entry()) {
        describe(&mut config, &message);
        name_kinds(&mut config, &message);
    }
    config.compile_fds(descriptors)?;
    write_names(&pool)?;
    Ok(())
}

fn describe(config: &mut Config, message: &MessageDescriptor) {
    let name = message.full_name();
    if is_only_a_oneof(message) {
        config.message_attribute(name, "#[serde(transparent)]");
        return;
    }
    if message.parent_file().name() == STRICT_FILE {
        config.message_attribute(name, "#[serde(deny_unknown_fields)]");
    } else {
        config.message_attribute(name, "#[serde(default)]");
    }
    for field in message.fields() {
        for attribute in attributes(&field) {
            config.field_attribute(field.full_name(), attribute);
        }
    }
}

/// Every oneof is called `kind`; in OpenAPI, which has one room for all names, it goes by its message.
fn name_kinds(config: &mut Config, message: &MessageDescriptor) {
    for oneof in message.oneofs().filter(|oneof| !oneof.is_synthetic()) {
        let attribute = format!("#[cfg_attr(feature = \"openapi\", schema(as = {}Kind))]", message.name());
        config.enum_attribute(oneof.full_name(), attribute);
    }
}

fn is_only_a_oneof(message: &MessageDescriptor) -> bool {
    let mut oneofs = message.oneofs().filter(|oneof| !oneof.is_synthetic());
    oneofs.next().is_some_and(|oneof| oneof.fields().len() == message.fields().len())
}

fn attributes(field: &FieldDescriptor) -> Vec<String> {
    let optional = field.field_descriptor_proto().proto3_optional();
    let Some((module, schema)) = codec(field) else {
        let may_miss = optional || field.is_list();
        return if may_miss { vec!["#[serde(default)]".to_owned()] } else { Vec::new() };
    };
    let place = if optional { "optional::" } else { "" };
    let schema = if optional { format!("Option<{schema}>") } else { schema };
    let default = if optional { "default, " } else { "" };
    let (serialize, deserialize) =
        (format!("crate::json::{place}serialize"), format!("crate::json::{place}deserialize"));
    vec![
        format!(
            "#[serde({default}serialize_with = \"{serialize}::<crate::json::{module}, _, _>\", \
             deserialize_with = \"{deserialize}::<crate::json::{module}, _, _>\")]"
        ),
        format!("#[cfg_attr(feature = \"openapi\", schema(value_type = {schema}))]"),
    ]
}

/// How a field's value is written in JSON, where serde's own way is not ours, and as what OpenAPI shows it.
fn codec(field: &FieldDescriptor) -> Option<(String, String)> {
    if field.cardinality() == Cardinality::Repeated {
        return None;
    }
    let plain = |codec: &str, schema: &str| Some((codec.to_owned(), schema.to_owned()));
    match field.kind() {
        Kind::Uint64 if field.name().ends_with("_at") || field.name().ends_with("_until") => plain("Time", "String"),
        Kind::Uint64 => plain("Integer", "u64"),
        Kind::Bytes => plain("Hexadecimal", "String"),
        Kind::Enum(kind) => Some((format!("Name<{}>", rust_path(kind.name())), rust_path(kind.name()))),
        _ => None,
    }
}

fn rust_path(name: &str) -> String {
    format!("crate::v1::{name}")
}

/// The fields of each oneof, so that documents and tests can be held against the schema.
fn write_names(pool: &DescriptorPool) -> Result<(), Box<dyn Error>> {
    let list = |message: &str| -> Result<String, Box<dyn Error>> {
        let message = pool.get_message_by_name(message).ok_or("a message is missing")?;
        let names: Vec<_> = message.fields().map(|field| format!("{:?}", field.name())).collect();
        Ok(format!("&[{}]", names.join(", ")))
    };
    let text = format!(
        "/// Every kind of client message.\npub const CLIENT_KINDS: &[&str] = {};\n\
         /// Every kind of server message.\npub const SERVER_KINDS: &[&str] = {};\n\
         /// Every kind of fact.\npub const FACT_KINDS: &[&str] = {};\n",
        list("dropcast.v1.ClientMessage")?,
        list("dropcast.v1.ServerMessage")?,
        list("dropcast.v1.Fact")?,
    );
    std::fs::write(PathBuf::from(std::env::var("OUT_DIR")?).join("kinds.rs"), text)?;
    Ok(())
}
