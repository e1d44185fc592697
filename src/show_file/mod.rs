//! A show as one readable file: TOML for people, the same structure as the JSON body of `PUT /v1/shows/{show}`.

mod deserializer;
mod error;
mod file;
mod mistake;
mod moment;
mod plan;
mod position;
mod read;
mod tables;

pub use error::ShowFileError;
pub use file::{
    ShowFile, ShowFileCoolDown, ShowFileDraw, ShowFileDrop, ShowFileHoldRules, ShowFileItem, ShowFileProduct,
    ShowFileVariant, ShowFileWaitlist, Texts,
};
pub use moment::Moment;
pub use position::{locate, path_in_file};
pub use read::parse;
