//! Fees worked out for another system.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;

use crate::{
    app::App,
    domain::fee::{Answer, Outcome, Quote, Step, Tree},
    web::{auth::ApiCaller, extract::Json, problem::Problem},
};

/// The expect form of the fee vectors; an advance with its worked computation.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Worked {
    Advance {
        #[serde(flatten)]
        quote: Quote,
        steps: Steps,
    },
    Outcome(Outcome),
}

/// A list of steps for each line and each payer, in their order.
#[derive(Serialize)]
pub(super) struct Steps {
    lines: Vec<Vec<Step>>,
    payers: Vec<Vec<Step>>,
}

/// `POST /quotes`.
pub(super) async fn quote(
    _: ApiCaller,
    State(app): State<Arc<App>>,
    question: Json<Tree>,
) -> Result<axum::Json<Worked>, Problem> {
    Ok(axum::Json(match app.quote(&question.body)? {
        Answer::Advance(quote) => {
            let lines = quote.lines.iter().map(|line| line.steps.clone()).collect();
            let payers = quote.payers.iter().map(|payer| payer.steps.clone()).collect();
            Worked::Advance { quote, steps: Steps { lines, payers } }
        }
        Answer::Outcome(outcome) => Worked::Outcome(outcome),
    }))
}
