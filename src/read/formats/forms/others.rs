//! The outputs of other commands: each is detected by members that no account and no event has, so it is not an export
//! that lost some of its members.
//!
//! Such an output can name an account that no list contains. Its note says so, because that does not change the status.

use super::{Form, Sign};

/// Name of the form of every output of another command.
const OTHER_OUTPUT: &str = "refused/other-output";

const LIST_NAMED_ACCOUNTS: &str =
    "if it names an account that is missing from the report, add the account list of that subscription";

/// Marks of a log. A table with one of them is never left aside, even if it has the columns of another output.
const MARKS_OF_LOG: [&str; 2] = ["regeneratekey", "regenerate key"];

/// A form shown by `members`, which one record or the columns of CSV must have. A path like `properties.level` leads
/// into an object.
const fn other(members: &'static [&'static str], what: &'static str) -> Form {
    Form::aside(OTHER_OUTPUT, Sign::Members(members), what, LIST_NAMED_ACCOUNTS)
}

/// Every output of another command. The first one whose members match is used.
pub(super) static OTHERS: [Form; 27] = [
    other(&["policyAssignmentId"], "it is a list of policy states, which an audit does not read")
        .shown_by("`policyAssignmentId`")
        .made_by("`az policy state list`, `Get-AzPolicyState`")
        .marked(&MARKS_OF_LOG),
    other(&["properties.policyRule"], "it is a policy of Azure, which an audit does not read")
        .shown_by("`properties` with `policyRule`")
        .made_by("Hand, for `az policy definition create`; REST"),
    other(&["policyRule"], "it is a policy of Azure, which an audit does not read")
        .shown_by("`policyRule`")
        .made_by("`az policy definition list`, `Get-AzPolicyDefinition`"),
    other(&["lockId"], "it is a list of locks, which an audit does not read")
        .shown_by("`LockId`")
        .made_by("`Get-AzResourceLock`")
        .marked(&MARKS_OF_LOG),
    Form::aside(
        OTHER_OUTPUT,
        Sign::Record(|record, _| record.is_extension()),
        "it is a list of settings of resources, which an audit does not read",
        LIST_NAMED_ACCOUNTS,
    )
    .shown_by("`ExtensionResourceType` with a value")
    .made_by("`Get-AzResource -ExtensionResourceType …`")
    .marked(&MARKS_OF_LOG),
    other(&["roleAssignmentId"], "it is a list of role assignments, which an audit does not read")
        .shown_by("`RoleAssignmentId`")
        .made_by("`Get-AzRoleAssignment`, *Download role assignments* in the portal")
        .marked(&MARKS_OF_LOG),
    other(&["assignableScopes"], "it is a definition of roles, which an audit does not read")
        .shown_by("`AssignableScopes`")
        .made_by("`Get-AzRoleDefinition`; hand, for `New-AzRoleDefinition`"),
    other(
        &["privateLinkServiceConnectionState"],
        "it is a list of private endpoint connections, which an audit does not read",
    )
    .shown_by("`PrivateLinkServiceConnectionState`")
    .made_by("`Get-AzPrivateEndpointConnection`")
    .marked(&MARKS_OF_LOG),
    other(
        &["resourceGroupName", "provisioningState", "tagsTable"],
        "it is a list of resource groups, which an audit does not read",
    )
    .shown_by("`ResourceGroupName`, `ProvisioningState` and `TagsTable`")
    .made_by("`Get-AzResourceGroup`")
    .marked(&MARKS_OF_LOG),
    other(
        &["deploymentName", "provisioningState", "correlationId"],
        "it is a list of deployments, which an audit does not read",
    )
    .shown_by("`DeploymentName`, `ProvisioningState` and `CorrelationId`")
    .made_by("`Get-AzResourceGroupDeployment`"),
    other(
        &["provisioningOperation", "operationId"],
        "it is a list of the steps of a deployment, which an audit does not read",
    )
    .shown_by("`ProvisioningOperation` and `OperationId`")
    .made_by("`Get-AzResourceGroupDeploymentOperation`"),
    other(
        &["properties.provisioningOperation", "operationId"],
        "it is a list of the steps of a deployment, which an audit does not read",
    )
    .shown_by("`operationId`, and `properties` with `provisioningOperation`")
    .made_by("`az deployment operation group list`"),
    other(
        &["isDataAction", "display.operation"],
        "it is a list of the operations that a service has, which an audit does not read",
    )
    .shown_by("`isDataAction`, and `display` with `operation`")
    .made_by("`az provider operation show`"),
    other(
        &["isDataAction", "operationName", "providerNamespace"],
        "it is a list of the operations that a service has, which an audit does not read",
    )
    .shown_by("`IsDataAction`, `OperationName` and `ProviderNamespace`")
    .made_by("`Get-AzProviderOperation`"),
    other(&["model", "skuName"], "it is a list of models, which an audit does not read")
        .shown_by("`model` and `skuName`")
        .made_by("`az cognitiveservices model list`"),
    other(&["capabilities", "format", "version"], "it is a list of models, which an audit does not read")
        .shown_by("`capabilities`, `format` and `version`")
        .made_by("`az cognitiveservices account list-models`"),
    other(
        &["locations", "restrictions", "tier"],
        "it is a list of prices and sizes, which an audit does not read",
    )
    .shown_by("`locations`, `restrictions` and `tier`")
    .made_by("`az cognitiveservices account list-skus`"),
    other(&["hostingModel", "planType"], "it is a list of prices and sizes, which an audit does not read")
        .shown_by("`hostingModel` and `planType`")
        .made_by("`az cognitiveservices commitment-tier list`"),
    other(&["currentValue", "limit", "unit"], "it is a list of quotas, which an audit does not read")
        .shown_by("`currentValue`, `limit` and `unit`")
        .made_by("`az cognitiveservices usage list`")
        .marked(&MARKS_OF_LOG),
    other(&["terraform_version"], "it is a plan or a state of Terraform, which an audit does not read")
        .shown_by("`terraform_version`")
        .made_by("`terraform show -json`"),
    other(&["meterCategory"], "it is a list of costs, which an audit does not read")
        .shown_by("`MeterCategory`")
        .made_by("*Cost Management*, *Exports*")
        .marked(&MARKS_OF_LOG),
    other(&["billedCost", "chargePeriodStart"], "it is a list of costs, which an audit does not read")
        .shown_by("`BilledCost` and `ChargePeriodStart`")
        .made_by("*Cost Management*, *Exports* in the format FOCUS")
        .marked(&MARKS_OF_LOG),
    other(&["costUSD", "currency"], "it is a list of costs, which an audit does not read")
        .shown_by("`CostUSD` and `Currency`")
        .made_by("*Cost analysis* in the portal, *Download*")
        .marked(&MARKS_OF_LOG),
    other(&["preTaxCost", "currency"], "it is a list of costs, which an audit does not read")
        .shown_by("`PreTaxCost` and `Currency`")
        .made_by("*Cost analysis* in the portal, *Download*; `az consumption usage list`")
        .marked(&MARKS_OF_LOG),
    other(&["recommendationId"], "it is a list of recommendations, which an audit does not read")
        .shown_by("`recommendationId`")
        .made_by("*Defender for Cloud*, *Download CSV report*")
        .marked(&MARKS_OF_LOG),
    other(
        &["businessImpact", "recommendation"],
        "it is a list of recommendations, which an audit does not read",
    )
    .shown_by("`Business Impact` and `Recommendation`")
    .made_by("*Advisor*, *Download as CSV*")
    .marked(&MARKS_OF_LOG),
    other(&["requestor", "action", "scope"], "it is a list of role changes, which an audit does not read")
        .shown_by("`Requestor`, `Action` and `Scope`")
        .made_by("*Privileged Identity Management*, *Resource audit*, *Export*")
        .marked(&MARKS_OF_LOG),
];
