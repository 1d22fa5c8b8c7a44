//! What pure rules and tables look like over the API, told where the API is: a feature's `wire/schemas.rs` describes
//! those of its types that are shown as they are. A variant or a field more does not compile until it is described.

use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};

/// Describes enums that stand in JSON as one word each.
#[macro_export]
macro_rules! words_in_json {
    ($($(#[doc = $doc:literal])* $name:ident { $($variant:ident),+ $(,)? })+) => {$(
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                const _: fn($name) = |value| match value { $($name::$variant => (),)+ };
                $crate::http::one_of([$(serde_json::to_value($name::$variant)),+], concat!($($doc, "\n"),*))
            }
        }

        impl utoipa::ToSchema for $name {}
    )+};
}

/// Describes structs whose fields are all in JSON, under their names.
#[macro_export]
macro_rules! fields_in_json {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $kind:ty),+ $(,)? })+) => {$(
        const _: () = {
            mod described {
                #[allow(unused_imports)]
                use super::*;

                $(#[$meta])*
                #[derive(utoipa::ToSchema)]
                #[expect(dead_code, reason = "says what another type looks like")]
                pub struct $name { $($(#[$field_meta])* $field: $kind),+ }
            }

            const _: fn($name) -> ($($kind,)+) = |$name { $($field),+ }| ($($field,)+);

            impl utoipa::PartialSchema for $name {
                fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                    <described::$name as utoipa::PartialSchema>::schema()
                }
            }

            impl utoipa::ToSchema for $name {
                fn schemas(
                    schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>,
                ) {
                    <described::$name as utoipa::ToSchema>::schemas(schemas);
                }
            }
        };
    )+};
}

/// A text that is one of some words.
pub fn one_of(
    words: impl IntoIterator<Item = serde_json::Result<serde_json::Value>>,
    description: &str,
) -> RefOr<Schema> {
    let lines: Vec<&str> = description.trim().lines().map(str::trim).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words.into_iter().flatten()))
        .description((!lines.is_empty()).then(|| lines.join("\n")))
        .into()
}
