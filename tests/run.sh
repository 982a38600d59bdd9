#!/usr/bin/env bash
# Installs what the tests need, builds Release with warnings as errors, runs every test project.
# The last line is the sum over all of them: "N passed, N failed[, N skipped]".
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

need() { # the packages behind the commands that are missing
  local missing=()
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  [ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || missing+=(postgresql)
  [ ${#missing[@]} -eq 0 ] && return 0
  local sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo"
  echo "Installing ${missing[*]} ..."
  $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
need || { echo "apt-get could not install what the tests need."; exit 1; }
for package in tests/*/npm/package.json; do
  [ -e "$package" ] || continue
  (cd "$(dirname "$package")" && npm ci --silent --no-audit --no-fund --ignore-scripts) || { echo "npm could not install $package."; exit 1; }
done

dotnet build Orleans.sln -c Release -v q -warnaserror || { echo "The build failed."; exit 1; }

passed=0 failed=0 skipped=0
mkdir -p artifacts/tests
for project in Architecture Unit Cluster System Browser; do
  echo "== $project"
  dotnet "tests/$project/bin/Release/net10.0/Lethe.${project}Tests.dll" -noColor 2>&1 | tee "artifacts/tests/$project.txt"
  exit_code=${PIPESTATUS[0]}
  line=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "artifacts/tests/$project.txt" | tail -n 1)
  read -r total errors bad skip unrun <<<"$(grep -oE '[0-9]+' <<<"${line:-0 1 0 0 0}" | tr '\n' ' ')"
  bad=$((bad + errors))
  [ "$exit_code" = 0 ] || [ "$bad" -gt 0 ] || bad=1 # a crash counts as a failure
  passed=$((passed + total - bad - skip - unrun > 0 ? passed + total - bad - skip - unrun : passed))
  failed=$((failed + bad)); skipped=$((skipped + skip + unrun))
done

if [ "$skipped" -gt 0 ]; then echo "$passed passed, $failed failed, $skipped skipped"; else echo "$passed passed, $failed failed"; fi
[ "$failed" = 0 ]
