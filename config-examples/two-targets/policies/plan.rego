# What a plan may do, for `opa` and `conftest`: reconciler plan --format json | conftest test -p policies -
package main

import rego.v1

# A number goes by a tombstone that somebody reviewed, never because a file went missing.
deny contains message if {
	some operation in input.operations
	operation.action == "delete"
	operation.reason in {"removed", "unowned"}
	message := sprintf("%s would be released without a tombstone", [operation.address])
}

# A number keeps its way out: nobody clears a fallback.
deny contains message if {
	some operation in input.operations
	operation.action == "patch"
	some change in operation.changes
	startswith(change.path, "fallbackDestination")
	change.after == null
	message := sprintf("%s would lose %s", [operation.address, change.path])
}

# What a guard refuses is told with its way out.
warn contains message if {
	some blocked in input.blocked
	message := sprintf("%s is blocked by %s: %s", [blocked.address, blocked.guard, blocked.message])
}
