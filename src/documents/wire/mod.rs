//! Documents over HTTP: what is asked for and there, sending a file, getting one, taking one back.

mod file;
mod refusals;

use crate::auth::Signed;
use crate::base::hex::hex;
use crate::base::words::ByLanguage;
use crate::booking::model::display_reference;
use crate::directory::model::documents::{DocumentSpec, FileKind};
use crate::documents::service::{Documents, FormDue, Item, Listed, Listing, NewDocument};
use crate::documents::store::entities::document;
use crate::http::{Params, PathId, Refused};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Routes under `/api/v1`.
pub fn router(documents: Documents) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_documents, upload_document))
        .routes(routes!(get_document, remove_document))
        .routes(routes!(list_missing_forms))
        .with_state(documents)
}

/// The documents of a booking.
#[derive(Debug, Serialize, ToSchema)]
struct BookingDocuments {
    /// Those that its service asks for, in order; for the office also the stamped form of what was booked against the terms.
    items: Vec<DocumentItem>,
    /// The keys of the required ones of which there is no file.
    missing: Vec<String>,
}

/// A document that is asked for, and the files of it.
#[derive(Debug, Serialize, ToSchema)]
struct DocumentItem {
    asked: DocumentSpec,
    files: Vec<DocumentFile>,
    /// Whether the reader can upload it now.
    can_upload: bool,
}

/// A file that was uploaded.
#[derive(Debug, Serialize, ToSchema)]
struct DocumentFile {
    id: Uuid,
    /// Null for who may not open it.
    name: Option<String>,
    kind: FileKind,
    /// Of a PDF.
    pages: Option<i32>,
    /// In bytes.
    size: i32,
    uploaded_at: DateTime<Utc>,
    /// Of the file as it was uploaded, in hexadecimal; null for who may not open it.
    sha256: Option<String>,
    can_open: bool,
    /// Also whether it can be replaced.
    can_remove: bool,
}

impl From<Listed> for DocumentFile {
    fn from(Listed { row, name, can_open, can_remove }: Listed) -> Self {
        let document::Model { id, kind, pages, size, uploaded_at, .. } = row;
        // Whoever has a file could find it by its digest.
        let sha256 = can_open.then(|| hex(&row.sha256));
        Self { id, name, kind, pages, size, uploaded_at, sha256, can_open, can_remove }
    }
}

impl From<Listing> for BookingDocuments {
    fn from(Listing { items, missing }: Listing) -> Self {
        let shown = |Item { spec, documents, can_upload }: Item| DocumentItem {
            asked: spec,
            files: documents.into_iter().map(DocumentFile::from).collect(),
            can_upload,
        };
        Self { items: items.into_iter().map(shown).collect(), missing }
    }
}

/// A file that was taken.
#[derive(Debug, Serialize, ToSchema)]
struct UploadedDocument {
    id: Uuid,
    kind: FileKind,
    pages: Option<i32>,
    size: i32,
    /// Of the file as it came, so that its sender can compare.
    sha256: String,
}

/// A booking against the terms whose stamped form is missing.
#[derive(Debug, Serialize, ToSchema)]
struct MissingForm {
    booking_id: Uuid,
    reference: String,
    service: ByLanguage,
    starts_at: DateTime<Utc>,
    contact_name: Option<String>,
    /// When it was booked.
    since: DateTime<Utc>,
    /// The end of that day.
    due_at: DateTime<Utc>,
    /// That was before now.
    late: bool,
}

impl From<FormDue> for MissingForm {
    fn from(FormDue { booking, info, since, due_at, is_late }: FormDue) -> Self {
        Self {
            booking_id: booking.id,
            reference: display_reference(&booking.reference),
            service: info.name(),
            starts_at: booking.starts_at,
            contact_name: booking.contact_name,
            since,
            due_at,
            late: is_late,
        }
    }
}

