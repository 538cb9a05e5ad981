//! Exports of one tenant in every form: each form, and each mixture of forms, gives the same answer.
//!
//! Every writer declares the details that its form lacks. These are left out of both sides of a comparison.

mod answer;
mod chance;
mod lists;
mod logs;
mod mixtures;
mod tenant;
mod unread;
