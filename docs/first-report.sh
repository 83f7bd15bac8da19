#!/bin/sh
# Signs in as a delegate of the sandbox, sends a report with a photo, and prints where it was dispatched and until when.
#
#   docs/first-report.sh [PHOTO.jpg]          while `zhitong demo` runs; needs curl and python3
#
# ZHITONG_URL is the server's address (default http://127.0.0.1:8080).
set -eu
URL="${ZHITONG_URL:-http://127.0.0.1:8080}"

call() { curl -sS --fail-with-body --noproxy '*' "$@" || { echo >&2; echo "first-report: the request failed: $*" >&2; exit 1; }; }
post() { path="$1"; body="$2"; shift 2; call "$URL$path" -H 'Content-Type: application/json' -d "$body" "$@"; }
# Prints a field of the JSON on stdin; the argument is a Python expression of `it`.
field() { python3 -c "import json, sys; it = json.load(sys.stdin); print($1)"; }

# 1. Sign in: a WeChat login code, and at the first time the phone number that is on the roster.
person=$(call "$URL/sandbox/people" | field 'json.dumps(next(p for p in it if p["role"] == "delegate"))')
openid=$(echo "$person" | field 'it["openid"]')
phone=$(echo "$person" | field 'it["phone"]')
code=$(post /sandbox/login-codes "{\"openid\":\"$openid\"}" | field 'it["code"]')
session=$(post /api/v1/sessions "{\"code\":\"$code\"}")
if [ "$(echo "$session" | field 'it["status"]')" = bind_required ]; then
    ticket=$(echo "$session" | field 'it["bind_ticket"]')
    code=$(post /sandbox/phone-codes "{\"openid\":\"$openid\",\"phone\":\"$phone\"}" | field 'it["code"]')
    session=$(post /api/v1/sessions/bind "{\"bind_ticket\":\"$ticket\",\"phone_code\":\"$code\"}")
fi
token=$(echo "$session" | field 'it["access_token"]')

# 2. Send the photo, if there is one. Metadata are removed from what others see.
photos=""
if [ $# -gt 0 ]; then
    photos=$(call "$URL/api/v1/photos" -H "Authorization: Bearer $token" -F "file=@$1" | field 'json.dumps(it["id"])')
fi

# 3. Send the report. The key makes a repeated request harmless.
order=$(post /api/v1/orders "{
    \"description\": \"路口井盖破损，车辆经过时异响，夜间影响居民休息\",
    \"location\": {\"longitude\": 112.4320, \"latitude\": 34.6720, \"datum\": \"wgs84\", \"accuracy_m\": 20},
    \"photo_ids\": [$photos]
}" -H "Authorization: Bearer $token" -H "Idempotency-Key: first-report-$(date +%s)-$$")
echo "$order" | field '"工单 " + it["number"]'
echo "$order" | field '"承办 " + ((it.get("unit") or {}).get("name") or "待派单")'
echo "$order" | field '"\n".join("期限 {} {}".format(d["kind"], d["due_at"]) for d in it.get("deadlines", []))'
echo "控制台 $URL/console"
