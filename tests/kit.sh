# Functions of tests/run and tests/evaluate, which source this file in the repository's root after setting ALL_PARTS and PARTS.
# Databases and servers live in a temporary folder, on free ports, and are stopped at exit.

NAME="$(basename "$0")"
TOOLS="$PWD/tests/.tools"

# Thousands of databases are made and thrown away: in memory if there is room, because creating and removing their files takes
# a fifth of the time on a disk.
scratch() {
    local free_mib
    free_mib="$(df --output=avail -BM /dev/shm 2>/dev/null | tail -1 | tr -dc 0-9)"
    if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "${free_mib:-0}" -ge 6144 ]; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}
WORK="$(mktemp -d "$(scratch)/zhitong-tests.XXXXXX")"
chmod 711 "$WORK"
PG_BIN=""
SERVERS=()

say() { printf '\n== %s\n' "$*"; }
die() { printf 'tests/%s: %s\n' "$NAME" "$*" >&2; exit 1; }

stop_servers() {
    local pid
    for pid in "${SERVERS[@]:-}"; do
        [ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
    done
    SERVERS=()
}

clean_up() {
    stop_servers
    [ -n "$PG_BIN" ] && [ -f "$WORK/pg/data/postmaster.pid" ] &&
        as_postgres "$PG_BIN/pg_ctl" -D "$WORK/pg/data" -m immediate stop >/dev/null 2>&1
    rm -rf "$WORK"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

wants() { [[ " ${PARTS[*]} " == *" $1 "* ]]; }

# PostgreSQL refuses to run as root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

# The newest PostgreSQL on this machine.
find_postgres() {
    PG_BIN="$(dirname "$(command -v pg_ctl || find /usr/lib/postgresql /usr/pgsql-* -path '*/bin/pg_ctl' 2>/dev/null | sort -V | tail -1)" 2>/dev/null)"
    [ -x "$PG_BIN/initdb" ] || PG_BIN=""
}

have_venv() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

# A PDF is set in the machine's own Chinese font.
have_chinese_font() { find /usr/share/fonts /usr/local/share/fonts -name 'Noto*CJK*' 2>/dev/null | grep -q .; }

install_packages() {
    find_postgres
    local missing=()
    [ -n "$PG_BIN" ] || missing+=(postgresql)
    if wants mini || wants browser || wants client; then
        command -v node >/dev/null || missing+=(nodejs)
        command -v npm >/dev/null || missing+=(npm)
    fi
    if wants mini || wants browser; then
        command -v chromium >/dev/null || missing+=(chromium)
    fi
    have_venv || missing+=(python3 python3-venv)
    have_chinese_font || missing+=(fonts-noto-cjk)
    command -v curl >/dev/null || missing+=(curl)
    if wants it || wants python; then
        [ -x /usr/sbin/nginx ] || missing+=(nginx)
    fi
    if wants it; then
        [ -x /usr/sbin/haproxy ] || missing+=(haproxy)
        [ -x /usr/bin/caddy ] || missing+=(caddy)
        [ -x /usr/bin/heif-enc ] || missing+=(libheif-examples)
        command -v pdftotext >/dev/null || missing+=(poppler-utils)
    fi
    if wants pooler; then
        [ -x /usr/sbin/pgbouncer ] || missing+=(pgbouncer)
    fi
    # deploy/ is checked with the programs that will read it.
    if wants python; then
        command -v promtool >/dev/null || missing+=(prometheus)
        command -v systemd-analyze >/dev/null || missing+=(systemd)
        command -v openssl >/dev/null || missing+=(openssl)
        command -v psql >/dev/null || missing+=(postgresql-client)
    fi
    if [ ${#missing[@]} -gt 0 ]; then
        local sudo=""
        [ "$(id -u)" = 0 ] || sudo="sudo -n"
        command -v apt-get >/dev/null || die "please install: ${missing[*]}"
        say "installing ${missing[*]}"
        $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$WORK/apt.log" 2>&1 ||
            { tail -20 "$WORK/apt.log" 2>/dev/null || true; die "could not install: ${missing[*]} (root or passwordless sudo is needed for that)"; }
        find_postgres
    fi
    [ -n "$PG_BIN" ] || die "PostgreSQL's server programs were not found; install the package postgresql"
    have_venv || die "python3 with venv was not found; install python3-venv"
}

install_python() {
    local stamp="$TOOLS/requirements.sha256" wanted
    wanted="$(sha256sum tests/python/requirements.txt | cut -d' ' -f1)"
    if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || [ ! -x "$TOOLS/venv/bin/python" ]; then
        say "installing the Python checks into tests/.tools/venv"
        rm -rf "$TOOLS/venv"
        mkdir -p "$TOOLS"
        python3 -m venv "$TOOLS/venv"
        "$TOOLS/venv/bin/pip" install -q --disable-pip-version-check -r tests/python/requirements.txt
        echo "$wanted" >"$stamp"
    fi
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for WHAT URL LOG
wait_for() {
    for _ in $(seq 120); do
        curl -fsS -o /dev/null --noproxy '*' --max-time 2 "$2" 2>/dev/null && return 0
        sleep 0.25
    done
    tail -30 "$3" >&2 || true
    die "$1 did not start"
}

start_postgres() {
    local port
    port="$(free_port)"
    mkdir -p "$WORK/pg"
    [ "$(id -u)" = 0 ] && chown postgres "$WORK/pg"
    as_postgres "$PG_BIN/initdb" -D "$WORK/pg/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >"$WORK/initdb.log" 2>&1 ||
        { cat "$WORK/initdb.log"; die "initdb failed"; }
    # The data are thrown away: nothing needs to survive a power cut.
    as_postgres "$PG_BIN/pg_ctl" -D "$WORK/pg/data" -w -l "$WORK/pg/log" \
        -o "-p $port -k $WORK/pg -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300" \
        start >/dev/null </dev/null || { cat "$WORK/pg/log"; die "PostgreSQL did not start"; }
    export TEST_POSTGRES_URL="postgres://postgres@127.0.0.1:$port/postgres"
}

# PgBouncer in transaction mode in front of the cluster, with fewer connections than one product opens, so that
# transactions of different callers follow one another on the same connection.
start_pooler() {
    local port server
    port="$(free_port)"
    server="${TEST_POSTGRES_URL#*@127.0.0.1:}"
    cat >"$WORK/pgbouncer.ini" <<END
[databases]
* = host=127.0.0.1 port=${server%%/*} user=postgres
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 6
max_client_conn = 2000
ignore_startup_parameters = extra_float_digits
END
    as_postgres /usr/sbin/pgbouncer "$WORK/pgbouncer.ini" 2>"$WORK/pgbouncer.log" &
    SERVERS+=($!)
    export TEST_POOLER_URL="postgres://postgres@127.0.0.1:$port"
    for _ in $(seq 120); do
        psql -qAtc 'SELECT 1' "$TEST_POOLER_URL/postgres" >/dev/null 2>&1 && return 0
        sleep 0.25
    done
    tail -30 "$WORK/pgbouncer.log" >&2
    die "PgBouncer did not start"
}

start_moto() {
    local port
    port="$(free_port)"
    "$TOOLS/venv/bin/moto_server" -H 127.0.0.1 -p "$port" >"$WORK/moto.log" 2>&1 &
    SERVERS+=($!)
    export TEST_S3_ENDPOINT="http://127.0.0.1:$port"
    wait_for "moto" "$TEST_S3_ENDPOINT/moto-api/" "$WORK/moto.log"
}

GARAGE_VERSION=2.5.0

# Garage from its own crate, compiled once: Debian has no package of it.
install_garage() {
    GARAGE="$TOOLS/garage-$GARAGE_VERSION/bin/garage"
    [ -x "$GARAGE" ] && return
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_TARGET_DIR="$WORK/garage-build" \
        cargo install --quiet --locked --root "$TOOLS/garage-$GARAGE_VERSION" garage --version "$GARAGE_VERSION" \
        --no-default-features --features bundled-libs,sqlite
    rm -rf "$WORK/garage-build"
}

# Three Garage nodes on loopback, each part of the data on all of them; the tests' store is the first.
start_garage() {
    local node rpc=() s3=() ids=() secret
    secret="$(openssl rand -hex 32)"
    for node in 1 2 3; do
        rpc[node]="$(free_port)"
        s3[node]="$(free_port)"
        cat >"$WORK/garage$node.toml" <<END
metadata_dir = "$WORK/garage$node/meta"
data_dir = "$WORK/garage$node/data"
db_engine = "sqlite"
replication_factor = 3
rpc_bind_addr = "127.0.0.1:${rpc[node]}"
rpc_public_addr = "127.0.0.1:${rpc[node]}"
rpc_secret = "$secret"
[s3_api]
s3_region = "us-east-1"
api_bind_addr = "127.0.0.1:${s3[node]}"
END
        RUST_LOG=garage=info "$GARAGE" -c "$WORK/garage$node.toml" server >"$WORK/garage$node.log" 2>&1 &
        GARAGE_NODES[node]=$!
        SERVERS+=($!)
    done
    first() { "$GARAGE" -c "$WORK/garage1.toml" "$@" >>"$WORK/garage.log" 2>&1; }
    for node in 1 2 3; do
        for _ in $(seq 120); do
            ids[node]="$("$GARAGE" -c "$WORK/garage$node.toml" node id -q 2>/dev/null)" && break
            sleep 0.25
        done
    done
    sleep 1
    for node in 2 3; do first node connect "${ids[node]}"; done
    for node in 1 2 3; do first layout assign -z "site$node" -c 1G "${ids[node]%%@*}"; done
    first layout apply --version 1
    export TEST_S3_KEY="GK$(openssl rand -hex 12)" TEST_S3_SECRET
    TEST_S3_SECRET="$(openssl rand -hex 32)"
    first key import --yes -n tests "$TEST_S3_KEY" "$TEST_S3_SECRET"
    first key allow --create-bucket "$TEST_S3_KEY" || { tail -30 "$WORK/garage.log" "$WORK/garage1.log" >&2; die "Garage did not start"; }
    export TEST_S3_ENDPOINT="http://127.0.0.1:${s3[1]}"
}

# start_product [NAME [DATABASE_URL]]: the product in sandbox mode, as the Python checks meet it; SQLite by default.
start_product() {
    local port metrics_port name="${1:-product}"
    local url="${2:-sqlite://$WORK/$name.sqlite}"
    port="$(free_port)"
    metrics_port="$(free_port)"
    export TEST_BASE_URL="http://127.0.0.1:$port" TEST_PRODUCT_LOG="$WORK/$name.log"
    export TEST_METRICS_URL="http://127.0.0.1:$metrics_port/metrics"
    env -i PATH="$PATH" HOME="$WORK" RUST_LOG=info,zhitong=debug RUST_BACKTRACE=1 \
        ZHITONG_BIND="127.0.0.1:$port" ZHITONG_METRICS_BIND="127.0.0.1:$metrics_port" ZHITONG_DATA_DIR="$WORK/$name" \
        DATABASE_URL="$url" WECHAT_MODE=sandbox \
        ZHITONG_WEBHOOK_ALLOW_PRIVATE=true WECHAT_PUSH_TOKEN=testtoken WECHAT_PUSH_AES_KEY=abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG \
        JWT_SECRET=only-for-the-tests-0123456789-abcdefghij DATA_KEY="k1:$(head -c 32 /dev/urandom | base64)" \
        target/debug/zhitong serve >"$WORK/$name.log" 2>&1 &
    SERVERS+=($!)
    wait_for "zhitong serve" "$TEST_BASE_URL/readyz" "$WORK/$name.log"
}

# Dies if a requested part does not exist.
check_parts() {
    local part
    for part in "${PARTS[@]}"; do
        [[ " ${ALL_PARTS[*]} " == *" $part "* ]] || die "no part is called $part; there are: ${ALL_PARTS[*]}"
    done
}

# Runs the requested parts, each a function of its name, and exits with 1 if one failed.
run_parts() {
    local failed=() summary=() part started status
    for part in "${ALL_PARTS[@]}"; do
        wants "$part" || continue
        say "$part"
        started=$SECONDS
        # A subshell, so that one part's failure does not keep the others from running.
        set +e
        (set -e; SERVERS=(); trap stop_servers EXIT; "$part")
        status=$?
        set -e
        summary+=("$part $([ $status = 0 ] && echo ok || echo FAILED) $((SECONDS - started))s")
        [ $status = 0 ] || failed+=("$part")
    done
    printf '\n== tests/%s: %s\n' "$NAME" "$(IFS=,; echo "${summary[*]}" | sed 's/,/, /g')"
    if [ ${#failed[@]} -gt 0 ]; then
        echo "== FAILED: ${failed[*]}"
        exit 1
    fi
    echo "== all passed in ${SECONDS}s"
}
