//! Who sent a request, as diagnostic settings tell it: in the claims of `identity`.

use std::fmt;

use crate::read::formats::embedded::CALLER_CLAIMS;
use crate::read::json::scan::{MemberVisitor, Spelled, Unsure, Walk};

/// A caller who is looked for in the claims only when asked for: most of a log's events have many claims, and nobody
/// wants to know.
#[derive(Clone, Copy)]
pub(in crate::read) struct Caller<'r> {
    named: Option<&'r str>,
    /// Behind the brace of claims that can be decoded.
    claims: Option<Walk<'r>>,
}

impl<'r> Caller<'r> {
    /// Whom the event names itself, or else whom its claims tell.
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
    let mut telling = Telling::default();
    claims.object(&mut telling).ok()?;
    telling.0.into_iter().flatten().next().filter(|caller| super::texts::is_known(caller))
}

/// Passes what `identity` holds, and finds the claims in it.
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
            inside.object(&mut Telling::default())?;
        }
        self.claims = Some(claims);
        Ok(())
    }
}

/// Where there is no escape in them, they can be decoded, whatever they tell.
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

/// In the order of [`CALLER_CLAIMS`].
#[derive(Default)]
struct Telling<'t>([Option<&'t str>; CALLER_CLAIMS.len()]);

impl<'t> MemberVisitor<'t> for Telling<'t> {
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