/// The bookings whose stamped form is missing, the oldest first.
#[derive(Debug, Serialize, ToSchema)]
struct MissingForms {
    items: Vec<MissingForm>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// Which of the documents that are asked for, by its key.
    item: String,
    /// What the file is called.
    #[serde(default)]
    name: String,
    /// The file in whose place it comes.
    replaces: Option<Uuid>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct OpenQuery {
    /// Pictures can be shown in place; anything else is to be saved.
    #[serde(default)]
    inline: bool,
}

/// What a booking's service asks for, and what was uploaded.
#[utoipa::path(get, path = "/bookings/{id}/documents", tag = "documents", operation_id = "list_documents",
    params(("id" = Uuid, Path)), responses((status = OK, body = BookingDocuments), refusals::ListDocuments))]
async fn list_documents(
    Signed(actor): Signed,
    State(documents): State<Documents>,
    PathId(id): PathId,
) -> Result<Json<BookingDocuments>, Refused<refusals::ListDocuments>> {
    Ok(Json(documents.list(&actor, id).await?.into()))
}

/// Uploads a file: the body is the file as it is. What it is, is read from its content. Bookers send theirs until somebody
/// has decided; officers the stamped form of what they booked against the terms. The same file again is the one that is
/// there.
#[utoipa::path(post, path = "/bookings/{id}/documents", tag = "documents", operation_id = "upload_document",
    params(("id" = Uuid, Path), UploadQuery),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = CREATED, body = UploadedDocument), refusals::UploadDocument))]
async fn upload_document(
    Signed(actor): Signed,
    State(documents): State<Documents>,
    PathId(booking_id): PathId,
    Params(UploadQuery { item, name, replaces }): Params<UploadQuery>,
    request: Request,
) -> Result<(StatusCode, Json<UploadedDocument>), Refused<refusals::UploadDocument>> {
    let new = NewDocument { booking_id, item, name, replaces };
    let admitted = documents.admit(&actor, new).await?;
    let bytes = file::read(request, admitted.most_bytes()).await?;
    let row = documents.upload(admitted, bytes).await?;
    let document::Model { id, kind, pages, size, sha256, .. } = row;
    Ok((StatusCode::CREATED, Json(UploadedDocument { id, kind, pages, size, sha256: hex(&sha256) })))
}

/// A file as it was uploaded: to be saved, or with `inline` a picture to be shown.
#[utoipa::path(get, path = "/bookings/{id}/documents/{document_id}", tag = "documents", operation_id = "get_document",
    params(("id" = Uuid, Path), ("document_id" = Uuid, Path), OpenQuery),
    responses((status = OK, description = "The file", content((Vec<u8> = "application/pdf"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))), refusals::GetDocument))]
async fn get_document(
    Signed(actor): Signed,
    State(documents): State<Documents>,
    PathId((booking, id)): PathId<(Uuid, Uuid)>,
    Params(OpenQuery { inline }): Params<OpenQuery>,
) -> Result<Response, Refused<refusals::GetDocument>> {
    Ok(file::give(documents.open(&actor, booking, id).await?, inline))
}

/// Takes a file back: bookers theirs until somebody has decided, officers what they attached within a day.
#[utoipa::path(delete, path = "/bookings/{id}/documents/{document_id}", tag = "documents", operation_id = "remove_document",
    params(("id" = Uuid, Path), ("document_id" = Uuid, Path)), responses((status = NO_CONTENT), refusals::RemoveDocument))]
async fn remove_document(
    Signed(actor): Signed,
    State(documents): State<Documents>,
    PathId((booking, id)): PathId<(Uuid, Uuid)>,
) -> Result<StatusCode, Refused<refusals::RemoveDocument>> {
    documents.remove(&actor, booking, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What officers booked against the terms in the last days and has no stamped form yet. For officers.
#[utoipa::path(get, path = "/missing-forms", tag = "documents", operation_id = "list_missing_forms",
    responses((status = OK, body = MissingForms), refusals::ListMissingForms))]
async fn list_missing_forms(
    Signed(actor): Signed,
    State(documents): State<Documents>,
) -> Result<Json<MissingForms>, Refused<refusals::ListMissingForms>> {
    let items = documents.forms_due(&actor).await?.into_iter().map(MissingForm::from).collect();
    Ok(Json(MissingForms { items }))
}
