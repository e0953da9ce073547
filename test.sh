#!/usr/bin/env bash
# Builds everything and runs every test. The output ends with the twenty slowest test classes; the last line is
# "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"

usage() {
    cat <<'TEXT'
Usage: ./test.sh [--long] [--filter TEXT] [--filter-OPTION VALUE…]

  --long             many more rounds of the tests that kill processes and of the fuzzer, and with Java the HTML checker on every page; takes hours
  --filter TEXT      only tests with TEXT in their full name (namespace.class.method)
  --filter-OPTION    passed on with its values: --filter-class, --filter-not-namespace, --filter-trait, … as xunit has them

Where LABEL_STUDIO_TEST_URL and LABEL_STUDIO_TEST_TOKEN name a Label Studio that reaches the tests' S3 server (GOURMETGRAM_TEST_S3 names another), the tests
against a real one run too.

As root on a machine with apt-get, missing programs (PostgreSQL, Ceph's S3 server, Chromium, strace, fonts, …) are installed; else they are named, and the tests
that need them are skipped. The exit code is 0 if tests ran and none failed; with CI=true none may be skipped either.
TEXT
}

passed=0 failed=0 skipped=0
work=
database=
objects=
publishing=

clean_up() {
    if [[ -n $publishing ]]; then
        kill "$publishing" 2>/dev/null || true
    fi
    if [[ -n $database ]]; then
        tests/run-postgres.sh stop "$database" >/dev/null 2>&1 || true
    fi
    if [[ -n $objects ]]; then
        tests/run-s3.sh stop "$objects" || true
    fi
    if [[ -n $work ]]; then
        rm -rf "$work"
    fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { printf 'test.sh: %s\n' "$*"; }

# Reads the reports of all projects. Classes run in parallel, so their times add up to more than the run took.
# The awk program relies on attributes that are never split over two lines and whose quotes are escaped.
print_slowest() {
    local reports
    reports=$(compgen -G "$work/*.xml") || return 0
    say "the slowest test classes"
    # shellcheck disable=SC2086 # Word splitting separates the file names; this script chose the folder's name.
    awk 'BEGIN { RS = "<test " }
         match($0, / type="[^"]*"/) {
             name = substr($0, RSTART + 7, RLENGTH - 8)
             if (match($0, / time="[0-9.]+"/)) { seconds[name] += substr($0, RSTART + 7, RLENGTH - 8); tests[name]++ }
         }
         END { for (name in seconds) printf "%8.1f s %5d tests  %s\n", seconds[name], tests[name], name }' $reports | sort -rn | sed -n 1,20p
}

finish() {
    local code=0
    print_slowest
    if ((failed > 0)); then
        code=1
    elif ((passed == 0)); then
        say "no test ran"
        code=1
    elif ((skipped > 0)) && [[ ${CI:-} == true ]]; then
        say "with CI=true nothing may be skipped"
        code=1
    fi
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    exit "$code"
}

# Counts a problem outside the tests as one failure.
fail() {
    say "$*"
    failed=$((failed + 1))
}

filters=()
while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --long) export GOURMETGRAM_TEST_LONG=1; shift ;;
        --filter)
            (($# > 1)) || { usage >&2; exit 64; }
            filters+=(--filter-method "*$2*"); shift 2 ;;
        --filter-*)
            filters+=("$1"); shift
            while (($# > 0)) && [[ $1 != --* ]]; do filters+=("$1"); shift; done ;;
        *) say "unknown option $1" >&2; usage >&2; exit 64 ;;
    esac
done
chosen=${#filters[@]}
absent=()
[[ -n ${LABEL_STUDIO_TEST_URL:-} && -n ${LABEL_STUDIO_TEST_TOKEN:-} ]] || absent+=("Needs=real-label-studio")
# The HTML checker is a Java program.
[[ -n ${GOURMETGRAM_TEST_LONG:-} ]] && command -v java >/dev/null || absent+=("Needs=java")
((${#absent[@]} == 0)) || filters+=(--filter-not-trait "${absent[@]}")

# ONNX Runtime and the test platform send telemetry unless these variables of the process environment turn it off.
export ORT_DISABLE_TELEMETRY=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# A minimal Debian has no ICU, and without this setting the SDK would not start.
compgen -G "/usr/lib/*/libicuuc.so.*" >/dev/null || export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1

has_postgres() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

has_s3() { command -v radosgw && command -v ceph-mon && command -v ceph-osd && command -v curl; } >/dev/null

missing_packages() {
    has_postgres || echo postgresql
    command -v chromium-headless-shell >/dev/null || echo chromium-headless-shell
    command -v strace >/dev/null || echo strace
    command -v radosgw >/dev/null || echo radosgw
    command -v ceph-mon >/dev/null || echo ceph-mon
    command -v ceph-osd >/dev/null || echo ceph-osd
    command -v curl >/dev/null || echo curl
    [[ -e /etc/ssl/certs/ca-certificates.crt ]] || echo ca-certificates
    [[ -e /usr/share/zoneinfo/Europe/Berlin ]] || echo tzdata
    [[ -e /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf ]] || echo fonts-noto-core
    command -v pkill >/dev/null || echo procps
    command -v npm >/dev/null || echo npm
    command -v python3 >/dev/null || echo python3
}

mapfile -t missing < <(missing_packages)
if ((${#missing[@]} > 0 && EUID == 0)) && command -v apt-get >/dev/null; then
    say "installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >&2 || say "apt-get failed"
    mapfile -t missing < <(missing_packages)
fi
if ((${#missing[@]} > 0)); then
    say "missing on this machine: ${missing[*]} (apt-get install ${missing[*]}); tests that need it are skipped"
fi

command -v dotnet >/dev/null || { fail "the .NET SDK is missing: https://dotnet.microsoft.com/download"; finish; }
say "building"
# In Release, tests that calculate take two thirds of the time.
# No build server may outlive the script, because it would hold the caller's pipe open for ten minutes.
DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 dotnet build GourmetGram.sln -c Release -clp:ErrorsOnly -p:UseSharedCompilation=false \
    || { fail "the build failed"; finish; }

# PostgreSQL does not run as root: its own user must be able to enter the folder.
work=$(mktemp -d "${TMPDIR:-/tmp}/gourmetgram-test.XXXXXX")
chmod 711 "$work"

# Hundreds of tests start processes. A published copy starts in two thirds of the time that the debug build takes, and without
# protection of compiled code against writing it starts faster still.
# Only the integration tests need it, so it is published beside what comes before them.
say "publishing"
DOTNET_CLI_USE_MSBUILD_SERVER=0 MSBUILDDISABLENODEREUSE=1 dotnet publish src/WebApi -c Release -r linux-x64 --self-contained -o "$work/published" \
    -clp:ErrorsOnly -p:UseSharedCompilation=false -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false &
publishing=$!
export GOURMETGRAM_TEST_PUBLISHED=$work/published DOTNET_EnableWriteXorExecute=0

# Prints a free port from the 9,900 that start at $1. Callers choose ranges below the ports that the system assigns to clients.
free_port() {
    local port
    while port=$((RANDOM % 9900 + $1)); do
        (: </dev/tcp/127.0.0.1/"$port") 2>/dev/null || { echo "$port"; return; }
    done
}

unset GOURMETGRAM_TEST_POSTGRES
if has_postgres; then
    database=$work/postgres
    if GOURMETGRAM_TEST_POSTGRES=$(tests/run-postgres.sh "$database" "$(free_port 20000)"); then
        export GOURMETGRAM_TEST_POSTGRES
    else
        unset GOURMETGRAM_TEST_POSTGRES
        fail "PostgreSQL is installed but did not start"
    fi
fi

# If the caller's GOURMETGRAM_TEST_S3 names an S3 server, the tests use that one.
if [[ -z ${GOURMETGRAM_TEST_S3:-} ]] && has_s3; then
    objects=$work/s3
    if GOURMETGRAM_TEST_S3=$(tests/run-s3.sh "$objects" "$(free_port 10000)"); then
        export GOURMETGRAM_TEST_S3 GOURMETGRAM_TEST_S3_DIRECTORY=$objects
    else
        unset GOURMETGRAM_TEST_S3
        fail "Ceph is installed but its S3 server did not start"
    fi
fi

# Installs the linters for the OpenAPI document and the pages from their lock file, without running the packages' install scripts.
unset GOURMETGRAM_TEST_LINTERS
if command -v npm >/dev/null; then
    if npm ci --prefix tests/linters --ignore-scripts --no-audit --no-fund --loglevel=error >&2; then
        export GOURMETGRAM_TEST_LINTERS=$PWD/tests/linters/node_modules
    else
        fail "npm could not install what tests/linters/package-lock.json names"
    fi
fi

# Takes the counts from the summary and checks them against the exit code:
# 0 all passed, 2 some failed, 8 none ran, anything else means that the run broke off.
run_project() {
    local project=$1 log=$work/$1.log code=0 total=0 bad=0 good=0 left=0
    # Tests wait for a browser, a database or a job for a third of their time, so more of them run at a time than there are processors.
    dotnet "tests/$project/bin/Release/net10.0/GourmetGram.Tests.$project.dll" --no-ansi --progress off --max-threads 1.5x \
        --results-directory "$work" --report-xunit-xml --report-xunit-xml-filename "$project.xml" "${filters[@]}" 2>&1 \
        | tee "$log" || code=${PIPESTATUS[0]}
    read -r total bad good left < <(
        awk '/^Test run summary:/{on=1} !on{next} /^ *total: /{t=$2} /^ *failed: /{b=$2} /^ *succeeded: /{g=$2} /^ *skipped: /{s=$2}
             END{print t+0, b+0, g+0, s+0}' "$log")
    passed=$((passed + good)) failed=$((failed + bad)) skipped=$((skipped + left))
    case $code in
        0) ((total > 0 && bad == 0)) || fail "$project: exit code 0 does not fit a count of $total tests with $bad failures" ;;
        2) ((bad > 0)) || fail "$project: exit code 2, but no failed test was counted" ;;
        8) ((chosen > 0)) || fail "$project: no test ran" ;;
        *) fail "$project: the run broke off with exit code $code" ;;
    esac
}

for project in Unit Architecture; do
    say "$project"
    run_project "$project"
done
wait "$publishing" || { fail "publishing failed"; finish; }
publishing=
say Integration
run_project Integration
finish
