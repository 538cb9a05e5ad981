# METADATA
# scope: package
# title: No file given to an audit may contain a live API key
# description: >-
#   An audit of key ages needs no key. If an export contains one (for example the saved output of "keys list", or a
#   logged response), everyone who can read the file can use the account, and every reader of the evidence has a copy.
#   Treat such a key as leaked. The finding names the file and the line, and shows nothing of the key. The control
#   knows these forms, also with escaped characters (JSON, XML, URL). First, API keys with the mark JQQJ9 (84
#   characters), complete or cut, with at least 12 characters before the mark. Second, API keys of 32 hexadecimal
#   digits, in small letters or capitals, if a name such as key1 (also in the languages of the portal), primaryKey,
#   api-key, AZURE_OPENAI_KEY or keys identifies them: the name of the value, pair, list, object, element or
#   attribute, in the notation of JSON, YAML, XML, HTML, shells, PowerShell, programs, HTTP headers or URLs; the name
#   before or after a member such as value; the name of the column, in a table whose names are in the first line or
#   above a line of dashes; the name that begins the row or is alone in the line above; the option, function or
#   command (setx, keys list) that receives or returns them; and words of a log (using key). A line break in the file
#   may divide the digits, if the first part follows its name in the line. Digits after Bearer or in an Authorization
#   header are found too, and so are lines that contain only keys, in a file whose first line contains only keys. The
#   name must be within 1,024 bytes. Third, the values of AccountKey=, SharedAccessKey=, AccessKey=, SharedKey=,
#   SharedSecret= and sig=, in any case, with at least 40 characters; and JSON Web Tokens, such as bearer tokens. The
#   first and second are found in base 64, too. The control does not know digits without a name, on more than two
#   lines, or inside a longer text in base 64. It searches the exports, and the parameters, waivers, baseline and
#   policies of the audit. A pass means that they contain none of these forms.
# related_resources:
#   - ref: https://learn.microsoft.com/azure/cognitive-services/rotate-keys
#     description: How to rotate the keys without downtime
#   - ref: https://github.com/microsoft/security-utilities
#     description: The newer form of keys
# custom:
#   id: KR007
#   name: KeyMaterialInEvidence
#   level: error
#   about: evidence
#   passes: no file contains a key in a form that the control knows
#   precision: very-high
#   tags: [azure, key-rotation]
#   remediation: Regenerate each key that was found, delete the file and its copies, and export again without keys.
package rotaudit.key_material_in_evidence

violation contains {"subject": file.path, "message": message, "evidence": references, "steps": steps} if {
	some index, file in input.inputs
	file.lines_with_keys > 0
	references := [reference | some reference in by_input[index]]
	message := sprintf("%s contains live API keys: %s. Everyone who can read the file can use them.", [
		file.path,
		concat("; ", array.concat(listed(references), unlisted(file.lines_with_keys - count(references)))),
	])
}

# In the order of the lines, as sets are sorted.
by_input[material.input] contains {"input": material.input, "line": material.line, "text": material.what} if {
	some material in input.key_material
}

listed(references) := [sprintf("line %d, %s", [reference.line, reference.text]) | some reference in references]

unlisted(more) := [sprintf("and %d more lines", [more])] if {
	more > 1
} else := ["and one more line"] if {
	more == 1
} else := []

steps := [
	{"text": "Regenerate each of these keys, and move applications to the account's other key first. Treat the keys as leaked, even if they are new."},
	{"text": "Delete the file and every copy of it, for example in mail, in tickets and in the audit's own records."},
	{"text": "Export the evidence again without keys: the output of az cognitiveservices account list and az monitor activity-log list contains none. Never save the output of keys list. If you need a part of it, select only that part (--query)."},
]
