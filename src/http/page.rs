//! Lists in pages: `cursor` is opaque to callers and holds the sort key of the last item given.

use crate::base::words;
use crate::http::{Problem, dated, plain};
use axum::http::StatusCode;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Give this back as `cursor` for the next page; null on the last one.
    pub next_cursor: Option<String>,
}

/// What a list takes.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A place in a list: any small serialisable sort key.
pub struct Cursor;

impl Cursor {
    pub fn encode<K: Serialize>(key: &K) -> Option<String> {
        serde_json::to_vec(key).ok().map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }

    pub fn decode<K: for<'a> Deserialize<'a>>(cursor: Option<&str>) -> Result<Option<K>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        URL_SAFE_NO_PAD
            .decode(cursor)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok())
            // A cursor comes from outside like everything else: texts and times that no list of ours has held
            // must not reach a store.
            .filter(|key| !dated::contains_date_out_of_range(key) && plain::clean(&mut key.clone()).is_ok())
            .and_then(|key| serde_json::from_value(key).ok())
            .map(Some)
            .ok_or_else(|| Problem {
                field: Some("cursor".into()),
                ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, words::http::invalid_cursor())
            })
    }
}

impl<T> Page<T> {
    /// Makes a page out of up to `limit + 1` rows: the extra one only shows that there is more.
    pub fn of<R, K: Serialize>(
        mut rows: Vec<R>,
        limit: usize,
        key: impl Fn(&R) -> K,
        show: impl Fn(R) -> T,
    ) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().and_then(|row| Cursor::encode(&key(row))) } else { None };
        Self { items: rows.into_iter().map(show).collect(), next_cursor }
    }
}
