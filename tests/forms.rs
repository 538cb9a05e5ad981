//! Exports of one tenant in every form: each form, and each mixture of forms, gives the same answer.
//!
//! Every writer declares the details that its form lacks. These are left out of both sides of a comparison.

#[path = "forms/answer.rs"]
mod answer;
#[path = "forms/chance.rs"]
mod chance;
#[path = "forms/lists.rs"]
mod lists;
#[path = "forms/logs.rs"]
mod logs;
#[path = "forms/mixtures.rs"]
mod mixtures;
mod support;
#[path = "forms/tenant.rs"]
mod tenant;
#[path = "forms/unread.rs"]
mod unread;
