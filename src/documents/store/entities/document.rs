//! A file that goes with a booking. Its bytes are pieces, encrypted under a key of its own.

use crate::directory::model::documents::FileKind;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub booking_id: Uuid,
    /// Which of the documents that the service asks for.
    pub item: String,
    pub kind: FileKind,
    /// Of a PDF.
    pub pages: Option<i32>,
    /// In bytes, as it was uploaded.
    pub size: i32,
    /// Of the file as it was uploaded.
    pub sha256: Vec<u8>,
    /// Of what is kept: its name and its pieces, encrypted. It stays as it is when keys are rotated.
    pub stored_sha256: Vec<u8>,
    pub uploaded_by: Uuid,
    pub uploaded_at: DateTimeUtc,
    /// A name may tell as much as the file.
    pub sealed_name: Vec<u8>,
    /// The data key that opens `wrapped_key`.
    pub key_id: String,
    pub wrapped_key: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
