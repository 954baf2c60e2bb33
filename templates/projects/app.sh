#!/bin/sh
# Stands in for the program under test: works a little and tells of it in spans, as an OpenTelemetry SDK would.
# Replace it by your own program; what the test expects stays the same.
set -eu

id() { head -c "$1" /dev/urandom | od -An -tx1 | tr -d ' \n'; }
# Not every shell knows parts of a second, but the kernel tells hundredths since its start.
ticks() { cut -d' ' -f1 /proc/uptime | tr -d .; }
began=$(date +%s)
first=$(ticks)
now() { echo "$((began * 100 + $(ticks) - first))0000000"; }

# span ID PARENT NAME KIND START END ATTRIBUTE VALUE
span() {
    printf '{"traceId":"%s","spanId":"%s","parentSpanId":"%s","name":"%s","kind":%s,' "$trace" "$1" "$2" "$3" "$4"
    printf '"startTimeUnixNano":"%s","endTimeUnixNano":"%s","status":{"code":1},' "$5" "$6"
    printf '"attributes":[{"key":"%s","value":{"stringValue":"%s"}}]}' "$7" "$8"
}

# The runner says in TRACEPARENT of which span this is a part: 00-TRACE-PARENT-01.
trace=$(echo "${TRACEPARENT:-}" | cut -d- -f2)
parent=$(echo "${TRACEPARENT:-}" | cut -d- -f3)
[ -n "$trace" ] || trace=$(id 16)

root=$(id 8)
start=$(now)
greeting=$(now)
echo "hello, ${1:-world}"
sleep 0.1 || sleep 1
greeted=$(now)
sleep 0.1 || sleep 1
spans="$(span "$root" "$parent" app.run 2 "$start" "$(now)" app.name greeter),$(span "$(id 8)" "$root" app.greet 1 "$greeting" "$greeted" greeting.name "${1:-world}")"

resource="{\"attributes\":[{\"key\":\"service.name\",\"value\":{\"stringValue\":\"${OTEL_SERVICE_NAME:-app}\"}}]}"
wget -q -O /dev/null --header 'Content-Type: application/json' \
    --post-data "{\"resourceSpans\":[{\"resource\":$resource,\"scopeSpans\":[{\"spans\":[$spans]}]}]}" \
    "${OTEL_EXPORTER_OTLP_ENDPOINT:-http://localhost:4318}/v1/traces"
