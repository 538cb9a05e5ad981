//! Finds the caller of a request in the claims of `identity`, where diagnostic settings write it.

use std::fmt;

use crate::read::formats::embedded::CALLER_CLAIMS;
use crate::read::json::scan::{MemberVisitor, Spelled, Unsure, Walk};

/// A caller. The claims are decoded only on demand, because most events of a log have many claims, and their caller is
/// not needed.
#[derive(Clone, Copy)]
pub(in crate::read) struct Caller<'r> {
    named: Option<&'r str>,
    /// Position after the opening brace of claims that can be decoded.
    claims: Option<Walk<'r>>,
}

impl<'r> Caller<'r> {
    /// Returns the caller that the event names; if it names none, the one in its claims.
    pub(super) fn of(named: Option<&'r str>, identity: &IdentityClaims<'r>) -> Caller<'r> {
        Caller { named, claims: identity.claims }
    }

    pub(in crate::read) fn get(&self) -> Option<&'r str> {
        self.named.or_else(|| claimed(self.claims?))
    }
}

impl<'r> From<Option<&'r str>> for Caller<'r> {
    fn from(named: Option<&'r str>) -> Caller<'r> {
        Caller { named, claims: None }
    }
}

impl fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

fn claimed(mut claims: Walk<'_>) -> Option<&str> {
    let mut found = CallerClaims::default();
    claims.object(&mut found).ok()?;
    found.0.into_iter().flatten().next().filter(|caller| super::texts::is_known(caller))
}

/// Passes the members of `identity`, and finds the claims in it.
#[derive(Default)]
pub(super) struct IdentityClaims<'t> {
    claims: Option<Walk<'t>>,
}

impl<'t> MemberVisitor<'t> for IdentityClaims<'t> {
    fn scalar(&mut self, name: Spelled<'t>, _: Spelled<'t>) -> Result<(), Unsure> {
        if name.plain_name()? == "claims" { Err(Unsure) } else { Ok(()) }
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        if name.plain_name()? != "claims" {
            return inside.nested(is_object);
        }
        if self.claims.is_some() || !is_object {
            return Err(Unsure);
        }
        let claims = *inside;
        let is_plain = inside.object(&mut Strings).is_ok_and(|end| name.is_plain_up_to(end));
        if !is_plain {
            *inside = claims;
            inside.object(&mut CallerClaims::default())?;
        }
        self.claims = Some(claims);
        Ok(())
    }
}

/// Accepts claims that are all strings. If they contain no escape, [`CallerClaims`] can decode them.
struct Strings;

impl<'t> MemberVisitor<'t> for Strings {
    #[inline]
    fn scalar(&mut self, _: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        if value.is_string() { Ok(()) } else { Err(Unsure) }
    }

    fn container(&mut self, _: Spelled<'t>, _: &mut Walk<'t>, _: bool) -> Result<(), Unsure> {
        Err(Unsure)
    }
}

/// Values of the claims in [`CALLER_CLAIMS`], in that order.
#[derive(Default)]
struct CallerClaims<'t>([Option<&'t str>; CALLER_CLAIMS.len()]);

impl<'t> MemberVisitor<'t> for CallerClaims<'t> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        let name = name.plain_name()?;
        if let Some(claim) = CALLER_CLAIMS.iter().position(|claim| *claim == name) {
            self.0[claim] = value.plain_text()?;
        }
        Ok(())
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        if CALLER_CLAIMS.contains(&name.plain_name()?) { Err(Unsure) } else { inside.nested(is_object) }
    }
}
