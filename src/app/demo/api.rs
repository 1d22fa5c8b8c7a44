//! The demo acts through the product's own API, as people do, only that nobody has to sign in.

use crate::app::demo::DemoFault;
use crate::app::{App, openapi};
use crate::auth::Actor;
use crate::http::Problem;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Method, Request, header};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tower::ServiceExt;

const LARGEST_ANSWER: usize = 1 << 20;

/// The routes under `/api/v1`, called in this process.
#[derive(Clone)]
pub(super) struct Api(Router);

impl Api {
    pub fn new(app: &App) -> Self {
        Self(openapi::api(app).0)
    }

    pub async fn get(&self, who: Option<&Arc<Actor>>, path: &str) -> Result<Value, DemoFault> {
        self.call(Method::GET, who, path, None).await
    }

    pub async fn post(
        &self,
        who: Option<&Arc<Actor>>,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, DemoFault> {
        self.call(Method::POST, who, path, body).await
    }

    async fn call(
        &self,
        method: Method,
        who: Option<&Arc<Actor>>,
        path: &str,
        body: Option<Value>,
    ) -> Result<Value, DemoFault> {
        let here = SocketAddr::from(([127, 0, 0, 1], 1));
        let mut request = Request::builder().method(&method).uri(format!("/api/v1{path}"));
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let mut request = request
            .extension(ConnectInfo(here))
            .body(body)
            .map_err(|error| DemoFault::Told(error.to_string()))?;
        if let Some(actor) = who {
            request.extensions_mut().insert(Arc::clone(actor));
        }
        // An answer of the router cannot fail: its error type has no values.
        let Ok(answer) = self.0.clone().oneshot(request).await;
        let status = answer.status();
        // The layer that would write it down is not around this router.
        let problem = answer.extensions().get::<Problem>().map(|problem| problem.code);
        let bytes = to_bytes(answer.into_body(), LARGEST_ANSWER).await.unwrap_or_default();
        if !status.is_success() {
            return Err(DemoFault::Told(format!(
                "{method} {path}: {status} {}",
                problem.unwrap_or_default()
            )));
        }
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }
}
