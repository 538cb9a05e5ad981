//! Determines from the code of a failed request whether it can have had an effect.

use crate::model::Status;

/// Names of the codes from 400 to 499, which prove that the request had no effect. Some codes have had several names.
const WITHOUT_EFFECT: [&str; 32] = [
    "badrequest",
    "unauthorized",
    "paymentrequired",
    "forbidden",
    "notfound",
    "methodnotallowed",
    "notacceptable",
    "proxyauthenticationrequired",
    "conflict",
    "gone",
    "lengthrequired",
    "preconditionfailed",
    "requestentitytoolarge",
    "payloadtoolarge",
    "contenttoolarge",
    "requesturitoolong",
    "uritoolong",
    "unsupportedmediatype",
    "requestedrangenotsatisfiable",
    "rangenotsatisfiable",
    "expectationfailed",
    "misdirectedrequest",
    "unprocessableentity",
    "unprocessablecontent",
    "locked",
    "faileddependency",
    "tooearly",
    "upgraderequired",
    "preconditionrequired",
    "toomanyrequests",
    "requestheaderfieldstoolarge",
    "unavailableforlegalreasons",
];

/// Names of 408, 499 and the codes from 500 on. The key may still have changed, because the service failed or the
/// client did not wait for it.
const WITH_POSSIBLE_EFFECT: [&str; 13] = [
    "requesttimeout",
    "clientclosedrequest",
    "internalservererror",
    "notimplemented",
    "badgateway",
    "serviceunavailable",
    "gatewaytimeout",
    "httpversionnotsupported",
    "variantalsonegotiates",
    "insufficientstorage",
    "loopdetected",
    "notextended",
    "networkauthenticationrequired",
];

/// Names of the codes from 200 to 299, and words with the same meaning.
const SUCCESSES: [&str; 9] = [
    "ok",
    "created",
    "accepted",
    "nonauthoritativeinformation",
    "nocontent",
    "resetcontent",
    "partialcontent",
    "success",
    "succeeded",
];

/// Returns the status of a failed request, given all codes of its event.
pub(super) fn status<'c>(codes: impl Iterator<Item = &'c str> + Clone) -> Status {
    if codes.clone().flat_map(parts).any(is_success) {
        return Status::Contradictory;
    }
    codes.flat_map(parts).filter_map(effect).fold(Status::FailedWithoutCode, |status, of_code| {
        if status == Status::ServerError { status } else { of_code }
    })
}

/// Whether one of the codes of an event is that of a failed request.
pub(super) fn is_stated<'c>(codes: impl Iterator<Item = &'c str>) -> bool {
    let is_failure = |code: &str| effect(code).is_some() || matches!(&*letters(code), "failed" | "failure");
    codes.flat_map(parts).any(is_failure)
}

/// Whether each part of a code is empty or that of a successful request.
pub(super) fn is_absent(code: &str) -> bool {
    parts(code).into_iter().all(|part| part.trim().is_empty() || is_success(part))
}

fn is_success(code: &str) -> bool {
    let code = code.trim();
    let is_number =
        code.len() == 3 && code.starts_with('2') && code.bytes().all(|byte| byte.is_ascii_digit());
    is_number || SUCCESSES.contains(&&*letters(code))
}

fn letters(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Returns the name and the number in a code. `Conflict (HTTP Status Code: 409)` has both, `Failed.Conflict` and `409`
/// only one.
fn parts(code: &str) -> [&str; 2] {
    let (name, number) = code.split_once("(HTTP Status Code:").unwrap_or((code, ""));
    [name.trim().trim_end_matches('.').rsplit('.').next().unwrap_or_default(), number.trim_end_matches(')')]
}

/// Returns the status that one code proves; `None` if it is not an HTTP code of a failure.
fn effect(code: &str) -> Option<Status> {
    let code = code.trim();
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) {
        return match code {
            "408" | "499" => Some(Status::ServerError),
            _ if code.starts_with('4') => Some(Status::Failed),
            _ if code.starts_with('5') => Some(Status::ServerError),
            _ => None,
        };
    }
    let letters = letters(code);
    if WITHOUT_EFFECT.contains(&letters.as_str()) {
        Some(Status::Failed)
    } else {
        WITH_POSSIBLE_EFFECT.contains(&letters.as_str()).then_some(Status::ServerError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_code_of_a_refused_request_proves_that_it_had_no_effect() {
        for (codes, expected) in [
            (vec![], Status::FailedWithoutCode),
            (vec!["SomeOtherCode"], Status::FailedWithoutCode),
            (vec!["4090"], Status::FailedWithoutCode),
            (vec!["Failed."], Status::FailedWithoutCode),
            (vec!["409"], Status::Failed),
            (vec!["Failed.Conflict"], Status::Failed),
            (vec!["Conflict (HTTP Status Code: 409)"], Status::Failed),
            (vec!["Bad Request"], Status::Failed),
            (vec!["LocalizedName (HTTP Status Code: 404)"], Status::Failed),
            (vec!["408"], Status::ServerError),
            (vec!["499"], Status::ServerError),
            (vec!["Failed.InternalServerError"], Status::ServerError),
            (vec!["Service Unavailable (HTTP Status Code: 503)"], Status::ServerError),
            (vec!["Conflict", "500"], Status::ServerError),
            (vec!["500", "Conflict"], Status::ServerError),
            (vec!["Conflict (HTTP Status Code: 500)"], Status::ServerError),
            (vec!["", "OK"], Status::Contradictory),
            (vec!["200"], Status::Contradictory),
            (vec!["Conflict", "Succeeded."], Status::Contradictory),
            (vec!["Conflict (HTTP Status Code: 204)"], Status::Contradictory),
        ] {
            assert_eq!(status(codes.iter().copied()), expected, "{codes:?}");
        }
    }

    #[test]
    fn only_a_known_code_or_word_of_a_failure_contradicts_a_success() {
        for (code, is_of_failure, is_of_success) in [
            ("", false, true),
            ("OK", false, true),
            ("Succeeded.Created", false, true),
            ("No Content (HTTP Status Code: 204)", false, true),
            ("SomeOtherCode", false, false),
            ("Failed.", true, false),
            ("Failed.Conflict", true, false),
            ("Succeeded.Conflict", true, false),
            ("OK (HTTP Status Code: 409)", true, false),
            ("500", true, false),
        ] {
            assert_eq!(is_stated([code].into_iter()), is_of_failure, "{code}");
            assert_eq!(is_absent(code), is_of_success, "{code}");
        }
    }
}
