//! The resources of all waivers, arranged so that those that match a subject are found without trying each.

use std::collections::HashMap;

use globset::{Glob, GlobBuilder, GlobSet};

use crate::model::{Waiver, fold_case};

/// Longer than the id of any account, with room for alternatives.
const MAX_GLOB_BYTES: usize = 1024;
/// The limit for nested alternatives; the library that compiles them panics at 250.
const MAX_GLOB_DEPTH: usize = 8;

/// Globs that are compiled together: few enough for the size limit of a compiled set, even if all have the maximum length.
const GLOBS_PER_SET: usize = 64;

/// The characters that have a meaning in a glob.
const GLOB_CHARACTERS: [char; 7] = ['*', '?', '[', ']', '{', '}', '\\'];

/// Returns the glob of case-folded ids. `*` stays within a segment of an id, `**` does not.
pub(super) fn glob(resource: &str) -> Result<Glob, &'static str> {
    let depth = resource.bytes().scan(0_usize, |depth, byte| {
        *depth = match byte {
            b'{' => *depth + 1,
            b'}' => depth.saturating_sub(1),
            _ => *depth,
        };
        Some(*depth)
    });
    if resource.len() > MAX_GLOB_BYTES || depth.max().unwrap_or_default() > MAX_GLOB_DEPTH {
        return Err("`resource` is longer than 1024 bytes, or has more than 8 alternatives in one another");
    }
    let glob = GlobBuilder::new(&fold_case(resource)).literal_separator(true).build();
    glob.map_err(|_| "`resource` is not a glob: close each [ and {")
}

/// The resources of waivers, which are named by their positions. It is as large as the waivers.
pub(super) struct Resources {
    /// The resources as they are written, case-folded. A glob matches itself, too.
    ids: HashMap<String, Vec<usize>>,
    globs: Vec<Globs>,
}

struct Globs {
    set: GlobSet,
    waivers: Vec<usize>,
}

impl Resources {
    pub(super) fn of(waivers: &[Waiver]) -> Resources {
        let mut ids: HashMap<String, Vec<usize>> = HashMap::new();
        let mut globs = Vec::new();
        for (index, waiver) in waivers.iter().enumerate() {
            ids.entry(fold_case(&waiver.resource)).or_default().push(index);
            if waiver.resource.contains(GLOB_CHARACTERS) {
                globs.extend(glob(&waiver.resource).map(|glob| (index, glob)));
            }
        }
        Resources { ids, globs: globs.chunks(GLOBS_PER_SET).flat_map(Globs::of).collect() }
    }

    /// Returns the positions of the waivers whose resource matches the subject, in ascending order.
    pub(super) fn matching(&self, subject: &str) -> Vec<usize> {
        let subject = fold_case(subject);
        let mut matching = self.ids.get(&subject).cloned().unwrap_or_default();
        for globs in &self.globs {
            matching.extend(globs.set.matches(&subject).into_iter().map(|index| globs.waivers[index]));
        }
        matching.sort_unstable();
        matching.dedup();
        matching
    }
}

impl Globs {
    /// Returns one set of all globs, or one of each if they are too large together.
    fn of(globs: &[(usize, Glob)]) -> Vec<Globs> {
        let set = |globs: &[(usize, Glob)]| {
            let set = GlobSet::new(globs.iter().map(|(_, glob)| glob)).ok()?;
            Some(Globs { set, waivers: globs.iter().map(|(index, _)| *index).collect() })
        };
        set(globs).map_or_else(|| globs.chunks(1).filter_map(set).collect(), |all| vec![all])
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{GLOBS_PER_SET, MAX_GLOB_BYTES, Resources, glob};
    use crate::model::Waiver;

    fn waiver(resource: &str) -> Waiver {
        Waiver {
            control: "KR001".to_owned(),
            resource: resource.to_owned(),
            key: None,
            expires: NaiveDate::MAX,
            justification: "j".to_owned(),
            approver: None,
            ticket: None,
            line: 1,
        }
    }

    #[test]
    fn ids_and_globs_of_a_subject_are_found_once_and_in_order() {
        let mut all = vec![waiver("/A/b"), waiver("**"), waiver("/a/?"), waiver("/a/c"), waiver("/a/[x]")];
        all.extend((0..3 * GLOBS_PER_SET).map(|number| waiver(&format!("**/n{number}"))));
        all.extend([waiver("/a/b"), waiver("/*/{c,B}"), waiver("/*")]);
        let resources = Resources::of(&all);
        let last = all.len() - 3;
        assert_eq!(resources.matching("/a/B"), [0, 1, 2, last, last + 1]);
        assert_eq!(resources.matching("/a/[X]"), [1, 4]);
        assert_eq!(resources.matching("/q/n100"), [1, 105]);
        // A letter of another alphabet is not a `k`.
        assert_eq!(Resources::of(&[waiver("**/k")]).matching("/\u{212a}"), [0; 0]);
    }

    /// Together, these globs are too large for one set.
    #[test]
    fn the_longest_globs_are_not_left_out() {
        let longest = |number: usize| {
            let mut glob = format!("/{number}/");
            while glob.len() < MAX_GLOB_BYTES - 12 {
                glob.push_str("{a,b*c}");
            }
            glob
        };
        let all: Vec<Waiver> = (0..GLOBS_PER_SET).map(|number| waiver(&longest(number))).collect();
        assert!(all.iter().all(|waiver| glob(&waiver.resource).is_ok()));
        let subject = format!("/7/{}", "a".repeat((longest(7).len() - 3) / 7));
        assert_eq!(Resources::of(&all).matching(&subject), [7]);
    }
}
