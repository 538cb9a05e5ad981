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

/// Returns the status of a failed request, given all codes of its event.
pub(super) fn status<'c>(codes: impl Iterator<Item = &'c str>) -> Status {
    codes.flat_map(parts).filter_map(effect).fold(Status::FailedWithoutCode, |status, of_code| {
        if status == Status::ServerError { status } else { of_code }
    })
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
    let letters: String =
        code.chars().filter(char::is_ascii_alphabetic).map(|letter| letter.to_ascii_lowercase()).collect();
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
            (vec!["", "OK"], Status::FailedWithoutCode),
            (vec!["SomeOtherCode"], Status::FailedWithoutCode),
            (vec!["200"], Status::FailedWithoutCode),
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
        ] {
            assert_eq!(status(codes.iter().copied()), expected, "{codes:?}");
        }
    }
}
