#!/usr/bin/env bats
# The module under kwctl itself, as its users call it.
#
# KWCTL names kwctl, POLICY the module, ASKING the module of kubewarden/asks.wat;
# `cargo xtask test --only kwctl` sets them where they are not.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_DIRNAME/kubewarden"
  kwctl="${KWCTL:-kwctl}"
  policy="${POLICY:-../../dist/policy.wasm}"
}

# kwctl run MODULE REQUEST SETTINGS [OPTION…]: the response in $output, the log in $stderr.
judge() {
  local module="$1" request="$2" settings="$3"
  shift 3
  run --separate-stderr "$kwctl" run "$module" --request-path "$request" \
    --settings-json "$settings" "$@"
  # Only of a test that fails is this seen.
  echo "status: $status"
  echo "output: $output"
  echo "stderr: $stderr"
}

# The response has this text in it.
has() {
  [[ "$output" == *"$1"* ]] || { echo "no $1"; return 1; }
}

has_not() {
  [[ "$output" != *"$1"* ]] || { echo "there is $1"; return 1; }
}

@test "accepts a pod of the restricted level" {
  judge "$policy" accepted.json '{}'
  [ "$status" -eq 0 ]
  has '"allowed":true'
  has_not '"message"'
  has_not '"patch"'
}

@test "denies a pod with every violation in the message" {
  judge "$policy" denied.json '{}'
  [ "$status" -eq 0 ]
  has '"allowed":false'
  has '"code":403'
  has 'spec.hostPID'
  has 'spec.containers[0].securityContext.privileged'
}

@test "settings decide: the privileged profile accepts the same pod" {
  judge "$policy" denied.json '{"profile": "privileged"}'
  [ "$status" -eq 0 ]
  has '"allowed":true'
}

@test "accepts a deletion" {
  judge "$policy" deleted.json '{}'
  [ "$status" -eq 0 ]
  has '"allowed":true'
}

@test "denies what is incomplete, and fills it where it may mutate" {
  judge "$policy" incomplete.json '{}'
  [ "$status" -eq 0 ]
  has '"allowed":false'
  has_not '"patch"'
  judge "$policy" incomplete.json '{"mutate": true}'
  [ "$status" -eq 0 ]
  has '"allowed":true'
  has '"patchType":"JSONPatch"'
  has '"patch":"'
}

@test "warns instead of denying" {
  judge "$policy" denied.json '{"action": "warn"}'
  [ "$status" -eq 0 ]
  has '"allowed":true'
  has '"warnings":["'
  has 'hostPID'
}

@test "refuses settings with a mistake, and says where it is" {
  judge "$policy" accepted.json '{"profil": "baseline"}'
  [ "$status" -ne 0 ]
  [ -z "$output" ]
  [[ "$stderr" == *"Provided settings are not valid"* ]]
  [[ "$stderr" == *"profil"* ]]
}

@test "answers of the cluster reach a policy that is granted them" {
  judge "$ASKING" accepted.json '{}' --allow-context-aware \
    --replay-host-capabilities-interactions found.yml
  [ "$status" -eq 0 ]
  has '"allowed":true'
}

@test "a policy is told what the cluster does not have" {
  judge "$ASKING" accepted.json '{}' --allow-context-aware \
    --replay-host-capabilities-interactions missing.yml
  [ "$status" -eq 0 ]
  has '"allowed":false'
  has 'Guest call failure: Callback evaluation failure: Cannot find v1/Namespace named '
}

@test "a policy is told that it has no grant" {
  judge "$ASKING" accepted.json '{}' --replay-host-capabilities-interactions found.yml
  [ "$status" -eq 0 ]
  has '"allowed":false'
  has 'Policy has not been granted access to Kubernetes v1/Namespace resources'
}
